package citygen

import (
	"context"
	"os"
	"testing"
)

func BenchmarkLakeside(b *testing.B) {
	f, err := figures("lakeside")
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, f)
}

// The city of the large benchmarks; minutes and 6 GB, so only when asked for.
func BenchmarkScaled(b *testing.B) {
	if os.Getenv("ONEGRID_LONG") == "" {
		b.Skip("ONEGRID_LONG is not set")
	}
	benchmark(b, Scaled(100_000, 1_000_000, 1))
}

func benchmark(b *testing.B, f Figures) {
	b.ReportAllocs()
	for b.Loop() {
		c, err := Generate(context.Background(), f, nil)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(c.Buildings)), "buildings")
	}
}
