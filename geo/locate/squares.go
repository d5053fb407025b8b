package locate

import (
	"math/bits"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// touched returns the squares of a cell that a chain of points meets, a bit
// each: bit 8 row + column, from the south-west. One too many does no harm.
func (e *encoder) touched(cell uint32, points []lattice.Point) (squares uint64) {
	col, row := int64(int(cell)%e.cols), int64(int(cell)/e.cols)
	west, south := col<<e.wide, row<<e.high
	wide, high := e.wide-squareShift, e.high-squareShift
	ax, ay := e.at(points[0])
	ax, ay = ax-west, ay-south
	for _, p := range points[1:] {
		bx, by := e.at(p)
		bx, by = bx-west, by-south
		// From south to north, in columns and rows of squares that may lie
		// outside of the cell.
		lx, ly, hx, hy := ax, ay, bx, by
		if ly > hy {
			lx, ly, hx, hy = hx, hy, lx, ly
		}
		first, last := ly>>high, hy>>high
		from := lx
		if first < 0 && last >= 0 {
			first = 0
			from = lx + floorDiv(-ly*(hx-lx), hy-ly)
		}
		for r := first; r <= min(last, 7); r++ {
			to := hx
			if r < last {
				to = lx + floorDiv(((r+1)<<high-ly)*(hx-lx), hy-ly)
			}
			squares |= span(from>>wide, to>>wide) << (8 * r)
			from = to
		}
		ax, ay = bx, by
	}
	return squares
}

// span has the bits of the columns between two, as far as there are eight.
func span(a, b int64) uint64 {
	a, b = max(0, min(a, b)), min(7, max(a, b))
	if a > b {
		return 0
	}
	return (1<<(b-a+1) - 1) << a
}

// paint finds the regions of the squares that no border touches. Such squares
// side by side have the same region, so it asks once for each patch of them.
func (e *encoder) paint(h *head, cell uint32) {
	mx, my := e.middle(cell)
	west, south := mx-1<<(e.wide-1), my-1<<(e.high-1)
	for free := ^h.look; free != 0; {
		one := bits.TrailingZeros64(free)
		patch := flood(1<<one, free)
		free &^= patch
		r := e.regionOf(h, west+int64(one&7)<<(e.wide-squareShift), south+int64(one>>3)<<(e.high-squareShift))
		switch {
		case r == h.region:
		case h.label == 0 || r == h.region^h.label:
			h.label = r ^ h.region
			h.beyond |= patch
		default:
			h.look |= patch
		}
	}
}

// regionOf is the region of the square with a south-west corner. It asks about
// the part of it that lies in the box of the borders; beyond is the exterior.
func (e *encoder) regionOf(h *head, x, y int64) uint32 {
	right, top := x+1<<(e.wide-squareShift), y+1<<(e.high-squareShift)
	x, y = max(x, e.padX), max(y, e.padY)
	if x >= right || y >= top || !e.inBox(x, y) {
		return uint32(coverage.Exterior)
	}
	r, _ := e.walk(h, x, y)
	return uint32(r)
}

// flood grows a seed over the free squares that it reaches side by side.
func flood(seed, free uint64) uint64 {
	const west, east = 0x0101010101010101, 0x8080808080808080
	for {
		grown := (seed | seed<<8 | seed>>8 | seed&^east<<1 | seed&^west>>1) & free
		if grown == seed {
			return seed
		}
		seed = grown
	}
}
