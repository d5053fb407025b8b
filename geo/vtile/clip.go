package vtile

import (
	"slices"

	"onegrid/geo/coverage"
)

// frame is what a tile's lines and polygons are cut to. A pixel is inside when
// it is off all four sides; cutting goes along the half-pixels just within them,
// so no vertex lies on the cut, and new vertices lie on the sides, where no old
// one is.
type frame coverage.PixelBox

func (f *frame) inside(p coverage.Pixel) bool {
	return p.X > f.Min.X && p.X < f.Max.X && p.Y > f.Min.Y && p.Y < f.Max.Y
}

// encloses tells that all of a box is inside.
func (f *frame) encloses(b coverage.PixelBox) bool { return f.inside(b.Min) && f.inside(b.Max) }

// misses tells that a segment lies on or beyond one of the sides.
func (f *frame) misses(a, b coverage.Pixel) bool {
	return max(a.X, b.X) <= f.Min.X || min(a.X, b.X) >= f.Max.X ||
		max(a.Y, b.Y) <= f.Min.Y || min(a.Y, b.Y) >= f.Max.Y
}

// cut appends what is left of the edge from a to b: nothing, or a chain whose
// ends are a and b where these are inside, and on a side otherwise.
//
// The sides cut one after the other, each the whole plane, so that corners are
// no special case. An edge's sail never turns back, so what one side leaves is
// one stretch. The result is the same for b to a, the other way round.
func (f *frame) cut(dst []coverage.Pixel, a, b coverage.Pixel) []coverage.Pixel {
	if f.misses(a, b) {
		return dst
	}
	var even, odd [96]coverage.Pixel
	chain, spare := append(even[:0], a, b), odd[:0]
	for s := west; s <= south; s++ {
		chain, spare = f.cutSide(spare[:0], s, chain), chain
		if len(chain) == 0 {
			return dst
		}
	}
	return append(dst, chain...)
}

// cutSide appends what one side leaves of a chain that does not turn back.
func (f *frame) cutSide(dst []coverage.Pixel, s side, chain []coverage.Pixel) []coverage.Pixel {
	first := 0
	for first < len(chain) && s.u(f, chain[first]) <= 0 {
		first++
	}
	last := len(chain) - 1
	for last >= first && s.u(f, chain[last]) <= 0 {
		last--
	}
	if first > last {
		return dst
	}
	if first > 0 {
		from := len(dst)
		dst = f.appendSail(dst, s, chain[first], chain[first-1])
		slices.Reverse(dst[from:])
	}
	dst = append(dst, chain[first:last+1]...)
	if last < len(chain)-1 {
		dst = f.appendSail(dst, s, chain[last], chain[last+1])
	}
	return dst
}

// piece is a stretch of a ring or line inside a frame, in a clipper's points. A
// closed one is a whole ring, without the closing repeat; an open one of a ring
// has both ends on the frame's sides.
type piece struct {
	first, count int
	closed       bool
}

// clipper cuts rings and lines to a frame. It is reused from tile to tile.
type clipper struct {
	frame
	points []coverage.Pixel
	fresh  []bool // beside points: the segment from here on is of a sail
	pieces []piece
	rings  int // that were given
	scrap  []coverage.Pixel
	places []coverage.Pixel
}

func (c *clipper) reset(f frame) {
	c.frame = f
	c.rings = 0
	c.points, c.fresh, c.pieces = c.points[:0], c.fresh[:0], c.pieces[:0]
}

func (c *clipper) of(p piece) []coverage.Pixel { return c.points[p.first : p.first+p.count] }

// line adds what the frame leaves of a line.
func (c *clipper) line(pts []coverage.Pixel) {
	open := false
	for i := 0; i+1 < len(pts); i++ {
		open = c.edge(pts[i], pts[i+1], open)
	}
}

// ring adds what the frame leaves of a ring.
func (c *clipper) ring(pts []coverage.Pixel) {
	first, open := len(c.pieces), false
	c.rings++
	for i, a := range pts {
		b := pts[0]
		if i+1 < len(pts) {
			b = pts[i+1]
		}
		open = c.edge(a, b, open)
	}
	if open {
		c.closeRing(first)
	}
}

// closeRing joins the last piece, which came back to where the ring began, to
// the ring's first piece, which began there.
func (c *clipper) closeRing(first int) {
	head, tail := &c.pieces[first], &c.pieces[len(c.pieces)-1]
	if head == tail {
		head.count--
		head.closed = true
		c.points, c.fresh = c.points[:len(c.points)-1], c.fresh[:len(c.fresh)-1]
		return
	}
	c.points = append(c.points, c.points[head.first+1:head.first+head.count]...)
	c.fresh[len(c.fresh)-1] = c.fresh[head.first]
	c.fresh = append(c.fresh, c.fresh[head.first+1:head.first+head.count]...)
	tail.count += head.count - 1
	*head = *tail
	c.pieces = c.pieces[:len(c.pieces)-1]
}

// continued tells that the points from one on are the open piece's, whole edges
// of its ring.
func (c *clipper) continued(from int) {
	more := len(c.points) - from
	c.fresh = slices.Grow(c.fresh, more)[:len(c.points)]
	clear(c.fresh[from:])
	c.pieces[len(c.pieces)-1].count += more
}

// edge adds an edge to the open piece, or to a new one, and tells whether the
// piece is still open: whether b is inside.
func (c *clipper) edge(a, b coverage.Pixel, open bool) bool {
	in := c.inside(b)
	if open && in {
		c.points = append(c.points, b)
		c.fresh = append(c.fresh, false)
		c.pieces[len(c.pieces)-1].count++
		return true
	}
	if !in && c.misses(a, b) {
		return false
	}
	whole := in && c.inside(a)
	c.scrap = c.cut(c.scrap[:0], a, b)
	chain := c.scrap
	if len(chain) == 0 {
		return false
	}
	if open {
		c.fresh[len(c.fresh)-1] = !whole
		chain = chain[1:]
	} else {
		c.pieces = append(c.pieces, piece{first: len(c.points)})
	}
	for range chain {
		c.fresh = append(c.fresh, !whole)
	}
	c.fresh[len(c.fresh)-1] = false
	c.points = append(c.points, chain...)
	c.pieces[len(c.pieces)-1].count += len(chain)
	return in
}
