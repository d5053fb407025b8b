package coverage

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// BenchmarkSimplify ranks the vertices of a coverage.
func BenchmarkSimplify(b *testing.B) {
	each(b, func(b *testing.B, c *Coverage) {
		for b.Loop() {
			c.Simplify()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.points), "ns/vertex")
	})
}

// BenchmarkLabels places the labels of all levels.
func BenchmarkLabels(b *testing.B) {
	each(b, func(b *testing.B, c *Coverage) {
		for b.Loop() {
			for a := range c.Areas() {
				c.Label(int32(a))
			}
		}
	})
}

// BenchmarkMetrics measures all areas of all levels.
func BenchmarkMetrics(b *testing.B) {
	each(b, func(b *testing.B, c *Coverage) {
		for b.Loop() {
			c.Metrics()
		}
	})
}

// BenchmarkPixels makes one zoom's map.
func BenchmarkPixels(b *testing.B) {
	each(b, func(b *testing.B, c *Coverage) {
		s := c.Simplify()
		s.Draw(0) // projects
		for _, z := range []uint8{8, 10, 12, 14, 16} {
			b.Run(fmt.Sprintf("z%02d", z), func(b *testing.B) {
				for b.Loop() {
					s.Draw(z)
				}
			})
		}
	})
}

// each runs a benchmark on Birmingham, on a made city of 1,521 areas with 199
// thousand vertices, and where ONEGRID_LONG is set on one of 99,856 areas with
// 5.6 million.
func each(b *testing.B, run func(*testing.B, *Coverage)) {
	b.Run("birmingham", func(b *testing.B) {
		c := birminghamBuilt(b)
		b.ReportAllocs()
		run(b, c)
	})
	b.Run("city", func(b *testing.B) {
		c := madeCity(b, 39, 63)
		b.ReportAllocs()
		run(b, c)
	})
	if long() {
		b.Run("region", func(b *testing.B) {
			c := madeCity(b, 316, 27)
			b.ReportAllocs()
			run(b, c)
		})
	}
}

// madeCity makes a city of side by side areas, square but for borders that
// wander through so many points each, in blocks of ten by ten.
func madeCity(b *testing.B, side, points int) *Coverage {
	const cell = 40_000 // some 440 m
	random := rand.New(rand.NewPCG(1, 2))
	at := func(x, y int) lattice.Point {
		return lattice.Point{X: 1_066_000_000 + int32(x)*cell, Y: 266_000_000 + int32(y)*cell}
	}
	wander := func(p, q lattice.Point) []lattice.Point {
		out := []lattice.Point{p}
		off := int32(0)
		for i := int32(1); i <= int32(points); i++ {
			n := int32(points + 1)
			off = max(-cell/8, min(cell/8, off+random.Int32N(801)-400)) * 9 / 10
			m := lattice.Point{X: p.X + (q.X-p.X)/n*i, Y: p.Y + (q.Y-p.Y)/n*i}
			bound := min(off, cell/n*min(i, n-i)/3)
			bound = max(bound, -cell/n*min(i, n-i)/3)
			if p.Y == q.Y {
				m.Y += bound
			} else {
				m.X += bound
			}
			out = append(out, m)
		}
		return append(out, q)
	}
	across, upward := make([][]lattice.Point, (side+1)*(side+1)), make([][]lattice.Point, (side+1)*(side+1))
	for y := range side + 1 {
		for x := range side + 1 {
			across[y*(side+1)+x] = wander(at(x, y), at(x+1, y))
			upward[y*(side+1)+x] = wander(at(x, y), at(x, y+1))
		}
	}
	areas := []Area{{Code: "city", Parent: NoArea}}
	blocks := (side + 9) / 10
	for i := range blocks * blocks {
		areas = append(areas, Area{Code: fmt.Sprintf("b%05d", i), Level: 1, Parent: 0})
	}
	var shapes []Shape
	for y := range side {
		for x := range side {
			code := fmt.Sprintf("g%03d%03d", y, x)
			areas = append(areas, Area{Code: code, Level: 2, Parent: int32(1 + y/10*blocks + x/10)})
			ring := append(lattice.Ring{}, across[y*(side+1)+x]...)
			ring = append(ring, upward[y*(side+1)+x+1][1:]...)
			top, left := across[(y+1)*(side+1)+x], upward[y*(side+1)+x]
			for i := len(top) - 2; i >= 0; i-- {
				ring = append(ring, top[i])
			}
			for i := len(left) - 2; i > 0; i-- {
				ring = append(ring, left[i])
			}
			shapes = append(shapes, Shape{Code: code, Shape: lattice.MultiPolygon{{ring}}})
		}
	}
	n := geo.Network{ID: "made", Kind: geo.Basic, Levels: []geo.Level{{ID: "city"}, {ID: "block"}, {ID: "grid"}}}
	c, report, err := Build(n, areas, shapes, Policy{})
	if err != nil {
		b.Fatal(err)
	}
	if len(report.Repairs) > 0 {
		b.Fatalf("the made city needs repairs: %+v", report.Repairs[0])
	}
	return c
}

// birminghamBuilt is Birmingham as a coverage.
func birminghamBuilt(t testing.TB) *Coverage {
	n, areas, shapes := birmingham(t)
	c, _, err := Build(n, areas, shapes, Policy{GapWidthM: 1})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
