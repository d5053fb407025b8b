package exchange

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkb"

	"onegrid/geo"
	"onegrid/geo/crs"
)

// packaged is a geometry as a GeoPackage has it.
func packaged(t testing.TB, order binary.ByteOrder, g geom.T) []byte {
	t.Helper()
	b := bytes.NewBuffer([]byte{'G', 'P', 0, 1, 0, 0, 0, 0})
	if err := wkb.Write(b, order, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func geometries(t testing.TB) map[string]geom.T {
	collection := geom.NewGeometryCollection()
	if err := collection.Push(geom.NewPointFlat(geom.XY, []float64{1, 2})); err != nil {
		t.Fatal(err)
	}
	flat := []float64{0, 0, 9, 0, 9, 9, 0, 0, 1, 1, 2, 1, 2, 2, 1, 1}
	return map[string]geom.T{
		"Point":           geom.NewPointFlat(geom.XY, []float64{1, 2}),
		"collected":       collection,
		"LineString":      geom.NewLineStringFlat(geom.XYZ, []float64{1, 2, 3, 4, 5, 6}),
		"MultiLineString": geom.NewMultiLineStringFlat(geom.XYM, []float64{1, 2, 3, 4, 5, 6}, []int{6}),
		"Polygon":         geom.NewPolygonFlat(geom.XY, flat, []int{8, 16}),
		"MultiPolygon":    geom.NewMultiPolygonFlat(geom.XY, flat, [][]int{{8}, {16}}),
		"MultiPoint":      geom.NewMultiPointFlat(geom.XYZM, []float64{1, 2, 3, 4}),
	}
}

func TestPackageGeometries(t *testing.T) {
	for name, g := range geometries(t) {
		for _, order := range []binary.ByteOrder{wkb.NDR, wkb.XDR} {
			d, err := packageGeometry(packaged(t, order, g))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			want := name
			if name == "collected" || name == "MultiPoint" { // of one
				want = "Point"
			}
			if d.name() != want || (g.Layout() != geom.XY && name != "collected") != (d.thirds > 0) {
				t.Errorf("%s became %+v", name, d)
			}
		}
	}
	d, err := packageGeometry(packaged(t, wkb.NDR, geometries(t)["MultiPolygon"]))
	if err != nil || len(d.parts) != 2 || len(d.parts[1]) != 1 || d.parts[1][0][1] != (position{2, 1}) {
		t.Errorf("got %+v, %v", d, err)
	}
}

// Counts without end and nesting without end are refused before go-geom, which
// would take them at their word, sees them.
func TestHostilePackageGeometries(t *testing.T) {
	header := []byte{'G', 'P', 0, 1, 0, 0, 0, 0}
	of := func(kind uint32, rest ...byte) []byte {
		return append(binary.LittleEndian.AppendUint32(append(bytes.Clone(header), 1), kind), rest...)
	}
	deep := bytes.Clone(header)
	for range 1_000_000 {
		deep = append(deep, 1, 7, 0, 0, 0, 1, 0, 0, 0)
	}
	for name, b := range map[string][]byte{
		"points without end":      of(2, 0xff, 0xff, 0xff, 0x7f),
		"rings without end":       of(3, 0xff, 0xff, 0xff, 0x7f),
		"polygons without end":    of(6, 0xff, 0xff, 0xff, 0xff),
		"members without end":     of(7, 0xff, 0xff, 0xff, 0xff),
		"collections in another":  deep,
		"cut":                     of(1, 0, 0),
		"a curve":                 of(8, 0, 0, 0, 0),
		"a fifth dimension":       of(4001, 0, 0, 0, 0),
		"another order":           append(bytes.Clone(header), 2, 1, 0, 0, 0),
		"more than it says":       append(packaged(t, wkb.NDR, geometries(t)["Point"]), 0),
		"a box of another kind":   {'G', 'P', 0, 0x0b, 0, 0, 0, 0},
		"an extended geometry":    {'G', 'P', 0, 0x21, 0, 0, 0, 0},
		"a box that is cut":       {'G', 'P', 0, 0x03, 0, 0, 0, 0, 1},
		"no header":               {1, 1, 0, 0, 0},
		"a point among polygons":  of(6, append([]byte{1, 0, 0, 0}, packaged(t, wkb.NDR, geometries(t)["Point"])[8:]...)...),
		"a collection of several": of(7, append(append([]byte{2, 0, 0, 0}, packaged(t, wkb.NDR, geometries(t)["Point"])[8:]...), packaged(t, wkb.NDR, geometries(t)["Point"])[8:]...)...),
	} {
		var e *geo.Error
		if d, err := packageGeometry(b); !errors.As(err, &e) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	if _, err := packageGeometry("text"); err == nil {
		t.Error("a text is a geometry")
	}
	for name, b := range map[string][]byte{"null": nil, "empty": {'G', 'P', 0, 0x11, 0, 0, 0, 0}} {
		if d, err := packageGeometry(b); d != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

// FuzzPackageGeometry asks that no bytes panic, and that what is read is what the
// walk before it saw.
func FuzzPackageGeometry(f *testing.F) {
	for _, g := range geometries(f) {
		f.Add(packaged(f, wkb.NDR, g))
		f.Add(packaged(f, wkb.XDR, g))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := packageGeometry(b)
		var e *geo.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v is not a *geo.Error", err)
		}
		if d != nil && d.name() == "" {
			t.Fatal("a geometry without a kind")
		}
	})
}

// FuzzWKT asks that no text panics, and that a system that is read writes itself
// so that it is read again.
func FuzzWKT(f *testing.F) {
	for _, s := range []crs.System{crs.WGS84, crs.CGCS2000, 4526, 4547, 4497, 4508} {
		text, _ := wktOf(s)
		f.Add(text)
	}
	f.Add(`COMPD_CS["x",GEOGCS["a",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]]]]]`)
	f.Fuzz(func(t *testing.T, text string) {
		s, err := systemOfWKT(text)
		var e *geo.Error
		if err != nil {
			if !errors.As(err, &e) {
				t.Fatalf("%v is not a *geo.Error", err)
			}
			return
		}
		again, ok := wktOf(s)
		if !ok {
			t.Fatalf("%s was read and cannot be written", s)
		}
		if back, err := systemOfWKT(again); err != nil || back != s {
			t.Fatalf("%s was written and read as %s, %v", s, back, err)
		}
	})
}
