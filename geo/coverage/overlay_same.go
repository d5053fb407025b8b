package coverage

import (
	"slices"

	"onegrid/geo/lattice"
)

// matching tells which regions of two coverages are drawn alike. It goes by arcs,
// so a region beside a new node counts as another: that costs time, and the overlay
// then finds the same ground.
type matching struct {
	old, new           *Coverage
	arcOf              []int32  // of every old arc, the new one with the same points, -1 for none
	alike              []Region // of every old region, the new one with the same border
	alikeOld, alikeNew []bool
}

// match compares two coverages arc by arc, in the order in which both have them.
func match(old, new *Coverage) *matching {
	m := &matching{old: old, new: new, arcOf: make([]int32, old.Arcs()),
		alike: make([]Region, old.Regions()), alikeOld: make([]bool, old.Regions()), alikeNew: make([]bool, new.Regions())}
	for i := range m.arcOf {
		m.arcOf[i] = -1
	}
	a, b := old.order(byPlace).ids(), new.order(byPlace).ids()
	for len(a) > 0 && len(b) > 0 {
		switch c := byPlace.compare(old, a[0], new, b[0]); {
		case c < 0:
			a = a[1:]
		case c > 0:
			b = b[1:]
		default:
			if samePoints(old.pointsOf(a[0]), new.pointsOf(b[0])) {
				m.arcOf[a[0]] = int32(b[0])
			}
			a, b = a[1:], b[1:]
		}
	}
	for r := range Region(old.Regions()) {
		if s, ok := m.twin(r); ok {
			m.alike[r], m.alikeOld[r], m.alikeNew[s] = s, true, true
		}
	}
	return m
}

// ids returns all items in their order.
func (o *order) ids() []uint32 {
	var all []uint32
	for _, k := range o.chunks {
		all = append(all, k.ids...)
	}
	return all
}

// samePoints compares two lines. Those of a coverage and of what an operation made
// of it are the very same.
func samePoints(p, q []lattice.Point) bool {
	return len(p) == len(q) && (&p[0] == &q[0] || slices.Equal(p, q))
}

// twin finds the new region that has the very border of an old one. Every half-arc
// has its own twin, so as many of them on the same side of one region are its whole
// border.
func (m *matching) twin(r Region) (Region, bool) {
	found, count := Exterior, 0
	for h := range m.old.halvesOf(r) {
		i := m.arcOf[h>>1]
		if i < 0 {
			return 0, false
		}
		s := m.new.leftOf(HalfArc(i)<<1 | h&1)
		if count > 0 && s != found {
			return 0, false
		}
		found = s
		count++
	}
	for range m.new.halvesOf(found) {
		count--
	}
	return found, count == 0
}

// box is the box around all that is not alike.
func (m *matching) box() lattice.Box {
	box := lattice.EmptyBox()
	for n, c := range [...]*Coverage{m.old, m.new} {
		alike := [...][]bool{m.alikeOld, m.alikeNew}[n]
		for i := range c.Arcs() {
			if a := c.arcs.at(i); !alike[a.left] || !alike[a.right] {
				box = box.Union(a.box)
			}
		}
	}
	return box
}

// addSame adds the regions that are alike as patches.
func (o *Overlay) addSame(m *matching) {
	number := make([]int32, len(m.alike))
	for r := Region(1); int(r) < len(m.alike); r++ {
		if !m.alikeOld[r] {
			continue
		}
		number[r] = int32(len(o.patches))
		o.patches = append(o.patches, patch{max(NoArea, m.old.AreaOf(r)), max(NoArea, m.new.AreaOf(m.alike[r])), 0, m.old.leastNode(r)})
	}
	f := lattice.FineFor(m.old.Bounds(), 1)
	var line []lattice.Point
	for i := range m.old.Arcs() {
		a := m.old.arcs.at(i)
		if !m.alikeOld[a.left] && !m.alikeOld[a.right] {
			continue
		}
		line = line[:0]
		for _, p := range a.points {
			line = append(line, f.In(p))
		}
		// What is not alike is measured with the others: here it is the same as outside.
		o.sew(number[a.left], number[a.right], line, f)
	}
	o.patches[0].areaM2 = 0
}

// leastNode returns the smallest node of a region's outer ring.
func (c *Coverage) leastNode(r Region) lattice.Point {
	ring := c.Boundary(r)[0]
	best := c.nodes.at(int(c.tail(ring[0]))).at
	for _, h := range ring[1:] {
		if p := c.nodes.at(int(c.tail(h))).at; less(p, best) {
			best = p
		}
	}
	return best
}
