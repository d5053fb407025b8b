package coverage

import "testing"

// BenchmarkSimplify ranks the vertices of Birmingham: 3,223 areas.
func BenchmarkSimplify(b *testing.B) {
	c := birminghamBuilt(b)
	b.ReportAllocs()
	for b.Loop() {
		c.Simplify()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(c.points)), "ns/vertex")
}

// BenchmarkLabels places the labels of all levels of Birmingham.
func BenchmarkLabels(b *testing.B) {
	c := birminghamBuilt(b)
	b.ReportAllocs()
	for b.Loop() {
		c.Labels()
	}
}

// BenchmarkMetrics measures all areas of all levels of Birmingham.
func BenchmarkMetrics(b *testing.B) {
	c := birminghamBuilt(b)
	for b.Loop() {
		c.Metrics()
	}
}

// BenchmarkPixels makes one zoom's map of Birmingham.
func BenchmarkPixels(b *testing.B) {
	c := birminghamBuilt(b)
	s := c.Simplify()
	s.Pixels(0) // projects
	for _, z := range []uint8{8, 10, 12, 14, 16} {
		b.Run("z"+string('0'+z/10)+string('0'+z%10), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.newPixelMap(z)
			}
		})
	}
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
