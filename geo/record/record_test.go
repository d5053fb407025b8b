package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

var (
	coord = rapid.OneOf(rapid.Int32Range(-1_800_000_000, 1_800_000_000), rapid.Int32Range(1_066_000_000, 1_066_001_000), rapid.SampledFrom([]int32{-1 << 31, 1<<31 - 1, 0}))
	point = rapid.Custom(func(t *rapid.T) lattice.Point {
		return lattice.Point{X: coord.Draw(t, "x"), Y: coord.Draw(t, "y")}
	})
	ring  = rapid.SliceOfN(point, 1, 9)
	shape = rapid.SliceOfN(rapid.SliceOfN(ring, 1, 3), 1, 3)
	text  = rapid.Custom(func(t *rapid.T) geo.Text {
		m := rapid.MapOfN(rapid.SampledFrom([]string{"", "zh", "en", "ug", "bo", "a"}), rapid.String(), 0, 5).Draw(t, "text")
		if len(m) == 0 {
			return nil
		}
		return m
	})
	float = rapid.OneOf(rapid.Float64Range(0, 1000), rapid.SampledFrom([]float64{0, 18.5, -1, 1e300}))
)

func building(t *rapid.T) *geo.Building {
	b := &geo.Building{
		ID: 7, Code: rapid.String().Draw(t, "code"), Name: text.Draw(t, "name"), Address: rapid.String().Draw(t, "address"),
		Estate: rapid.String().Draw(t, "estate"), Use: rapid.String().Draw(t, "use"), Shape: shape.Draw(t, "shape"),
		Interior: point.Draw(t, "interior"), Storeys: rapid.IntRange(-2, 200).Draw(t, "storeys"), HeightM: float.Draw(t, "height"),
	}
	for range rapid.IntRange(0, 4).Draw(t, "units") {
		code := rapid.String().Draw(t, "unit")
		if rapid.Bool().Draw(t, "shares the code") {
			code = b.Code + code
		}
		b.Units = append(b.Units, geo.Unit{Code: code, Name: text.Draw(t, "name"), Households: rapid.IntRange(0, 500).Draw(t, "households")})
	}
	return b
}

func TestRecordsKeepEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := building(t)
		body := string(record.AppendBuilding(nil, b))
		back, err := record.DecodeBuilding(7, body)
		same(t, b, back, err)
		v := record.ReadBuilding(body)
		if v.Code != b.Code || v.Interior != b.Interior || v.Households != b.Households() || v.UnitCount != len(b.Units) || v.HeightM != b.HeightM || v.Storeys != b.Storeys || v.Use != b.Use || v.Estate != b.Estate || v.Address != b.Address {
			t.Fatalf("the view says %+v of %+v", v, b)
		}
		if d := cmp.Diff(b.Shape, v.Shape.Polygons()); d != "" {
			t.Fatal(d)
		}
		box, err := record.Check(geo.Buildings, 7, body)
		if want := boxOf(b.Shape); err != nil || box != want || v.Shape.Bounds() != want {
			t.Fatalf("box %v, want %v, %v", box, want, err)
		}
		if record.Anchor(body) != b.Interior || record.Code(body) != b.Code {
			t.Fatal("anchor or code")
		}

		e := &geo.Estate{ID: 7, Code: b.Code, Name: b.Name, PropertyManager: b.Use, Shape: b.Shape}
		estate, err := record.DecodeEstate(7, string(record.AppendEstate(nil, e)))
		same(t, e, estate, err)

		s := &geo.Site{ID: 7, Code: b.Code, Name: b.Name, Kind: b.Use, Address: b.Address, Point: b.Interior, Link: b.Estate}
		site, err := record.DecodeSite(7, string(record.AppendSite(nil, s)))
		same(t, s, site, err)

		d := &geo.Device{ID: 7, Code: b.Code, Name: b.Name, Kind: b.Use, State: b.Address, Point: b.Interior, Link: b.Estate}
		if rapid.Bool().Draw(t, "view") {
			d.View = &geo.View{BearingDeg: b.HeightM, AngleDeg: 60, RangeM: 0.1}
		}
		device, err := record.DecodeDevice(7, string(record.AppendDevice(nil, d)))
		same(t, d, device, err)

		f := &geo.BaseFeature{ID: 7, Code: b.Code, Kind: b.Use, Class: b.Estate, Name: b.Name}
		switch rapid.IntRange(0, 2).Draw(t, "geometry") {
		case 0:
			f.Shape.Point = &b.Interior
		case 1:
			f.Shape.Lines = b.Shape[0]
		case 2:
			f.Shape.Polygons = b.Shape
		}
		feature, err := record.DecodeBase(7, string(record.AppendBase(nil, f)))
		same(t, f, feature, err)
	})
}

func same[T any](t *rapid.T, want, got *T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Fatal(d)
	}
}

func boxOf(m lattice.MultiPolygon) lattice.Box {
	b := lattice.Box{Min: m[0][0][0], Max: m[0][0][0]}
	for _, poly := range m {
		for _, ring := range poly {
			for _, p := range ring {
				b.Min.X, b.Min.Y = min(b.Min.X, p.X), min(b.Min.Y, p.Y)
				b.Max.X, b.Max.Y = max(b.Max.X, p.X), max(b.Max.Y, p.Y)
			}
		}
	}
	return b
}

func TestNamesAnswerAsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := text.Draw(t, "text")
		s := &geo.Site{Name: want}
		got := record.ReadSite(string(record.AppendSite(nil, s))).Name
		for _, lang := range []string{"", "zh", "en", "ug", "fr"} {
			if got.In(lang) != want.In(lang) {
				t.Fatalf("in %q: %q, want %q", lang, got.In(lang), want.In(lang))
			}
			if got.Has(lang) != want[lang] {
				t.Fatalf("has %q: %q, want %q", lang, got.Has(lang), want[lang])
			}
		}
		if d := cmp.Diff(want, got.Text()); d != "" {
			t.Fatal(d)
		}
	})
}

// FuzzDecode gives every decoder any bytes: no panic, and what is accepted reads
// alike through the view.
func FuzzDecode(f *testing.F) {
	b := &geo.Building{Code: "b", Name: geo.Text{"zh": "楼"}, Shape: lattice.MultiPolygon{{{{X: 1, Y: 2}, {X: 3, Y: 4}, {X: 5, Y: -6}}}}, Units: []geo.Unit{{Code: "b-1", Households: 3}}}
	f.Add(string(record.AppendBuilding(nil, b)))
	f.Add(string(record.AppendEstate(nil, &geo.Estate{Code: "e", Shape: b.Shape})))
	f.Add(string(record.AppendSite(nil, &geo.Site{Code: "s"})))
	f.Add(string(record.AppendBase(nil, &geo.BaseFeature{Code: "r", Shape: geo.Geometry{Lines: b.Shape[0]}})))
	f.Add(string(record.AppendDevice(nil, &geo.Device{Code: "d", View: &geo.View{AngleDeg: 60}})))
	f.Fuzz(func(t *testing.T, body string) {
		b, err := record.DecodeBuilding(1, body)
		v := record.ReadBuilding(body)
		if err == nil && (v.Code != b.Code || v.Households != b.Households() || v.UnitCount != len(b.Units)) {
			t.Fatalf("view %+v, noun %+v", v, b)
		}
		v.Name.In("zh")
		agree(t, geo.Buildings, body, err)
		_, err = record.DecodeEstate(1, body)
		agree(t, geo.Estates, body, err)
		_, err = record.DecodeSite(1, body)
		agree(t, geo.Sites, body, err)
		_, err = record.DecodeBase(1, body)
		agree(t, geo.Base, body, err)
		record.DecodeDevice(1, body)
		if len(body) < 8 && (record.Anchor(body) != lattice.Point{} || record.Code(body) != "") {
			t.Fatal("an anchor or a code of nothing")
		}
	})
}

// agree checks that Check accepts what the decoder does, and only that.
func agree(t *testing.T, l geo.Layer, body string, err error) {
	t.Helper()
	if _, e := record.Check(l, 1, body); (e == nil) != (err == nil) {
		t.Fatalf("%s: the decoder says %v, the check %v", l, err, e)
	}
}

func TestViewsDoNotAllocate(t *testing.T) {
	b := &geo.Building{Code: "b", Name: geo.Text{"zh": "楼", "en": "House"}, Shape: lattice.MultiPolygon{{{{X: 1, Y: 2}, {X: 3, Y: 4}, {X: 5, Y: -6}}}}, Units: []geo.Unit{{Code: "b-1", Households: 3}}}
	body := string(record.AppendBuilding(nil, b))
	buf := make([]lattice.Point, 0, 16)
	if n := testing.AllocsPerRun(100, func() {
		v := record.ReadBuilding(body)
		v.Name.In("en")
		r := v.Shape.Reader()
		for r.Next() {
			buf = r.Points(buf[:0])
		}
	}); n != 0 {
		t.Fatalf("%v allocations", n)
	}
}

func BenchmarkReadBuilding(b *testing.B) {
	body := string(record.AppendBuilding(nil, &geo.Building{Code: "520115000100123", Name: geo.Text{"zh": "12号楼"}, Address: "龙山路12号", Estate: "E00012", Use: "residential",
		Shape: lattice.MultiPolygon{{{{X: 100, Y: 200}, {X: 1300, Y: 200}, {X: 1300, Y: 900}, {X: 700, Y: 900}, {X: 700, Y: 700}, {X: 100, Y: 700}}}},
		Units: []geo.Unit{{Code: "520115000100123-1", Households: 24}, {Code: "520115000100123-2", Households: 24}}}))
	buf := make([]lattice.Point, 0, 64)
	b.ReportMetric(float64(len(body)), "B")
	b.ReportAllocs()
	for b.Loop() {
		v := record.ReadBuilding(body)
		r := v.Shape.Reader()
		for r.Next() {
			buf = r.Points(buf[:0])
		}
	}
}
