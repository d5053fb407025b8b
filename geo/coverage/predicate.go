package coverage

import (
	"math/bits"

	"onegrid/geo/lattice"
)

// less orders points by x, then by y.
func less(a, b lattice.Point) bool {
	return a.X < b.X || a.X == b.X && a.Y < b.Y
}

// ordered returns the ends of a segment, the smaller first.
func ordered(a, b lattice.Point) (lattice.Point, lattice.Point) {
	if less(b, a) {
		return b, a
	}
	return a, b
}

// passesEast tells whether a segment passes east of p, an infinitesimal step to its
// north so that ends count once and level segments not.
func passesEast(a, b, p lattice.Point) bool {
	if (a.Y > p.Y) == (b.Y > p.Y) {
		return false
	}
	turn := lattice.Cross(a, b, p)
	return turn != 0 && (turn > 0) == (b.Y > a.Y)
}

// oddCrossings tells whether a line passes east of p an odd number of times.
func oddCrossings(line []lattice.Point, p lattice.Point) bool {
	odd := false
	for i := 1; i < len(line); i++ {
		odd = odd != passesEast(line[i-1], line[i], p)
	}
	return odd
}

// entersCell tells whether the segment a-b, a the smaller end, passes through
// the cell of c: the square of side 1 around c with its left and lower sides,
// without its right and upper ones, so that the cells tile the plane. o must be
// lattice.Cross(a, b, c).
//
// With m = |dx|+|dy|, the line passes between the two corners that lie farthest
// to its sides iff twice o is between -m and m. A rising line that touches just
// a corner touches the upper left or the lower right one, which the cell lacks;
// a falling one touches the upper right, which it lacks (2o = -m), or the lower
// left, which it has (2o = m). Where the line passes through the cell, the
// segment does iff c is in its box: ends are whole and sides are halves, so
// each of the four sides' conditions is that of the box, and intervals on a
// line that meet in pairs meet all together.
func entersCell(a, b, c lattice.Point, o int64) bool {
	dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	if c.X < a.X || c.X > b.X {
		return false
	}
	if dy >= 0 {
		return c.Y >= a.Y && c.Y <= b.Y && 2*o < dx+dy && 2*o > -(dx+dy)
	}
	return c.Y <= a.Y && c.Y >= b.Y && 2*o <= dx-dy && 2*o > -(dx-dy)
}

// crossingCell returns the cell that holds the place where a-b crosses a line
// with a and b strictly on opposite sides. da and db are the orientations of a
// and b against that line.
func crossingCell(a, b lattice.Point, da, db int64) lattice.Point {
	n, d := magnitude(da), magnitude(da)+magnitude(db)
	return lattice.Point{
		X: int32(int64(a.X) + scaled(int64(b.X)-int64(a.X), n, d)),
		Y: int32(int64(a.Y) + scaled(int64(b.Y)-int64(a.Y), n, d)),
	}
}

// scaled returns floor(v*n/d + 1/2), for n <= d < 2^63. The product needs 128
// bits.
func scaled(v int64, n, d uint64) int64 {
	hi, lo := bits.Mul64(2*magnitude(v), n)
	var carry uint64
	if v >= 0 {
		lo, carry = bits.Add64(lo, d, 0)
		q, _ := bits.Div64(hi+carry, lo, 2*d)
		return int64(q)
	}
	// -ceil((2|v|n - d) / 2d); the numerator is at least -d, whose quotient is 0.
	lo, borrow := bits.Sub64(lo, d, 0)
	hi, borrow = bits.Sub64(hi, 0, borrow)
	if borrow != 0 {
		return 0
	}
	lo, carry = bits.Add64(lo, 2*d-1, 0)
	q, _ := bits.Div64(hi+carry, lo, 2*d)
	return -int64(q)
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return uint64(-v)
	}
	return uint64(v)
}
