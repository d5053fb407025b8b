package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo/lattice"
)

// bender brings chains of the base lattice to a zoom's pixels without letting
// anything change sides: a pixel that holds a vertex is hot, and a segment that
// passes through a hot pixel is bent through its middle (snap rounding).
//
//	+-----+-----+        Rounding only the ends would leave a segment on the
//	|   __|--b  |        wrong side of a vertex beside it. Bent, the two touch
//	|_-a  |     |        there and nowhere cross; where they then run together,
//	+-----+-----+        the one border is left that both have become.
//
// A pixel's base points are the whole numbers from -half to half-1 around its
// middle. The closed square of exactly these is what a segment must meet: no
// vertex moves farther than from its own square's corner to the middle, so a
// segment that passes a square by on one side is still on that side of the
// middle, or on it, after all ends have moved.
type bender struct {
	shift uint
	half  int64
	hot   pointGrid // of middles, in pixels
}

// newBender makes a bender for the chains of a zoom.
func newBender(z uint8, chains [][]lattice.Point) *bender {
	b := &bender{shift: BaseShift(z)}
	b.half = int64(1) << b.shift >> 1
	keys := make([]uint64, 0, len(chains))
	for _, chain := range chains {
		last := uint64(1<<64 - 1)
		for _, p := range chain {
			m := toPixel(p, b.shift)
			if k := uint64(uint32(m.Y))<<32 | uint64(uint32(m.X)); k != last {
				keys, last = append(keys, k), k
			}
		}
	}
	slices.Sort(keys)
	keys = slices.Compact(keys)
	middles := make([]lattice.Point, len(keys))
	for i, k := range keys {
		middles[i] = lattice.Point{X: int32(uint32(k)), Y: int32(k >> 32)}
	}
	b.hot.fill(make([]uint32, len(middles)), middles)
	return b
}

// chain appends to dst the pixels that a chain of base points runs through, none
// twice in a row.
func (b *bender) chain(base, dst []lattice.Point) []lattice.Point {
	last := toPixel(base[0], b.shift)
	dst = append(dst, last)
	for i := 1; i < len(base); i++ {
		p := toPixel(base[i], b.shift)
		// Segments inside a pixel, or between two that share a side, meet no
		// third.
		if apart := abs(p.X-last.X) + abs(p.Y-last.Y); apart > 1 {
			dst = b.between(base[i-1], base[i], last, p, dst)
		}
		if p != last {
			dst = append(dst, p)
			last = p
		}
	}
	return dst
}

// between appends the hot pixels that the base segment p-q meets, but for its
// ends' own pixels from and to, in the order in which it meets them.
func (b *bender) between(p, q, from, to lattice.Point, dst []lattice.Point) []lattice.Point {
	start := len(dst)
	first, last := b.hot.rows(int64(min(from.Y, to.Y)), int64(max(from.Y, to.Y)))
	for row := first; row <= last; row++ {
		bottom := b.hot.bottom(row)
		top := bottom + 1<<b.hot.shift - 1
		within := noReach()
		within.cross(p, q, bottom<<b.shift-b.half, top<<b.shift+b.half)
		_, middles := b.hot.span(row, (within.lo+b.half)>>b.shift, (within.hi+b.half)>>b.shift)
		for _, m := range middles {
			if m != from && m != to && b.meets(p, q, m) {
				dst = append(dst, m)
			}
		}
	}
	// A segment that runs up and to the right meets squares only in an order in
	// which neither coordinate falls; likewise for the other directions.
	right, up := int64(cmp.Compare(q.X, p.X)), int64(cmp.Compare(q.Y, p.Y))
	slices.SortFunc(dst[start:], func(m, n lattice.Point) int {
		return cmp.Compare(right*int64(m.X)+up*int64(m.Y), right*int64(n.X)+up*int64(n.Y))
	})
	return dst
}

// meets tells whether the segment p-q meets the closed square of the pixel m.
func (b *bender) meets(p, q, m lattice.Point) bool {
	left, bottom := int64(m.X)<<b.shift-b.half, int64(m.Y)<<b.shift-b.half
	right, top := left+2*b.half-1, bottom+2*b.half-1
	px, py, qx, qy := int64(p.X), int64(p.Y), int64(q.X), int64(q.Y)
	if max(px, qx) < left || min(px, qx) > right || max(py, qy) < bottom || min(py, qy) > top {
		return false
	}
	// All four corners strictly on one side: the line misses the square.
	dx, dy := qx-px, qy-py
	side := func(x, y int64) int { return cmp.Compare(dx*(y-py), dy*(x-px)) }
	sum := side(left, bottom) + side(right, bottom) + side(left, top) + side(right, top)
	return sum != 4 && sum != -4
}

func abs(v int32) int32 {
	if v < 0 {
		return -v
	}
	return v
}
