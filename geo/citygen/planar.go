package citygen

import (
	"math"

	"onegrid/geo/lattice"
)

// half is an arc in one of its directions: index<<1, the low bit set when it
// runs backwards. Its face lies on its left.
type half int32

func (h half) arc() int   { return int(h >> 1) }
func (h half) twin() half { return h ^ 1 }

// arc is a chain of lattice points between two nodes, a part of a line.
type arc struct {
	points []lattice.Point
	line   int32
	// The box around it on the plane, so that far arcs are passed over.
	lo, hi vec
}

// planar is the city's planar map. It begins as one face within a closed border
// and changes in one way only: a chain from border to border through the inside
// of a face cuts that face in two. So every face stays a simple polygon without
// holes, lines never cross, and what two faces share they share vertex by vertex.
type planar struct {
	frame
	arcs       []arc
	next, prev []half  // around the face, by half
	face       []int32 // by half
	faces      []face
	lines      []line
}

// face is a connected region of the map; 0 is everything outside.
type face struct {
	first half
	zone  zone
	area  float64 // m²
	// family is the face at the level of whole blocks that this one was cut
	// from: halves of one block belong together.
	family int32
}

const outside = 0

// spot is a vertex on the border of a face: the i-th point of a half.
type spot struct {
	h half
	i int
}

func newPlanar(fr frame, ring []lattice.Point, l line) *planar {
	m := &planar{frame: fr}
	m.lines = append(m.lines, l)
	m.add(closed(ring), 0)
	m.next, m.prev = []half{0, 1}, []half{0, 1}
	m.face = []int32{1, outside}
	m.faces = []face{{first: 1}, {first: 0, zone: land, family: -1}}
	m.faces[1].area = m.measure(1)
	return m
}

// add appends an arc, still unconnected, and returns its forward half.
func (m *planar) add(points []lattice.Point, line int32) half {
	a := arc{points: points, line: line}
	a.lo, a.hi = m.boxOf(points)
	m.arcs = append(m.arcs, a)
	return half(len(m.arcs)-1) << 1
}

func (m *planar) boxOf(points []lattice.Point) (lo, hi vec) {
	b := lattice.BoxOf(points...)
	return m.vec(b.Min), m.vec(b.Max)
}

// size is the number of points of a half; at gives the i-th in its direction.
func (m *planar) size(h half) int { return len(m.arcs[h.arc()].points) }

func (m *planar) at(h half, i int) lattice.Point {
	p := m.arcs[h.arc()].points
	if h&1 == 0 {
		return p[i]
	}
	return p[len(p)-1-i]
}

func (m *planar) origin(h half) lattice.Point { return m.at(h, 0) }
func (m *planar) class(h half) class          { return m.lines[m.arcs[h.arc()].line].class }

// ring returns the border of a face, counter-clockwise, without the repeat.
func (m *planar) ring(f int32) []lattice.Point {
	var out []lattice.Point
	m.around(f, func(h half) {
		for i := range m.size(h) - 1 {
			out = append(out, m.at(h, i))
		}
	})
	return out
}

// around calls visit with every half of a face's border, in order.
func (m *planar) around(f int32, visit func(h half)) {
	first := m.faces[f].first
	for h := first; ; {
		visit(h)
		if h = m.next[h]; h == first {
			return
		}
	}
}

// measure is the area of a face in m².
func (m *planar) measure(f int32) float64 {
	o := m.origin(m.faces[f].first)
	sum := int64(0)
	m.around(f, func(h half) {
		a := m.at(h, 0)
		for i := 1; i < m.size(h); i++ {
			b := m.at(h, i)
			sum += int64(a.X-o.X)*int64(b.Y-o.Y) - int64(a.Y-o.Y)*int64(b.X-o.X)
			a = b
		}
	})
	return float64(sum) / 2 * m.ux * m.uy
}

// breakAt makes the i-th point of h a node, and returns the halves before and
// after it. Places on h before i keep their index on the half before.
func (m *planar) breakAt(h half, i int) (before, after half) {
	a := h.arc()
	p := m.arcs[a].points
	k := i
	if h&1 == 1 {
		k = len(p) - 1 - i
	}
	fb := m.add(p[k:], m.arcs[a].line)
	m.arcs[a].points = p[: k+1 : k+1]
	m.arcs[a].lo, m.arcs[a].hi = m.boxOf(p[:k+1])
	fa, ba, bb := half(a)<<1, half(a)<<1|1, fb|1

	m.next = append(m.next, 0, 0)
	m.prev = append(m.prev, 0, 0)
	m.face = append(m.face, m.face[fa], m.face[ba])
	if m.next[fa] == fa { // a closed border of one arc
		m.link(fb, fa)
		m.link(ba, bb)
	} else {
		m.link(fb, m.next[fa])
		m.link(m.prev[ba], bb)
	}
	m.link(fa, fb)
	m.link(bb, ba)
	if h&1 == 0 {
		return fa, fb
	}
	return bb, ba
}

func (m *planar) link(a, b half) { m.next[a], m.prev[b] = b, a }

// node makes a spot a node and returns the half that begins there, in the same
// face. Other spots on the same half are moved along.
func (m *planar) node(s spot, others ...*spot) half {
	switch s.i {
	case 0:
		return s.h
	case m.size(s.h) - 1:
		return m.next[s.h]
	}
	before, after := m.breakAt(s.h, s.i)
	for _, o := range others {
		if o.h != s.h {
			continue
		}
		if o.i <= s.i {
			o.h = before
		} else {
			o.h, o.i = after, o.i-s.i
		}
	}
	return after
}

// cut lays a chain from the spot a to the spot b, both on the border of one
// face, through its inside, and so cuts it in two. The caller has made sure that
// the chain is free (see free). It returns the new arc's forward half; the face
// on its left keeps its number, the one on its right is new.
func (m *planar) cut(a, b spot, points []lattice.Point, line int32) half {
	ha := m.node(a, &b)
	spotA := spot{ha, 0}
	hb := m.node(b, &spotA)
	ha = spotA.h
	n := m.add(points, line)
	t := n.twin()
	f := m.face[ha]
	m.next = append(m.next, 0, 0)
	m.prev = append(m.prev, 0, 0)
	m.face = append(m.face, f, f)
	pa, pb := m.prev[ha], m.prev[hb]
	m.link(pa, n)
	m.link(n, hb)
	m.link(pb, t)
	m.link(t, ha)

	g := int32(len(m.faces))
	m.faces = append(m.faces, m.faces[f])
	m.faces[f].first, m.faces[g].first = n, t
	m.around(g, func(h half) { m.face[h] = g })
	m.faces[f].area, m.faces[g].area = m.measure(f), m.measure(g)
	return n
}

// outOf lists the halves that begin where h begins, clockwise from h.
func (m *planar) outOf(h half) []half {
	out := []half{h}
	for o := m.next[h.twin()]; o != h; o = m.next[o.twin()] {
		out = append(out, o)
	}
	return out
}

// clearance is the distance from p to the border of a face, in metres.
func (m *planar) clearance(f int32, p vec) float64 {
	best := math.Inf(1)
	m.around(f, func(h half) {
		a := &m.arcs[h.arc()]
		dx := max(0, a.lo.x-p.x, p.x-a.hi.x)
		dy := max(0, a.lo.y-p.y, p.y-a.hi.y)
		if dx*dx+dy*dy >= best*best {
			return
		}
		from := m.vec(a.points[0])
		for _, q := range a.points[1:] {
			to := m.vec(q)
			best = min(best, segDist(p, from, to))
			from = to
		}
	})
	return best
}

// contains tells whether p is inside a face.
func (m *planar) contains(f int32, p vec) bool {
	in := false
	m.around(f, func(h half) {
		c := &m.arcs[h.arc()]
		if p.y < c.lo.y || p.y > c.hi.y || p.x > c.hi.x {
			return
		}
		a := m.vec(c.points[0])
		for _, q := range c.points[1:] {
			b := m.vec(q)
			if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(b.x-a.x)*(p.y-a.y)/(b.y-a.y) {
				in = !in
			}
			a = b
		}
	})
	return in
}

// hit finds where the segment pq first meets the border of a face: the half and
// the segment i to i+1 of it. Segments that begin or end at except are passed
// over.
func (m *planar) hit(f int32, p, q lattice.Point, except *lattice.Point) (at spot, ok bool) {
	lo, hi := m.boxOf([]lattice.Point{p, q})
	best := math.Inf(1)
	m.around(f, func(h half) {
		c := &m.arcs[h.arc()]
		if c.lo.x > hi.x || c.hi.x < lo.x || c.lo.y > hi.y || c.hi.y < lo.y {
			return
		}
		a := m.at(h, 0)
		for i := 1; i < len(c.points); i++ {
			b := m.at(h, i)
			if (except == nil || a != *except && b != *except) && lattice.SegmentsMeet(p, q, a, b) {
				if t := m.along(p, q, a, b); t < best {
					best, at, ok = t, spot{h, i - 1}, true
				}
			}
			a = b
		}
	})
	return at, ok
}

// along is how far along pq the line ab is met, 0 to 1.
func (m *planar) along(p, q, a, b lattice.Point) float64 {
	vp, va := m.vec(p), m.vec(a)
	d, e := m.vec(q).sub(vp), m.vec(b).sub(va)
	c := d.cross(e)
	if c == 0 {
		return 0
	}
	return va.sub(vp).cross(e) / c
}
