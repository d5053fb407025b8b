package coverage

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"testing"

	"onegrid/geo/lattice"
	"pgregory.net/rapid"
)

// Each zoom's pixels are a planar map whose outlines are valid polygons that
// tile what they tiled before.
func TestPixelsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawPatchwork(t, 8).Simplify()
		for _, z := range []uint8{16, 13, 12, 11, 10, 9, 8, 6, 0} {
			checkPixels(t, s, z)
		}
	})
}

func TestPixelsOfBirmingham(t *testing.T) {
	s := birminghamBuilt(t).Simplify()
	for z := range uint8(MaxPixelZoom + 1) {
		m := checkPixels(t, s, z)
		t.Logf("z%d: %d arcs, %d points, lost %+v", z, len(m.Arcs), len(m.Points), m.Loss)
	}
}

// checkPixels judges the pixel map of a zoom from its own points alone.
func checkPixels(t rapid.TB, s *Simplified, z uint8) *PixelMap {
	t.Helper()
	m := s.Draw(z)
	chains := make([][]lattice.Point, len(m.Arcs))
	for i := range m.Arcs {
		chains[i] = onLattice(m.Chain(i))
		if m.Arcs[i].Left == m.Arcs[i].Right {
			t.Fatalf("z%d: arc %d has area %d on both sides", z, i, m.Arcs[i].Left)
		}
	}
	if fault := crossing(chains); fault != "" {
		t.Fatalf("z%d: %s", z, fault)
	}
	thinned := s.At(z)
	sums := map[uint8]int64{}
	lost := 0
	had := withRegions(thinned)
	for a, area := range thinned.Areas() {
		rings := m.Rings(int32(a))
		if len(rings) == 0 && had[a] {
			lost++
		}
		sums[area.Level] += checkRings(t, m, int32(a), rings)
		checkSize(t, thinned, z, int32(a), rings)
	}
	if lost != m.Loss.Areas {
		t.Fatalf("z%d: %d areas have nothing left, Loss says %d", z, lost, m.Loss.Areas)
	}
	for level, sum := range sums {
		if sum != sums[0] {
			t.Fatalf("z%d: areas of level %d sum to %d, of the top to %d", z, level, sum, sums[0])
		}
	}
	return m
}

// checkRings judges an area's rings and returns the sum of their areas: no point
// twice, outer rings positive and first, holes inside them, boxes around them,
// the area itself on the right of a walker.
func checkRings(t rapid.TB, m *PixelMap, area int32, rings []PixelRing) int64 {
	t.Helper()
	sum := int64(0)
	var outer lattice.Ring
	for i, r := range rings {
		points := ringPoints(m, r)
		if countDistinct(points) != len(points) || len(points) < 3 {
			t.Fatalf("z%d: ring %d of area %d passes a point twice: %v", m.Zoom, i, area, points)
		}
		if got := lattice.TwiceArea(points); got != r.Area2 || got == 0 || i == 0 && got < 0 {
			t.Fatalf("z%d: ring %d of area %d has twice the area %d, Area2 %d", m.Zoom, i, area, got, r.Area2)
		}
		if r.Area2 > 0 {
			outer = points
		} else {
			for _, p := range points {
				if lattice.SideOfRing(outer, p) < 0 {
					t.Fatalf("z%d: ring %d of area %d is not in the outer ring before it", m.Zoom, i, area)
				}
			}
		}
		if b := lattice.BoxOf(points...); r.Box != PixelBoxOf(b) {
			t.Fatalf("z%d: ring %d of area %d has box %v, not %v", m.Zoom, i, area, r.Box, b)
		}
		for _, h := range r.Arcs {
			a := m.Arcs[h>>1]
			right, left := a.Right, a.Left
			if h&1 == 1 {
				right, left = left, right
			}
			if !m.isUnder(right, area) || m.isUnder(left, area) {
				t.Fatalf("z%d: area %d does not lie right of its half-arc %d", m.Zoom, area, h)
			}
		}
		sum += r.Area2
	}
	return sum
}

// isUnder tells whether a finest area is an area or one of its descendants.
func (m *PixelMap) isUnder(finest, area int32) bool {
	for finest >= 0 && finest != area {
		finest = m.hierarchy[finest].Parent
	}
	return finest == area
}

func ringPoints(m *PixelMap, r PixelRing) lattice.Ring {
	var out lattice.Ring
	for _, h := range r.Arcs {
		chain := onLattice(m.Chain(int(h >> 1)))
		if h&1 == 1 {
			slices.Reverse(chain)
		}
		out = append(out, chain[:len(chain)-1]...)
	}
	return out
}

func onLattice(pixels []Pixel) []lattice.Point {
	out := make([]lattice.Point, len(pixels))
	for i, p := range pixels {
		out[i] = lattice.Point(p)
	}
	return out
}

// checkSize compares an area's size in pixels with that of its exact outline,
// simplified and projected: no border moves farther than half a pixel each way,
// so the difference is less than its length.
func checkSize(t rapid.TB, thinned *Coverage, z uint8, area int32, rings []PixelRing) {
	t.Helper()
	got := 0.0
	for _, r := range rings {
		got += float64(r.Area2) / 2
	}
	pixel := float64(int64(1) << BaseShift(z))
	want, length := 0.0, 0.0
	origin := Project(thinned.Bounds().Min)
	for _, polygon := range thinned.Polygons(area) {
		for _, ring := range polygon {
			for i, b := range ring {
				a := ring[(i+len(ring)-1)%len(ring)]
				p := Project(a)
				for n, k := 1+abs(b.Y-a.Y)/20_000, int32(1); k <= n; k++ { // bent as Mercator bends it
					q := Project(lattice.Point{X: a.X + int32(int64(b.X-a.X)*int64(k)/int64(n)), Y: a.Y + int32(int64(b.Y-a.Y)*int64(k)/int64(n))})
					ax, ay, bx, by := float64(p.X-origin.X), float64(p.Y-origin.Y), float64(q.X-origin.X), float64(q.Y-origin.Y)
					want -= (ax*by - bx*ay) / 2 / pixel / pixel // y runs to the south
					length += math.Hypot(bx-ax, by-ay) / pixel
					p = q
				}
			}
		}
	}
	if math.Abs(got-want) > length+1 {
		t.Fatalf("z%d: area %d covers %v pixels, should cover %v within %v", z, area, got, want, length)
	}
}

// Bending is right already: nothing is left to be noded, and no face is claimed
// twice or by nobody.
func TestBentChainsNeedNoNoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawPatchwork(t, 8).Simplify()
		for _, z := range []uint8{16, 12, 11, 10, 9, 8, 7} {
			checkBent(t, s, z)
		}
	})
}

func TestBentBirminghamNeedsNoNoding(t *testing.T) {
	s := birminghamBuilt(t).Simplify()
	for _, z := range []uint8{16, 11, 9, 7, 4, 0} {
		checkBent(t, s, z)
	}
}

func checkBent(t rapid.TB, s *Simplified, z uint8) {
	t.Helper()
	c := s.Coverage()
	var edges []edge
	for i, p := range s.pixelChains(z) {
		for _, r := range [...]Region{c.Arc(i).Left, c.Arc(i).Right} {
			for k := 1; k < len(p); k++ {
				if r != Exterior {
					edges = append(edges, edge{p[k-1], p[k], int32(r)})
				}
			}
		}
	}
	merged := merge(edges)
	noded, err := noded(edges)
	if err != nil {
		t.Fatal(err)
	}
	if before, after := segmentsOf(merged), segmentsOf(noded); !slices.Equal(before, after) {
		t.Fatalf("z%d: noding changed %v into %v", z, before, after)
	}
	f, err := arrange(merged)
	if err != nil {
		t.Fatal(err)
	}
	for face := range f.count {
		if in := f.labelsIn(uint32(face)); len(in) > 1 || len(in) == 1 && face == 0 {
			t.Fatalf("z%d: the face at %v is claimed by regions %v", z, f.anchor[face], in)
		}
	}
}

func segmentsOf(l *linework) [][2]lattice.Point {
	var out [][2]lattice.Point
	for i := range uint32(len(l.segs)) {
		a, b := l.ends(i)
		out = append(out, [2]lattice.Point{a, b})
	}
	slices.SortFunc(out, func(s, t [2]lattice.Point) int {
		return cmp.Or(lattice.Compare(s[0], t[0]), lattice.Compare(s[1], t[1]))
	})
	return out
}

// The pixels that a chain runs through are those that going through all of them
// finds, in the order in which the segment enters them.
func TestBendAgreesWithTheObviousWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		z := uint8(rapid.SampledFrom([]int{16, 15, 13}).Draw(t, "z"))
		wide := int32(6) << BaseShift(z)
		point := rapid.Custom(func(t *rapid.T) lattice.Point {
			return lattice.Point{X: rapid.Int32Range(0, wide).Draw(t, "x"), Y: rapid.Int32Range(0, wide).Draw(t, "y")}
		})
		chains := rapid.SliceOfN(rapid.SliceOfN(point, 2, 4), 1, 6).Draw(t, "chains")
		b := newBender(z, chains)
		for _, chain := range chains {
			got := b.chain(chain, nil)
			if want := slowBend(z, chains, chain); !slices.Equal(got, want) {
				t.Fatalf("%v runs through %v, should through %v", chain, got, want)
			}
		}
	})
}

func slowBend(z uint8, chains [][]lattice.Point, chain []lattice.Point) []lattice.Point {
	shift := BaseShift(z)
	hot := map[lattice.Point]bool{}
	for _, c := range chains {
		for _, p := range c {
			hot[toPixel(p, shift)] = true
		}
	}
	out := []lattice.Point{toPixel(chain[0], shift)}
	for i := 1; i < len(chain); i++ {
		type met struct {
			at    float64
			pixel lattice.Point
		}
		var list []met
		for m := range hot {
			if enter, ok := clip(chain[i-1], chain[i], m, shift); ok {
				list = append(list, met{enter, m})
			}
		}
		slices.SortFunc(list, func(a, b met) int {
			if a.at < b.at {
				return -1
			}
			return 1
		})
		for _, m := range list {
			if out[len(out)-1] != m.pixel {
				out = append(out, m.pixel)
			}
		}
	}
	return out
}

// clip returns where along p-q the segment enters the points of a pixel (Liang
// and Barsky). Coordinates are small: floating point is exact enough to compare.
func clip(p, q, pixel lattice.Point, shift uint) (enter float64, ok bool) {
	half := float64(int64(1)<<shift) / 2
	enter, leave := 0.0, 1.0
	for _, axis := range [2][3]float64{
		{float64(p.X), float64(q.X), float64(int64(pixel.X) << shift)},
		{float64(p.Y), float64(q.Y), float64(int64(pixel.Y) << shift)},
	} {
		from, d := axis[0], axis[1]-axis[0]
		lo, hi := axis[2]-half, axis[2]+half-1
		switch {
		case d == 0 && (from < lo || from > hi):
			return 0, false
		case d > 0:
			enter, leave = max(enter, (lo-from)/d), min(leave, (hi-from)/d)
		case d < 0:
			enter, leave = max(enter, (hi-from)/d), min(leave, (lo-from)/d)
		}
	}
	return enter, enter <= leave
}

// Beside a border of hundreds of kilometres, which Mercator bends by kilometres,
// what lies on one side stays on that side, however near.
func TestPixelsBesideLongBorders(t *testing.T) {
	const wide, high = 30_000_000, 20_000_000
	at := func(x, y int32) lattice.Point { return lattice.Point{X: 1_100_000_000 + x, Y: 400_000_000 + y} }
	shapes := map[string]lattice.MultiPolygon{
		"0south": {{{at(0, 0), at(wide, 0), at(wide, high)}}},
	}
	beside := lattice.Polygon{{at(0, 0), at(wide, high), at(0, high)}}
	for i := int32(1); i < 30; i++ {
		x, y := i*wide/30, i*high/30 // on the diagonal, or some units below
		y += 3 + i%3
		shapes[string('a'+rune(i))] = lattice.MultiPolygon{{{at(x, y), at(x+60*i, y+60*i), at(x, y+60*i)}}}
		beside = append(beside, shapes[string('a'+rune(i))][0][0])
	}
	shapes["1north"] = lattice.MultiPolygon{beside}
	s := build(t, shapes).Simplify()
	for z := range uint8(MaxPixelZoom + 1) {
		m := checkPixels(t, s, z)
		if z == MaxPixelZoom && m.Loss != (PixelLoss{}) {
			t.Errorf("z%d: lost %+v", z, m.Loss)
		}
	}
}

// Two squares side by side, the western one first: what lies where, and which
// way things run.
func TestPixelSides(t *testing.T) {
	square := func(x int32) lattice.MultiPolygon {
		return lattice.MultiPolygon{{{{X: x, Y: 0}, {X: x + 10000, Y: 0}, {X: x + 10000, Y: 10000}, {X: x, Y: 10000}}}}
	}
	c := build(t, map[string]lattice.MultiPolygon{"a": square(0), "b": square(10000)})
	m := c.Simplify().Draw(16)
	if len(m.Arcs) != 3 {
		t.Fatalf("%d arcs, want 3", len(m.Arcs))
	}
	for i, a := range m.Arcs {
		if a.Left == NoArea || a.Right == NoArea {
			continue
		}
		chain := m.Chain(i)
		south := chain[1].Y > chain[0].Y
		west, east := a.Left, a.Right
		if south {
			west, east = east, west
		}
		if west != 0 || east != 1 {
			t.Errorf("the border runs south: %v, with %d on the left and %d on the right", south, a.Left, a.Right)
		}
	}
	ring := m.Rings(0)[0]
	if len(m.Rings(0)) != 1 || ring.Area2 != 2*746*746 {
		t.Errorf("the square has %d rings, twice the area %d", len(m.Rings(0)), ring.Area2)
	}
	if ring.Box.Min.X != PixelExtent<<15 || ring.Box.Max.Y != PixelExtent<<15 {
		t.Errorf("the square's box is %v, its south-western corner at the middle of the world", ring.Box)
	}
}

func TestPixelSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawPatchwork(t, 8).Simplify().Draw(14)
		all := lattice.EmptyBox()
		for _, a := range m.Arcs {
			all = all.Union(a.Box.Plain())
		}
		if all.Empty() {
			return
		}
		x := rapid.Int32Range(all.Min.X-9, all.Max.X+9)
		y := rapid.Int32Range(all.Min.Y-9, all.Max.Y+9)
		b := PixelBox{Pixel{x.Draw(t, "x"), y.Draw(t, "y")}, Pixel{x.Draw(t, "X"), y.Draw(t, "Y")}}
		for level := range 2 {
			want := []int32{-7}
			for a, area := range m.hierarchy {
				box := lattice.EmptyBox()
				for _, r := range m.Rings(int32(a)) {
					box = box.Union(r.Box.Plain())
				}
				if int(area.Level) == level && box.Intersects(b.Plain()) {
					want = append(want, int32(a))
				}
			}
			if got := m.SearchAreas(level, b, []int32{-7}); !slices.Equal(got, want) {
				t.Fatalf("areas of level %d: %v, want %v", level, got, want)
			}
		}
	})
}

// All who draw at once draw the same.
func TestPixelsDrawnAtOnce(t *testing.T) {
	s := build(t, map[string]lattice.MultiPolygon{"a": {{{{X: 0, Y: 0}, {X: 900, Y: 0}, {X: 0, Y: 900}}}}}).Simplify()
	var wait sync.WaitGroup
	maps := make([]*PixelMap, 16)
	for i := range maps {
		wait.Go(func() { maps[i] = s.Draw(uint8(20 + i%2)) })
	}
	wait.Wait()
	for _, m := range maps {
		if m.Zoom != MaxPixelZoom || len(m.Points) == 0 || !slices.Equal(m.Points, maps[0].Points) {
			t.Fatal("another map was drawn")
		}
	}
}

// An empty coverage has empty maps.
func TestPixelsOfNothing(t *testing.T) {
	c := build(t, nil)
	m := c.Simplify().Draw(10)
	if len(m.Arcs) != 0 || len(m.SearchAreas(0, PixelBox{}, nil)) != 0 || len(c.Metrics()) != 0 {
		t.Error("something came of nothing")
	}
}
