package vtile_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// city makes a small world: a partition with bent borders, three levels of it,
// an exclusive network over a part, and some of every kind of object.
func city(t testing.TB, side int) *world.World {
	t.Helper()
	w, err := world.New(cityParts(t, side, 1))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var origin = lattice.Point{X: 1066200000, Y: 265000000}

const block = 40000 // of a grid, in lattice units: some 400 m

func cityParts(t testing.TB, side int, seed uint64) world.Parts {
	t.Helper()
	basic := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "grid"}}}
	special := geo.Network{ID: "special", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "grid", Enclaves: true}}}
	p := world.Parts{
		Seq: 10, At: time.Unix(1700000000, 0),
		Scheme: geo.Scheme{Name: geo.Plain("Test"), Networks: []geo.Network{basic, special}},
	}
	rng := rand.New(rand.NewPCG(seed, 99))
	mesh := newMesh(rng, side, 12)
	grids := []geo.Grid{{ID: 1, Code: "D", Network: "basic", Level: "district", Name: geo.Text{"zh": "区", "en": "District"}}}
	for i := range side {
		grids = append(grids, geo.Grid{ID: int64(10 + i), Code: fmt.Sprintf("S%02d", i), Network: "basic", Level: "street", Parent: "D", Name: geo.Plain("街")})
	}
	var shapes []coverage.Shape
	for i := range side {
		for j := range side {
			code := fmt.Sprintf("G%02d%02d", i, j)
			grids = append(grids, geo.Grid{ID: int64(1000 + i*side + j), Code: code, Network: "basic", Level: "grid", Parent: fmt.Sprintf("S%02d", i), Name: geo.Plain("格" + code)})
			shapes = append(shapes, coverage.Shape{Code: code, Shape: lattice.MultiPolygon{{mesh.cell(i, j)}}})
		}
	}
	p.Networks = append(p.Networks, world.Part{ID: "basic", Coverage: built(t, basic, grids, shapes), Grids: grids})
	own := []geo.Grid{{ID: 9001, Code: "X1", Network: "special", Level: "grid", Name: geo.Plain("专")}}
	p.Networks = append(p.Networks, world.Part{ID: "special", Grids: own, Coverage: built(t, special, own,
		[]coverage.Shape{{Code: "X1", Shape: lattice.MultiPolygon{{mesh.cell(1, 1)}, {mesh.cell(side-2, side-2)}}}})})

	within := int32(side * block)
	place := func() lattice.Point {
		return lattice.Point{X: origin.X + rng.Int32N(within), Y: origin.Y + rng.Int32N(within)}
	}
	box := func(p lattice.Point, w, h int32) lattice.MultiPolygon {
		return lattice.MultiPolygon{{{p, {X: p.X + w, Y: p.Y}, {X: p.X + w, Y: p.Y + h}, {X: p.X, Y: p.Y + h}}}}
	}
	for i := range 60 * side {
		shape := box(place(), 800+rng.Int32N(3000), 800+rng.Int32N(3000))
		p.Buildings = append(p.Buildings, geo.Building{ID: int64(i + 1), Code: fmt.Sprintf("B%04d", i), Shape: shape, Interior: record.Interior(shape),
			Storeys: rng.IntN(30), Use: "residential", Units: []geo.Unit{{Code: fmt.Sprintf("B%04d-1", i), Households: 12}}})
	}
	for i := range side {
		p.Estates = append(p.Estates, geo.Estate{ID: int64(i + 1), Code: fmt.Sprintf("E%d", i), Name: geo.Plain("小区"), Shape: box(place(), 20000, 15000)})
		p.Base = append(p.Base,
			geo.BaseFeature{ID: int64(5*i + 1), Code: fmt.Sprintf("R%d", i), Kind: "street", Class: "primary", Name: geo.Text{"zh": "路", "en": "Road"},
				Shape: geo.Geometry{Lines: [][]lattice.Point{{place(), place(), place()}}}},
			geo.BaseFeature{ID: int64(5*i + 2), Code: fmt.Sprintf("W%d", i), Kind: "water", Shape: geo.Geometry{Polygons: box(place(), 30000, 30000)}},
			geo.BaseFeature{ID: int64(5*i + 3), Code: fmt.Sprintf("L%d", i), Kind: []string{"land", "green"}[i%2], Shape: geo.Geometry{Polygons: box(place(), 50000, 40000)}},
			geo.BaseFeature{ID: int64(5*i + 4), Code: fmt.Sprintf("V%d", i), Kind: []string{"rail", "waterway"}[i%2], Shape: geo.Geometry{Lines: [][]lattice.Point{{place(), place()}}}},
			geo.BaseFeature{ID: int64(5*i + 5), Code: fmt.Sprintf("P%d", i), Kind: "place", Class: "village", Name: geo.Plain("村"), Shape: geo.Geometry{Point: new(place())}})
		p.Sites = append(p.Sites, geo.Site{ID: int64(i + 1), Code: fmt.Sprintf("M%d", i), Kind: "merchant", Point: place()})
	}
	for i := range 10 * side {
		d := geo.Device{ID: int64(i + 1), Code: fmt.Sprintf("C%03d", i), Kind: "camera", Point: place(), State: "ok"}
		if i%3 == 0 {
			d.View = &geo.View{BearingDeg: rng.Float64() * 360, AngleDeg: 20 + rng.Float64()*340, RangeM: 20 + rng.Float64()*80}
		}
		if i%7 == 0 {
			d.State = "alert"
		}
		p.Devices = append(p.Devices, d)
	}
	for i := range 5 * side {
		in := geo.Incident{ID: int64(i + 1), Point: place(), At: time.Unix(1700000000+int64(i), 0), Category: "noise", State: "open"}
		if i%4 == 0 {
			in.Urgency = "urgent"
		}
		p.Incidents = append(p.Incidents, in)
	}
	return p
}

func built(t testing.TB, n geo.Network, grids []geo.Grid, shapes []coverage.Shape) *coverage.Coverage {
	t.Helper()
	areas, err := coverage.AreasOf(n, grids)
	if err != nil {
		t.Fatal(err)
	}
	c, report, err := coverage.Build(n, areas, shapes, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Repairs {
		if r.Blocker || r.Kind != "multipart" {
			t.Fatalf("the test's own partition needs repairs: %+v", r)
		}
	}
	return c
}

// mesh is a square of cells whose corners are moved and whose sides are bent.
type mesh struct {
	corners [][]lattice.Point
	across  [][][]lattice.Point // the bends of the side from corner (i, j) to (i, j+1)
	along   [][][]lattice.Point // and to (i+1, j)
}

func newMesh(rng *rand.Rand, side, bends int) *mesh {
	m, n := &mesh{}, int32(bends)
	shift := func(by int32) int32 { return rng.Int32N(2*by+1) - by }
	for i := range side + 1 {
		var row []lattice.Point
		for j := range side + 1 {
			row = append(row, lattice.Point{X: origin.X + int32(i)*block + shift(block/5), Y: origin.Y + int32(j)*block + shift(block/5)})
		}
		m.corners = append(m.corners, row)
	}
	bend := func(a, b lattice.Point) []lattice.Point {
		var out []lattice.Point
		for k := int32(1); k < n; k++ {
			out = append(out, lattice.Point{X: a.X + (b.X-a.X)/n*k + shift(block/40), Y: a.Y + (b.Y-a.Y)/n*k + shift(block/40)})
		}
		return out
	}
	for i := range side + 1 {
		var across, along [][]lattice.Point
		for j := range side + 1 {
			across, along = append(across, nil), append(along, nil)
			if j < side {
				across[j] = bend(m.corners[i][j], m.corners[i][j+1])
			}
			if i < side {
				along[j] = bend(m.corners[i][j], m.corners[i+1][j])
			}
		}
		m.across, m.along = append(m.across, across), append(m.along, along)
	}
	return m
}

// cell is the ring of a cell, counter-clockwise.
func (m *mesh) cell(i, j int) []lattice.Point {
	var r []lattice.Point
	r = append(append(r, m.corners[i][j]), m.along[i][j]...)
	r = append(append(r, m.corners[i+1][j]), m.across[i+1][j]...)
	r = append(r, m.corners[i+1][j+1])
	for k := len(m.along[i][j+1]) - 1; k >= 0; k-- {
		r = append(r, m.along[i][j+1][k])
	}
	r = append(r, m.corners[i][j+1])
	for k := len(m.across[i][j]) - 1; k >= 0; k-- {
		r = append(r, m.across[i][j][k])
	}
	return r
}

// footprints is the world of the real footprints, made once for all tests.
var footprints *world.World

// shinjuku makes a world of the real footprints of the test data.
func shinjuku(t testing.TB) *world.World {
	t.Helper()
	data := os.Getenv("ONEGRID_TESTDATA")
	if data == "" {
		t.Skip("ONEGRID_TESTDATA is not set: no real footprints")
	}
	if footprints == nil {
		footprints = readShinjuku(t, data)
	}
	return footprints
}

func readShinjuku(t testing.TB, data string) *world.World {
	file, err := os.Open(filepath.Join(data, "shinjuku", "buildings.geojsonl.gz"))
	if err != nil {
		t.Skip(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	p := world.Parts{Seq: 1, At: time.Unix(1700000000, 0), Scheme: geo.Scheme{
		Name:     geo.Plain("Shinjuku"),
		Networks: []geo.Network{{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid"}}}},
	}}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var f struct {
			Geometry struct {
				Type        string
				Coordinates json.RawMessage
			}
			Properties struct {
				ID     string
				Height float64
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		var shape lattice.MultiPolygon
		switch f.Geometry.Type {
		case "Polygon":
			shape = lattice.MultiPolygon{nil}
			err = json.Unmarshal(f.Geometry.Coordinates, &shape[0])
		case "MultiPolygon":
			err = json.Unmarshal(f.Geometry.Coordinates, &shape)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, poly := range shape {
			for i := range poly {
				poly[i] = poly[i][:len(poly[i])-1] // without the closing repeat
			}
		}
		height := f.Properties.Height
		if height > 1000 {
			height = 0
		}
		p.Buildings = append(p.Buildings, geo.Building{ID: int64(len(p.Buildings) + 1), Code: f.Properties.ID,
			Shape: shape, Interior: record.Interior(shape), HeightM: height, Use: "other"})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	w, err := world.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
