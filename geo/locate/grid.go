package locate

import (
	"math"

	"onegrid/geo/lattice"
)

// grid is the frame of the cells: cell (col, row) holds the lattice points with
// x>>wide == col and y>>high == row, measured from the grid's south-west corner.
// Sizes are powers of two so that a cell is found by shifting.
//
// The grid reaches beyond the box of the borders equally on all sides, by less
// than half a cell. So every middle lies in that box, and all that is multiplied
// fits whatever the size of the cells.
type grid struct {
	west, south   int64  // the grid's corner
	padX, padY    int64  // from there to the corner of the box
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
// Small cells hold few vertices to look at; large ones are few, and stay in the
// caches, where a miss costs as much as ten vertices. Since two queries of three
// in a mixed cell are answered by its squares alone, large cells win as soon as
// the index is larger than a core's own cache. So the cells are, as square on
// the ground as powers of two allow,
//
//   - the largest whose borders take no more than 16 words on average, a line of
//     the cache, when they are mixed;
//   - but smaller as long as the index then stays below 2 MB, and below 64 KB
//     plus 96 bytes a segment, so that a small city has a small index;
//   - and larger until the index is within the caller's bound, or else 4 MB plus
//     64 bytes a segment, which only fine work in a wide land exceeds.
func (f figures) choose(maxBytes int) grid {
	if f.bounds.Empty() {
		return grid{wide: squareShift, high: squareShift}
	}
	const (
		least  = 5 // 32 units, 35 cm: smaller than any real feature
		line   = 16
		second = 2 << 20
	)
	limit, small := float64(maxBytes), min(second, 64<<10+96*float64(f.segments))
	if maxBytes <= 0 {
		limit = 4<<20 + 64*float64(f.segments)
	}
	g := f.grid(least)
	for g.cols > 1 || g.rows > 1 {
		bytes, larger := f.bytes(g), f.grid(g.high+1)
		if bytes <= min(limit, small) || bytes <= limit && f.words(larger) > line {
			break
		}
		g = larger
	}
	return g
}

// grid has cells 2^high units high and about as wide on the ground.
func (f figures) grid(high uint8) grid {
	g := grid{
		width: uint64(f.bounds.Width()) + 1, height: uint64(f.bounds.Height()) + 1,
		wide: high + f.stretch(), high: high,
	}
	g.cols = int((g.width-1)>>g.wide) + 1
	g.rows = int((g.height-1)>>g.high) + 1
	g.padX = (int64(g.cols)<<g.wide - int64(g.width)) / 2
	g.padY = (int64(g.rows)<<g.high - int64(g.height)) / 2
	g.west, g.south = int64(f.bounds.Min.X)-g.padX, int64(f.bounds.Min.Y)-g.padY
	return g
}

// entered is about how many stretches of border lie in cells: one for each arc,
// and one more each time that it passes from cell to cell, which a border that
// runs dx east and dy north does dx/wide + dy/high times.
func (f figures) entered(g grid) float64 {
	return math.Ldexp(f.east, -int(g.wide)) + math.Ldexp(f.north, -int(g.high)) + float64(f.arcs)
}

// mixed is about how many cells a border touches, if borders lie as if thrown.
func (f figures) mixed(g grid) float64 {
	cells := float64(g.cols) * float64(g.rows)
	return max(1, cells*-math.Expm1(-f.entered(g)/cells))
}

// words is about how many words a mixed cell's borders take: a crossing of the
// spine has two; a stretch has two of its own, and a vertex more than segments, of
// which its first also is its predecessor's last.
func (f figures) words(g grid) float64 {
	return (2*f.crossings(g) + 4*f.entered(g) + float64(f.segments)) / f.mixed(g)
}

// crossings is about how often borders cross spines.
func (f figures) crossings(g grid) float64 { return math.Ldexp(f.east, -int(g.wide)) }

// bytes is about what the index takes: a word and a byte for each cell, a head
// for each mixed one, and the words.
func (f figures) bytes(g grid) float64 {
	return 5*float64(g.cols)*float64(g.rows) + f.mixed(g)*(32+4*f.words(g))
}

// runs is how many runs of segments through cells to expect, spines how many
// crossings.
func (f figures) runs(g grid) int   { return int(1.05*f.entered(g)) + 64 }
func (f figures) spines(g grid) int { return int(1.01*f.crossings(g)) + 64 }

// stretch is how many times a cell has to be doubled in longitude to be about
// square on the ground.
func (f figures) stretch() uint8 {
	east, north := lattice.ScaleAt(f.bounds.Center().Y)
	return uint8(max(0, min(6, math.Round(math.Log2(north/east)))))
}

// at is a place relative to the grid's south-west corner, in lattice units.
func (g *grid) at(p lattice.Point) (x, y int64) {
	return int64(p.X) - g.west, int64(p.Y) - g.south
}

// inBox says whether a place lies in the box of the borders.
func (g *grid) inBox(x, y int64) bool {
	return uint64(x-g.padX) < g.width && uint64(y-g.padY) < g.height
}
