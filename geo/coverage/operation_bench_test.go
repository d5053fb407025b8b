package coverage_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/locate"
)

// city runs a benchmark on made cities whose grids may have any code.
func city(b *testing.B, run func(b *testing.B, c *coverage.Coverage, n geo.Network)) {
	coverage.Sizes(b, func(b *testing.B, areas []coverage.Area, shapes []coverage.Shape) {
		n := coverage.QuiltNetwork
		n.Levels = slices.Clone(n.Levels)
		n.Levels[2].Code = ""
		run(b, coverage.MustBuild(b, areas, shapes, coverage.Policy{}), n)
	})
}

// BenchmarkOperation does operations of every kind, the hash of the state that
// comes of it included; "accepted" is the share that could be done.
func BenchmarkOperation(b *testing.B) {
	city(b, func(b *testing.B, c *coverage.Coverage, n geo.Network) {
		c.Hash()
		for _, kind := range coveragetest.Kinds {
			b.Run(kind, func(b *testing.B) {
				p := &coveragetest.Planner{Rand: rand.New(rand.NewPCG(1, 1)), Coverage: c, Network: n}
				ops := make([]coverage.Operation, 64)
				for i := range ops {
					for range 200 {
						ops[i] = p.Make(kind)
						if _, _, err := coverage.Apply(c, n, ops[i]); err == nil && nameOf(ops[i]) == kind {
							break
						}
					}
				}
				done := 0
				for i := 0; b.Loop(); i++ {
					if now, _, err := coverage.Apply(c, n, ops[i%len(ops)]); err == nil {
						now.Hash()
						done++
					}
				}
				b.ReportMetric(float64(done)/float64(b.N), "accepted")
			})
		}
	})
}

// BenchmarkPatched brings what is kept beside a coverage up to date after a node
// moved.
func BenchmarkPatched(b *testing.B) {
	city(b, func(b *testing.B, c *coverage.Coverage, n geo.Network) {
		p := &coveragetest.Planner{Rand: rand.New(rand.NewPCG(1, 1)), Coverage: c, Network: n}
		var now *coverage.Coverage
		var diff coverage.Diff
		for now == nil {
			now, diff, _ = coverage.Apply(c, n, p.Make("moveNode"))
		}
		b.Run("simplified", func(b *testing.B) {
			s := c.Simplify()
			for b.Loop() {
				s.Patched(now, diff)
			}
		})
		b.Run("measured", func(b *testing.B) {
			m := c.Measure()
			for b.Loop() {
				m.Patched(now, diff)
			}
		})
		x, err := locate.New(c, locate.Options{})
		if err != nil {
			b.Fatal(err)
		}
		type step struct {
			now  *coverage.Coverage
			diff coverage.Diff
		}
		steps := []step{{now, diff}}
		for p.Coverage = now; len(steps) < 100; {
			now, diff, err := coverage.Apply(p.Coverage, n, p.Make("moveNode"))
			if err == nil {
				steps, p.Coverage = append(steps, step{now, diff}), now
			}
		}
		// A hundred in a row, whatever is made in the background meanwhile.
		b.Run("index", func(b *testing.B) {
			y := x
			for i := 0; b.Loop(); i++ {
				s := steps[i%len(steps)]
				if i%len(steps) == 0 {
					y = x
				}
				if y, err = y.Patched(s.now, s.diff); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
