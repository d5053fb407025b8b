package citygen

import (
	"onegrid/geo/lattice"
)

// free tells whether a chain, both ends of which are spots of a face's border,
// otherwise runs through the inside of the face: exactly, and with some clearance.
func (m *planar) free(f int32, pts []vec, w *manner) bool {
	n := len(pts)
	if n < 3 {
		return false
	}
	if !w.free && !straightish(pts) {
		return false
	}
	first, last := m.point(pts[0]), m.point(pts[n-1])
	open := 0.0
	for k := 1; k < n; k++ {
		a, b := pts[k-1], pts[k]
		l := a.dist(b)
		if open < l+w.clear+1 {
			open = m.clearance(f, a) - 1
			if near := min(a.dist(pts[0]), a.dist(pts[n-1])); open < w.clear && near > 1.8*w.clear {
				return false
			}
			if open < l+1 && m.touches(f, m.point(a), m.point(b), first, last, k == 1, k == n-1) {
				return false
			}
		}
		open -= l
	}
	return true
}

// touches tells whether the segment ab meets the border of a face elsewhere than
// at the chain's own ends.
func (m *planar) touches(f int32, a, b, first, last lattice.Point, isFirst, isLast bool) bool {
	lo, hi := m.boxOf([]lattice.Point{a, b})
	bad := false
	m.around(f, func(h half) {
		c := &m.arcs[h.arc()]
		if bad || c.lo.x > hi.x+0.1 || c.hi.x < lo.x-0.1 || c.lo.y > hi.y+0.1 || c.hi.y < lo.y-0.1 {
			return
		}
		for i := 1; i < len(c.points) && !bad; i++ {
			p, q := c.points[i-1], c.points[i]
			switch {
			case !lattice.SegmentsMeet(a, b, p, q):
			case isFirst && (p == first || q == first):
				bad = foldedOver(first, b, p, q)
			case isLast && (p == last || q == last):
				bad = foldedOver(last, a, p, q)
			default:
				bad = true
			}
		}
	})
	return bad
}

// foldedOver tells whether the segment from v to w lies along the segment pq,
// which has v as an end.
func foldedOver(v, w, p, q lattice.Point) bool {
	if p == v {
		p = q
	}
	return lattice.Cross(v, w, p) == 0 && int64(w.X-v.X)*int64(p.X-v.X)+int64(w.Y-v.Y)*int64(p.Y-v.Y) > 0
}

// straightish tells that every step goes forward along the chord, so that the
// chain cannot meet itself.
func straightish(pts []vec) bool {
	chord := pts[len(pts)-1].sub(pts[0]).unit()
	for k := 1; k < len(pts); k++ {
		if d := pts[k].sub(pts[k-1]); d.dot(chord) < 0.15*d.len() {
			return false
		}
	}
	return true
}

// across lays one piece of a line through a face: from a border spot if from is
// not nil, else both ways from an inner point. It returns the new arc's half.
func (m *planar) across(f int32, from *spot, seed, heading vec, lineID int32, w *manner) (half, bool) {
	var pts []vec
	var start, end spot
	if from != nil {
		v := m.at(from.h, from.i)
		r, ok := m.trace(f, m.vec(v), heading, &v, w)
		if !ok {
			return 0, false
		}
		pts, start, end = r.points, *from, r.end
	} else {
		ahead, ok := m.trace(f, seed, heading, nil, w)
		if !ok {
			return 0, false
		}
		back, ok := m.trace(f, seed, heading.mul(-1), nil, w)
		if !ok {
			return 0, false
		}
		for i := len(back.points) - 1; i > 0; i-- {
			pts = append(pts, back.points[i])
		}
		pts = append(pts, ahead.points...)
		start, end = back.end, ahead.end
	}
	if m.at(start.h, start.i) == m.at(end.h, end.i) || !m.free(f, pts, w) {
		return 0, false
	}
	if w.balanced != nil && !w.balanced(f, m.partLeft(start, end, pts)) {
		return 0, false
	}
	chain := m.points(pts)
	h := m.cut(start, end, chain, lineID)
	m.lines[lineID].pieces = append(m.lines[lineID].pieces, chain)
	return h, true
}

// partLeft is the area that a chain from start to end cuts off on its left.
func (m *planar) partLeft(start, end spot, pts []vec) float64 {
	o := pts[0]
	sum := 0.0
	for k := 1; k < len(pts); k++ {
		sum += pts[k-1].sub(o).cross(pts[k].sub(o))
	}
	// back along the border from end to start
	h, i := end.h, end.i
	goal := m.at(start.h, start.i)
	a := pts[len(pts)-1]
	for m.at(h, i) != goal {
		if i == m.size(h)-1 {
			h, i = m.next[h], 0
			continue
		}
		i++
		b := m.vec(m.at(h, i))
		sum += a.sub(o).cross(b.sub(o))
		a = b
	}
	return sum / 2
}

// goOn continues a line beyond the end of a piece, face by face, until it meets
// something that it does not cross, or a face that does not want it.
func (m *planar) goOn(end half, lineID int32, w *manner, wanted func(f int32) bool) {
	for range 400 {
		// end points to the junction; look for the sector straight ahead
		n := m.size(end)
		tip := m.vec(m.at(end, n-1))
		heading := tip.sub(m.vec(m.at(end, max(0, n-5)))).unit()
		s, ok := m.sector(end.twin(), heading, w)
		if !ok {
			return
		}
		f := m.face[s.h]
		if f == outside || m.faces[f].zone != land || !wanted(f) {
			return
		}
		h, ok := m.across(f, &s, vec{}, heading, lineID, w)
		if !ok {
			return
		}
		end = h
	}
}

// sector finds the face that lies ahead of a junction: out begins there and lies
// behind. It fails where the way would be along an existing line or across a
// barrier.
func (m *planar) sector(out half, heading vec, w *manner) (spot, bool) {
	for _, h := range m.outOf(out) {
		if h != out && m.class(h).barrier(w.class) {
			return spot{}, false
		}
	}
	for _, h := range m.outOf(out) {
		s := spot{h, 0}
		// the sector runs counter-clockwise from h to the border behind it
		a, b := m.ahead(s, 28), m.behind(s, 28)
		if between(a, heading, b) {
			return s, m.opens(s, heading, w.minAngle)
		}
	}
	return spot{}, false
}

// between tells whether d lies counter-clockwise between a and b.
func between(a, d, b vec) bool {
	if a.cross(b) >= 0 {
		return a.cross(d) >= 0 && d.cross(b) >= 0
	}
	return !(b.cross(d) >= 0 && d.cross(a) >= 0)
}
