package locate

import (
	"slices"

	"onegrid/geo/lattice"
)

// A cell's number is its region if no border touches it; else it is mixed and
// the rest counts into the heads. From a head on, words hold the borders:
//
//	for each stretch of an arc through the cell:
//	    label (left XOR right) | more if another stretch follows
//	    arc << 8 | how many vertices
//	    the vertices, relative to the middle of the cell
//
// A vertex is one word, 16 bits of y over 16 bits of x, unless a vertex of the
// cell lies too far from it; the cell then is wide, and each is two words, x
// and y. The middle is the centre less half a unit both ways.
const (
	mixed = 1 << 31
	wide  = 1 << 31
	more  = 1 << 31

	maxArcs    = 1 << 24
	maxStretch = 255 // vertices
)

// head is what most queries in a mixed cell need. The cell is cut into 8 by 8
// squares; only in those that a border touches does a query look at the borders:
//
//	+---+---+---+---+
//	| A | A | ? | B |   look has a bit for each ?, beyond for each B.
//	+---+---+---+---+   A is the region at the centre, B the other one;
//	| A | ? | ? | B |   squares of a third region are looked at too.
//	+---+---+---+---+
type head struct {
	look, beyond uint64
	region       uint32 // at the centre
	label        uint32 // region XOR the other one
	words        uint32 // where the borders are, and whether wide
}

const squareShift = 3

// head of a cell, nil if no border touches it.
func (x *Index) head(cell uint32) *head {
	if c := x.cells[cell]; c >= mixed {
		return &x.heads[c-mixed]
	}
	return nil
}

// encode turns runs into heads and words, cell by cell. It says no if an offset
// would not fit.
func (x *Index) encode(c planar, runs []run) bool {
	order, ends := byCell(runs, len(x.cells))
	size, cells := 0, 0
	for _, r := range runs {
		size += 3 + int(r.count)
	}
	from := uint32(0)
	for _, end := range ends {
		if from < end {
			cells++
		}
		from = end
	}
	e := encoder{Index: x, c: c, runs: runs}
	x.words = make([]uint32, 0, size)
	x.heads = make([]head, 0, cells)
	from = 0
	for cell, end := range ends {
		if from < end {
			if len(x.words) >= wide {
				return false
			}
			h := e.cell(uint32(cell), order[from:end])
			x.cells[cell] = mixed | uint32(len(x.heads))
			x.heads = append(x.heads, h)
			from = end
		}
	}
	x.words = slices.Clip(x.words)
	return true
}

// byCell sorts runs by their cell, keeping the order of arcs: the numbers of the
// runs, and for each cell where its runs end.
func byCell(runs []run, cells int) (order, ends []uint32) {
	ends = make([]uint32, cells)
	for _, r := range runs {
		ends[r.cell]++
	}
	sum := uint32(0)
	for i, n := range ends {
		ends[i] = sum
		sum += n
	}
	order = make([]uint32, len(runs))
	for i, r := range runs {
		order[ends[r.cell]] = uint32(i)
		ends[r.cell]++
	}
	return order, ends
}

type encoder struct {
	*Index
	c    planar
	runs []run
}

// cell writes a mixed cell, whose number still is the region at its centre.
func (e *encoder) cell(cell uint32, order []uint32) head {
	h := head{region: e.cells[cell], words: uint32(len(e.words))}
	if !e.stretches(cell, order, false) {
		e.words = e.words[:h.words]
		e.stretches(cell, order, true)
		h.words |= wide
	}
	for _, i := range order {
		h.look |= e.touched(cell, e.points(e.runs[i]))
	}
	e.paint(&h, cell)
	return h
}

// points of a run.
func (e *encoder) points(r run) []lattice.Point {
	return e.c.Arc(int(r.arc)).Points[r.first : r.first+r.count+1]
}

// stretches writes the borders of a cell. It says no if a vertex does not fit.
func (e *encoder) stretches(cell uint32, order []uint32, far bool) bool {
	mx, my := e.middle(cell)
	ok, label := true, 0
	for _, i := range order {
		r := e.runs[i]
		s := e.arcs[r.arc]
		points := e.points(r)
		for len(points) > 1 {
			n := min(len(points), maxStretch)
			label = len(e.words)
			e.words = append(e.words, uint32(s.left^s.right)|more, r.arc<<8|uint32(n))
			ok = e.vertices(points[:n], mx, my, far) && ok
			points = points[n-1:]
		}
	}
	e.words[label] &^= more
	return ok
}

// vertices writes points relative to a middle. It says no if one does not fit.
func (e *encoder) vertices(points []lattice.Point, mx, my int64, far bool) bool {
	fits := true
	for _, p := range points {
		x, y := e.at(p)
		x, y = x-mx, y-my
		if far {
			e.words = append(e.words, uint32(int32(x)), uint32(int32(y)))
			continue
		}
		fits = fits && int64(int16(x)) == x && int64(int16(y)) == y
		e.words = append(e.words, uint32(uint16(x))|uint32(uint16(y))<<16)
	}
	return fits
}

// middle of a cell, relative to the grid's corner.
func (g *grid) middle(cell uint32) (x, y int64) {
	col, row := int64(int(cell)%g.cols), int64(int(cell)/g.cols)
	return col<<g.wide + 1<<(g.wide-1), row<<g.high + 1<<(g.high-1)
}
