package vtile_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// BenchmarkLarge is the wait for the first tiles of a city of 99,856 grids, 5.6
// million vertices and a million buildings, and the memory, while and after its
// layers are made ready.
func BenchmarkLarge(b *testing.B) {
	if os.Getenv("ONEGRID_LONG") == "" {
		b.Skip("ONEGRID_LONG is not set: no city of 100,000 grids")
	}
	w := largeCity(b, 316, 28, 1_000_000)
	middle := lattice.BoxOf(lattice.Point{X: origin.X + 158*block, Y: origin.Y + 158*block})
	before := heapMB()
	for b.Loop() {
		start := time.Now()
		a := vtile.NewAtlas(w, nil)
		stopped := make(chan struct{})
		go func() {
			a.Warm(func() bool { return false })
			close(stopped)
		}()
		first := func(id string, z uint8) {
			a.Append(nil, a.Tileset(id), everything, vtile.Cover(middle, z)[0])
			b.ReportMetric(time.Since(start).Seconds(), fmt.Sprintf("s-%s-z%d", id, z))
		}
		first("incidents", 14)
		first("grids", 9)
		first("grids", 11)
		first("grids", 14)
		first("buildings", 14)
		first("onepicture", 16)
		<-stopped
		b.ReportMetric(time.Since(start).Seconds(), "s-warm")
		b.ReportMetric(heapMB()-before, "MB-atlas")
		runtime.KeepAlive(a)
	}
	runtime.KeepAlive(w)
}

func heapMB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func largeCity(b *testing.B, side, bends, buildings int) *world.World {
	start := time.Now()
	basic := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "community"}, {ID: "grid"}}}
	p := world.Parts{Seq: 1, At: time.Unix(1700000000, 0), Scheme: geo.Scheme{Name: geo.Plain("Large"), Networks: []geo.Network{basic}}}
	rng := rand.New(rand.NewPCG(5, 316))
	mesh := newMesh(rng, side, bends)
	grids := []geo.Grid{{Code: "D", Level: "district"}}
	// Squares of 4 by 4 grids are a community, of 24 by 24 a street.
	seen := map[string]bool{}
	put := func(g geo.Grid) {
		if !seen[g.Code] {
			seen[g.Code] = true
			grids = append(grids, g)
		}
	}
	var shapes []coverage.Shape
	for i := range side {
		for j := range side {
			street, community := fmt.Sprintf("S%02d%02d", i/24, j/24), fmt.Sprintf("C%03d%03d", i/4, j/4)
			put(geo.Grid{Code: street, Level: "street", Parent: "D"})
			put(geo.Grid{Code: community, Level: "community", Parent: street})
			code := fmt.Sprintf("G%03d%03d", i, j)
			put(geo.Grid{Code: code, Level: "grid", Parent: community, Name: geo.Plain("网格" + code)})
			shapes = append(shapes, coverage.Shape{Code: code, Shape: lattice.MultiPolygon{{mesh.cell(i, j)}}})
		}
	}
	for i := range grids {
		grids[i].ID, grids[i].Network = int64(i+1), "basic"
	}
	areas, err := coverage.AreasOf(basic, grids)
	if err != nil {
		b.Fatal(err)
	}
	c, _, err := coverage.Build(basic, areas, shapes, coverage.Policy{})
	if err != nil {
		b.Fatal(err)
	}
	p.Networks = []world.Part{{ID: "basic", Coverage: c, Grids: grids}}
	b.Logf("coverage built after %v", time.Since(start))
	within := int32(side * block)
	for i := range buildings {
		at := lattice.Point{X: origin.X + rng.Int32N(within), Y: origin.Y + rng.Int32N(within)}
		shape := lattice.MultiPolygon{{{at, {X: at.X + 1500, Y: at.Y}, {X: at.X + 1500, Y: at.Y + 600}, {X: at.X + 800, Y: at.Y + 600}, {X: at.X + 800, Y: at.Y + 1400}, {X: at.X, Y: at.Y + 1400}}}}
		p.Buildings = append(p.Buildings, geo.Building{ID: int64(i + 1), Code: fmt.Sprintf("B%07d", i), Shape: shape,
			Interior: record.Interior(shape), Storeys: 1 + i%33, HeightM: float64(3 * (i % 33)), Use: "residential"})
	}
	for i := range 1000 {
		at := lattice.Point{X: origin.X + rng.Int32N(within), Y: origin.Y + rng.Int32N(within)}
		p.Incidents = append(p.Incidents, geo.Incident{ID: int64(i + 1), Point: at, State: "open"})
	}
	w, err := world.New(p)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("world made after %v", time.Since(start))
	return w
}
