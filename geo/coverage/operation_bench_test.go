package coverage

import (
	"math/rand/v2"
	"testing"

	"onegrid/geo/lattice"
)

// BenchmarkOperation does operations of every kind on a city, each on the state
// that the one before left.
func BenchmarkOperation(b *testing.B) {
	for _, size := range benchSizes() {
		b.Run(size.name, func(b *testing.B) {
			n, c := size.city(b)
			c.Hash()
			for name, make := range kinds {
				b.Run(name, func(b *testing.B) {
					p := &planner{Rand: rand.New(rand.NewPCG(1, 1)), c: c, n: n}
					done := 0
					for b.Loop() {
						b.StopTimer()
						op := make(p)
						b.StartTimer()
						now, _, err := Apply(p.c, p.n, op)
						if err == nil {
							done++
							now.Hash()
						}
					}
					b.ReportMetric(float64(done)/float64(b.N), "accepted")
				})
			}
		})
	}
}

var _ lattice.Point
