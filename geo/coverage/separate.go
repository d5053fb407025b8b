package coverage

import (
	"math"
	"slices"

	"onegrid/geo/lattice"
)

// separate parts a face with buildings of both kinds along the places that are
// as far from the one as from the other. They are found on a raster and then
// straightened as far as no footprint is touched; the lines lead a little beyond
// the face.
func (p *plots) separate(face uint32) []Guide {
	r := p.raster(face)
	var out []Guide
	for _, line := range r.contours() {
		out = append(out, Guide{Line: p.straightened(line, r.cellM), Cost: openCost})
	}
	return out
}

// raster is the surroundings of a face, and of each cell whether the nearest
// building goes.
type raster struct {
	o          lattice.Point // the lower left corner
	dx, dy     float64       // of a cell, in lattice units
	cellM      float64
	wide, high int
	goes       []bool
	near       []bool // within a few cells of the face
}

// cells is how many there are along the longer side of a raster, and finest the
// size below which they need not go.
const (
	rasterCells = 240
	finestM     = 0.25
)

func (p *plots) raster(face uint32) *raster {
	box := lattice.EmptyBox()
	for _, h := range p.halvesOf(face) {
		for _, v := range p.of(h >> 1) {
			box = box.Extend(p.lw.points[v])
		}
	}
	east, north := lattice.ScaleAt(box.Center().Y)
	r := &raster{cellM: max(finestM, float64(box.Width())*east/rasterCells, float64(box.Height())*north/rasterCells)}
	r.dx, r.dy = r.cellM/east, r.cellM/north
	const margin = 3
	r.o = lattice.Point{X: box.Min.X - int32(margin*r.dx), Y: box.Min.Y - int32(margin*r.dy)}
	r.wide, r.high = int(float64(box.Width())/r.dx)+2*margin+1, int(float64(box.Height())/r.dy)+2*margin+1
	r.goes, r.near = make([]bool, r.wide*r.high), make([]bool, r.wide*r.high)
	r.measure(p, face)
	r.cover(p, face)
	return r
}

// measure finds the nearest building of every cell.
func (r *raster) measure(p *plots, face uint32) {
	type sample struct {
		x, y float64
		goes bool
	}
	var samples []sample
	for _, i := range p.holds[face] {
		goes := p.goes[p.stand[i].Code]
		for _, polygon := range p.stand[i].Footprint {
			ring := polygon[0]
			for k, a := range ring {
				b := ring[(k+1)%len(ring)]
				x, y := r.of(a)
				u, v := r.of(b)
				n := int(math.Hypot(u-x, v-y)) + 1
				for s := range n {
					t := float64(s) / float64(n)
					samples = append(samples, sample{x + t*(u-x), y + t*(v-y), goes})
				}
			}
		}
	}
	for row := range r.high {
		for col := range r.wide {
			x, y := float64(col)+0.5, float64(row)+0.5
			least := math.Inf(1)
			for _, s := range samples {
				if d := (s.x-x)*(s.x-x) + (s.y-y)*(s.y-y); d < least {
					least = d
					r.goes[row*r.wide+col] = s.goes
				}
			}
		}
	}
}

// of returns a point in cells from the corner.
func (r *raster) of(p lattice.Point) (x, y float64) {
	return float64(int64(p.X)-int64(r.o.X)) / r.dx, float64(int64(p.Y)-int64(r.o.Y)) / r.dy
}

// at is the inverse of of.
func (r *raster) at(x, y float64) lattice.Point {
	return lattice.Point{X: r.o.X + int32(math.Round(x*r.dx)), Y: r.o.Y + int32(math.Round(y*r.dy))}
}

// cover marks the cells of the face and those around them.
func (r *raster) cover(p *plots, face uint32) {
	for row := range r.high {
		for col := range r.wide {
			if p.faceHolds(face, r.at(float64(col)+0.5, float64(row)+0.5)) {
				for y := max(0, row-2); y <= min(r.high-1, row+2); y++ {
					for x := max(0, col-2); x <= min(r.wide-1, col+2); x++ {
						r.near[y*r.wide+x] = true
					}
				}
			}
		}
	}
}

// faceHolds tells whether a place is in a face, by parity.
func (p *plots) faceHolds(face uint32, q lattice.Point) bool {
	in := false
	for _, h := range p.halvesOf(face) {
		verts := p.of(h >> 1)
		for k := 1; k < len(verts); k++ {
			if passesEast(p.lw.points[verts[k-1]], p.lw.points[verts[k]], q) {
				in = !in
			}
		}
	}
	return in
}

// contours are the lines between cells of both kinds, through the middles of the
// sides that they share.
func (r *raster) contours() [][]lattice.Point {
	type corner [2]int // of cells
	next := map[corner][]corner{}
	join := func(a, b corner) {
		next[a] = append(next[a], b)
		next[b] = append(next[b], a)
	}
	for row := range r.high {
		for col := range r.wide {
			at := row*r.wide + col
			if !r.near[at] {
				continue
			}
			if col+1 < r.wide && r.near[at+1] && r.goes[at] != r.goes[at+1] {
				join(corner{col + 1, row}, corner{col + 1, row + 1})
			}
			if row+1 < r.high && r.near[at+r.wide] && r.goes[at] != r.goes[at+r.wide] {
				join(corner{col, row + 1}, corner{col + 1, row + 1})
			}
		}
	}
	starts := make([]corner, 0, len(next))
	for c := range next {
		starts = append(starts, c)
	}
	slices.SortFunc(starts, func(a, b corner) int {
		if open := (len(next[a])%2 == 1); open != (len(next[b])%2 == 1) {
			if open {
				return -1
			}
			return 1
		}
		return slices.Compare(a[:], b[:])
	})
	var out [][]lattice.Point
	for _, c := range starts {
		for len(next[c]) > 0 {
			line := []lattice.Point{r.at(float64(c[0]), float64(c[1]))}
			for at := c; len(next[at]) > 0; {
				to := next[at][0]
				next[at] = next[at][1:]
				next[to] = slices.Delete(next[to], slices.Index(next[to], at), slices.Index(next[to], at)+1)
				line = append(line, r.at(float64(at[0]+to[0])/2, float64(at[1]+to[1])/2))
				at = to
				if len(next[at]) == 0 {
					line = append(line, r.at(float64(at[0]), float64(at[1])))
				}
			}
			out = append(out, line)
		}
	}
	return out
}

// straightened leaves vertices out (Douglas and Peucker) as long as the line
// stays within a cell of where it ran and touches no footprint.
func (p *plots) straightened(line []lattice.Point, cellM float64) []lattice.Point {
	if len(line) < 3 {
		return line
	}
	a, b := line[0], line[len(line)-1]
	far, at := 0.0, len(line)/2
	for k := 1; k < len(line)-1; k++ {
		m := lattice.DistanceM(a, line[k])
		if a != b {
			m, _ = lattice.SegmentDistanceM(a, b, line[k])
		}
		if m > far {
			far, at = m, k
		}
	}
	if far <= cellM && a != b && !p.hits(a, b) {
		return []lattice.Point{a, b}
	}
	head, tail := p.straightened(line[:at+1], cellM), p.straightened(line[at:], cellM)
	return append(slices.Clone(head), tail[1:]...)
}

// hits tells whether a segment touches a footprint.
func (p *plots) hits(a, b lattice.Point) bool {
	for _, building := range p.stand {
		for _, polygon := range building.Footprint {
			for _, ring := range polygon {
				for k, u := range ring {
					if lattice.SegmentsMeet(a, b, u, ring[(k+1)%len(ring)]) {
						return true
					}
				}
			}
		}
	}
	return false
}
