package locate_test

import (
	"math/rand/v2"
	"testing"

	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// A patched index answers what one made anew does, borders and all, and what the
// oracle does; the indexes of the states before still answer for those.
func TestPatchedIndex(t *testing.T) {
	towns, steps := 40, 60
	if long() {
		towns, steps = 2_000, 100
	}
	for seed := range uint64(towns) {
		rng := rand.New(rand.NewPCG(seed, 11))
		p := &coveragetest.Planner{Rand: rng, Coverage: board(t, rng, 5), Network: boardNetwork}
		first := index(t, p.Coverage)
		x, was := first, p.Coverage
		for step := range steps {
			if p.Grounds() < 3 {
				break
			}
			diff, done := p.Step()
			if !done {
				continue
			}
			x = patched(t, x, p.Coverage, diff)
			if step%10 == 0 {
				sameAnswers(t, rng, x, p.Coverage, 300)
			}
		}
		sameAnswers(t, rng, x, p.Coverage, 1_500)
		sameAnswers(t, rng, first, was, 100)
	}
}

// patched follows an operation.
func patched(t *testing.T, x *locate.Index, now *coverage.Coverage, diff coverage.Diff) *locate.Index {
	t.Helper()
	x, err := x.Patched(now, diff)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// sameAnswers asks about points of all kinds.
func sameAnswers(t *testing.T, rng *rand.Rand, x *locate.Index, c *coverage.Coverage, points int) {
	t.Helper()
	part := partitionOf(c)
	o, whole := newOracle(part), index(t, c)
	for range points {
		q := draw(rng, part)
		agree(t, x, o, q)
		level, reach := rng.IntN(3), []float64{5, 50, 5_000}[rng.IntN(3)]
		got, ok := x.Border(q, level, reach)
		want, found := whole.Border(q, level, reach)
		if got != want || ok != found {
			t.Fatalf("Border(%v, %d, %g) = %+v, %v, want %+v, %v", q, level, reach, got, ok, want, found)
		}
	}
}

// Once much has been touched, an index of the whole is made in the background and
// goes under what is patched after that.
func TestPatchesGoOverANewIndex(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 12))
	p := &coveragetest.Planner{Rand: rng, Coverage: board(t, rng, 40), Network: boardNetwork}
	x := index(t, p.Coverage)
	whole := map[*locate.Index]bool{}
	for done := 0; len(whole) < 3; done++ {
		if done > 20_000 {
			t.Fatal("no index was made in the background")
		}
		diff, ok := p.Step()
		if !ok {
			continue
		}
		x = patched(t, x, p.Coverage, diff)
		if rng.IntN(50) == 0 {
			x.Settle()
		}
		if !whole[x.Whole()] {
			whole[x.Whole()] = true
			sameAnswers(t, rng, x, p.Coverage, 500)
		}
	}
}

// What is patched fetches, and says what it holds.
func TestPatchedIndexAsAWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 13))
	c := board(t, rng, 5)
	x := index(t, c)
	now, diff, err := coverage.Apply(c, boardNetwork, &coverage.Merge{Into: "g0-0", Grids: []string{"g0-0", "g1-0"}})
	if err != nil {
		t.Fatal(err)
	}
	y, err := x.Patched(now, diff)
	if err != nil {
		t.Fatal(err)
	}
	if y.Bytes() <= x.Bytes() {
		t.Errorf("%d bytes patched, %d before", y.Bytes(), x.Bytes())
	}
	other, _ := c.AreaByCode("g1-0")
	q, _ := lattice.Interior(lattice.MultiPolygon{coveragetest.PolygonOf(c, c.RegionsOf(other)[0])})
	y.Fetch([]lattice.Point{q}, true)
	if r := y.Region(q); now.AreaOf(r) < 0 || now.Areas()[now.AreaOf(r)].Code != "g0-0" {
		t.Errorf("%v is in region %d after the merge", q, r)
	}
}
