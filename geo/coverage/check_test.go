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
	d.areas, d.arcs, d.nodes, d.regions = copied(c.areas), copied(c.arcs), copied(c.nodes), copied(c.regions)
	for i := range d.Arcs() {
		a := d.arcs.at(i)
		a.points = slices.Clone(a.points)
	}
	for r := range d.Regions() {
		g := d.regions.at(r)
		g.rings = slices.Clone(g.rings)
		for i := range g.rings {
			g.rings[i] = slices.Clone(g.rings[i])
		}
	}
	for i := range d.areas.len() {
		a := d.areas.at(i)
		a.regions = slices.Clone(a.regions)
	}
	return d
}

func copied[T any](v vector[T]) vector[T] {
	pages := slices.Clone(v.pages)
	for i, p := range pages {
		q := *p
		pages[i] = &q
	}
	return vector[T]{pages, v.n}
}

// anyPoint returns a point that may be spoilt.
func (c *Coverage) anyPoint(r *rand.Rand) *lattice.Point {
	p := c.pointsOf(uint32(r.IntN(c.Arcs())))
	return &p[r.IntN(len(p))]
}

// anyHalf returns a half-arc in a ring that may be spoilt.
func (c *Coverage) anyHalf(r *rand.Rand) *HalfArc {
	rings := c.Boundary(Region(r.IntN(c.Regions())))
	ring := rings[r.IntN(len(rings))]
	return &ring[r.IntN(len(ring))]
}

// anyRegion returns one that is not the exterior.
func (c *Coverage) anyRegion(r *rand.Rand) *region { return c.regions.at(1 + r.IntN(c.Regions()-1)) }

// damage is one way to make a sound coverage wrong. It returns false where the
// coverage offers no opportunity.
type damage struct {
	kind string
	do   func(r *rand.Rand, c *Coverage) bool
}

var damages = []damage{
	{BrokenForm, func(r *rand.Rand, c *Coverage) bool {
		c.arcs.at(r.IntN(c.Arcs())).left = Region(c.Regions() + r.IntN(3))
		return true
	}},
	{OffLattice, func(r *rand.Rand, c *Coverage) bool {
		c.anyPoint(r).Y = 90*lattice.Scale + 1 + int32(r.IntN(1000))
		return true
	}},
	{WideSpan, func(r *rand.Rand, c *Coverage) bool {
		c.anyPoint(r).X = lattice.MaxSpan + 20_000
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
		c.nodes.at(r.IntN(c.nodes.len())).at.X++
		return true
	}},
	{Unhealed, func(r *rand.Rand, c *Coverage) bool {
		// A closed border that starts at another vertex.
		i := uint32(r.IntN(c.Arcs()))
		p, a := c.pointsOf(i), c.arcs.at(int(i))
		if a.from != a.to || len(p) < 4 {
			return false
		}
		for h := range c.Arcs() {
			if b := c.arcs.at(h); h != int(i) && (b.from == a.from || b.to == a.from) {
				return false
			}
		}
		first := p[1]
		copy(p, p[1:len(p)-1])
		p[len(p)-2], p[len(p)-1] = c.nodes.at(int(a.from)).at, first
		c.nodes.at(int(a.from)).at = first
		return true
	}},
	{UnpairedHalf, func(r *rand.Rand, c *Coverage) bool {
		g, h := c.anyHalf(r), c.anyHalf(r)
		was := *g
		*g = *h
		return was != *h
	}},
	{WrongSide, func(r *rand.Rand, c *Coverage) bool {
		a := c.arcs.at(r.IntN(c.Arcs()))
		if a.from == a.to {
			return false // alone, an enclave only says where it lies
		}
		was := a.left
		a.left = Region(r.IntN(c.Regions()))
		return a.left != was
	}},
	{WrongEuler, func(r *rand.Rand, c *Coverage) bool {
		// Two regions that do not touch become one. Every sector still agrees.
		a, b := Region(1+r.IntN(c.Regions()-1)), Region(c.Regions()-1)
		if a == b || c.touching(a, b) {
			return false
		}
		c.merge(a, b)
		return true
	}},
	{Misplaced, func(r *rand.Rand, c *Coverage) bool {
		// An enclave says that it lies in another region than it does.
		for i := range c.Arcs() {
			a := c.arcs.at(i)
			if a.from != a.to || c.Regions() < 6 {
				continue
			}
			side := &a.right
			if c.turnsLeft(uint32(i)) < 0 {
				side = &a.left
			}
			for r := Region(0); int(r) < c.Regions(); r++ {
				if r != a.left && r != a.right && c.moveHole(i, *side, r) {
					*side = r
					return true
				}
			}
		}
		return false
	}},
	{StaleFigure, func(r *rand.Rand, c *Coverage) bool {
		switch r.IntN(5) {
		case 0:
			v := r.IntN(c.nodes.len())
			n := c.nodes.at(v)
			n.out = HalfArc(r.IntN(2 * c.Arcs()))
			return c.tail(n.out) != int32(v)
		case 1:
			c.bounds.Max.X++
		case 2:
			c.arcs.at(r.IntN(c.Arcs())).next[r.IntN(2)] ^= 1
		case 3:
			i, j := c.areas.at(r.IntN(c.areas.len())), c.areas.at(r.IntN(c.areas.len()))
			i.regions, j.regions = j.regions, i.regions
			return !slices.Equal(i.regions, j.regions)
		case 4:
			k := c.order(byPlace).chunks[0]
			byPlace.sumOf(c, k)
			k.sum.Load()[0]++
		}
		return true
	}},
	{Gap, func(r *rand.Rand, c *Coverage) bool {
		c.anyRegion(r).area = NoArea
		return true
	}},
	{NoRegion, func(r *rand.Rand, c *Coverage) bool {
		c.anyRegion(r).area = Void
		return true
	}},
	{ManyRegions, func(r *rand.Rand, c *Coverage) bool {
		a, b := c.anyRegion(r), c.anyRegion(r)
		a.area = b.area
		return a != b
	}},
	{RegionOfUpper, func(r *rand.Rand, c *Coverage) bool {
		c.anyRegion(r).area = c.areas.at(int(c.areas.len() - 1)).Parent
		return true
	}},
	{MissingParent, func(r *rand.Rand, c *Coverage) bool {
		i := 1 + r.IntN(c.areas.len()-1)
		c.areas.at(int(i)).Parent = []int32{NoArea, int32(c.areas.len()), -7}[r.IntN(3)]
		return true
	}},
	{ParentCycle, func(r *rand.Rand, c *Coverage) bool {
		i := int32(1 + r.IntN(c.areas.len()-1))
		up := i
		for range 1 + r.IntN(2) {
			if c.areas.at(int(up)).Parent >= 0 {
				up = c.areas.at(int(up)).Parent
			}
		}
		c.areas.at(int(up)).Parent = i
		return up != i
	}},
	{LevelOrder, func(r *rand.Rand, c *Coverage) bool {
		i, j := int32(r.IntN(c.areas.len())), int32(r.IntN(c.areas.len()))
		if i == j || c.areas.at(int(j)).Level < c.areas.at(int(i)).Level || c.areas.at(int(i)).Level == 0 {
			return false
		}
		for up := j; up >= 0; up = c.areas.at(int(up)).Parent {
			if up == i {
				return false
			}
		}
		c.areas.at(int(i)).Parent = j
		return true
	}},
	{UnknownLevel, func(r *rand.Rand, c *Coverage) bool {
		c.areas.at(int(c.areas.len() - 1)).Level = uint8(3 + r.IntN(5))
		return true
	}},
	{DuplicateCode, func(r *rand.Rand, c *Coverage) bool {
		i, j := r.IntN(c.areas.len()), r.IntN(c.areas.len())
		c.areas.at(int(i)).Code = c.areas.at(int(j)).Code
		return i != j
	}},
	{WrongCode, func(r *rand.Rand, c *Coverage) bool {
		c.areas.at(int(c.areas.len() - 1)).Code = "x y"
		return true
	}},
}

func (c *Coverage) touching(a, b Region) bool {
	for i := range c.Arcs() {
		if x := c.arcs.at(i); x.left == a && x.right == b || x.left == b && x.right == a {
			return true
		}
	}
	return false
}

// merge gives everything of the last region b to a.
func (c *Coverage) merge(a, b Region) {
	for i := range c.Arcs() {
		x := c.arcs.at(i)
		for _, side := range []*Region{&x.left, &x.right} {
			if *side == b {
				*side = a
			}
		}
	}
	from, to := c.regions.at(int(b)), c.regions.at(int(a))
	to.rings = append(to.rings, from.rings...)
	if from.area >= 0 {
		list := &c.areas.at(int(from.area)).regions
		*list = slices.DeleteFunc(*list, func(r Region) bool { return r == b })
	}
	c.regions.n--
}

// turnsLeft is positive when a closed arc runs counter-clockwise.
func (c *Coverage) turnsLeft(i uint32) int64 {
	p := c.pointsOf(i)
	return lattice.TwiceArea(p[:len(p)-1])
}

// moveHole moves the hole that one arc makes from region a to region b.
func (c *Coverage) moveHole(arc int, a, b Region) bool {
	from, to := c.regions.at(int(a)), c.regions.at(int(b))
	for i, ring := range from.rings {
		if len(ring) == 1 && ring[0]>>1 == HalfArc(arc) && (i > 0 || a == Exterior) {
			from.rings = slices.Delete(from.rings, i, i+1)
			to.rings = append(to.rings, ring)
			return true
		}
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
			const want = 1000
			seed := uint64(0)
			for done := 0; done < want; seed++ {
				if seed > 100*want {
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
