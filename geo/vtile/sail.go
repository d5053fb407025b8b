package vtile

import "onegrid/geo/coverage"

// Cutting an edge at a tile's side must end on a pixel, and the place where the
// side is crossed seldom is one. Turning the edge to the nearest pixel swings it
// over whatever lies beside it, and then rings cross. So a cut edge is not
// turned but replaced by its sail: the hull of all pixels on one side of it,
// from its inner end to the side.
//
//	side                     a
//	 |                  __--*     the edge comes from a
//	 |           __--__/·
//	 |    __--_*------'  ·  ·    its sail, below
//	c*---------·  ·  ·  ·  ·
//
// No pixel lies between an edge and its sail, so no vertex does, and no two
// edges that did not cross have sails that cross: if f is nowhere above e, the
// pixels below f are among those below e, and so are their hulls. At each side
// every sail lies to the same hand, or the argument would fail. What a sail can
// do is touch, which is found and settled per polygon (see assemble).
//
// A sail depends on the edge and the tile alone: two polygons that share the
// edge are cut alike, and the parts of a cut coverage still sum to the tile.

// side is one of a frame's four. In its own coordinates u counts pixels inwards
// from the side's line (0 on it) and v runs along it.
type side uint8

const (
	west side = iota
	east
	north
	south
)

func (s side) u(f *frame, p coverage.Pixel) int32 {
	switch s {
	case west:
		return p.X - f.Min.X
	case east:
		return f.Max.X - p.X
	case north:
		return p.Y - f.Min.Y
	default:
		return f.Max.Y - p.Y
	}
}

func (s side) v(p coverage.Pixel) int32 {
	if s <= east {
		return p.Y
	}
	return p.X
}

func (s side) pixel(f *frame, u, v int32) coverage.Pixel {
	switch s {
	case west:
		return coverage.Pixel{X: f.Min.X + u, Y: v}
	case east:
		return coverage.Pixel{X: f.Max.X - u, Y: v}
	case north:
		return coverage.Pixel{X: v, Y: f.Min.Y + u}
	default:
		return coverage.Pixel{X: v, Y: f.Max.Y - u}
	}
}

// appendSail appends the sail of the edge from a, inside of side s, to b, on the
// side or beyond: its vertices after a, the last one on the side.
//
// The hull's edges fall in slope. Each has the largest slope that is no more
// than the edge's own and whose step still fits into the columns left, as often
// as it fits.
func (f *frame) appendSail(dst []coverage.Pixel, s side, a, b coverage.Pixel) []coverage.Pixel {
	u, v := int64(s.u(f, a)), int64(s.v(a))
	du, dv := u-int64(s.u(f, b)), int64(s.v(b))-v
	whole := floorDiv(dv, du)
	rest := dv - whole*du
	for u > 0 {
		p, q := below(rest, du, u)
		times := u / q
		u -= times * q
		v += times * (p + whole*q)
		dst = append(dst, s.pixel(f, int32(u), int32(v)))
	}
	return dst
}

// below returns the largest fraction p/q that is at most num/den and whose
// denominator is at most limit, for 0 <= num < den: a walk down the
// Stern-Brocot tree in strides, which is Euclid's algorithm on d and h, the
// distances of num/den from the fractions beside it.
func below(num, den, limit int64) (p, q int64) {
	lp, lq, hp, hq := int64(0), int64(1), int64(1), int64(1)
	d, h := num, den-num
	for d > 0 && lq+hq <= limit {
		if d >= h {
			t := min(d/h, (limit-lq)/hq)
			lp, lq, d = lp+t*hp, lq+t*hq, d-t*h
		} else {
			t := min((h-1)/d, (limit-hq)/lq)
			hp, hq, h = hp+t*lp, hq+t*lq, h-t*d
		}
	}
	return lp, lq
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
