package locate_test

import (
	"math/rand/v2"
	"sync"
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

// listed makes all lists of an index at once. There must be some.
func listed(t *testing.T, x *locate.Index) *locate.Index {
	t.Helper()
	blocks := 0
	for level := range x.Levels() {
		blocks += x.MakeLists(level)
	}
	if blocks == 0 {
		t.Fatal("no lists")
	}
	return x
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
		x := listed(t, index(t, p))
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
		for level := range x.Levels() {
			x.MakeLists(level)
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
			listed(t, x)
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

// Whatever places are fetched, anywhere and in any number, with lists and without,
// answers stay as they are.
func TestFetchChangesNothing(t *testing.T) {
	p := city(rand.New(rand.NewPCG(seed, 80)), places[1].at, 16, 14, 9, 20_000, 0.2)
	for _, x := range []*locate.Index{index(t, &partition{}), index(t, p), listed(t, index(t, p))} {
		rng, o := rand.New(rand.NewPCG(seed, 81)), newOracle(p)
		for n := range 2_000 {
			some := make([]lattice.Point, n%(2*locate.FetchMost))
			for i := range some {
				some[i] = draw(rng, p)
				if rng.IntN(4) == 0 {
					some[i] = lattice.Point{X: int32(rng.Uint32()) % lattice.MaxLon, Y: int32(rng.Uint32()) % lattice.MaxLat}
				}
			}
			x.Fetch(some, n%2 == 0)
			if x.Levels() > 0 {
				for _, q := range some {
					agree(t, x, o, q)
				}
			}
		}
	}
}

// Any number of goroutines may ask, whoever of them makes a list, and lists come
// only where enough is asked; the bytes that they take are counted.
func TestListsAreMadeAtOnce(t *testing.T) {
	p := city(rand.New(rand.NewPCG(seed, 70)), places[0].at, 16, 14, 9, 20_000, 0.2)
	x := index(t, p)
	before := x.Bytes()
	p.bounds() // found once, before they all ask for it
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			rng := rand.New(rand.NewPCG(seed, 71)) // the same places in the same order
			for n := range 20_000 {
				q := draw(rng, p)
				b, ok := x.Border(q, n%3, 1e6)
				if want, has := x.BorderSearched(q, n%3, 1e6); b != want || ok != has {
					t.Errorf("Border(%v, %d) = %+v, %v; a search finds %+v, %v", q, n%3, b, ok, want, has)
					return
				}
			}
		})
	}
	all.Wait()
	asked := x.Bytes()
	if asked <= before {
		t.Errorf("%d bytes, and %d after 80,000 questions: no lists", before, asked)
	}
	listed(t, x)
	if made := x.Bytes(); made < asked || made > 5*before+64<<10 {
		t.Errorf("%d bytes, %d after some questions, %d with all lists", before, asked, made)
	}
}
