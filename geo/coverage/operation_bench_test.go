package coverage

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// BenchmarkOperation does operations of every kind on a city, the hash of the
// state included; "accepted" is the share that could be done.
func BenchmarkOperation(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		n := quiltNetwork
		n.Levels = slices.Clone(n.Levels)
		n.Levels[2].Code = ""
		c := mustBuild(b, areas, shapes, Policy{})
		c.Hash()
		for _, name := range slices.Sorted(maps.Keys(kinds)) {
			b.Run(name, func(b *testing.B) {
				p := &planner{Rand: rand.New(rand.NewPCG(1, 1)), c: c, n: n}
				ops := make([]Operation, 64)
				for i := range ops {
					for try := 0; try < 200; try++ {
						ops[i] = kinds[name](p)
						if _, _, err := Apply(c, n, ops[i]); err == nil && ops[i].name() == name {
							break
						}
					}
				}
				done := 0
				for i := 0; b.Loop(); i++ {
					now, _, err := Apply(c, n, ops[i%len(ops)])
					if err == nil {
						now.Hash()
						done++
					}
				}
				b.ReportMetric(float64(done)/float64(b.N), "accepted")
			})
		}
	})
}

// BenchmarkPatched brings the simplification up to date after a node moved.
func BenchmarkPatched(b *testing.B) {
	sizes(b, func(b *testing.B, areas []Area, shapes []Shape) {
		c := mustBuild(b, areas, shapes, Policy{})
		s := c.Simplify()
		p := &planner{Rand: rand.New(rand.NewPCG(1, 1)), c: c, n: quiltNetwork}
		var now *Coverage
		var diff Diff
		for now == nil {
			now, diff, _ = Apply(c, quiltNetwork, p.moveNode())
		}
		for b.Loop() {
			s.Patched(now, diff)
		}
	})
}
