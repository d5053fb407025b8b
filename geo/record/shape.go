package record

import (
	"onegrid/geo/lattice"
)

// Shape is a list of chains of points in its compact form: rings of polygons,
// or lines.
//
//	r := shape.Reader()
//	for r.Next() {
//		pts = r.Points(pts[:0]) // r.First(): an outer ring, a new polygon
//	}
type Shape struct {
	from lattice.Point
	code string
}

// Reader reads the chains in order.
func (s Shape) Reader() ShapeReader {
	r := ShapeReader{c: cursor{rest: s.code}, at: s.from}
	r.chains = r.c.count()
	return r
}

// ShapeReader is a place in a Shape. It is a value: keep it on the stack.
type ShapeReader struct {
	c      cursor
	at     lattice.Point
	chains int // left
	points int // of this chain, not read yet
	first  bool
}

// Next goes to the next chain.
func (r *ShapeReader) Next() bool {
	for r.points > 0 { // of a chain that nobody asked for
		r.step()
	}
	if r.chains == 0 || r.c.bad {
		return false
	}
	r.chains--
	head := r.c.uvarint()
	r.first = head&1 == 1
	if head>>1 > uint64(len(r.c.rest))/2 { // a point is two bytes at least
		r.c.fail()
		return false
	}
	r.points = int(head >> 1)
	return !r.c.bad
}

// First tells that the chain begins a polygon: it is an outer ring.
func (r *ShapeReader) First() bool { return r.first }

// Len is the number of the chain's points that were not taken yet.
func (r *ShapeReader) Len() int { return r.points }

// Points appends the chain's points to buf. Rings have no closing repeat.
func (r *ShapeReader) Points(buf []lattice.Point) []lattice.Point {
	for r.points > 0 {
		buf = append(buf, r.step())
	}
	return buf
}

func (r *ShapeReader) step() lattice.Point {
	r.points--
	dx, dy := r.c.varint(), r.c.varint()
	r.at = lattice.Point{X: int32(int64(r.at.X) + dx), Y: int32(int64(r.at.Y) + dy)}
	return r.at
}

// Bounds is the box around the shape, empty if it has no point.
func (s Shape) Bounds() lattice.Box {
	box, _ := s.measure()
	return box
}

// measure returns the box, and whether the code is a shape and nothing more.
func (s Shape) measure() (lattice.Box, bool) {
	b := lattice.EmptyBox()
	r := s.Reader()
	for r.Next() {
		for r.points > 0 {
			b = b.Extend(r.step())
		}
	}
	return b, !r.c.bad && r.c.rest == ""
}

// Polygons returns the shape as a noun's field.
func (s Shape) Polygons() lattice.MultiPolygon {
	var m lattice.MultiPolygon
	r := s.Reader()
	for r.Next() {
		first := r.First()
		ring := r.Points(make([]lattice.Point, 0, r.Len()))
		if first || len(m) == 0 {
			m = append(m, lattice.Polygon{ring})
		} else {
			m[len(m)-1] = append(m[len(m)-1], ring)
		}
	}
	return m
}

// Lines returns the shape as lines.
func (s Shape) Lines() [][]lattice.Point {
	var lines [][]lattice.Point
	r := s.Reader()
	for r.Next() {
		lines = append(lines, r.Points(make([]lattice.Point, 0, r.Len())))
	}
	return lines
}
