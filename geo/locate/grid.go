package locate

import (
	"math"

	"onegrid/geo/lattice"
)

// grid is the frame of the cells: cell (col, row) holds the lattice points with
// x>>wide == col and y>>high == row, measured from the south-west corner of the
// coverage. Sizes are powers of two so that a cell is found by shifting.
type grid struct {
	west, south   int64  // of the box around all borders
	width, height uint64 // of the box plus one: a place is inside iff it is less
	wide, high    uint8  // log2 of a cell's size, at least squareShift
	cols, rows    int
}

// figures of a coverage, from one pass over its borders.
type figures struct {
	bounds      lattice.Box
	arcs        int
	segments    int
	east, north float64 // summed extents of all segments, lattice units
}

func survey(c planar) figures {
	f := figures{bounds: lattice.EmptyBox(), arcs: c.Arcs()}
	var east, north uint64
	for i := range f.arcs {
		points := c.Arc(i).Points
		for j, p := range points {
			f.bounds = f.bounds.Extend(p)
			if j > 0 {
				q := points[j-1]
				east += distance(p.X, q.X)
				north += distance(p.Y, q.Y)
			}
		}
		f.segments += max(0, len(points)-1)
	}
	f.east, f.north = float64(east), float64(north)
	return f
}

func distance(a, b int32) uint64 {
	d := int64(a) - int64(b)
	return uint64(max(d, -d))
}

// choose picks the size of the cells.
//
// Small cells answer faster: fewer queries fall into a mixed one, and fewer
// vertices lie in each. They stop paying when the index outgrows the caches, for
// one miss costs as much as ten vertices. A border that runs dx east and dy
// north passes from cell to cell dx/w + dy/h times, so before anything is built
//
//	entered  = east/w + north/h + arcs      stretches of border in cells
//	bytes    = 5 cells + 44 entered + 4 segments
//
// are known within some percent: a cell has a word and a byte, a stretch two
// words, a vertex more than segments and nearly a head of its own. The cells are
// the smallest, as square on the ground as powers of two allow, whose index
// takes no more than 512 KB plus 16 bytes a segment, or the caller's bound. In
// practice a mixed cell then holds five to fifteen vertices, and queries between
// half and nine tenths fall into cells that are not mixed.
func (f figures) choose(maxBytes int) grid {
	g := grid{wide: squareShift, high: squareShift}
	if f.bounds.Empty() {
		return g
	}
	g.west, g.south = int64(f.bounds.Min.X), int64(f.bounds.Min.Y)
	g.width, g.height = uint64(f.bounds.Width())+1, uint64(f.bounds.Height())+1
	limit := float64(maxBytes)
	if maxBytes <= 0 {
		limit = 512<<10 + 16*float64(f.segments)
	}
	const least = 5 // 32 units, 35 cm: smaller than any real feature
	extra := f.stretch()
	for g.high = least; ; g.high++ {
		g.wide = g.high + extra
		g.cols = int((g.width-1)>>g.wide) + 1
		g.rows = int((g.height-1)>>g.high) + 1
		bytes := 5*float64(g.cols)*float64(g.rows) + 44*f.entered(g) + 4*float64(f.segments)
		if bytes <= limit || g.cols == 1 && g.rows == 1 {
			return g
		}
	}
}

// entered is how often the borders enter a cell of the grid, about.
func (f figures) entered(g grid) float64 {
	return math.Ldexp(f.east, -int(g.wide)) + math.Ldexp(f.north, -int(g.high)) + float64(f.arcs)
}

// runs is how many runs of segments through cells to expect.
func (f figures) runs(g grid) int { return int(1.05*f.entered(g)) + 64 }

// stretch is how many times a cell has to be doubled in longitude to be about
// square on the ground.
func (f figures) stretch() uint8 {
	east, north := lattice.ScaleAt(f.bounds.Center().Y)
	return uint8(max(0, min(6, math.Round(math.Log2(north/east)))))
}
