package locate_test

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// sameBorder checks that a search finds the very same border as the lists.
func sameBorder(t interface {
	Helper()
	Fatalf(string, ...any)
}, x *locate.Index, q lattice.Point, level int, maxM float64) {
	t.Helper()
	b, ok := x.Border(q, level, maxM)
	want, has := x.BorderSearched(q, level, maxM)
	if b != want || ok != has {
		t.Fatalf("Border(%v, %d, %v) = %+v, %v; a search finds %+v, %v", q, level, maxM, b, ok, want, has)
	}
}

// Lists answer as a search does, on and beside borders, at corners, in the
// middle of regions and outside, for every level, in cities anywhere.
func TestListsAgreeWithASearch(t *testing.T) {
	points := 20_000
	if long() {
		points = 1_000_000
	}
	for i, place := range places {
		rng := rand.New(rand.NewPCG(seed, uint64(50+i)))
		p := city(rng, place.at, 16, 14, 9, 20_000, 0.2)
		x := index(t, p)
		for n := range points {
			sameBorder(t, x, draw(rng, p), n%5, [...]float64{1e6, 5000, 10, 0}[rng.IntN(4)])
		}
	}
}

func TestListsOfMosaicsAgreeWithASearch(t *testing.T) {
	check(t, func(t *rapid.T) {
		p := drawMosaic(t)
		x, err := locate.Build(p, locate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 200 {
			if len(p.arcs) == 0 {
				return
			}
			sameBorder(t, x, draw(rng, p), rng.IntN(2), 1e6)
		}
	})
}

// So they do in real and in generated cities.
func TestListsOfCitiesAgreeWithASearch(t *testing.T) {
	points := 100_000
	if long() {
		points = 3_000_000
	}
	for name, build := range map[string]func() (*coverage.Coverage, error){"birmingham": birmingham, "lakeside": lakeside} {
		t.Run(name, func(t *testing.T) {
			if name == "birmingham" {
				needData(t)
			} else if !long() {
				t.Skip("ONEGRID_LONG is not set: no city is generated")
			}
			c, err := build()
			if err != nil {
				t.Fatal(err)
			}
			x, err := locate.New(c, locate.Options{})
			if err != nil {
				t.Fatal(err)
			}
			p := partitionOf(c)
			rng := rand.New(rand.NewPCG(seed, 60))
			b := p.bounds()
			for n := range points {
				q := draw(rng, p)
				if n%2 == 0 {
					q = lattice.Point{X: b.Min.X + int32(rng.Int64N(b.Width()+1)), Y: b.Min.Y + int32(rng.Int64N(b.Height()+1))}
				}
				sameBorder(t, x, q, n%5, 1e6)
			}
		})
	}
}
