package locate

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// run is a stretch of an arc through one cell: consecutive segments, the first
// of which starts at the arc's vertex first.
type run struct {
	cell, arc, first, count uint32
}

// filler walks along all borders once and notes two things: which segments lie
// in which cell, and where borders cross the level lines through the cells'
// middles.
//
// Along such a line from the west, the region changes by the label of each
// border crossed. XORing the label into the first cell whose middle lies beyond
// the crossing, and then summing each row from the west, gives every middle's
// region.
type filler struct {
	grid
	cells []uint32
	runs  []run
	arc   uint32
	label uint32
}

func (x *Index) fill(c planar, size figures) error {
	f := filler{grid: x.grid, cells: make([]uint32, x.cols*x.rows), runs: make([]run, 0, size.runs(x.grid))}
	for i := range x.arcs {
		f.arc, f.label = uint32(i), uint32(x.arcs[i].left^x.arcs[i].right)
		points := c.Arc(i).Points
		for j := 1; j < len(points); j++ {
			f.segment(uint32(j-1), points[j-1], points[j])
		}
	}
	for row := range x.rows {
		region := uint32(0)
		line := f.cells[row*x.cols : (row+1)*x.cols]
		for i, change := range line {
			region ^= change
			line[i] = region
		}
	}
	x.cells = f.cells
	x.tiers = tiers(x.grid, f.runs, x.arcs)
	if !x.encode(c, f.runs, size.spines(x.grid)) {
		return geo.Errorf(geo.TooLarge, "the borders fill more than one index holds")
	}
	return nil
}

// segment notes every cell that the segment from a to b meets, in its order;
// one more at a corner does no harm, one less would.
func (f *filler) segment(number uint32, a, b lattice.Point) {
	ax, ay := f.at(a)
	bx, by := f.at(b)
	row, last := int(ay>>f.high), int(by>>f.high)
	if row == last {
		f.across(row, ax, bx, number)
		f.level(row, ax, ay, bx, by)
		return
	}
	step, side := 1, 1 // the side by which the segment leaves a row: north of it, or its own south
	if last < row {
		step, side = -1, 0
	}
	dx, dy := bx-ax, by-ay
	x := ax
	for ; row != last; row += step {
		// Where it leaves the row, rounded down: in the same column as exactly.
		leave := ax + floorDiv((int64(row+side)<<f.high-ay)*dx, dy)
		f.across(row, x, leave, number)
		f.level(row, ax, ay, bx, by)
		x = leave
	}
	f.across(row, x, bx, number)
	f.level(row, ax, ay, bx, by)
}

// across notes the cells of a row between two places, in this direction.
func (f *filler) across(row int, from, to int64, number uint32) {
	base := row * f.cols
	col, last := int(from>>f.wide), int(to>>f.wide)
	step := 1
	if last < col {
		step = -1
	}
	for ; ; col += step {
		f.note(uint32(base+col), number)
		if col == last {
			return
		}
	}
}

// note adds a segment to a cell: to the run before, if it goes on there.
func (f *filler) note(cell, number uint32) {
	if n := len(f.runs); n > 0 {
		r := &f.runs[n-1]
		if r.cell == cell && r.arc == f.arc {
			if r.first+r.count == number {
				r.count++
			}
			return // a segment that turns back within a row meets a cell once
		}
	}
	f.runs = append(f.runs, run{cell: cell, arc: f.arc, first: number, count: 1})
}

// level notes where the segment crosses the line through the middles of a row: in
// the first cell whose middle is not west of the crossing. This is the semi-open
// rule as parity states it.
func (f *filler) level(row int, ax, ay, bx, by int64) {
	line := int64(row)<<f.high + 1<<(f.high-1)
	if (ay > line) == (by > line) {
		return
	}
	crossing := ax + ceilDiv((line-ay)*(bx-ax), by-ay)
	w := int64(1) << f.wide
	col := max(0, ceilDiv(crossing-w/2, w))
	if col < int64(f.cols) {
		f.cells[row*f.cols+int(col)] ^= f.label
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }
