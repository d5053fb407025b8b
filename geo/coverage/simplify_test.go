package coverage

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"pgregory.net/rapid"
)

// A simplified coverage keeps its nodes, loses more points the farther out the
// zoom is, and crosses and touches itself nowhere.
func TestSimplifiedCrossesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawPatchwork(t, 9)
		s := c.Simplify()
		finer := c
		for z := uint8(MaxPixelZoom + 1); z > 0; z-- {
			at := s.At(z - 1)
			checkSound(t, at)
			for i := range c.Arcs() {
				if !isSubsequence(at.Arc(i).Points, finer.Arc(i).Points) {
					t.Fatalf("z%d: arc %d has points that z%d has not", z-1, i, z)
				}
				if !slices.Equal(at.Arc(i).Points, s.Chain(i, z-1)) {
					t.Fatalf("z%d: arc %d differs from its chain", z-1, i)
				}
			}
			finer = at
		}
		if finer.points > c.points {
			t.Fatal("points were added")
		}
	})
}

func isSubsequence(few, many []lattice.Point) bool {
	for _, p := range many {
		if len(few) > 0 && few[0] == p {
			few = few[1:]
		}
	}
	return len(few) == 0
}

// checkSound judges a coverage pair by pair: segments meet only at ends that
// they share, and what is left of an arc's ring lies on the side that it says.
func checkSound(t rapid.TB, c *Coverage) {
	t.Helper()
	if fault := crossing(chainsOf(c)); fault != "" {
		t.Fatal(fault)
	}
	for r := range c.Regions() {
		for i, ring := range c.Boundary(Region(r)) {
			var points lattice.Ring
			for _, h := range ring {
				chain := c.Chain(h)
				points = append(points, chain[:len(chain)-1]...)
			}
			// The exterior of a network that need not cover has pockets.
			if area := lattice.TwiceArea(points); area == 0 || r != int(Exterior) && (i == 0) != (area > 0) {
				t.Fatalf("ring %d of region %d has twice the area %d", i, r, area)
			}
			if distinct := countDistinct(points); distinct != len(points) || distinct < 3 {
				t.Fatalf("ring %d of region %d has %d points, %d of them distinct", i, r, len(points), distinct)
			}
		}
	}
}

func countDistinct(points []lattice.Point) int {
	seen := map[lattice.Point]bool{}
	for _, p := range points {
		seen[p] = true
	}
	return len(seen)
}

func chainsOf(c *Coverage) [][]lattice.Point {
	out := make([][]lattice.Point, c.Arcs())
	for i := range out {
		out[i] = c.Arc(i).Points
	}
	return out
}

// crossing describes two segments that meet elsewhere than at an end of both, or
// a segment without length; empty when there are none. Segments are sorted by
// their least x, so that most pairs need no look.
func crossing(chains [][]lattice.Point) string {
	type segment struct{ a, b lattice.Point }
	var all []segment
	for _, chain := range chains {
		for i := 1; i < len(chain); i++ {
			a, b := chain[i-1], chain[i]
			if a == b {
				return fmt.Sprintf("a segment of no length at %v", a)
			}
			if lattice.Compare(a, b) > 0 {
				a, b = b, a
			}
			all = append(all, segment{a, b})
		}
	}
	slices.SortFunc(all, func(s, u segment) int {
		return int(int64(min(s.a.X, s.b.X)) - int64(min(u.a.X, u.b.X)))
	})
	for i, s := range all {
		for _, u := range all[i+1:] {
			if min(u.a.X, u.b.X) > max(s.a.X, s.b.X) {
				break
			}
			for _, end := range [...]lattice.Point{u.a, u.b} {
				if end != s.a && end != s.b && lattice.OnSegment(s.a, s.b, end) {
					return fmt.Sprintf("%v lies inside the segment %v-%v", end, s.a, s.b)
				}
			}
			for _, end := range [...]lattice.Point{s.a, s.b} {
				if end != u.a && end != u.b && lattice.OnSegment(u.a, u.b, end) {
					return fmt.Sprintf("%v lies inside the segment %v-%v", end, u.a, u.b)
				}
			}
			if s == u {
				return fmt.Sprintf("the segment %v-%v is there twice", s.a, s.b)
			}
			if lattice.SegmentsCross(s.a, s.b, u.a, u.b) {
				return fmt.Sprintf("%v-%v crosses %v-%v", s.a, s.b, u.a, u.b)
			}
		}
	}
	return ""
}

// The order in which vertices go is that of the slow and obvious way: look at
// all of them, take the least that may go, start over.
func TestImportanceAgreesWithTheObviousWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawPatchwork(t, 5)
		s := c.Simplify()
		want := slowImportance(c)
		for i := range c.Arcs() {
			if got := s.Importance(i); !slices.Equal(got, want[i]) {
				t.Fatalf("arc %d: %v, want %v", i, got, want[i])
			}
		}
	})
}

// slowImportance ranks by going through everything for every vertex.
func slowImportance(c *Coverage) [][]float32 {
	type place struct{ arc, at int }
	out := make([][]float32, c.Arcs())
	live := make([][]int, c.Arcs()) // by arc: numbers of the points that are left
	for i := range out {
		out[i] = make([]float32, len(c.Arc(i).Points))
		for k := range out[i] {
			out[i][k] = float32(math.Inf(1))
			live[i] = append(live[i], k)
		}
	}
	point := func(i, k int) lattice.Point { return c.Arc(i).Points[live[i][k]] }
	may := func(i, k int) bool {
		a, b, d := point(i, k-1), point(i, k), point(i, k+1)
		if a == d || len(live[i]) == 4 && point(i, 0) == point(i, 3) {
			return false
		}
		for j := range live {
			for m := range live[j] {
				p := point(j, m)
				if p != a && p != b && p != d && lattice.SideOfRing(lattice.Ring{a, b, d}, p) >= 0 {
					return false
				}
			}
			if len(live[j]) == 2 && len(live[i]) == 3 && (point(j, 0) == a && point(j, 1) == d || point(j, 0) == d && point(j, 1) == a) {
				return false
			}
		}
		return true
	}
	weight := newLatitudeWeight(c.Bounds())
	least := float32(0)
	for {
		best, size := place{-1, -1}, float32(math.Inf(1))
		for i := range live {
			for k := 1; k < len(live[i])-1; k++ {
				b := point(i, k)
				area := float32(math.Abs(float64(lattice.Cross(point(i, k-1), b, point(i, k+1)))) * weight.at(b.Y))
				if (area < size || area == size && lattice.Compare(b, point(best.arc, best.at)) < 0) && may(i, k) {
					best, size = place{i, k}, area
				}
			}
		}
		if best.arc < 0 {
			return out
		}
		least = max(least, size)
		out[best.arc][live[best.arc][best.at]] = least
		live[best.arc] = slices.Delete(live[best.arc], best.at, best.at+1)
	}
}

// A ring of cells around a hole, an island in a lake, two borders between the
// same two nodes: what must stay stays.
func TestSmallestShapesStay(t *testing.T) {
	ring := func(points ...int32) lattice.MultiPolygon {
		var r lattice.Ring
		for i := 0; i < len(points); i += 2 {
			r = append(r, lattice.Point{X: points[i], Y: points[i+1]})
		}
		return lattice.MultiPolygon{{r}}
	}
	c := build(t, map[string]lattice.MultiPolygon{
		"island": ring(5000, 5000, 5010, 5000, 5012, 5004, 5010, 5010, 5000, 5010),
		"lens":   ring(0, 0, 100, -30, 200, 0, 100, 40),
		"beside": ring(0, 0, 100, 40, 200, 0, 100, 400),
	})
	at := c.Simplify().At(0)
	checkSound(t, at)
	if got, want := at.points, 4+2+3+3; got != want {
		t.Errorf("%d points are left, want %d: a triangle, and two of three borders bent", got, want)
	}
}

// build makes a coverage of shapes that have no faults.
func build(t rapid.TB, shapes map[string]lattice.MultiPolygon) *Coverage {
	t.Helper()
	n := geo.Network{ID: "test", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "grid", Enclaves: true}}}
	var areas []Area
	var list []Shape
	for code, shape := range shapes {
		areas = append(areas, Area{Code: code, Parent: NoArea})
		list = append(list, Shape{Code: code, Shape: shape})
	}
	return buildSound(t, n, areas, list)
}

// buildSound makes a coverage of shapes that do not overlap.
func buildSound(t rapid.TB, n geo.Network, areas []Area, list []Shape) *Coverage {
	t.Helper()
	c, report, err := Build(n, areas, list, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Repairs {
		if r.Kind == "overlap" {
			t.Fatalf("the test's own shapes overlap: %+v", r)
		}
	}
	return c
}

// drawPatchwork draws a coverage of two levels: the squares of a small board
// belong at random to a few areas or to nobody, so that there are holes, islands,
// enclaves and corners at which four meet; corners are moved and sides are
// bent, by less than lets them cross.
func drawPatchwork(t *rapid.T, most int32) *Coverage {
	const cell = 1200
	seed := rapid.Uint64().Draw(t, "seed")
	random := func(n int32) int32 { // splitmix64
		seed += 0x9E3779B97F4A7C15
		x := seed
		x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
		x = (x ^ x>>27) * 0x94D049BB133111EB
		return int32((x ^ x>>31) % uint64(n))
	}
	w, h, kinds := 1+int(random(most)), 1+int(random(most)), 1+random(6)
	origin := lattice.Point{X: 1_066_000_000, Y: 266_000_000}
	corner := make([][]lattice.Point, h+1)
	for y := range corner {
		for x := range w + 1 {
			corner[y] = append(corner[y], lattice.Point{
				X: origin.X + int32(x)*cell + random(cell/4) - cell/8, Y: origin.Y + int32(y)*cell + random(cell/4) - cell/8})
		}
	}
	// bend returns the points between two corners: along the middle half of the
	// side, within a strip that no other side's strip meets.
	bend := func(a, b lattice.Point) []lattice.Point {
		var out []lattice.Point
		n := random(7)
		for i := int32(1); i <= n; i++ {
			along := 250 + 500*i/(n+1) // thousandths
			p := lattice.Point{X: a.X + (b.X-a.X)*along/1000, Y: a.Y + (b.Y-a.Y)*along/1000}
			p.X += (random(241) - 120) * abs(b.Y-a.Y) / cell
			p.Y += (random(241) - 120) * abs(b.X-a.X) / cell
			out = append(out, p)
		}
		return out
	}
	across, upward := map[[2]int][]lattice.Point{}, map[[2]int][]lattice.Point{}
	for y := range h + 1 {
		for x := range w + 1 {
			if x < w {
				across[[2]int{x, y}] = bend(corner[y][x], corner[y][x+1])
			}
			if y < h {
				upward[[2]int{x, y}] = bend(corner[y][x], corner[y+1][x])
			}
		}
	}
	back := func(p []lattice.Point) []lattice.Point {
		p = slices.Clone(p)
		slices.Reverse(p)
		return p
	}
	shapes := map[string]lattice.MultiPolygon{}
	for y := range h {
		for x := range w {
			kind := random(kinds + 1)
			if kind == 0 && w*h > 1 {
				continue
			}
			ring := lattice.Ring{corner[y][x]}
			ring = append(ring, across[[2]int{x, y}]...)
			ring = append(ring, corner[y][x+1])
			ring = append(ring, upward[[2]int{x + 1, y}]...)
			ring = append(ring, corner[y+1][x+1])
			ring = append(ring, back(across[[2]int{x, y + 1}])...)
			ring = append(ring, corner[y+1][x])
			ring = append(ring, back(upward[[2]int{x, y}])...)
			code := fmt.Sprintf("g%d", kind)
			shapes[code] = append(shapes[code], lattice.Polygon{ring})
		}
	}
	return buildTwoLevels(t, shapes)
}

// buildTwoLevels puts the areas by turns under two others.
func buildTwoLevels(t rapid.TB, shapes map[string]lattice.MultiPolygon) *Coverage {
	t.Helper()
	n := geo.Network{ID: "test", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "top", Enclaves: true}, {ID: "grid", Enclaves: true}}}
	areas := []Area{{Code: "even", Parent: NoArea}, {Code: "odd", Parent: NoArea}}
	var list []Shape
	for code, shape := range shapes {
		areas = append(areas, Area{Code: code, Level: 1, Parent: int32(code[1]-'0') % 2})
		list = append(list, Shape{Code: code, Shape: shape})
	}
	return buildSound(t, n, areas, list)
}

// Birmingham's borders stay sound from zoom to zoom.
func TestSimplifiedBirmingham(t *testing.T) {
	c := birminghamBuilt(t)
	s := c.Simplify()
	last := c.points + 1
	for _, z := range []uint8{16, 12, 10, 8, 5, 0} {
		at := s.At(z)
		checkSound(t, at)
		if at.points > last {
			t.Errorf("z%d has more points than the zoom before", z)
		}
		last = at.points
		t.Logf("z%d: %d points", z, last)
	}
}
