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

// end is where a piece meets the frame's sides: at is the way from the
// north-west corner, clockwise on the screen, so with the interior on the right.
type end struct {
	at    int32
	piece int32
	exit  bool
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
	var turn int64 // twice the area that the pieces enclose without the sides
	for i, p := range c.pieces {
		pts := c.of(p)
		turn += c.sweep(pts, p.closed)
		if p.closed {
			continue
		}
		s.ends = append(s.ends,
			end{at: c.around(pts[0]), piece: int32(i)},
			end{at: c.around(pts[len(pts)-1]), piece: int32(i), exit: true})
	}
	slices.SortFunc(s.ends, func(a, b end) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.piece, b.piece))
	})
	if s.even() {
		s.around(dst, c, turn, whole)
		return
	}
	if s.link(c) && s.simple(c) {
		s.group(dst)
		return
	}
	s.mend(dst, c, s.sides(c))
}

// even tells that wherever pieces meet the sides as many end as begin: the sides
// are all the face's, or none of them is.
func (s *assembler) even() bool {
	open := 0
	for i, e := range s.ends {
		open += e.step()
		if open != 0 && (i+1 == len(s.ends) || s.ends[i+1].at != e.at) {
			return false
		}
	}
	return true
}

// sweep is twice the area that the way along a piece sweeps, seen from the
// frame's corner.
func (c *clipper) sweep(pts []coverage.Pixel, closed bool) int64 {
	var sum int64
	for i := 0; i+1 < len(pts); i++ {
		sum += cross(c.Min, pts[i], pts[i+1])
	}
	if closed {
		sum += cross(c.Min, pts[len(pts)-1], pts[0])
	}
	return sum
}

// around settles a face to which the sides belong wholly or not at all. If they
// do not, its boundary turns clockwise in sum, for it lies around the face; if
// they do, the other way.
//
// If it turns not at all, it is a slit, or a face too thin for a pixel. Neither
// has a pixel strictly inside, so any pixel that is not on it tells.
func (s *assembler) around(dst *polygons, c *clipper, turn int64, whole face) {
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

// corner adds the corners passed from one place on the sides to another.
func (s *assembler) corner(c *clipper, from, to int32) {
	w, h := c.Max.X-c.Min.X, c.Max.Y-c.Min.Y
	marks := [4]int32{0, w, w + h, 2*w + h}
	round := 2 * (w + h)
	if to <= from {
		to += round
	}
	for lap := int32(0); lap <= round; lap += round {
		for i, m := range marks {
			if m+lap > from && m+lap < to {
				s.step(c.corners()[i], false)
			}
		}
	}
}

// around is the way along the frame's sides from its north-west corner to p,
// clockwise on the screen.
func (c *clipper) around(p coverage.Pixel) int32 {
	w, h := c.Max.X-c.Min.X, c.Max.Y-c.Min.Y
	switch {
	case p.Y == c.Min.Y:
		return p.X - c.Min.X
	case p.X == c.Max.X:
		return w + p.Y - c.Min.Y
	case p.Y == c.Max.Y:
		return w + h + c.Max.X - p.X
	default:
		return 2*w + h + c.Max.Y - p.Y
	}
}

// corners are the frame's, clockwise on the screen from the north-west.
func (c *clipper) corners() [4]coverage.Pixel {
	return [4]coverage.Pixel{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}}
}

// sides returns the stretches of the sides that bound the face: where, walking
// clockwise, more pieces have ended than begun.
func (s *assembler) sides(c *clipper) []segment {
	open, least := 0, 0
	for i, e := range s.ends {
		open += e.step()
		if i+1 == len(s.ends) || s.ends[i+1].at != e.at { // among ends at one place there is no order
			least = min(least, open)
		}
	}
	open = -least
	var out []segment
	for i, e := range s.ends {
		open += e.step()
		next := s.ends[(i+1)%len(s.ends)]
		if open <= 0 || e.at == next.at {
			continue
		}
		s.points, s.fresh = s.points[:0], s.fresh[:0]
		s.step(c.place(e.at), true)
		s.corner(c, e.at, next.at)
		s.step(c.place(next.at), true)
		for k := 0; k+1 < len(s.points); k++ {
			out = append(out, segment{s.points[k], s.points[k+1]})
		}
	}
	return out
}

func (s *assembler) sidesAll(c *clipper, whole bool) []segment {
	if !whole {
		return nil
	}
	var out []segment
	for i, p := range c.corners() {
		out = append(out, segment{p, c.corners()[(i+1)%4]})
	}
	return out
}

func (e end) step() int {
	if e.exit {
		return 1
	}
	return -1
}

// place is the inverse of around.
func (c *clipper) place(at int32) coverage.Pixel {
	w, h := c.Max.X-c.Min.X, c.Max.Y-c.Min.Y
	switch {
	case at <= w:
		return coverage.Pixel{X: c.Min.X + at, Y: c.Min.Y}
	case at <= w+h:
		return coverage.Pixel{X: c.Max.X, Y: c.Min.Y + at - w}
	case at <= 2*w+h:
		return coverage.Pixel{X: c.Max.X - (at - w - h), Y: c.Max.Y}
	default:
		return coverage.Pixel{X: c.Min.X, Y: c.Max.Y - (at - 2*w - h)}
	}
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

// simple tells that no ring touches itself. Only the segments of sails are looked
// at: the others were valid before, and along the sides nothing lies between one
// end and the next. But where the rings of the face touched at a place, as they
// may, the cut may have made one ring of them.
func (s *assembler) simple(c *clipper) bool {
	if c.rings > 1 && s.repeats() {
		return false
	}
	for _, r := range s.rings {
		if r.count < 3 {
			return false
		}
		for i := 0; i < r.count; i++ {
			first := i
			for i < r.count && s.fresh[r.first+i] {
				i++
			}
			if i > first && s.touched(r, first, i) {
				return false
			}
		}
	}
	return true
}

// repeats tells that a ring comes to a place twice.
func (s *assembler) repeats() bool {
	for _, r := range s.rings {
		s.sorted = append(s.sorted[:0], s.of(r)...)
		slices.SortFunc(s.sorted, comparePixels)
		for i := 1; i < len(s.sorted); i++ {
			if s.sorted[i] == s.sorted[i-1] {
				return true
			}
		}
	}
	return false
}

// touched tells that a sail, the segments of a ring from its first place to its
// last, meets a segment other than at the ends that they have in common.
func (s *assembler) touched(r ring, first, last int) bool {
	box := emptyPixels
	for i := first; i <= last; i++ {
		box = grow(box, s.points[r.first+i%r.count])
	}
	for _, o := range s.rings {
		prev := o.first + o.count - 1
		p := s.points[prev]
		for k := o.first; k < o.first+o.count; k++ {
			q := s.points[k]
			if max(p.X, q.X) >= box.Min.X && min(p.X, q.X) <= box.Max.X && max(p.Y, q.Y) >= box.Min.Y && min(p.Y, q.Y) <= box.Max.Y {
				for i := first; i < last; i++ {
					if s.meet(r.first+i, r.first+(i+1)%r.count, prev, k) {
						return true
					}
				}
			}
			prev, p = k, q
		}
	}
	return false
}

// meet tells that two different segments, from i to j and from m to n, meet
// other than where one follows the other.
func (s *assembler) meet(i, j, m, n int) bool {
	if i == m {
		return false
	}
	a, b, p, q := s.points[i], s.points[j], s.points[m], s.points[n]
	return n != i && onSegment(q, a, b) ||
		m != j && onSegment(p, a, b) ||
		j != m && onSegment(b, p, q) ||
		i != n && onSegment(a, p, q)
}
