package lattice_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/lattice"
)

func TestPointsSurviveJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := anywhere(t, "p")
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var q lattice.Point
		if err := json.Unmarshal(b, &q); err != nil || q != p {
			t.Fatalf("%v became %s and then %v, %v", p, b, q, err)
		}
		var f [2]float64
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		if r, err := lattice.FromDegrees(f[0], f[1]); err != nil || r != p {
			t.Fatalf("%s through floats is %v, %v", b, r, err)
		}
		if r, err := lattice.FromDegrees(p.Degrees()); err != nil || r != p {
			t.Fatalf("%v in degrees and back is %v, %v", p, r, err)
		}
	})
}

func TestDecimalForms(t *testing.T) {
	for text, want := range map[string]int32{
		"106.62": 1_066_200_000, "-0.0000001": -1, "0": 0, "-0": 0, "+1.5": 15_000_000, "180": 1_800_000_000, "-180.000": -1_800_000_000,
		"1e2": 1_000_000_000, "1E-7": 1, "1.0662e+2": 1_066_200_000, ".5": 5_000_000, "7.": 70_000_000, "00012.5": 125_000_000,
		"0.00000005": 1, "-0.00000005": -1, "0.0000000499999999999999999999999": 0, "0.00000004999999999999999999": 0,
		"1e-99999999999": 0, "0e99999999999": 0, "180.00000004": 1_800_000_000,
		"0." + strings.Repeat("0", 5000) + "15e5001": 15_000_000,
		"1" + strings.Repeat("0", 5000) + "e-5000":   10_000_000,
		strings.Repeat("9", 30) + "e-29":             100_000_000,
	} {
		if got, err := lattice.ParseLon(text); err != nil || got != want {
			t.Errorf("ParseLon(%.40q) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "--1", "1 ", " 1", "NaN", "nan", "Inf", "-Infinity", "0x10", "1_0", "１",
		"180.00000005", "-180.0000001", "1e300", "1e99999999999", "-1e3", strings.Repeat("9", 400), "1,5",
	} {
		if got, err := lattice.ParseLon(text); err == nil || len(err.Error()) > 150 {
			t.Errorf("ParseLon(%.40q) = %d, %v, want a short refusal", text, got, err)
		}
	}
	if got, err := lattice.ParseLat([]byte("90.0000001")); err == nil {
		t.Errorf("a latitude beyond the pole is %d", got)
	}
}

// The rounding of any decimal text is that of exact rationals.
func FuzzParseLon(f *testing.F) {
	for _, s := range []string{"106.62", "-1.00000005", "1e-7", "12345678901234567890e-18", "0.0000000500000000000000001", "179.99999995"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := lattice.ParseLon(s)
		other, err2 := lattice.ParseLon([]byte(s))
		if got != other || (err == nil) != (err2 == nil) {
			t.Fatalf("%q: %d, %v as a string, %d, %v as bytes", s, got, err, other, err2)
		}
		if len(s) > 40 || strings.ContainsAny(s, "/xXpPbBoO_") {
			return
		}
		if i := strings.IndexAny(s, "eE"); i >= 0 {
			if e, err := strconv.Atoi(s[i+1:]); err != nil || e < -50 || e > 50 {
				return
			}
		}
		r, ok := new(big.Rat).SetString(s)
		if !ok {
			if err == nil {
				t.Fatalf("%q is no number, but gave %d", s, got)
			}
			return
		}
		r.Mul(r, big.NewRat(lattice.Scale, 1))
		want := round(r)
		if !want.IsInt64() || want.Int64() > lattice.MaxLon || want.Int64() < -lattice.MaxLon {
			if err == nil {
				t.Fatalf("%q is out of range, but gave %d", s, got)
			}
			return
		}
		if err != nil || int64(got) != want.Int64() {
			t.Fatalf("%q: %d, %v, want %v", s, got, err, want)
		}
	})
}

// round rounds to the nearest integer, halves away from zero.
func round(r *big.Rat) *big.Int {
	double := new(big.Rat).Mul(r, big.NewRat(2, 1))
	double.Add(double, big.NewRat(int64(r.Sign()), 1))
	return new(big.Int).Quo(double.Num(), new(big.Int).Mul(double.Denom(), big.NewInt(2)))
}

func FuzzPointJSON(f *testing.F) {
	for _, s := range []string{"[106.62,26.6]", " [ 1e1 , -2 , 3 ] ", "[]", "[1]", "[1,2,3,4]", "[1,,2]", "[[1,2]]", "null", "{}", `["1","2"]`, "[1,2"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var p lattice.Point
		if p.UnmarshalJSON(b) != nil {
			return
		}
		again, _ := p.MarshalJSON()
		var q lattice.Point
		if err := q.UnmarshalJSON(again); err != nil || q != p {
			t.Fatalf("%q is %v, which reads back as %v, %v", b, p, q, err)
		}
	})
}

func TestPositionsAsGeoJSONHasThem(t *testing.T) {
	var p lattice.Point
	if err := json.Unmarshal([]byte(" [106.62, 26.6, 1200.5]"), &p); err != nil || p != (lattice.Point{X: 1_066_200_000, Y: 266_000_000}) {
		t.Errorf("with an altitude: %v, %v", p, err)
	}
	for _, s := range []string{`[1]`, `[]`, `[1,2,3,4]`, `{"x":1}`, `"1,2"`, `[[1,2]]`, `[1,91]`, `[true,1]`, `[1e300,1]`, `["1","2"]`} {
		if err := json.Unmarshal([]byte(s), &p); err == nil {
			t.Errorf("%s is taken for %v", s, p)
		}
	}
	if got := (lattice.Point{X: -1, Y: 266_000_000}).String(); got != "-0.0000001, 26.6" {
		t.Errorf("a point reads %q", got)
	}
}

func TestFromDegreesRefuses(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -180.0000001, 180.0000001} {
		if p, err := lattice.FromDegrees(v, 0); err == nil {
			t.Errorf("longitude %v is taken for %v", v, p)
		}
		if p, err := lattice.FromDegrees(0, v); err == nil {
			t.Errorf("latitude %v is taken for %v", v, p)
		}
	}
}

func TestBoxes(t *testing.T) {
	empty := lattice.EmptyBox()
	if !empty.Empty() || empty.Contains(lattice.Point{}) || empty.Intersects(lattice.BoxOf(lattice.Point{})) {
		t.Error("the empty box holds something")
	}
	rapid.Check(t, func(t *rapid.T) {
		box := func(name string) lattice.Box {
			b := lattice.EmptyBox()
			for range rapid.IntRange(0, 3).Draw(t, name) {
				b = b.Extend(nearby(t, name))
			}
			return b
		}
		a, b := box("a"), box("b")
		u := a.Union(b)
		shared := 0
		for x := int32(-4); x <= 4; x++ {
			for y := int32(-4); y <= 4; y++ {
				p := lattice.Point{X: x, Y: y}
				if a.Contains(p) && b.Contains(p) {
					shared++
				}
				if (a.Contains(p) || b.Contains(p)) && !u.Contains(p) {
					t.Fatalf("%v and %v: the union %v lacks %v", a, b, u, p)
				}
			}
		}
		if a.Intersects(b) != (shared > 0) {
			t.Fatalf("%v and %v share %d points", a, b, shared)
		}
		if !u.ContainsBox(a) || !u.ContainsBox(b) {
			t.Fatalf("the union %v lacks %v or %v", u, a, b)
		}
		data, _ := json.Marshal(a)
		var back lattice.Box
		if err := json.Unmarshal(data, &back); err != nil || back != a {
			t.Fatalf("%v became %s and then %v, %v", a, data, back, err)
		}
	})
}

func TestSpan(t *testing.T) {
	box := func(w, h int32) lattice.Box {
		return lattice.Box{Min: lattice.Point{X: -1_000_000_000, Y: -750_000_000}, Max: lattice.Point{X: -1_000_000_000 + w, Y: -750_000_000 + h}}
	}
	if err := box(lattice.MaxSpan, lattice.MaxSpan).CheckSpan(); err != nil {
		t.Errorf("150 degrees: %v", err)
	}
	for _, b := range []lattice.Box{box(lattice.MaxSpan+1, 0), box(0, lattice.MaxSpan+1)} {
		if err := b.CheckSpan(); err == nil || !strings.Contains(err.Error(), "150") {
			t.Errorf("%v: %v, want it refused and the limit named", b, err)
		}
	}
	if err := lattice.EmptyBox().CheckSpan(); err != nil {
		t.Errorf("nothing: %v", err)
	}
	var b lattice.Box
	for _, s := range []string{"[1,2,0,3]", "[1,2,3]", "[1,2,3,4,5,6]", "{}"} {
		if json.Unmarshal([]byte(s), &b) == nil {
			t.Errorf("bbox %s is taken for %v", s, b)
		}
	}
}
