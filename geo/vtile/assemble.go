package vtile

import (
	"cmp"
	"slices"

	"onegrid/geo/coverage"
)

// assembler makes polygons of one face's pieces in a frame: it closes the open
// ones along the frame's sides.
type assembler struct {
	polygons
	ends   []end
	fresh  []bool  // beside points: as in a clipper
	next   []int32 // by piece: its exit among the ends, -1 for none
	sorted []coverage.Pixel
	mender mender
}

// face is a polygon before it was cut.
type face interface {
	// holds tells whether a place that is not on the boundary is inside.
	holds(p coverage.Pixel) bool
}

// assemble appends the face whose boundary in the frame is c's pieces. The face
// itself is asked only when the pieces do not tell: when there are none, or when
// they enclose nothing.
func (s *assembler) assemble(dst *polygons, c *clipper, whole face) {
	s.ends = s.ends[:0]
	for i, p := range c.pieces {
		if p.closed {
			continue
		}
		pts := c.of(p)
		s.ends = append(s.ends,
			end{at: c.around(pts[0]), piece: int32(i)},
			end{at: c.around(pts[len(pts)-1]), piece: int32(i), exit: true})
	}
	slices.SortFunc(s.ends, func(a, b end) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.piece, b.piece))
	})
	if s.even() {
		s.around(dst, c, whole)
		return
	}
	if s.link(c) && s.simple(c) {
		s.group(dst)
		return
	}
	s.mend(dst, c, s.sides(c))
}

// turn is twice the area that the pieces enclose without the sides: that each
// sweeps, seen from the frame's corner.
func (c *clipper) turn() int64 {
	var sum int64
	for _, p := range c.pieces {
		pts := c.of(p)
		for i := 0; i+1 < len(pts); i++ {
			sum += cross(c.Min, pts[i], pts[i+1])
		}
		if p.closed {
			sum += cross(c.Min, pts[len(pts)-1], pts[0])
		}
	}
	return sum
}

// around settles a face to which the sides belong wholly or not at all. If they
// do not, its boundary turns clockwise in sum, for it lies around the face; if
// they do, the other way.
//
// If it turns not at all, it is a slit, or a face too thin for a pixel. Neither
// has a pixel strictly inside, so any pixel that is not on it tells.
func (s *assembler) around(dst *polygons, c *clipper, whole face) {
	turn := c.turn()
	sides := turn < 0 || turn == 0 && whole.holds(c.clear())
	if len(c.pieces) == 0 {
		if sides {
			corners := c.corners()
			dst.add(corners[:], true)
		}
		return
	}
	s.start()
	if sides {
		s.begin()
		for _, p := range c.corners() {
			s.step(p, false)
		}
		s.finish()
	}
	for _, p := range c.pieces {
		if !p.closed { // a loop that hangs on one place of the side
			s.mend(dst, c, s.sidesAll(c, sides))
			return
		}
		s.begin()
		s.copy(c, p)
		s.finish()
	}
	if s.simple(c) {
		s.group(dst)
		return
	}
	s.mend(dst, c, s.sidesAll(c, sides))
}

// clear returns a pixel inside the frame, near its middle, that is on no piece.
func (c *clipper) clear() coverage.Pixel {
	mid := coverage.Pixel{X: c.Min.X + (c.Max.X-c.Min.X)/2, Y: c.Min.Y + (c.Max.Y-c.Min.Y)/2}
	for x := mid.X; x < c.Max.X; x++ {
		for y := mid.Y; y < c.Max.Y; y++ {
			if p := (coverage.Pixel{X: x, Y: y}); !c.on(p) {
				return p
			}
		}
	}
	return mid
}

func (c *clipper) on(p coverage.Pixel) bool {
	for _, piece := range c.pieces {
		pts := c.of(piece)
		for i := 0; i+1 < len(pts); i++ {
			if onSegment(p, pts[i], pts[i+1]) {
				return true
			}
		}
		if piece.closed && onSegment(p, pts[len(pts)-1], pts[0]) {
			return true
		}
	}
	return false
}

// link joins the pieces to rings along the sides, each end to the next
// beginning. It fails where two ends share a place and their order is not known.
func (s *assembler) link(c *clipper) bool {
	n := len(s.ends)
	next := s.next[:0]
	for range c.pieces {
		next = append(next, -1)
	}
	s.next = next
	for i, e := range s.ends {
		if e.at == s.ends[(i+1)%n].at || e.exit == s.ends[(i+1)%n].exit {
			return false
		}
		if e.exit {
			next[e.piece] = int32(i)
		}
	}
	s.start()
	for i, p := range c.pieces {
		if p.closed {
			s.begin()
			s.copy(c, p)
			s.finish()
			continue
		}
		if next[i] < 0 {
			continue // in a ring already
		}
		s.begin()
		for at := int32(i); next[at] >= 0; {
			exit := int(next[at])
			next[at] = -1
			s.copy(c, c.pieces[at])
			entry := s.ends[(exit+1)%n]
			s.corner(c, s.ends[exit].at, entry.at)
			at = entry.piece
		}
		s.finish()
	}
	return true
}

func (s *assembler) start() {
	s.polygons.clear()
	s.fresh = s.fresh[:0]
}

func (s *assembler) step(p coverage.Pixel, fresh bool) {
	s.points, s.fresh = append(s.points, p), append(s.fresh, fresh)
}

func (s *assembler) copy(c *clipper, p piece) {
	s.points = append(s.points, c.of(p)...)
	s.fresh = append(s.fresh, c.fresh[p.first:p.first+p.count]...)
}

// mend makes the polygons of what touches itself.
func (s *assembler) mend(dst *polygons, c *clipper, sides []segment) {
	segs := append(s.mender.segs[:0], sides...)
	for _, p := range c.pieces {
		pts := c.of(p)
		for k := 0; k+1 < len(pts); k++ {
			segs = append(segs, segment{pts[k], pts[k+1]})
		}
		if p.closed {
			segs = append(segs, segment{pts[len(pts)-1], pts[0]})
		}
	}
	s.mender.segs = segs
	s.mender.mend(dst)
}
