package locate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"onegrid/data/fixtures"
	"onegrid/geo"
	"onegrid/geo/citygen"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// read opens a file of the test data, unzipped if its name says so.
func read(name string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(os.Getenv("ONEGRID_TESTDATA"), name))
	if err != nil || filepath.Ext(name) != ".gz" {
		return b, err
	}
	zip, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	_, err = out.ReadFrom(zip)
	return out.Bytes(), err
}

// birmingham builds the coverage of the 3,223 output areas, a single level.
var birmingham = sync.OnceValues(func() (*coverage.Coverage, error) {
	b, err := read("birmingham/oa.geojson.gz")
	if err != nil {
		return nil, err
	}
	var file struct {
		Features []struct {
			Properties struct{ OA11CD string }
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, err
	}
	network := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "oa", Enclaves: true}}}
	var areas []coverage.Area
	var shapes []coverage.Shape
	for i, f := range file.Features {
		var shape lattice.MultiPolygon
		if f.Geometry.Type == "Polygon" {
			shape = make(lattice.MultiPolygon, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &shape[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &shape)
		}
		if err != nil {
			return nil, err
		}
		for _, polygon := range shape {
			for k, ring := range polygon {
				polygon[k] = ring[:len(ring)-1]
			}
		}
		areas = append(areas, coverage.Area{Code: f.Properties.OA11CD, Parent: coverage.NoArea})
		shapes = append(shapes, coverage.Shape{Code: f.Properties.OA11CD, Shape: shape, Row: i + 1})
	}
	c, _, err := coverage.Build(network, areas, shapes, coverage.Policy{})
	return c, err
})

// lakeside builds the coverage of the demo city's basic network.
var lakeside = sync.OnceValues(func() (*coverage.Coverage, error) {
	b, err := fixtures.Open("lakeside")
	if err != nil {
		return nil, err
	}
	figures, err := citygen.ParseFigures(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	made, err := citygen.Generate(context.Background(), figures, nil)
	if err != nil {
		return nil, err
	}
	network := *made.Scheme.Basic()
	var grids []geo.Grid
	var shapes []coverage.Shape
	for i, g := range made.Grids {
		if g.Network != network.ID {
			continue
		}
		grids = append(grids, g)
		if made.Shapes[i] != nil {
			shapes = append(shapes, coverage.Shape{Code: g.Code, Shape: made.Shapes[i], Row: i + 1})
		}
	}
	areas, err := coverage.AreasOf(network, grids)
	if err != nil {
		return nil, err
	}
	c, _, err := coverage.Build(network, areas, shapes, coverage.Policy{})
	return c, err
})

// partitionOf gives a coverage's regions as polygons, each put together from
// its boundary.
func partitionOf(c *coverage.Coverage) *partition {
	p := &partition{shapes: make([]lattice.MultiPolygon, c.Regions()), void: map[coverage.Region]bool{}}
	for i := range c.Arcs() {
		p.arcs = append(p.arcs, c.Arc(i))
		p.levels = append(p.levels, c.ArcLevel(i))
	}
	for r := coverage.Region(1); int(r) < c.Regions(); r++ {
		p.void[r] = c.AreaOf(r) < 0
		var polygon lattice.Polygon
		for _, border := range c.Boundary(r) {
			var ring lattice.Ring
			for _, h := range border {
				ring = forward(ring, c.Chain(h))
			}
			polygon = append(polygon, ring)
		}
		p.shapes[r] = lattice.MultiPolygon{polygon}
	}
	return p
}

func needData(t testing.TB) {
	t.Helper()
	if os.Getenv("ONEGRID_TESTDATA") == "" {
		t.Skip("ONEGRID_TESTDATA is not set: no real city to look in")
	}
}

// Every row of expected.csv, which GEOS computed, is answered right.
func TestBirminghamAsGEOSHasIt(t *testing.T) {
	needData(t)
	c, err := birmingham()
	if err != nil {
		t.Fatal(err)
	}
	x, err := locate.New(c, locate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := read("birmingham/expected.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for _, row := range rows[1:] {
		p, err := lattice.ParsePoint(row[0], row[1])
		if err != nil {
			t.Fatal(err)
		}
		r, on := x.Find(p)
		code := ""
		if a := c.AreaOf(r); a >= 0 {
			code = c.Areas()[a].Code
		}
		if code != row[2] || on {
			wrong++
			t.Errorf("%v: %q, on a border: %v, want %q", p, code, on, row[2])
		}
	}
	if len(rows) != 19_997 {
		t.Errorf("%d rows", len(rows))
	}
	t.Logf("%d of %d wrong", wrong, len(rows)-1)
}

// In real and in generated cities, too, the index agrees with parity.
func TestCitiesAgreeWithTheOracle(t *testing.T) {
	points := 30_000
	if long() {
		points = 1_000_000
	}
	for name, build := range map[string]func() (*coverage.Coverage, error){"birmingham": birmingham, "lakeside": lakeside} {
		t.Run(name, func(t *testing.T) {
			if name == "birmingham" {
				needData(t)
			} else if !long() {
				t.Skip("ONEGRID_LONG is not set: no city is generated")
			}
			c, err := build()
			if err != nil {
				t.Fatal(err)
			}
			x, err := locate.New(c, locate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			p := partitionOf(c)
			o := newOracle(p)
			rng := rand.New(rand.NewPCG(seed, 20))
			for range points {
				agree(t, x, o, draw(rng, p))
			}
			w, h, cells, mixed, _ := x.Shape()
			t.Logf("%d regions, %d vertices: cells of 2^%d by 2^%d, %d, of which mixed %d; %d bytes", c.Regions(), p.vertices(), w, h, cells, mixed, x.Bytes())
		})
	}
}
