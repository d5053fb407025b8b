package vtile

import (
	"slices"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

// shaper brings one object's shape to the pixels of one zoom after the other: it
// projects once, and makes polygons valid at each zoom. It is reused.
type shaper struct {
	places []lattice.Point
	base   polygons // chains as they came; outer: the chain begins a polygon
	out    polygons // what is left of them at a zoom
	prover prover
	mender mender
	mended polygons
}

// load takes a shape's chains to the base lattice.
func (s *shaper) load(shape record.Shape) {
	s.base.clear()
	r := shape.Reader()
	for r.Next() {
		s.places = r.Points(s.places[:0])
		s.add(s.places, r.First())
	}
}

func (s *shaper) add(places []lattice.Point, first bool) {
	s.base.begin()
	for _, p := range places {
		s.base.points = append(s.base.points, coverage.Project(p))
	}
	last := &s.base.rings[len(s.base.rings)-1]
	last.count = len(s.base.points) - last.first
	last.outer = first
}

// box is the box around the shape on the base lattice.
func (s *shaper) box() lattice.Box { return boxOf(s.base.points) }

// polygonsAt leaves in out the valid polygons that the shape is at zoom z, none
// if it covers less than least square pixels.
func (s *shaper) polygonsAt(z uint8, least int64) {
	s.out.clear()
	var area int64
	lost := false // the outer ring of this polygon came to nothing
	for _, r := range s.base.rings {
		if !r.outer && lost {
			continue
		}
		turn := s.ringAt(s.base.of(r), z, r.outer)
		if r.outer {
			lost = turn == 0
		}
		area += turn
	}
	if len(s.out.rings) == 0 || area < 2*least {
		s.out.clear()
		return
	}
	if s.prover.sound(&s.out) {
		return
	}
	s.mender.segs = append(s.mender.segs[:0], s.prover.segs...)
	s.mended.clear()
	s.mender.mend(&s.mended)
	s.out, s.mended = s.mended, s.out
}

// ringAt adds a ring at zoom z, turning as its role says, and returns twice its
// area: 0 if nothing is left of it, and then nothing is added.
func (s *shaper) ringAt(pts []coverage.Pixel, z uint8, outer bool) int64 {
	s.out.begin()
	first := len(s.out.points)
	for _, p := range pts {
		s.out.points = straighten(s.out.points, first, p.At(z))
	}
	ring := closeUp(s.out.points[first:])
	turn := area2(ring)
	if len(ring) < 3 || turn == 0 {
		s.out.points = s.out.points[:first]
		s.out.rings = s.out.rings[:len(s.out.rings)-1]
		return 0
	}
	if (turn > 0) != outer {
		slices.Reverse(ring)
		turn = -turn
	}
	s.out.points = s.out.points[:first+len(ring)]
	r := &s.out.rings[len(s.out.rings)-1]
	r.count, r.outer = len(ring), outer
	return turn
}

// straighten appends a place to a chain that began at first, without repeating
// the last one and without a corner on a straight line.
func straighten(pts []coverage.Pixel, first int, p coverage.Pixel) []coverage.Pixel {
	n := len(pts)
	if n > first && pts[n-1] == p {
		return pts
	}
	if n > first+1 && onward(pts[n-2], pts[n-1], p) {
		pts[n-1] = p
		return pts
	}
	return append(pts, p)
}

// onward tells that b lies on the way from a to c.
func onward(a, b, c coverage.Pixel) bool {
	return cross(a, b, c) == 0 && int64(b.X-a.X)*int64(c.X-b.X)+int64(b.Y-a.Y)*int64(c.Y-b.Y) > 0
}

// closeUp does for a ring's last and first place what straighten did between.
func closeUp(ring []coverage.Pixel) []coverage.Pixel {
	for len(ring) > 1 && ring[len(ring)-1] == ring[0] {
		ring = ring[:len(ring)-1]
	}
	if n := len(ring); n > 2 && onward(ring[n-2], ring[n-1], ring[0]) {
		ring = ring[:n-1]
	}
	if n := len(ring); n > 2 && onward(ring[n-1], ring[0], ring[1]) {
		copy(ring, ring[1:])
		ring = ring[:n-1]
	}
	return ring
}

// linesAt leaves in out the lines that the shape is at zoom z.
func (s *shaper) linesAt(z uint8) {
	s.out.clear()
	for _, r := range s.base.rings {
		s.out.begin()
		first := len(s.out.points)
		for _, p := range s.base.of(r) {
			s.out.points = straighten(s.out.points, first, p.At(z))
		}
		n := len(s.out.points) - first
		if n < 2 {
			s.out.points = s.out.points[:first]
			s.out.rings = s.out.rings[:len(s.out.rings)-1]
			continue
		}
		s.out.rings[len(s.out.rings)-1].count = n
	}
}

// point takes a place to the base lattice.
func (s *shaper) point(p lattice.Point) {
	s.base.clear()
	s.places = append(s.places[:0], p)
	s.add(s.places, true)
}
