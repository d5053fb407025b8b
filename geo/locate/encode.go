package locate

import (
	"slices"

	"onegrid/geo/lattice"
)

// A cell's number is its region if no border touches it. Otherwise it is
// mixed, and the low bits are an offset into words, where stand
//
//	region at the centre
//	for each stretch of an arc through the cell:
//	    label (left XOR right) | more if another stretch follows
//	    arc << 8 | how many vertices
//	    the vertices, relative to the middle of the cell
//
// A vertex is one word, 16 bits of y over 16 bits of x, unless a vertex of the
// cell lies too far from it; the cell then is wide, and each is two words, x
// and y. The middle is the centre less half a unit both ways.
const (
	mixed  = 1 << 31
	wide   = 1 << 30
	offset = wide - 1

	more = 1 << 31

	maxArcs    = 1 << 24
	maxStretch = 255 // vertices
)

// encode turns runs into words, cell by cell, and points the mixed cells to
// them. It says no if an offset would not fit.
func encode(g grid, cells []uint32, runs []run, c planar, arcs []sides) ([]uint32, bool) {
	order, ends := byCell(runs, len(cells))
	size := 0
	for _, r := range runs {
		size += 3 + int(r.count)
	}
	words := make([]uint32, 0, size+len(runs))
	e := encoder{grid: g, c: c, arcs: arcs, words: words}
	from := uint32(0)
	for cell, end := range ends {
		if from < end {
			at := len(e.words)
			if at > offset {
				return nil, false
			}
			cells[cell] = e.cell(uint32(cell), cells[cell], runs, order[from:end]) | uint32(at)
			from = end
		}
	}
	return slices.Clip(e.words), true
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
	grid
	c     planar
	arcs  []sides
	words []uint32
}

// cell writes a mixed cell and returns its marks.
func (e *encoder) cell(cell, region uint32, runs []run, order []uint32) uint32 {
	start := len(e.words)
	mx, my := e.middle(cell)
	for _, far := range []bool{false, true} {
		e.words = append(e.words[:start], region)
		ok, label := true, 0
		for _, i := range order {
			r := runs[i]
			s := e.arcs[r.arc]
			points := e.c.Arc(int(r.arc)).Points[r.first : r.first+r.count+1]
			for len(points) > 1 {
				n := min(len(points), maxStretch)
				label = len(e.words)
				e.words = append(e.words, uint32(s.left^s.right)|more, r.arc<<8|uint32(n))
				ok = e.vertices(points[:n], mx, my, far) && ok
				points = points[n-1:]
			}
		}
		e.words[label] &^= more
		if ok {
			if far {
				return mixed | wide
			}
			return mixed
		}
	}
	panic("locate: a vertex farther than a deployment spans")
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
