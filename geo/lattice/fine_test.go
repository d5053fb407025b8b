package lattice_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"onegrid/geo/lattice"
)

// TestFine compares a finer lattice's areas and lengths with those of our own.
func TestFine(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		at := lattice.Point{X: int32(r.IntN(3_000_000_000) - 1_500_000_000), Y: int32(r.IntN(1_400_000_000) - 700_000_000)}
		size := 10 + r.IntN([]int{1000, 100_000, 3_000_000}[r.IntN(3)])
		ring := make(lattice.Ring, 3+r.IntN(20))
		for i := range ring {
			ring[i] = lattice.Point{X: at.X + int32(r.IntN(size)), Y: at.Y + int32(r.IntN(size))}
		}
		f := lattice.FineFor(lattice.BoxOf(ring...), 256)
		if f.Times != 256 {
			t.Fatalf("%d units across need no %d", size, f.Times)
		}
		var line []lattice.Point
		length := 0.0
		for i, p := range ring {
			q := f.In(p)
			if f.Out(q) != p {
				t.Fatalf("%v comes back as %v", p, f.Out(q))
			}
			line = append(line, q)
			length += lattice.DistanceM(p, ring[(i+1)%len(ring)])
		}
		line = append(line, line[0])
		want := lattice.AreaM2(ring)
		if got := math.Abs(f.StripM2(line)); math.Abs(got-want) > 1e-9*(want+float64(size)*float64(size)/1000)+1e-6 {
			t.Errorf("%v: area %v, not %v", ring, got, want)
		}
		if got := f.LengthM(line); math.Abs(got-length) > 0.02*length {
			t.Errorf("%v: length %v, not %v", ring, got, length)
		}
	}
	if f := lattice.FineFor(lattice.Box{Max: lattice.Point{X: lattice.MaxSpan, Y: 5}}, 256); f.Times != 1 {
		t.Errorf("the widest box allows no finer lattice than ours, not %d", f.Times)
	}
}
