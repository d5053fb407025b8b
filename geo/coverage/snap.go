package coverage

import (
	"math"
	"slices"

	"onegrid/geo/lattice"
)

// snapper brings vertices together that lie within a distance of each other, all
// over the input, so that neighbours who share them still do. Vertices are taken
// in their order; each is brought to the nearest that stayed, or stays itself. So
// none moves farther than the distance, and those that stay keep it.
type snapper struct {
	moves map[lattice.Point]lattice.Point
}

// to returns where a vertex is brought.
func (s *snapper) to(p lattice.Point) lattice.Point {
	if s == nil {
		return p
	}
	if q, ok := s.moves[p]; ok {
		return q
	}
	return p
}

// moved reports that a vertex of a polygon was brought to another.
func (o *outlines) moved(l int32, p, q lattice.Point) {
	r := o.found(RepairSnapped, l, p, "brought to "+q.String())
	r.WidthM = math.Round(lattice.DistanceM(p, q)*1e4) / 1e4
	o.report.Repairs = append(o.report.Repairs, r)
}

// newSnapper returns nil where nothing is to be moved.
func newSnapper(shapes []Shape, box lattice.Box, limitM float64) *snapper {
	if !(limitM > 0) || box.Empty() {
		return nil
	}
	var points []lattice.Point
	for _, s := range shapes {
		for _, polygon := range s.Shape {
			for _, ring := range polygon {
				points = append(points, ring...)
			}
		}
	}
	slices.SortFunc(points, lattice.Compare)
	points = slices.Compact(points)
	g := newSnapGrid(box, limitM)
	s := &snapper{moves: map[lattice.Point]lattice.Point{}}
	for _, p := range points {
		if q, ok := g.nearest(p); ok {
			s.moves[p] = q
		} else {
			g.stay(p)
		}
	}
	return s
}

// snapGrid holds the vertices that stay, by squares whose sides are not less than
// the distance.
type snapGrid struct {
	limitM float64
	side   [2]int64 // of a square, in lattice units
	stays  map[[2]int64][]lattice.Point
}

func newSnapGrid(box lattice.Box, limitM float64) *snapGrid {
	// A unit of longitude is shortest where the box is farthest from the equator.
	farthest := max(box.Max.Y, -box.Min.Y)
	east, _ := lattice.ScaleAt(farthest)
	_, north := lattice.ScaleAt(0) // a unit of latitude, at the equator
	units := func(scale float64) int64 { return int64(min(limitM/max(scale, 1e-9), lattice.MaxSpan)) + 1 }
	return &snapGrid{limitM: limitM, side: [2]int64{units(east), units(north)}, stays: map[[2]int64][]lattice.Point{}}
}

func (g *snapGrid) square(p lattice.Point) [2]int64 {
	return [2]int64{(int64(p.X) + 2*lattice.MaxLon) / g.side[0], (int64(p.Y) + 2*lattice.MaxLat) / g.side[1]}
}

func (g *snapGrid) stay(p lattice.Point) {
	at := g.square(p)
	g.stays[at] = append(g.stays[at], p)
}

// nearest returns the nearest vertex that stays within the distance, of two as
// near the smaller.
func (g *snapGrid) nearest(p lattice.Point) (best lattice.Point, ok bool) {
	at, least := g.square(p), g.limitM
	for x := at[0] - 1; x <= at[0]+1; x++ {
		for y := at[1] - 1; y <= at[1]+1; y++ {
			for _, q := range g.stays[[2]int64{x, y}] {
				d := lattice.DistanceM(p, q)
				if d < least || d == least && (!ok || lattice.Compare(q, best) < 0) {
					best, least, ok = q, d, true
				}
			}
		}
	}
	return best, ok
}
