package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// Simplified is a coverage with the order in which its vertices may go: decided
// once for the whole coverage, so that every zoom is a prefix of the same order
// and both sides of a border always lose the same vertices. It never changes
// once made and may be read by any number of goroutines.
type Simplified struct {
	c    *Coverage
	goes vector[[]float32]       // importance of each point, by arc
	base once[[][]lattice.Point] // every point on the base lattice, see Project; by arc
}

// Simplify ranks every vertex of c by importance.
func (c *Coverage) Simplify() *Simplified {
	r := newRanker(c, c.points)
	for i := range c.Arcs() {
		r.addArc(c.Arc(i))
	}
	all := r.rank()
	goes := make([][]float32, c.Arcs())
	for i := range goes {
		n := len(c.pointsOf(uint32(i)))
		goes[i], all = all[:n:n], all[n:]
	}
	return &Simplified{c: c, goes: vectorOf(goes)}
}

// Coverage returns what was simplified.
func (s *Simplified) Coverage() *Coverage { return s.c }

// Importance returns, for each point of an arc, the size of the triangle at
// which it goes, in square pixels of MaxPixelZoom: never smaller than that of
// any point that went before it in the whole coverage, +Inf for points that stay
// for ever. Shared, not to be changed.
func (s *Simplified) Importance(arc int) []float32 {
	return *s.goes.at(arc)
}

// leastPixels is the area of the smallest triangle that a zoom shows, in square
// pixels of the pixel lattice: a quarter of a screen's pixel, when a tile is 512
// of those wide.
const leastPixels = 16

// threshold is the importance below which points are gone at a zoom. At the
// finest zoom, which clients enlarge, everything is there.
func threshold(z uint8) float32 {
	if z >= MaxPixelZoom {
		return 0
	}
	return float32(leastPixels * math.Pow(4, float64(MaxPixelZoom-z)))
}

// Chain returns the points of an arc that are left at a zoom. The slice is the
// caller's.
func (s *Simplified) Chain(arc int, z uint8) []lattice.Point {
	least := threshold(z)
	var out []lattice.Point
	goes := s.Importance(arc)
	for i, p := range s.c.Arc(arc).Points {
		if goes[i] >= least {
			out = append(out, p)
		}
	}
	return out
}

// At returns the coverage that is left at a zoom: the same areas, regions, nodes
// and arcs, by the same numbers, with fewer points. It crosses and touches itself
// nowhere where the full one does not.
func (s *Simplified) At(z uint8) *Coverage {
	c := s.c
	least := threshold(z)
	arcs := make([]arc, c.Arcs())
	points := make([]lattice.Point, 0, c.points)
	for i := range arcs {
		arcs[i] = *c.arcs.at(i)
		from := len(points)
		for k, p := range arcs[i].points {
			if s.Importance(i)[k] >= least {
				points = append(points, p)
			}
		}
		arcs[i].points = points[from:len(points):len(points)]
		arcs[i].box = lattice.BoxOf(arcs[i].points...)
	}
	return &Coverage{
		areas: c.areas, arcs: vectorOf(arcs), nodes: c.nodes, regions: c.regions,
		points: len(points), bounds: lattice.BoxOf(points...),
	}
}
