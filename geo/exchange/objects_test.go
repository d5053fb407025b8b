package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
	"onegrid/geo/exchange"
	"onegrid/geo/lattice"
)

// shelf is a store that keeps what it is given.
type shelf struct {
	objects geo.Objects
	pubs    []geo.Publication
}

func (s *shelf) Publish(_ context.Context, _ geo.Actor, _ string, pubs []geo.Publication) (geo.Edition, error) {
	s.pubs = pubs
	return geo.Edition{ID: 1}, nil
}

func (s *shelf) Load(_ context.Context, _ geo.Actor, o geo.Objects) error {
	s.objects = o
	return nil
}

func accept(t *testing.T, in exchange.Import, text string) geo.Objects {
	t.Helper()
	p, err := prepare(in, text)
	if err != nil {
		t.Fatal(err)
	}
	var s shelf
	if _, err := p.Accept(context.Background(), &s, geo.By("test"), ""); err != nil {
		t.Fatal(err)
	}
	return s.objects
}

const square = `"geometry":{"type":"Polygon","coordinates":[[[106.5,26.5,7],[106.5,26.5002],[106.5003,26.5002],[106.5003,26.5],[106.5,26.5]]]}`

func TestBuilding(t *testing.T) {
	o := accept(t, exchange.Import{As: "buildings", Fields: exchange.Fields{"storeys": "FLOORS"}},
		`{"type":"Feature","id":"b1",`+square+`,"properties":{"name":"3栋","name_en":"Block 3","FLOORS":"18","height":54.5,"units":[{"code":"u1","households":36},{"code":"u2","households":34}]}}`)
	b := o.Buildings[0]
	if b.Code != "b1" || b.Storeys != 18 || b.HeightM != 54.5 || b.Households() != 70 || b.Name.In("en") != "Block 3" || b.Name.In("zh") != "3栋" {
		t.Errorf("got %+v", b)
	}
	ring := b.Shape[0][0]
	if len(ring) != 4 || lattice.Winding(ring) != 1 {
		t.Errorf("the clockwise, closed ring became %v", ring)
	}
	if lattice.Side(b.Shape, b.Interior) != 1 {
		t.Errorf("%v is not inside", b.Interior)
	}
	if ring[0] != (lattice.Point{X: 1_065_000_000, Y: 265_000_000}) && !contains(ring, lattice.Point{X: 1_065_000_000, Y: 265_000_000}) {
		t.Errorf("the corner is not where it was: %v", ring)
	}
}

func contains(ring lattice.Ring, p lattice.Point) bool {
	for _, q := range ring {
		if q == p {
			return true
		}
	}
	return false
}

// A decimal that no float holds must still reach its own lattice point.
func TestCoordinatesAreExact(t *testing.T) {
	for text, want := range map[string]lattice.Point{
		"[106.62351234, 26.59634999]":          {X: 1_066_235_123, Y: 265_963_500},
		"[-1.8957687,52.5084644]":              {X: -18_957_687, Y: 525_084_644},
		"[1.066235e2,2659635e-5]":              {X: 1_066_235_000, Y: 265_963_500},
		"[-0.00000004999999999999999,0.5e-0]":  {X: 0, Y: 5_000_000},
		"[179.9999999, -89.99999990000000000]": {X: 1_799_999_999, Y: -899_999_999},
	} {
		o := accept(t, exchange.Import{As: "sites"}, `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":`+text+`},"properties":{}}`)
		if got := o.Sites[0].Point; got != want {
			t.Errorf("%s became %v, want %v", text, got, want)
		}
	}
}

func TestProjectedCoordinates(t *testing.T) {
	system, err := crs.Named("4544")
	if err != nil {
		t.Fatal(err)
	}
	o := accept(t, exchange.Import{As: "sites", CRS: system}, `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[350584.2158,2944186.0210]},"properties":{}}`)
	if got, want := o.Sites[0].Point, (lattice.Point{X: 1_035_000_000, Y: 266_000_000}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestObjectsRefuse(t *testing.T) {
	point := `"geometry":{"type":"Point","coordinates":[106.5,26.5]}`
	for _, c := range []struct{ name, as, text, field string }{
		{"no code", "sites", `{"type":"Feature",` + point + `,"properties":{}}`, "/properties/code"},
		{"a code twice", "sites", `{"type":"Feature","id":1,` + point + `,"properties":{}}{"type":"Feature","id":1,` + point + `,"properties":{}}`, "/properties/code"},
		{"a point for a building", "buildings", `{"type":"Feature","id":1,` + point + `,"properties":{}}`, "/geometry/type"},
		{"no geometry", "sites", `{"type":"Feature","id":1,"geometry":null,"properties":{}}`, "/geometry"},
		{"a device without a kind", "devices", `{"type":"Feature","id":1,` + point + `,"properties":{}}`, "/properties/kind"},
		{"storeys of a half", "buildings", `{"type":"Feature","id":1,` + square + `,"properties":{"storeys":1.5}}`, "/properties/storeys"},
		{"negative households", "buildings", `{"type":"Feature","id":1,` + square + `,"properties":{"households":-1}}`, "/properties/households"},
		{"a height in words", "buildings", `{"type":"Feature","id":1,` + square + `,"properties":{"height_m":"tall"}}`, "/properties/height_m"},
		{"a latitude of 1e300", "sites", `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[1,1e300]},"properties":{}}`, ""},
		{"a longitude of 181", "sites", `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[181,1]},"properties":{}}`, ""},
		{"a text for a coordinate", "sites", `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":["1",1]},"properties":{}}`, "/geometry/coordinates"},
		{"coordinates nested too deeply", "sites", `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[[1,1]]},"properties":{}}`, "/geometry/coordinates"},
		{"a span over 150°", "sites", `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[-80,1]},"properties":{}}{"type":"Feature","id":2,"geometry":{"type":"Point","coordinates":[80,1]},"properties":{}}`, ""},
		{"an unknown layer", "cars", `{"type":"Feature","id":1,` + point + `,"properties":{}}`, "as"},
		{"an empty collection", "sites", `{"type":"FeatureCollection","features":[]}`, ""},
		{"GCJ-02 where it does not apply", "sites:gcj02", `{"type":"Feature","id":1,` + point + `,"properties":{}}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			as, system, _ := strings.Cut(c.as, ":")
			in := exchange.Import{As: as}
			if system != "" {
				in.CRS, _ = crs.Named(system)
			}
			_, err := prepare(in, c.text)
			var e *geo.Error
			if !errors.As(err, &e) || e.Kind != geo.Invalid {
				t.Fatalf("got %v, want an Invalid error", err)
			}
			if c.field != "" && e.Field != c.field {
				t.Errorf("the field is %q, want %q (%v)", e.Field, c.field, e)
			}
		})
	}
}

// What has no area cannot be a building; it is left out and said so.
func TestFlatBuildingsAreNoted(t *testing.T) {
	p, err := prepare(exchange.Import{As: "buildings"},
		`{"type":"Feature","id":1,`+square+`,"properties":{}}
		 {"type":"Feature","id":2,"geometry":{"type":"Polygon","coordinates":[[[1,1],[1,2],[1,1]]]},"properties":{}}`)
	if err != nil {
		t.Fatal(err)
	}
	if p.Objects != 1 || p.Counts["no-area"] != 1 || p.Notes[0].Row != 2 {
		t.Errorf("got %d objects, %v, %v", p.Objects, p.Counts, p.Notes)
	}
}

// FuzzPrepare asks that no file of any layer panics and that every error is one
// of ours.
func FuzzPrepare(f *testing.F) {
	for _, as := range []string{"buildings", "sites", "devices", "base", "posts", "estates", "grids"} {
		f.Add(as, `{"type":"Feature","id":"b1",`+square+`,"properties":{"kind":"x","units":[{"code":"1","households":1}],"areas":"a,b","from":"2026-01-01"}}`)
	}
	f.Add("base", `{"type":"Feature","id":"b1","geometry":{"type":"MultiLineString","coordinates":[[[1,1],[2,2]]]},"properties":{"kind":"street"}}`)
	f.Fuzz(func(t *testing.T, as, text string) {
		if len(text) > 1<<16 {
			return
		}
		_, err := prepare(exchange.Import{As: as}, text)
		var e *geo.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%v is not a *geo.Error", err)
		}
	})
}

// What draws nothing is left out and noted; it must not reach tiles and exports.
func TestEmptyBaseFeaturesAreNoted(t *testing.T) {
	base := func(geometry string) string {
		return `{"type":"Feature","geometry":` + geometry + `,"properties":{"code":"w","kind":"water"}}`
	}
	for geometry, note := range map[string]string{
		`{"type":"Polygon","coordinates":[[]]}`:                                       "no-area",
		`{"type":"Polygon","coordinates":[]}`:                                         "no-area",
		`{"type":"MultiPolygon","coordinates":[[],[[]]]}`:                             "no-area",
		`{"type":"Polygon","coordinates":[[[1,2]]]}`:                                  "no-area",
		`{"type":"MultiLineString","coordinates":[]}`:                                 "no-line",
		`{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]],[[0.5,0.5]],[]]}`: "dropped-ring",
	} {
		road := `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]},"properties":{"code":"r","kind":"street"}}`
		p, err := prepare(exchange.Import{As: "base"}, base(geometry)+road)
		if err != nil {
			t.Errorf("%s: %v", geometry, err)
			continue
		}
		if p.Counts[note] != 1 {
			t.Errorf("%s: noted %v, want %s", geometry, p.Counts, note)
		}
		var s shelf
		if _, err := p.Accept(context.Background(), &s, geo.By("test"), ""); err != nil {
			t.Fatal(err)
		}
		w := exchange.NewWriter(io.Discard)
		for i := range s.objects.Base {
			if err := w.Base(&s.objects.Base[i]); err != nil {
				t.Error(err)
			}
		}
	}
}

// A collection of one geometry is that geometry, however often it is wrapped.
func TestCollectionOfOne(t *testing.T) {
	point := `{"type":"Point","coordinates":[1,2]}`
	for range 3 {
		got := accept(t, exchange.Import{As: "sites"}, `{"type":"Feature","geometry":`+point+`,"properties":{"code":"s"}}`)
		if want := (lattice.Point{X: 10_000_000, Y: 20_000_000}); got.Sites[0].Point != want {
			t.Errorf("%s is at %v", point, got.Sites[0].Point)
		}
		point = `{"type":"GeometryCollection","geometries":[` + point + `]}`
	}
}

// A device on another continent would make a deployment too wide, though its
// own file spans nothing.
func TestFarFromTheBoundariesIsRefused(t *testing.T) {
	shape := lattice.MultiPolygon{{{{X: 1_120_000_000}, {X: 1_130_000_000}, {X: 1_130_000_000, Y: 10_000_000}}}}
	n := city().scheme.Networks[0]
	c, _, err := coverage.Build(n, []coverage.Area{{Code: "D", Parent: coverage.NoArea}, {Code: "A", Level: 1}}, []coverage.Shape{{Code: "A", Shape: shape}}, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	for lon, refused := range map[string]bool{"112.5": false, "-70": true} {
		text := `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[` + lon + `,0]},"properties":{}}`
		_, err := exchange.Prepare(context.Background(), farOff{city(), c}, exchange.Import{As: "sites"},
			[]exchange.File{{Name: "sites.geojson", Reader: strings.NewReader(text)}}, nil)
		if got := geo.KindOf(err) == geo.Invalid && err != nil; got != refused {
			t.Errorf("at %s it was refused: %v (%v)", lon, got, err)
		}
	}
}

// farOff is a city with one network in force.
type farOff struct {
	bare
	c *coverage.Coverage
}

func (d farOff) Grids(string) ([]geo.Grid, *coverage.Coverage) { return nil, d.c }

// What is wrong within a feature is refused, not carried into the store.
func TestOddValuesAreRefused(t *testing.T) {
	point := `"geometry":{"type":"Point","coordinates":[106.5,26.5]}`
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for _, c := range []struct {
		name, as, text string
		kind           geo.Kind
	}{
		{"a range that is no number", "devices", `{"type":"Feature","id":1,` + point + `,"properties":{"kind":"camera","range_m":"NaN","angle_deg":60}}`, geo.Invalid},
		{"a range without end", "devices", `{"type":"Feature","id":1,` + point + `,"properties":{"kind":"camera","range_m":"Inf","angle_deg":60}}`, geo.Invalid},
		{"a line of one point", "base", `{"type":"Feature","id":1,"geometry":{"type":"LineString","coordinates":[[1,2]]},"properties":{"kind":"street"}}`, geo.Invalid},
		{"a property without bottom", "sites", `{"type":"Feature","id":1,` + point + `,"properties":{"x":` + deep(40) + `}}`, geo.Invalid},
		{"millions of vertices", "base", `{"type":"Feature","id":1,"geometry":{"type":"LineString","coordinates":[` + strings.Repeat("[0,0],", 4_000_000) + `[1,1]]},"properties":{"kind":"street"}}`, geo.TooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := prepare(exchange.Import{As: c.as}, c.text); geo.KindOf(err) != c.kind || err == nil {
				t.Errorf("got %v, want it %s", err, c.kind)
			}
		})
	}
	if _, err := prepare(exchange.Import{As: "sites"}, `{"type":"Feature","id":1,`+point+`,"properties":{"x":`+deep(10)+`}}`); err != nil {
		t.Errorf("a foreign property that is nested a little: %v", err)
	}
}

// A building's grid hangs on its interior point: one that a file gives counts
// only where it is inside.
func TestInteriorIsInside(t *testing.T) {
	for given, kept := range map[string]bool{"[106.50001,26.5001]": true, "[106.6,26.5001]": false, "[106.5,26.5]": false} {
		o := accept(t, exchange.Import{As: "buildings"}, `{"type":"Feature","id":"b1",`+square+`,"properties":{"interior":`+given+`}}`)
		b := o.Buildings[0]
		if lattice.Side(b.Shape, b.Interior) != 1 {
			t.Errorf("%s became %v, which is not inside", given, b.Interior)
		}
		if same := string(b.Interior.AppendJSON(nil)) == given; same != kept {
			t.Errorf("%s became %v", given, b.Interior)
		}
	}
}

// The hole of a ring that is dropped must not become ground of its own.
func TestHolesGoWithTheirRing(t *testing.T) {
	hole := `[[106.5,26.5],[106.5003,26.5],[106.5003,26.5002],[106.5,26.5002],[106.5,26.5]]`
	p, err := prepare(exchange.Import{As: "buildings"}, `{"type":"Feature","id":1,`+square+`,"properties":{}}
		{"type":"Feature","id":2,"geometry":{"type":"Polygon","coordinates":[[[1,1],[1,2],[1,1]],`+hole+`]},"properties":{}}`)
	if err != nil || p.Objects != 1 || p.Counts["no-area"] != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// All findings are counted; of each kind a readable number is listed.
func TestNotesAreCountedAllAndListedInPart(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"type":"Feature","id":0,` + square + `,"properties":{}}`)
	for i := 1; i <= 1500; i++ {
		fmt.Fprintf(&b, `{"type":"Feature","id":%d,"geometry":{"type":"Polygon","coordinates":[[[1,1],[1,2],[1,1]]]},"properties":{}}`, i)
	}
	p, err := prepare(exchange.Import{As: "buildings"}, b.String())
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	for _, n := range p.Notes {
		if n.Kind == "no-area" {
			listed++
		}
	}
	if p.Counts["no-area"] != 1500 || listed != 1000 {
		t.Errorf("%d are counted, %d listed", p.Counts["no-area"], listed)
	}
}

// An import whose caller has gone ends.
func TestImportCanBeStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	many := io.MultiReader(strings.NewReader(`{"type":"FeatureCollection","features":[{"type":"Feature","id":0,`+square+`}`),
		&numbered{})
	_, err := exchange.Prepare(ctx, city(), exchange.Import{As: "buildings"}, []exchange.File{{Name: "endless.geojson", Reader: many}}, nil)
	if geo.KindOf(err) != geo.Unavailable || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// numbered is features without end, each with its own number.
type numbered struct {
	n    int
	text string
}

func (r *numbered) Read(p []byte) (int, error) {
	if r.text == "" {
		r.n++
		r.text = fmt.Sprintf(`,{"type":"Feature","id":%d,%s}`, r.n, square)
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// A disk that is full must not leave half a file that says nothing.
func TestExportTellsOfAFullDisk(t *testing.T) {
	w := exchange.NewWriter(full{})
	if err := w.Site(&geo.Site{ID: 1, Code: "s"}); err != nil {
		t.Fatal(err) // it is still in the buffer
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
