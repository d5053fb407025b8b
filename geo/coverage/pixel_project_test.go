package coverage

import (
	"math"
	"math/rand/v2"
	"testing"

	"onegrid/geo/lattice"
)

func TestProjectKnownPlaces(t *testing.T) {
	const middle, last = BaseSize / 2, BaseSize - 1
	for _, test := range []struct {
		lon, lat float64
		want     Pixel
	}{
		{0, 0, Pixel{middle, middle}},
		{-180, 0, Pixel{0, middle}},
		{180, 0, Pixel{last, middle}},
		{0, 90, Pixel{middle, 0}},
		{0, -90, Pixel{middle, last}},
		{90, 66.5132604, Pixel{middle + middle/2, BaseSize / 4}}, // a quarter of the way: asin(tanh(π/2))
	} {
		p, err := lattice.FromDegrees(test.lon, test.lat)
		if err != nil {
			t.Fatal(err)
		}
		got := Project(p)
		// Half a lattice unit is at most five base units there.
		if far := max(math.Abs(float64(got.X)-float64(test.want.X)), math.Abs(float64(got.Y)-float64(test.want.Y))); far > 5 {
			t.Errorf("%v, %v is drawn at %v, not %v", test.lon, test.lat, got, test.want)
		}
	}
}

// A base unit is 1.7 lattice units wide and at most as high, so the way there and
// back ends within one.
func TestProjectThereAndBack(t *testing.T) {
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 31))
		p := lattice.Point{X: int32(r.Int64N(2*lattice.MaxLon-2) - lattice.MaxLon + 1), Y: int32(r.Int64N(170*lattice.Scale) - 85*lattice.Scale)}
		q := Unproject(Project(p))
		if dx, dy := int64(q.X)-int64(p.X), int64(q.Y)-int64(p.Y); max(dx, -dx, dy, -dy) > 1 {
			t.Fatalf("seed %d: %v comes back as %v", seed, p, q)
		}
	}
}

// Half a pixel goes up, at every zoom by the place alone.
func TestAtRoundsHalfUp(t *testing.T) {
	for z := uint8(0); z <= MaxPixelZoom; z++ {
		unit := int32(1) << BaseShift(z)
		for _, test := range [...]struct{ base, want int32 }{{0, 0}, {unit/2 - 1, 0}, {unit / 2, 1}, {unit, 1}, {unit + unit/2, 2}} {
			if got := (Pixel{test.base, test.base}).At(z); got != (Pixel{test.want, test.want}) {
				t.Errorf("zoom %d: %d is in pixel %v, not %d", z, test.base, got, test.want)
			}
		}
	}
}
