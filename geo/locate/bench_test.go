package locate_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"onegrid/geo/coverage"
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

// The cities that come out of a coverage.
var (
	birminghamBench = sync.OnceValue(func() *benchCity { return coverageBench("birmingham", birmingham) })
	lakesideBench   = sync.OnceValue(func() *benchCity { return coverageBench("lakeside", lakeside) })
)

func coverageBench(name string, build func() (*coverage.Coverage, error)) *benchCity {
	c, err := build()
	if err != nil {
		panic(err)
	}
	return newBenchCity(name, partitionOf(c))
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

// benchCities are made when they are asked for: a generated city and one of 100
// thousand regions take their time.
func benchCities() map[string]func() *benchCity {
	out := map[string]func() *benchCity{"made-1500": made1500, "lakeside": lakesideBench}
	if os.Getenv("ONEGRID_TESTDATA") != "" {
		out["birmingham"] = birminghamBench
	}
	if long() {
		out["made-100k"] = made100k
	}
	return out
}

// eachCity runs a benchmark in each city.
func eachCity(b *testing.B, run func(b *testing.B, c *benchCity)) {
	cities := benchCities()
	for _, name := range slices.Sorted(maps.Keys(cities)) {
		b.Run(name, func(b *testing.B) { run(b, cities[name]()) })
	}
}

// BenchmarkLookup/CITY/WHO is one exact lookup: onegrid's at each kind of
// points, then that of others, at the first kind. Their "times" is how many of
// onegrid's lookups one of theirs takes, in this run.
func BenchmarkLookup(b *testing.B) {
	eachCity(b, func(b *testing.B, c *benchCity) {
		ours := 0.0
		for i, kind := range kinds {
			who, points := "onegrid", c.points[kind]
			if i > 0 {
				who += "-" + kind
			}
			b.Run(who, func(b *testing.B) {
				b.ReportAllocs()
				owners := 0
				for i := 0; b.Loop(); i++ {
					if r, _ := c.index.Find(points[i%benchPoints]); r != 0 {
						owners++
					}
				}
				if owners == 0 {
					b.Fatal("nobody owns anything")
				}
				if kind == kinds[0] {
					ours = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
				}
			})
		}
		for _, peer := range peers {
			b.Run(peer.name, func(b *testing.B) {
				points, ask := c.points[kinds[0]], peer.build(c.of)
				owners := 0
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					owners += ask(points[i%benchPoints])
				}
				if owners == 0 {
					b.Fatal("nobody owns anything")
				}
				if ours > 0 {
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/ours, "times")
				}
			})
		}
	})
}

// BenchmarkBorder/CITY/LEVEL-POINTS is the nearest border, with its arc, bearing
// and what is beyond, once the lists are made; their "searched" is what it takes
// without lists.
func BenchmarkBorder(b *testing.B) {
	eachCity(b, func(b *testing.B, c *benchCity) {
		finest := slices.Max(c.of.levels)
		for level := finest; level >= 0; level-- {
			c.index.MakeLists(level)
			for _, kind := range kinds {
				points := c.points[kind]
				ask := func(b *testing.B, border func(lattice.Point, int, float64) (locate.Border, bool)) {
					b.ReportAllocs()
					for i := 0; b.Loop(); i++ {
						if _, ok := border(points[i%benchPoints], level, 100_000); !ok {
							b.Fatal("no border")
						}
					}
				}
				name := fmt.Sprintf("level%d-%s", level, kind)
				b.Run(name, func(b *testing.B) { ask(b, c.index.Border) })
				b.Run(name+"-searched", func(b *testing.B) { ask(b, c.index.BorderSearched) })
			}
		}
	})
}

// BenchmarkLists is the making of all lists of a level.
func BenchmarkLists(b *testing.B) {
	eachCity(b, func(b *testing.B, c *benchCity) {
		for level := range slices.Max(c.of.levels) + 1 {
			b.Run(fmt.Sprintf("level%d", level), func(b *testing.B) {
				var blocks, bytes int
				for b.Loop() {
					c.index.ForgetLists()
					bytes = c.index.Bytes()
					blocks = c.index.MakeLists(level)
					bytes = c.index.Bytes() - bytes
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(blocks), "ns/block")
				b.ReportMetric(float64(blocks), "blocks")
				b.ReportMetric(float64(bytes)/1e6, "MB")
			})
		}
	})
}

// BenchmarkBuild is the building of the index.
func BenchmarkBuild(b *testing.B) {
	eachCity(b, func(b *testing.B, c *benchCity) {
		b.ReportAllocs()
		var x *locate.Index
		for b.Loop() {
			x, _ = locate.Build(c.of, locate.Options{})
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(c.of.vertices()), "ns/vertex")
		b.ReportMetric(float64(x.Bytes())/1e6, "MB-index")
		w, h, cells, mixed, words := x.Shape()
		b.Logf("%d vertices; cells of 2^%d by 2^%d: %d, mixed %d, words %d", c.of.vertices(), w, h, cells, mixed, words)
	})
}
