package coverage

import (
	"math"
	"slices"

	"onegrid/geo/lattice"
)

// cells is a plain grid of square cells over some lines, each with the segments
// that may pass through it: what Check looks things up in. A segment is the
// number of its first point.
type cells struct {
	points     []lattice.Point // of all lines
	starts     []uint32        // of each line in points; one more at the end
	o          lattice.Point
	size       int64
	wide, high int64
	first      []uint32 // segments of cell i: segs[first[i]:first[i+1]], by their left end
	segs       []uint32
}

// newCells chooses the cells so that there are about as many as segments, and no
// smaller than what keeps the entries few where segments are long.
func newCells(points []lattice.Point, starts []uint32) *cells {
	box := lattice.BoxOf(points...)
	g := &cells{points: points, starts: starts, o: box.Min}
	length := 0.0
	g.each(func(s uint32) {
		a, b := points[s], points[s+1]
		length += math.Abs(float64(b.X)-float64(a.X)) + math.Abs(float64(b.Y)-float64(a.Y))
	})
	n := float64(len(points))
	g.size = int64(max(1, math.Sqrt(float64(box.Width()+1)*float64(box.Height()+1)/n), length/(4*n), float64(max(box.Width(), box.Height()))/(1<<14)))
	g.wide, g.high = box.Width()/g.size+1, box.Height()/g.size+1
	g.fill()
	return g
}

// each visits every segment.
func (g *cells) each(visit func(s uint32)) {
	for i := range len(g.starts) - 1 {
		for s := g.starts[i]; s+1 < g.starts[i+1]; s++ {
			visit(s)
		}
	}
}

func (g *cells) fill() {
	g.first = make([]uint32, g.wide*g.high+1)
	g.each(func(s uint32) {
		g.walk(s, func(cell int64) { g.first[cell+1]++ })
	})
	for i := 1; i < len(g.first); i++ {
		g.first[i] += g.first[i-1]
	}
	g.segs = make([]uint32, g.first[len(g.first)-1])
	at := slices.Clone(g.first)
	g.each(func(s uint32) {
		g.walk(s, func(cell int64) {
			g.segs[at[cell]] = s
			at[cell]++
		})
	})
	for i := range len(g.first) - 1 {
		// In crowded cells a sweep by left ends keeps the number of pairs down.
		if list := g.segs[g.first[i]:g.first[i+1]]; len(list) > crowded {
			slices.SortFunc(list, func(a, b uint32) int { return int(g.left(a)) - int(g.left(b)) })
		}
	}
}

// crowded is from how many segments on a cell is swept.
const crowded = 12

func (g *cells) left(s uint32) int32  { return min(g.points[s].X, g.points[s+1].X) }
func (g *cells) right(s uint32) int32 { return max(g.points[s].X, g.points[s+1].X) }

// walk visits the cells that a segment passes through, row by row, and sometimes
// one beside them.
func (g *cells) walk(s uint32, visit func(cell int64)) {
	a, b := g.points[s], g.points[s+1]
	if a.Y > b.Y {
		a, b = b, a
	}
	x1, y1 := int64(a.X)-int64(g.o.X), int64(a.Y)-int64(g.o.Y)
	x2, y2 := int64(b.X)-int64(g.o.X), int64(b.Y)-int64(g.o.Y)
	low, high := y1/g.size, y2/g.size
	if low == high {
		for col := min(x1, x2) / g.size; col <= max(x1, x2)/g.size; col++ {
			visit(low*g.wide + col)
		}
		return
	}
	for row := low; row <= high; row++ {
		// Where the segment enters and leaves the row, rounded outwards by one.
		from, to := x1, x2
		if row > low {
			from = x1 + int64(float64(x2-x1)*(float64(row*g.size-y1)/float64(y2-y1)))
		}
		if row < high {
			to = x1 + int64(float64(x2-x1)*(float64((row+1)*g.size-y1)/float64(y2-y1)))
		}
		from, to = min(from, to)-1, max(from, to)+1
		from, to = max(from, min(x1, x2)), min(to, max(x1, x2))
		for col := from / g.size; col <= to/g.size; col++ {
			visit(row*g.wide + col)
		}
	}
}

// pairs visits pairs of segments that have a cell in common and whose boxes share
// a point, some of them more than once.
func (g *cells) pairs(visit func(s, t uint32)) {
	for i := range len(g.first) - 1 {
		list := g.segs[g.first[i]:g.first[i+1]]
		for k, s := range list {
			right := g.right(s)
			for _, t := range list[k+1:] {
				if g.left(t) > right {
					if len(list) > crowded {
						break
					}
					continue
				}
				visit(s, t)
			}
		}
	}
}

// westOf returns the segment met first on the way straight west from p, an
// infinitesimal step to its north so that level segments and ends do not count;
// false if there is none.
func (g *cells) westOf(p lattice.Point) (found uint32, ok bool) {
	row := (int64(p.Y) - int64(g.o.Y)) / g.size
	for col := (int64(p.X) - int64(g.o.X)) / g.size; col >= 0; col-- {
		for _, s := range g.in(row*g.wide + col) {
			a, b := g.upward(s)
			if a.Y <= p.Y && p.Y < b.Y && lattice.Cross(a, b, p) < 0 && (!ok || g.east(s, found)) {
				found, ok = s, true
			}
		}
		if ok {
			// It counts once it passes the level of p in this cell or east of it.
			wall := lattice.Point{X: int32(int64(g.o.X) + col*g.size), Y: p.Y}
			if a, b := g.upward(found); lattice.Cross(a, b, wall) >= 0 {
				return found, true
			}
		}
	}
	return found, ok
}

// upward returns the ends of a segment, the lower first.
func (g *cells) upward(s uint32) (a, b lattice.Point) {
	a, b = g.points[s], g.points[s+1]
	if b.Y < a.Y {
		a, b = b, a
	}
	return a, b
}

// east tells whether s runs east of t where both pass.
func (g *cells) east(s, t uint32) bool {
	a, b := g.upward(s)
	c, d := g.upward(t)
	side := func(a, b, p, q lattice.Point) int64 {
		if o := lattice.Cross(a, b, p); o != 0 {
			return o
		}
		return lattice.Cross(a, b, q)
	}
	if a.Y < c.Y {
		return side(a, b, c, d) > 0
	}
	return side(c, d, a, b) < 0
}

// cell returns the number of the cell that holds p.
func (g *cells) cell(p lattice.Point) int64 {
	return (int64(p.Y)-int64(g.o.Y))/g.size*g.wide + (int64(p.X)-int64(g.o.X))/g.size
}

// in returns the segments that may pass through a cell.
func (g *cells) in(cell int64) []uint32 { return g.segs[g.first[cell]:g.first[cell+1]] }
