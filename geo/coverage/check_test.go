package coverage

import (
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo/lattice"
)

// clone copies a coverage so deeply that it may be spoilt.
func clone(c *Coverage) *Coverage {
	d := plain(c)
	d.areas, d.points, d.arcs, d.nodes = slices.Clone(c.areas), slices.Clone(c.points), slices.Clone(c.arcs), slices.Clone(c.nodes)
	d.levels, d.areaOf, d.regions, d.regionFirst = slices.Clone(c.levels), slices.Clone(c.areaOf), slices.Clone(c.regions), slices.Clone(c.regionFirst)
	d.next, d.halves, d.ringFirst, d.rings = slices.Clone(c.next), slices.Clone(c.halves), slices.Clone(c.ringFirst), slices.Clone(c.rings)
	return d
}

// damage is one way to make a sound coverage wrong. It returns false where the
// coverage offers no opportunity.
type damage struct {
	kind string
	do   func(r *rand.Rand, c *Coverage) bool
}

var damages = []damage{
	{BrokenForm, func(r *rand.Rand, c *Coverage) bool {
		c.arcs[r.IntN(c.Arcs())].left = Region(len(c.areaOf) + r.IntN(3))
		return true
	}},
	{OffLattice, func(r *rand.Rand, c *Coverage) bool {
		c.points[r.IntN(len(c.points))].Y = 90*lattice.Scale + 1 + int32(r.IntN(1000))
		return true
	}},
	{WideSpan, func(r *rand.Rand, c *Coverage) bool {
		c.points[r.IntN(len(c.points))].X = lattice.MaxSpan + 20_000
		return true
	}},
	{ZeroLength, func(r *rand.Rand, c *Coverage) bool {
		i := r.IntN(c.Arcs())
		p := c.pointsOf(uint32(i))
		if len(p) < 3 {
			return false
		}
		k := 1 + r.IntN(len(p)-2)
		p[k] = p[k-1]
		return true
	}},
	{SegmentTwice, func(r *rand.Rand, c *Coverage) bool {
		// Two arcs between the same neighbours get the same course.
		i, j := uint32(r.IntN(c.Arcs())), uint32(r.IntN(c.Arcs()))
		p, q := c.pointsOf(i), c.pointsOf(j)
		if i == j || len(p) < 3 || len(q) < 3 {
			return false
		}
		copy(q[:2], p[:2])
		return true
	}},
	{Crossing, func(r *rand.Rand, c *Coverage) bool {
		// An inner vertex jumps over a border far away.
		i, j := uint32(r.IntN(c.Arcs())), uint32(r.IntN(c.Arcs()))
		p, q := c.pointsOf(i), c.pointsOf(j)
		if i == j || len(p) < 3 || less(p[1], q[0]) || lattice.Cross(q[0], q[1], p[0]) == 0 {
			return false
		}
		p[1] = lattice.Point{X: 2*q[0].X - p[0].X + 7, Y: 2*q[0].Y - p[0].Y + 3}
		return c.crossesItself()
	}},
	{Touch, func(r *rand.Rand, c *Coverage) bool {
		// Two arcs get an inner vertex in common, and cross nothing.
		i, j := uint32(r.IntN(c.Arcs())), uint32(r.IntN(c.Arcs()))
		p, q := c.pointsOf(i), c.pointsOf(j)
		if i == j || len(p) < 3 || len(q) < 3 || p[0] == q[0] || p[0] == q[len(q)-1] || p[2] == q[0] || p[2] == q[len(q)-1] {
			return false
		}
		p[1] = q[1]
		return true
	}},
	{LooseEnd, func(r *rand.Rand, c *Coverage) bool {
		c.nodes[r.IntN(len(c.nodes))].X++
		return true
	}},
	{Unhealed, func(r *rand.Rand, c *Coverage) bool {
		// A closed border that starts at another vertex.
		i := uint32(r.IntN(c.Arcs()))
		p, a := c.pointsOf(i), c.arcs[i]
		if a.from != a.to || len(p) < 4 {
			return false
		}
		for h := range c.arcs[:c.Arcs()] {
			if h != int(i) && (c.arcs[h].from == a.from || c.arcs[h].to == a.from) {
				return false
			}
		}
		first := p[1]
		copy(p, p[1:len(p)-1])
		p[len(p)-2], p[len(p)-1] = c.nodes[a.from], first
		c.nodes[a.from] = first
		return true
	}},
	{UnpairedHalf, func(r *rand.Rand, c *Coverage) bool {
		i, j := r.IntN(len(c.halves)), r.IntN(len(c.halves))
		if i == j {
			return false
		}
		c.halves[i] = c.halves[j]
		return true
	}},
	{WrongSide, func(r *rand.Rand, c *Coverage) bool {
		a := &c.arcs[r.IntN(c.Arcs())]
		if a.from == a.to {
			return false // alone, an enclave only says where it lies
		}
		was := a.left
		a.left = Region(r.IntN(len(c.areaOf)))
		return a.left != was
	}},
	{WrongEuler, func(r *rand.Rand, c *Coverage) bool {
		// Two regions that do not touch become one. Every sector still agrees.
		a, b := Region(1+r.IntN(len(c.areaOf)-1)), Region(len(c.areaOf)-1)
		if a == b || c.touching(a, b) {
			return false
		}
		c.merge(a, b)
		return true
	}},
	{Misplaced, func(r *rand.Rand, c *Coverage) bool {
		// An enclave says that it lies in another region than it does.
		for i := range c.arcs[:c.Arcs()] {
			a := &c.arcs[i]
			if a.from != a.to || len(c.areaOf) < 6 {
				continue
			}
			side := &a.right
			if c.turnsLeft(uint32(i)) < 0 {
				side = &a.left
			}
			for r := Region(0); int(r) < len(c.areaOf); r++ {
				if r != a.left && r != a.right && c.moveHole(HalfArc(i), *side, r) {
					*side = r
					return true
				}
			}
		}
		return false
	}},
	{StaleFigure, func(r *rand.Rand, c *Coverage) bool {
		switch r.IntN(4) {
		case 0:
			c.levels[r.IntN(c.Arcs())]++
		case 1:
			c.bounds.Max.X++
		case 2:
			h := r.IntN(len(c.next))
			c.next[h] ^= 1
		case 3:
			i, j := r.IntN(len(c.regions)), r.IntN(len(c.regions))
			c.regions[i], c.regions[j] = c.regions[j], c.regions[i]
			return i != j
		}
		return true
	}},
	{Gap, func(r *rand.Rand, c *Coverage) bool {
		c.areaOf[1+r.IntN(len(c.areaOf)-1)] = NoArea
		return true
	}},
	{NoRegion, func(r *rand.Rand, c *Coverage) bool {
		c.areaOf[1+r.IntN(len(c.areaOf)-1)] = Void
		return true
	}},
	{ManyRegions, func(r *rand.Rand, c *Coverage) bool {
		a, b := 1+r.IntN(len(c.areaOf)-1), 1+r.IntN(len(c.areaOf)-1)
		c.areaOf[a] = c.areaOf[b]
		return a != b
	}},
	{RegionOfUpper, func(r *rand.Rand, c *Coverage) bool {
		c.areaOf[1+r.IntN(len(c.areaOf)-1)] = c.areas[len(c.areas)-1].Parent
		return true
	}},
	{MissingParent, func(r *rand.Rand, c *Coverage) bool {
		i := 1 + r.IntN(len(c.areas)-1)
		c.areas[i].Parent = []int32{NoArea, int32(len(c.areas)), -7}[r.IntN(3)]
		return true
	}},
	{ParentCycle, func(r *rand.Rand, c *Coverage) bool {
		i := int32(1 + r.IntN(len(c.areas)-1))
		up := i
		for range 1 + r.IntN(2) {
			if c.areas[up].Parent >= 0 {
				up = c.areas[up].Parent
			}
		}
		c.areas[up].Parent = i
		return up != i
	}},
	{LevelOrder, func(r *rand.Rand, c *Coverage) bool {
		i, j := int32(r.IntN(len(c.areas))), int32(r.IntN(len(c.areas)))
		if i == j || c.areas[j].Level < c.areas[i].Level || c.areas[i].Level == 0 {
			return false
		}
		for up := j; up >= 0; up = c.areas[up].Parent {
			if up == i {
				return false
			}
		}
		c.areas[i].Parent = j
		return true
	}},
	{UnknownLevel, func(r *rand.Rand, c *Coverage) bool {
		c.areas[len(c.areas)-1].Level = uint8(3 + r.IntN(5))
		return true
	}},
	{DuplicateCode, func(r *rand.Rand, c *Coverage) bool {
		i, j := r.IntN(len(c.areas)), r.IntN(len(c.areas))
		c.areas[i].Code = c.areas[j].Code
		return i != j
	}},
	{WrongCode, func(r *rand.Rand, c *Coverage) bool {
		c.areas[len(c.areas)-1].Code = "x y"
		return true
	}},
	{AreaOrder, func(r *rand.Rand, c *Coverage) bool {
		i := r.IntN(len(c.areas) - 1)
		c.areas[i], c.areas[i+1] = c.areas[i+1], c.areas[i]
		return true
	}},
}

func (c *Coverage) touching(a, b Region) bool {
	for _, x := range c.arcs[:c.Arcs()] {
		if x.left == a && x.right == b || x.left == b && x.right == a {
			return true
		}
	}
	return false
}

// merge gives everything of the last region b to a.
func (c *Coverage) merge(a, b Region) {
	for i := range c.arcs[:c.Arcs()] {
		for _, side := range []*Region{&c.arcs[i].left, &c.arcs[i].right} {
			if *side == b {
				*side = a
			}
		}
	}
	c.areaOf = c.areaOf[:b]
	c.regions = c.regions[:len(c.regions)-1]
	c.regionFirst[len(c.areas)]--
	rings := c.halves[c.ringFirst[c.rings[b]]:c.ringFirst[c.rings[b+1]]]
	at := c.ringFirst[c.rings[a+1]]
	n := uint32(len(rings))
	moved := slices.Clone(rings)
	c.halves = slices.Insert(c.halves[:len(c.halves)-len(rings)], int(at), moved...)
	k := c.rings[b+1] - c.rings[b]
	sizes := slices.Clone(c.ringFirst[c.rings[b] : c.rings[b+1]+1])
	firsts := slices.Clone(c.ringFirst[:c.rings[b]+1])
	for i := int(c.rings[a+1]); i < len(firsts); i++ {
		firsts[i] += n
	}
	var in []uint32
	for i := range k {
		in = append(in, at+sizes[i]-sizes[0])
	}
	c.ringFirst = slices.Insert(firsts, int(c.rings[a+1]), in...)
	c.rings = c.rings[:b+1]
	for i := a + 1; i <= b; i++ {
		c.rings[i] += k
	}
}

// turnsLeft is positive when a closed arc runs counter-clockwise.
func (c *Coverage) turnsLeft(i uint32) int64 {
	p := c.pointsOf(i)
	return lattice.TwiceArea(p[:len(p)-1])
}

// moveHole moves the hole that one arc makes from region a to region b > a.
func (c *Coverage) moveHole(h HalfArc, a, b Region) bool {
	if b < a {
		return false
	}
	from := c.rings[a] + 1
	if a == Exterior {
		from = c.rings[a]
	}
	for i := from; i < c.rings[a+1]; i++ {
		ring := c.halves[c.ringFirst[i]:c.ringFirst[i+1]]
		if len(ring) != 1 || ring[0]>>1 != h {
			continue
		}
		half := ring[0]
		at, to := c.ringFirst[i], c.ringFirst[c.rings[b+1]]
		c.halves = slices.Insert(slices.Delete(c.halves, int(at), int(at)+1), int(to)-1, half)
		c.ringFirst = slices.Delete(c.ringFirst, int(i), int(i)+1)
		for k := int(i); k < int(c.rings[b+1])-1; k++ {
			c.ringFirst[k]--
		}
		c.ringFirst = slices.Insert(c.ringFirst, int(c.rings[b+1])-1, to-1)
		for r := a + 1; r <= b; r++ {
			c.rings[r]--
		}
		return true
	}
	return false
}

// crossesItself looks at every pair of segments.
func (c *Coverage) crossesItself() bool {
	var segs [][2]lattice.Point
	for i := range c.Arcs() {
		p := c.pointsOf(uint32(i))
		for k := 1; k < len(p); k++ {
			segs = append(segs, [2]lattice.Point{p[k-1], p[k]})
		}
	}
	for i, s := range segs {
		for _, t := range segs[:i] {
			a, b, x, y := s[0], s[1], t[0], t[1]
			if p, q := lattice.Cross(a, b, x), lattice.Cross(a, b, y); p > 0 && q < 0 || p < 0 && q > 0 {
				if p, q := lattice.Cross(x, y, a), lattice.Cross(x, y, b); p > 0 && q < 0 || p < 0 && q > 0 {
					return true
				}
			}
		}
	}
	return false
}

// TestCheckFindsEveryKind spoils sound coverages, each kind many times.
func TestCheckFindsEveryKind(t *testing.T) {
	for _, s := range damages {
		t.Run(s.kind, func(t *testing.T) {
			t.Parallel()
			want := rounds(100, 1000)
			seed := uint64(0)
			for done := 0; done < want; seed++ {
				if seed > uint64(100*want) {
					t.Fatalf("only %d opportunities", done)
				}
				r := rand.New(rand.NewPCG(seed, 3))
				areas, shapes := mosaic(r, 2+r.IntN(3), 2+r.IntN(3))
				c, _, err := Build(mosaicNetwork, areas, shapes, Policy{})
				if err != nil {
					t.Fatal(err)
				}
				c = clone(c)
				if !s.do(r, c) {
					continue
				}
				done++
				found := c.Check(mosaicNetwork)
				if !slices.ContainsFunc(found, func(v Violation) bool { return v.Kind == s.kind }) {
					t.Fatalf("seed %d: not found among %+v", seed, found)
				}
			}
		})
	}
}
