package locate_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// A benchmark's city: a partition, and points to ask about.
type benchCity struct {
	name   string
	of     *partition
	index  *locate.Index
	points map[string][]lattice.Point
}

// kinds of points, in the order in which they are reported: anywhere in the
// box; at buildings, which stand 8 to 60 metres from a border; and within a
// metre of one.
var kinds = []string{"uniform", "buildings", "border"}

const benchPoints = 1 << 20

// made1500 and made100k are the sizes of figures.md: 1,521 regions with 199
// thousand vertices and 99,856 with 5.6 million, blocks of 500 m.
var (
	made1500 = sync.OnceValue(func() *benchCity { return makeCity("made-1500", 39, 64) })
	made100k = sync.OnceValue(func() *benchCity { return makeCity("made-100k", 316, 28) })
)

func makeCity(name string, side, steps int) *benchCity {
	rng := rand.New(rand.NewPCG(seed, 100))
	return newBenchCity(name, city(rng, lattice.Point{X: 1_060_000_000, Y: 260_000_000}, side, side, steps, 45_000, 0.05))
}

func newBenchCity(name string, p *partition) *benchCity {
	x, err := locate.Build(p, locate.Options{})
	if err != nil {
		panic(err)
	}
	rng := rand.New(rand.NewPCG(seed, 101))
	b := p.bounds()
	c := &benchCity{name: name, of: p, index: x, points: map[string][]lattice.Point{}}
	beside := func(least, most float64) lattice.Point {
		points := p.arcs[rng.IntN(len(p.arcs))].Points
		k := rng.IntN(len(points) - 1)
		f := rng.Float64()
		q := lattice.Point{
			X: points[k].X + int32(f*float64(points[k+1].X-points[k].X)),
			Y: points[k].Y + int32(f*float64(points[k+1].Y-points[k].Y)),
		}
		away := func() float64 { return (least + rng.Float64()*(most-least)) * float64(1-2*rng.IntN(2)) }
		return lattice.Offset(q, away(), away())
	}
	for range benchPoints {
		c.points["uniform"] = append(c.points["uniform"], lattice.Point{
			X: b.Min.X + int32(rng.Int64N(b.Width()+1)), Y: b.Min.Y + int32(rng.Int64N(b.Height()+1)),
		})
		c.points["buildings"] = append(c.points["buildings"], beside(8, 60))
		c.points["border"] = append(c.points["border"], beside(0, 0.7))
	}
	return c
}

func benchCities() []*benchCity {
	out := []*benchCity{made1500()}
	if long() {
		out = append(out, made100k())
	}
	return out
}

// BenchmarkLookup/CITY/WHO is one exact lookup.
func BenchmarkLookup(b *testing.B) {
	for _, c := range benchCities() {
		b.Run(c.name, func(b *testing.B) {
			for _, kind := range kinds {
				points := c.points[kind]
				b.Run("onegrid-"+kind, func(b *testing.B) {
					b.ReportAllocs()
					found := 0
					for i := 0; b.Loop(); i++ {
						if r, _ := c.index.Find(points[i%benchPoints]); r != 0 {
							found++
						}
					}
					if found == 0 {
						b.Fatal("nothing found")
					}
				})
			}
		})
	}
}

// BenchmarkBorder is the nearest border, with its arc, bearing and what is
// beyond, of each level.
func BenchmarkBorder(b *testing.B) {
	for _, c := range benchCities() {
		for level := 2; level >= 0; level-- {
			for _, kind := range kinds {
				points := c.points[kind]
				b.Run(fmt.Sprintf("%s/level%d-%s", c.name, level, kind), func(b *testing.B) {
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						if _, ok := c.index.Border(points[i%benchPoints], level, 100_000); !ok {
							b.Fatal("no border")
						}
					}
				})
			}
		}
	}
}

// BenchmarkBuild is the building of the index.
func BenchmarkBuild(b *testing.B) {
	for _, c := range benchCities() {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var x *locate.Index
			for b.Loop() {
				x, _ = locate.Build(c.of, locate.Options{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.of.vertices()), "ns/vertex")
			b.ReportMetric(float64(x.Bytes())/1e6, "MB-index")
			w, h, cells, mixed, words := x.Shape()
			b.Logf("cells of 2^%d by 2^%d: %d, mixed %d, words %d", w, h, cells, mixed, words)
		})
	}
}
