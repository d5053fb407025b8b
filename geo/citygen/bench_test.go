package citygen

import (
	"context"
	"os"
	"testing"

	"onegrid/geo"
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
	benchmark(b, scaled(100_000, 1_000_000, 1))
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

// scaled returns figures of a lake city of any size, with as many
// communities and streets as the practice has for that many grids.
func scaled(grids, buildings int, seed int64) Figures {
	communities := max(1, grids/10)
	return Figures{
		Name:        geo.Text{"zh": "湖滨市", "en": "Lake City"},
		Seed:        seed,
		Terrain:     Lake,
		Centre:      [2]float64{106.62, 26.61},
		GCJ02:       true,
		Division:    "520100",
		AreaKM2:     float64(grids) / 15,
		Levels:      []string{"district", "street", "community", "grid", "household-group"},
		Streets:     max(1, communities/14),
		Towns:       communities / 50,
		Communities: communities,
		Grids:       grids,
		Bounds:      [2]int{200, 300},
		Buildings:   buildings,
		Cameras:     grids,
		WaterLevel:  grids / 40,
		Merchants:   grids,
		Stations:    communities,
	}
}
