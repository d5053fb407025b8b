package coverage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

var quiltNetwork = geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "grid"}}}

// quilt draws side x side grids of about 300 m with waving borders of so many
// steps each, so that neighbours match vertex by vertex.
func quilt(side, steps int) ([]Area, []Shape) {
	const block = 30_000
	r := rand.New(rand.NewPCG(7, 7))
	o := lattice.Point{X: 1_065_000_000, Y: 265_000_000}
	corners := make([]lattice.Point, (side+1)*(side+1))
	for i := range corners {
		x, y := i%(side+1), i/(side+1)
		corners[i] = lattice.Point{X: o.X + int32(x*block+r.IntN(8000)), Y: o.Y + int32(y*block+r.IntN(8000))}
	}
	wave := func(a, b lattice.Point) []lattice.Point {
		out := make([]lattice.Point, 0, steps)
		high, turns, phase := 3000*r.Float64(), 1+2*r.Float64(), 6*r.Float64()
		dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
		length := math.Hypot(dx, dy)
		for k := range steps {
			t := float64(k) / float64(steps)
			up := (high*math.Sin(turns*math.Pi*t+phase) + 60*r.Float64()) * math.Sin(math.Pi*t) / length
			out = append(out, lattice.Point{X: a.X + int32(t*dx-up*dy), Y: a.Y + int32(t*dy+up*dx)})
		}
		return out
	}
	east := make([][]lattice.Point, len(corners))
	north := make([][]lattice.Point, len(corners))
	for i := range corners {
		if i%(side+1) < side {
			east[i] = wave(corners[i], corners[i+1])
		}
		if i/(side+1) < side {
			north[i] = wave(corners[i], corners[i+side+1])
		}
	}
	back := func(dst lattice.Ring, p []lattice.Point, end lattice.Point) lattice.Ring {
		dst = append(dst, end)
		for i := len(p) - 1; i > 0; i-- {
			dst = append(dst, p[i])
		}
		return dst
	}
	grids := []geo.Grid{{Code: "D", Level: "district"}}
	var shapes []Shape
	for y := range side {
		street := fmt.Sprintf("S%04d", y)
		grids = append(grids, geo.Grid{Code: street, Level: "street", Parent: "D"})
		for x := range side {
			i := y*(side+1) + x
			var ring lattice.Ring
			ring = append(ring, east[i]...)
			ring = append(ring, north[i+1]...)
			ring = back(ring, east[i+side+1], corners[i+side+2])
			ring = back(ring, north[i], corners[i+side+1])
			code := fmt.Sprintf("G%04d%04d", y, x)
			grids = append(grids, geo.Grid{Code: code, Level: "grid", Parent: street})
			shapes = append(shapes, Shape{Code: code, Shape: lattice.MultiPolygon{{ring}}, Row: len(shapes) + 1})
		}
	}
	areas, err := AreasOf(quiltNetwork, grids)
	if err != nil {
		panic(err)
	}
	return areas, shapes
}

// sizes are 1,444 grids of 199 k vertices and, in the long form, 100,489 of 5.6 M.
func sizes(b *testing.B, run func(b *testing.B, areas []Area, shapes []Shape)) {
	for _, s := range []struct{ side, steps int }{{38, 67}, {317, 28}} {
		if s.side > 100 && !long() {
			continue
		}
		areas, shapes := quilt(s.side, s.steps)
		b.Run(fmt.Sprint(s.side*s.side), func(b *testing.B) { run(b, areas, shapes) })
	}
}

func mustBuild(b *testing.B, areas []Area, shapes []Shape, p Policy) *Coverage {
	c, _, err := Build(quiltNetwork, areas, shapes, p)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func perVertex(b *testing.B, c *Coverage) {
	b.ReportMetric(float64(c.points), "vertices")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.points), "ns/vertex")
}

func BenchmarkBuildClean(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		var c *Coverage
		for b.Loop() {
			c = mustBuild(b, areas, shapes, Policy{})
		}
		perVertex(b, c)
	})
}

func BenchmarkBuildAndCheckClean(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		var c *Coverage
		for b.Loop() {
			c = mustBuild(b, areas, shapes, Policy{})
			if v := c.Check(quiltNetwork); len(v) > 0 {
				b.Fatal(v[0])
			}
		}
		perVertex(b, c)
	})
}

// BenchmarkBuildAndCheckDirty builds from polygons of which one in fifty was
// drawn anew by another hand, 2 m off.
func BenchmarkBuildAndCheckDirty(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		r := rand.New(rand.NewPCG(1, 1))
		dirty := append([]Shape(nil), shapes...)
		for i := 0; i < len(dirty); i += 50 {
			off, _ := jitter(r, dirty[i:i+1], 2, 0, 0, 0)
			dirty[i] = off[0]
		}
		benchDirty(b, areas, dirty)
	})
}

// BenchmarkBuildAndCheckJittered builds from polygons all of whose vertices were
// moved by up to 2 m: every border is drawn twice, and differently.
func BenchmarkBuildAndCheckJittered(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		dirty, _ := jitter(rand.New(rand.NewPCG(1, 1)), shapes, 2, 0, 0, 0)
		benchDirty(b, areas, dirty)
	})
}

func benchDirty(b *testing.B, areas []Area, shapes []Shape) {
	var c *Coverage
	for b.Loop() {
		c = mustBuild(b, areas, shapes, Policy{GapWidthM: 6}) // two moves of 2√2 m meet
		if v := c.Check(quiltNetwork); len(v) > 0 {
			b.Fatal(v[0])
		}
	}
	perVertex(b, c)
}

func BenchmarkDecode(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		c := mustBuild(b, areas, shapes, Policy{})
		chunks := c.Encode()
		bytes := 0
		for _, chunk := range chunks {
			bytes += len(chunk)
		}
		for b.Loop() {
			if _, err := Decode(chunks); err != nil {
				b.Fatal(err)
			}
		}
		perVertex(b, c)
		b.ReportMetric(float64(len(chunks)), "chunks")
		b.ReportMetric(float64(bytes), "bytes")
	})
}

func BenchmarkCheck(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		c := mustBuild(b, areas, shapes, Policy{})
		for b.Loop() {
			c.Check(quiltNetwork)
		}
		perVertex(b, c)
	})
}

func BenchmarkEncode(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		c := mustBuild(b, areas, shapes, Policy{})
		for b.Loop() {
			hashOf(c.Encode())
		}
		perVertex(b, c)
	})
}
