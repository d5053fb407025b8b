package coverage

import (
	"math/bits"

	"onegrid/geo/lattice"
)

// pointGrid finds the points near a shape: points sorted by square cells, about
// two to a cell, so that what is asked of it costs by what lies near and not by
// how much there is.
type pointGrid struct {
	min   lattice.Point
	shift uint // a cell is 1<<shift wide
	w, h  int32
	start []uint32        // of each cell in items; one more at the end
	items []uint32        // what the points belong to
	place []lattice.Point // of each item
}

// fill sorts points into cells, in place of what was there. An item is whatever
// number the caller knows the point beside it by.
func (g *pointGrid) fill(items []uint32, places []lattice.Point) {
	g.fit(places)
	cells := int(g.w) * int(g.h)
	if cap(g.start) < cells+2 {
		g.start = make([]uint32, cells+2)
	}
	g.start = g.start[:cells+2]
	clear(g.start)
	// Counting sort, two places ahead so that start ends up in place.
	for _, p := range places {
		g.start[g.cell(p)+2]++
	}
	for c := 2; c < len(g.start); c++ {
		g.start[c] += g.start[c-1]
	}
	g.items, g.place = make([]uint32, len(items)), make([]lattice.Point, len(items))
	for i, p := range places {
		c := g.cell(p) + 1
		g.items[g.start[c]], g.place[g.start[c]] = items[i], p
		g.start[c]++
	}
	g.start = g.start[:cells+1]
}

// fit chooses the smallest cells of which there are at most one for every two
// points.
func (g *pointGrid) fit(places []lattice.Point) {
	box := lattice.BoxOf(places...)
	if box.Empty() {
		box = lattice.Box{}
	}
	g.min = box.Min
	w, h := box.Width(), box.Height()
	most := int64(len(places)/2 + 1)
	g.shift = uint(max(0, bits.Len64(uint64(max(w, h)))-16))
	for (w>>g.shift+1)*(h>>g.shift+1) > most {
		g.shift++
	}
	g.w, g.h = int32(w>>g.shift+1), int32(h>>g.shift+1)
}

func (g *pointGrid) cell(p lattice.Point) int {
	x := (int64(p.X) - int64(g.min.X)) >> g.shift
	y := (int64(p.Y) - int64(g.min.Y)) >> g.shift
	return int(y)*int(g.w) + int(x)
}

// rows returns the rows of cells between two heights, cut to the grid.
func (g *pointGrid) rows(lo, hi int64) (first, last int64) {
	return max(0, (lo-int64(g.min.Y))>>g.shift), min(int64(g.h)-1, (hi-int64(g.min.Y))>>g.shift)
}

// span returns the items, and their places, of the cells of a row that meet the
// given range of x.
func (g *pointGrid) span(row, lo, hi int64) ([]uint32, []lattice.Point) {
	first := max(0, (lo-int64(g.min.X))>>g.shift)
	last := min(int64(g.w)-1, (hi-int64(g.min.X))>>g.shift)
	if first > last {
		return nil, nil
	}
	at := row * int64(g.w)
	from, to := g.start[at+first], g.start[at+last+1]
	return g.items[from:to], g.place[from:to]
}

// bottom is the lowest y of a row.
func (g *pointGrid) bottom(row int64) int64 { return int64(g.min.Y) + row<<g.shift }

// reach is a range of x, empty when lo > hi.
type reach struct{ lo, hi int64 }

// cross widens the reach by what the segment p-q covers between two heights, to
// whole units outwards.
func (r *reach) cross(p, q lattice.Point, lo, hi int64) {
	if p.Y > q.Y {
		p, q = q, p
	}
	py, qy := int64(p.Y), int64(q.Y)
	if py > hi || qy < lo {
		return
	}
	px, qx := int64(p.X), int64(q.X)
	if py < lo {
		r.add(floorAt(px, qx-px, lo-py, qy-py))
	} else {
		r.add(px, px)
	}
	if qy > hi {
		r.add(floorAt(px, qx-px, hi-py, qy-py))
	} else {
		r.add(qx, qx)
	}
}

func (r *reach) add(lo, hi int64) {
	r.lo, r.hi = min(r.lo, lo), max(r.hi, hi)
}

// floorAt returns x + dx*num/den rounded down and up; den is positive. The
// product of two differences of int32 fits in an int64.
func floorAt(x, dx, num, den int64) (lo, hi int64) {
	q := dx * num / den
	return x + q - 1, x + q + 1
}

// noReach is the empty reach.
func noReach() reach { return reach{lo: 1 << 62, hi: -1 << 62} }
