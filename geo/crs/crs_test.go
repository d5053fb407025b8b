package crs_test

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
)

var china = crs.Region{GCJ02: true}

// vectors reads a file of numbers given by others; the first row is its header.
func vectors(t *testing.T, name string) [][]float64 {
	t.Helper()
	dir := os.Getenv("ONEGRID_TESTDATA")
	if dir == "" {
		t.Skip("ONEGRID_TESTDATA is not set: no vectors to compare with")
	}
	f, err := os.Open(filepath.Join(dir, "coordinates", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float64
	for _, row := range rows[1:] {
		numbers := make([]float64, len(row))
		for i := range row {
			if numbers[i], err = strconv.ParseFloat(row[i], 64); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, numbers)
	}
	if len(out) < 300 {
		t.Fatalf("%s: only %d vectors", name, len(out))
	}
	return out
}

func TestOffsetVectors(t *testing.T) {
	const degree = 1e-9
	worst := 0.0
	for _, v := range vectors(t, "gcj02_bd09.csv") {
		for i, s := range []crs.System{crs.GCJ02, crs.BD09} {
			wantX, wantY := v[2+2*i], v[3+2*i]
			x, y, err := s.FromWGS84(v[0], v[1], china)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(x-wantX) > degree || math.Abs(y-wantY) > degree {
				t.Errorf("%s of %v, %v is %.10f, %.10f, want %.10f, %.10f", s, v[0], v[1], x, y, wantX, wantY)
			}
			lon, lat, errorM, err := s.ToWGS84(x, y, china)
			if err != nil {
				t.Fatal(err)
			}
			if errorM > 0.001 {
				t.Errorf("%s %v, %v: error %v m", s, x, y, errorM)
			}
			if d := metres(lon, lat, v[0], v[1]); d > 0.001 {
				t.Errorf("%s and back moves %v, %v by %v m", s, v[0], v[1], d)
			} else {
				worst = max(worst, d)
			}
		}
	}
	t.Logf("worst round trip %.3g m", worst)
}

func TestGaussKrugerVectors(t *testing.T) {
	const metre = 0.001
	worst, worstBack := 0.0, 0.0
	for _, v := range vectors(t, "cgcs2000_gk.csv") {
		s, err := crs.Named(strconv.Itoa(int(v[0])))
		if err != nil {
			t.Fatal(err)
		}
		x, y, err := s.FromWGS84(v[1], v[2], crs.Region{})
		if err != nil {
			t.Fatal(err)
		}
		d := math.Hypot(x-v[3], y-v[4])
		if !(d <= metre) {
			t.Errorf("%s of %v, %v is %.4f, %.4f, want %.4f, %.4f", s, v[1], v[2], x, y, v[3], v[4])
		}
		worst = max(worst, d)
		lon, lat, _, err := s.ToWGS84(v[3], v[4], crs.Region{})
		if err != nil {
			t.Fatal(err)
		}
		if d := metres(lon, lat, v[1], v[2]); !(d <= metre) {
			t.Errorf("%s back from %v, %v is %.10f, %.10f", s, v[3], v[4], lon, lat)
		} else {
			worstBack = max(worstBack, d)
		}
	}
	t.Logf("worst forward %.3g m, inverse %.3g m (the vectors have four decimals)", worst, worstBack)
}

// The series and its inverse are derived apart; together they are the identity
// far more finely than the vectors can show.
func TestGaussKrugerRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := crs.System(rapid.IntRange(int(crs.FirstZone), int(crs.LastMeridian)).Draw(t, "epsg"))
		meridian := float64(3 * ((int(s)-int(crs.FirstZone))%21 + 25))
		lon := meridian + rapid.Float64Range(-4, 4).Draw(t, "east")
		lat := rapid.Float64Range(-84, 84).Draw(t, "lat")
		x, y, err := s.FromWGS84(lon, lat, crs.Region{})
		if err != nil {
			t.Fatal(err)
		}
		lon2, lat2, _, err := s.ToWGS84(x, y, crs.Region{})
		if err != nil {
			t.Fatal(err)
		}
		if d := metres(lon, lat, lon2, lat2); !(d < 1e-7) {
			t.Fatalf("%s moves %v, %v by %v m", s, lon, lat, d)
		}
	})
}

func TestOffsetIsAppliedOnlyWhereDeclared(t *testing.T) {
	seoul := [2]float64{126.978, 37.5665} // inside the usual rectangle
	for _, s := range []crs.System{crs.GCJ02, crs.BD09} {
		if _, _, err := s.ToPoint(seoul[0], seoul[1], crs.Region{}); geo.KindOf(err) != geo.Invalid {
			t.Errorf("%s without a declaration: %v, want it refused", s, err)
		}
		if _, _, err := s.FromWGS84(seoul[0], seoul[1], crs.Region{}); geo.KindOf(err) != geo.Invalid {
			t.Errorf("to %s without a declaration: %v, want it refused", s, err)
		}
	}
	// And where it is declared, no rectangle ends it.
	x, y, err := crs.GCJ02.FromWGS84(140, 36, china)
	if err != nil || metres(x, y, 140, 36) < 50 {
		t.Errorf("declared, but not applied at 140, 36: %v, %v, %v", x, y, err)
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]crs.System{
		"wgs84": crs.WGS84, "WGS84": crs.WGS84, "cgcs2000": crs.CGCS2000, "gcj02": crs.GCJ02, " bd09 ": crs.BD09,
		"epsg:4513": 4513, "EPSG:4513": 4513, "4513": 4513, "4533": 4533, "4534": 4534, "4554": 4554,
	} {
		got, err := crs.Named(name)
		if err != nil || got != want {
			t.Errorf("Named(%q) = %v, %v, want %v", name, got, err, want)
		}
		var again crs.System
		text, _ := got.MarshalText()
		if err := again.UnmarshalText(text); err != nil || again != got {
			t.Errorf("%v does not read its own name %s: %v", got, text, err)
		}
	}
	for _, name := range []string{"", "4490", "4555", "epsg:4326", "0", "1", "2", "65536", "-1", "gcj", strings.Repeat("x", 1<<20)} {
		_, err := crs.Named(name)
		if geo.KindOf(err) != geo.Invalid || len(err.Error()) > 300 {
			t.Errorf("Named(%.20q) = %.200v, want a short refusal", name, err)
		}
	}
	var v struct{ CRS crs.System }
	if err := json.Unmarshal([]byte(`{"CRS":"epsg:4526"}`), &v); err != nil || v.CRS != 4526 {
		t.Errorf("in JSON: %v, %v", v, err)
	}
}

func TestAbsurdInputIsRefused(t *testing.T) {
	bad := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 181, 1e9}
	for _, s := range []crs.System{crs.WGS84, crs.CGCS2000, crs.GCJ02, crs.BD09, 4526, 4547, 77} {
		for _, v := range bad {
			if s == 4526 || s == 4547 {
				if v == 181 {
					continue // metres
				}
			}
			for _, xy := range [][2]float64{{v, 30}, {110, v}, {v, v}} {
				if s == 4526 {
					xy[0] += 38_390_000
				}
				if p, _, err := s.ToPoint(xy[0], xy[1], china); geo.KindOf(err) != geo.Invalid {
					t.Errorf("%s %v gave %v, %v", s, xy, p, err)
				}
			}
		}
	}
	for _, text := range []string{"", "NaN", "Inf", "0x1p3", "1_0", "1e400", "--1", "1.2.3", " 1"} {
		for _, s := range []crs.System{crs.WGS84, crs.GCJ02, 4547} {
			if p, err := s.Parse([]byte(text), []byte("30"), china); err == nil {
				t.Errorf("%s Parse(%q) = %v", s, text, p)
			}
		}
	}
}

func TestZoneMistakesAreNamed(t *testing.T) {
	for _, c := range []struct {
		s       crs.System
		easting float64
		want    string
	}{
		{4526, 390_000, "epsg:4547"},    // the zone's number is missing
		{4526, 37_390_000, "epsg:4525"}, // another zone's number
		{4547, 38_390_000, "epsg:4526"}, // a number where none belongs
	} {
		_, _, err := c.s.ToPoint(c.easting, 3_000_000, china)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s easting %v: %v, want a hint to %s", c.s, c.easting, err, c.want)
		}
	}
}

func TestParseIsExactInDegrees(t *testing.T) {
	p, err := crs.CGCS2000.Parse([]byte("106.62000005"), []byte("2.66e1"), crs.Region{})
	if want := (lattice.Point{X: 1_066_200_001, Y: 266_000_000}); err != nil || p != want {
		t.Errorf("got %v, %v, want %v", p, err, want)
	}
	x, y, _ := crs.GCJ02.FromPoint(p, china)
	q, err := crs.GCJ02.Parse([]byte(strconv.FormatFloat(x, 'f', -1, 64)), []byte(strconv.FormatFloat(y, 'e', -1, 64)), china)
	if err != nil || q != p {
		t.Errorf("through gcj02: %v, %v, want %v", q, err, p)
	}
}

func TestSuspect(t *testing.T) {
	home, _ := lattice.FromDegrees(106.62, 26.6)
	inside := func(p lattice.Point) bool { // 50 m around home
		return math.Abs(p.Lon()-home.Lon()) < 5e-4 && math.Abs(p.Lat()-home.Lat()) < 5e-4
	}
	for _, truth := range []crs.System{crs.GCJ02, crs.BD09, crs.WGS84, 4523, 4544} {
		x, y, err := truth.FromPoint(home, china)
		if err != nil {
			t.Fatal(err)
		}
		said := crs.WGS84
		if truth == crs.WGS84 {
			said = crs.GCJ02
		}
		if !has(crs.Suspect(x, y, said, china, inside), truth, false) {
			t.Errorf("%s said to be %s is not suspected", truth, said)
		}
		if !has(crs.Suspect(y, x, said, china, inside), truth, true) {
			t.Errorf("%s said to be %s with its axes swapped is not suspected", truth, said)
		}
		if truth == crs.GCJ02 && len(crs.Suspect(x, y, said, crs.Region{}, inside)) > 0 {
			t.Errorf("gcj02 is suspected where it is not declared")
		}
	}
	if s := crs.Suspect(106.62, 26.6, crs.CGCS2000, china, inside); len(s) > 0 {
		t.Errorf("a system equal to the one named is suspected: %v", s)
	}
	if s := crs.Suspect(math.NaN(), math.Inf(1), crs.WGS84, china, inside); len(s) > 0 {
		t.Errorf("NaN: %v", s)
	}
}

func has(list []crs.Suspicion, s crs.System, swapped bool) bool {
	for _, x := range list {
		if x.System == s && x.Swapped == swapped {
			return true
		}
	}
	return false
}

// Nothing loops, nothing panics, and what is accepted is consistent.
func FuzzToPoint(f *testing.F) {
	f.Add(116.404, 39.915, uint16(crs.GCJ02))
	f.Add(105.0, 35.0, uint16(crs.BD09)) // where the field's root has its kink
	f.Add(0.0, 90.0, uint16(crs.GCJ02))
	f.Add(-180.0, -89.9999, uint16(crs.BD09))
	f.Add(35_500_000.0, 10_001_965.0, uint16(4523))
	f.Add(math.NaN(), math.Inf(-1), uint16(4544))
	f.Fuzz(func(t *testing.T, x, y float64, system uint16) {
		s := crs.System(system)
		p, errorM, err := s.ToPoint(x, y, china)
		if err != nil {
			if geo.KindOf(err) != geo.Invalid {
				t.Fatalf("%v %v: kind of %v", x, y, err)
			}
			return
		}
		if !(errorM >= 0 && errorM <= 0.002) {
			t.Fatalf("%s %v, %v: error %v m", s, x, y, errorM)
		}
		x2, y2, err := s.FromPoint(p, china)
		if err != nil {
			return // rounding carried it over the edge of where the system is defined
		}
		d := math.Hypot(x-x2, y-y2)
		if s <= crs.BD09 {
			d = metres(x, y, x2, y2)
		}
		// Rounding, 8 mm, magnified by the offset's slope far from its centre.
		if d > 0.05 && math.Abs(y) < 80 {
			t.Fatalf("%s %v, %v came back %v m off", s, x, y, d)
		}
	})
}

// metres is near enough for comparing with bounds.
func metres(lon, lat, lon2, lat2 float64) float64 {
	return 111_320 * math.Hypot((lon-lon2)*math.Cos(lat*math.Pi/180), lat-lat2)
}
