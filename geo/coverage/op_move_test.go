package coverage_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/lattice"
)

// twoGrids are two squares of 1000 beside each other.
func twoGrids(t *testing.T) (*coverage.Coverage, geo.Network) {
	n := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid"}}}
	c, _, err := coverage.Build(n, []coverage.Area{{Code: "w", Parent: coverage.NoArea}, {Code: "e", Parent: coverage.NoArea}}, []coverage.Shape{
		{Code: "w", Shape: oblong(0, 0, 100_000, 100_000)}, {Code: "e", Shape: oblong(100_000, 0, 100_000, 100_000)}}, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return c, n
}

func oblong(x, y, w, h int32) lattice.MultiPolygon {
	return lattice.MultiPolygon{{{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}}}
}

// moved proposes and does a move, and fails unless everything stands where it
// should then.
func moved(t *testing.T, c *coverage.Coverage, n geo.Network, codes []string, to string, site coverage.Site) *coverage.Coverage {
	t.Helper()
	op, err := coverage.Propose(c, n, codes, to, site)
	if err != nil {
		t.Fatal(err)
	}
	now, diff, err := coverage.Apply(c, n, op)
	if err != nil {
		t.Fatal(err, describe(op))
	}
	if fault := wrong(c, now, n, diff); fault != "" {
		t.Fatal(fault)
	}
	goes := map[string]bool{}
	for _, code := range codes {
		goes[code] = true
	}
	for _, b := range site.Buildings {
		want := b.Grid
		if goes[b.Code] {
			want = to
		}
		a, _ := now.AreaByCode(want)
		for _, p := range b.Footprint[0][0] {
			if !coveragetest.Inside(lattice.MultiPolygon{coveragetest.PolygonOf(now, now.RegionsOf(a)[0])}, p) {
				t.Errorf("%s is not in %s: %s", b.Code, want, describe(op))
				break
			}
		}
	}
	return now
}

// Without any guide the border runs halfway between the buildings.
func TestMoveBuildingOverOpenGround(t *testing.T) {
	c, n := twoGrids(t)
	site := coverage.Site{Buildings: []coverage.Building{
		{Code: "b1", Grid: "e", Footprint: oblong(110_000, 40_000, 10_000, 10_000)},
		{Code: "b2", Grid: "e", Footprint: oblong(150_000, 40_000, 10_000, 10_000)},
		{Code: "b3", Grid: "e", Footprint: oblong(110_000, 80_000, 10_000, 10_000)},
	}}
	moved(t, c, n, []string{"b1"}, "w", site)
	moved(t, c, n, []string{"b1", "b3"}, "w", site)
	_, err := coverage.Propose(c, n, []string{"b1", "b2", "b3"}, "w", site)
	if err == nil || !strings.Contains(err.Error(), "nothing would be left of e") {
		t.Errorf("all that stands in e goes, and %v", err)
	}
}

// Where there is a street, the border follows it.
func TestMoveBuildingAlongStreets(t *testing.T) {
	c, n := twoGrids(t)
	site := coverage.Site{Buildings: []coverage.Building{
		{Code: "b1", Grid: "e", Footprint: oblong(110_000, 20_000, 10_000, 10_000)},
		{Code: "b2", Grid: "e", Footprint: oblong(150_000, 20_000, 10_000, 10_000)},
		{Code: "b3", Grid: "e", Footprint: oblong(110_000, 70_000, 10_000, 10_000)},
	}, Guides: []coverage.Guide{
		{Line: []lattice.Point{{X: 135_000, Y: -1000}, {X: 135_000, Y: 101_000}}, Cost: 1},
		{Line: []lattice.Point{{X: 99_000, Y: 50_000}, {X: 201_000, Y: 50_000}}, Cost: 1},
	}}
	now := moved(t, c, n, []string{"b1"}, "w", site)
	w, _ := now.AreaByCode("w")
	want := lattice.ShapeAreaM2(oblong(0, 0, 100_000, 100_000)) + lattice.ShapeAreaM2(oblong(100_000, 0, 35_000, 50_000))
	if got := lattice.ShapeAreaM2(now.Polygons(w)); got < want-1 || got > want+1 {
		t.Errorf("%v m², not %v", got, want)
	}
}

// What stands between has to be named.
func TestMoveBuildingBehindOthers(t *testing.T) {
	c, n := twoGrids(t)
	site := coverage.Site{Buildings: []coverage.Building{
		{Code: "b1", Grid: "e", Footprint: oblong(101_000, 1_000, 40_000, 98_000)},
		{Code: "b2", Grid: "e", Footprint: oblong(180_000, 40_000, 10_000, 10_000)},
	}}
	_, err := coverage.Propose(c, n, []string{"b2"}, "w", site)
	if err == nil || !strings.Contains(err.Error(), "would have to go too: [b1]") {
		t.Errorf("b1 stands between, and %v", err)
	}
}

// Where plots part the ground, the new border is at most half as long again as
// the shortest one along their edges, which is found by trying all.
func TestMoveBuildingsAlongPlots(t *testing.T) {
	const wide, step = 4, 25_000
	c, n := twoGrids(t)
	tried := 0
	for seed := range uint64(coverage.Rounds(60, 1_000)) {
		r := rand.New(rand.NewPCG(seed, 5))
		corner := func(x, y int) lattice.Point {
			p := lattice.Point{X: 100_000 + int32(x)*step, Y: int32(y) * step}
			rx := rand.New(rand.NewPCG(seed, uint64(100+y*10+x)))
			if x > 0 && x < wide {
				p.X += int32(rx.IntN(12_000) - 6_000)
			}
			if y > 0 && y < wide {
				p.Y += int32(rx.IntN(12_000) - 6_000)
			}
			return p
		}
		var site coverage.Site
		for y := range wide + 1 {
			for x := range wide + 1 {
				if x < wide && y > 0 && y < wide {
					site.Guides = append(site.Guides, coverage.Guide{Line: []lattice.Point{corner(x, y), corner(x+1, y)}, Cost: 1})
				}
				if y < wide && x > 0 && x < wide {
					site.Guides = append(site.Guides, coverage.Guide{Line: []lattice.Point{corner(x, y), corner(x, y+1)}, Cost: 1})
				}
			}
		}
		taken := grown(r, wide)
		kind := make([]int, wide*wide) // 1 goes, -1 stays, 0 is free
		var goes []string
		for i := range kind {
			if r.IntN(2) == 0 {
				continue
			}
			if kind[i] = -1; taken[i] {
				kind[i] = 1
			}
			x, y := i%wide, i/wide
			p := corner(x, y)
			site.Buildings = append(site.Buildings, coverage.Building{Code: fmt.Sprint("b", i), Grid: "e", Footprint: oblong(p.X+9_000, p.Y+9_000, 2_000, 2_000)})
			if kind[i] > 0 {
				goes = append(goes, fmt.Sprint("b", i))
			}
		}
		best := shortest(kind, wide, corner)
		if len(goes) == 0 || best < 0 {
			continue
		}
		op, err := coverage.Propose(c, n, goes, "w", site)
		if err != nil {
			t.Errorf("seed %d: there is a border, and none was found: %v", seed, err)
			continue
		}
		now, _, err := coverage.Apply(c, n, op)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		tried++
		if got := borderM(now, "w", "e"); got > 1.5*best+0.1 {
			t.Errorf("seed %d: a border of %.1f m where %.1f m would do: %v", seed, got, best, kind)
		}
	}
	if tried < 10 {
		t.Errorf("only %d cases", tried)
	}
}

// borderM is how long the border between two grids is.
func borderM(c *coverage.Coverage, one, other string) (sum float64) {
	for i := range c.Arcs() {
		a := c.Arc(i)
		if l, r := c.AreaOf(a.Left), c.AreaOf(a.Right); l < 0 || r < 0 || l == r {
			continue
		}
		for k := 1; k < len(a.Points); k++ {
			sum += lattice.DistanceM(a.Points[k-1], a.Points[k])
		}
	}
	return sum
}

// shortest tries all ways to give free plots to either side, and returns the
// length of the shortest border that leaves both sides in one piece; -1 if there
// is none. The western grid lies along column 0.
func shortest(kind []int, wide int, corner func(x, y int) lattice.Point) float64 {
	var free []int
	for i, k := range kind {
		if k == 0 {
			free = append(free, i)
		}
	}
	best := -1.0
	for choice := range 1 << len(free) {
		taken := make([]bool, len(kind))
		for i, k := range kind {
			taken[i] = k > 0
		}
		for b, i := range free {
			taken[i] = choice>>b&1 == 1
		}
		if !inOnePiece(taken, wide) {
			continue
		}
		sum := 0.0
		edge := func(x, y, u, v int) { sum += lattice.DistanceM(corner(x, y), corner(u, v)) }
		for i, in := range taken {
			x, y := i%wide, i/wide
			if x == 0 && !in {
				edge(x, y, x, y+1)
			}
			if x+1 < wide && in != taken[i+1] {
				edge(x+1, y, x+1, y+1)
			}
			if y+1 < wide && in != taken[i+wide] {
				edge(x, y+1, x+1, y+1)
			}
		}
		if best < 0 || sum < best {
			best = sum
		}
	}
	return best
}

// grown takes some plots that hang together with the west and leave the rest in
// one piece.
func grown(r *rand.Rand, wide int) []bool {
	taken := make([]bool, wide*wide)
	taken[r.IntN(wide)*wide] = true
	for range 8 {
		i := r.IntN(len(taken))
		was := taken[i]
		if taken[i] = true; !inOnePiece(taken, wide) {
			taken[i] = was
		}
	}
	return taken
}

// inOnePiece tells whether what is taken hangs together with the west, and the
// rest with itself.
func inOnePiece(taken []bool, wide int) bool {
	seen := make([]bool, len(taken))
	var walk func(i int)
	walk = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, d := range [...][2]int{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
			x, y := i%wide+d[0], i/wide+d[1]
			if x >= 0 && y >= 0 && x < wide && y < wide && taken[y*wide+x] == taken[i] {
				walk(y*wide + x)
			}
		}
	}
	stays := 0
	for i, in := range taken {
		if in && i%wide == 0 {
			walk(i)
		}
	}
	for i, in := range taken {
		if in && !seen[i] {
			return false
		}
		if !in && !seen[i] {
			stays++
			walk(i)
		}
	}
	return stays == 1
}
