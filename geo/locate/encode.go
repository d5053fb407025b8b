package locate

import (
	"slices"

	"onegrid/geo/lattice"
)

// A cell's number is its region if no border touches it; else it is mixed and
// the rest counts into the heads. A head tells where in words the borders are:
//
//	for each time that one crosses the spine, if it does:
//	    from which y on the spine is above it
//	    label (left XOR right)
//	there, for each stretch of an arc through the cell:
//	    label | more if another stretch follows
//	    arc << 8 | how many vertices
//	    the vertices
//
// All is relative to the middle of the cell, and the spine is the line through it
// from south to north. A vertex is one word, 16 bits of y over 16 bits of x,
// unless a vertex of the cell lies too far from the middle; the cell then is wide,
// and each is two words, x and y.
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
//	+---+---+---+---+   A is the region at the middle, B the other one;
//	| A | ? | ? | B |   squares of a third region are looked at too.
//	+---+---+---+---+
type head struct {
	look, beyond uint64
	region       uint32 // at the middle
	label        uint32 // region XOR the other one
	words        uint32 // where the stretches are, and whether wide
	spine        uint32 // how many crossings stand before them
}

const squareShift = 3

// head of a cell, nil if no border touches it.
func (x *Index) head(cell uint32) *head {
	if c := x.cells[cell]; c >= mixed {
		return &x.heads[c-mixed]
	}
	return nil
}

// encode turns runs into heads and words, cell by cell; about so many cross
// spines. It says no if an offset would not fit.
func (x *Index) encode(c planar, runs []run, spines int) bool {
	order, ends := byCell(runs, len(x.cells))
	size, cells := 2*spines, 0
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
	x.heads = make([]head, 1, 1+cells) // heads[0] is of cells without borders
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

// cell writes a mixed cell, whose number still is the region at its middle.
func (e *encoder) cell(cell uint32, order []uint32) head {
	h := head{region: e.cells[cell]}
	for _, i := range order {
		h.spine += e.crossings(cell, e.runs[i])
	}
	h.words = uint32(len(e.words))
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

// crossings writes where a run crosses the cell's spine, and returns how often.
// By the rule for ties the spine lies a step east of the middle: no vertex is on
// it, and a border that rises to the east crosses it a little farther north.
func (e *encoder) crossings(cell uint32, r run) (n uint32) {
	mx, my := e.middle(cell)
	half, label := int64(1)<<(e.high-1), uint32(e.arcs[r.arc].left^e.arcs[r.arc].right)
	points := e.points(r)
	for i, p := range points[1:] {
		ax, ay := e.at(points[i])
		bx, by := e.at(p)
		ax, ay, bx, by = ax-mx, ay-my, bx-mx, by-my
		if (ax > 0) == (bx > 0) {
			continue
		}
		if ax > bx {
			ax, ay, bx, by = bx, by, ax, ay
		}
		above := ay + ceilDiv(-ax*(by-ay), bx-ax)
		if by > ay {
			above = ay + floorDiv(-ax*(by-ay), bx-ax) + 1
		}
		if -half < above && above < half { // no place of the cell is on the other side of it otherwise
			e.words = append(e.words, uint32(int32(above)), label)
			n++
		}
	}
	return n
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
