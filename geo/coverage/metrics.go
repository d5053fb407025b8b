package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// Metrics measures an area. AreaM2 and PerimeterM are on the WGS84 ellipsoid,
// borders being straight on a plan of longitude and latitude. What neighbours
// share is measured once, so that areas sum to their parents' but for floating
// point.
type Metrics struct {
	AreaM2      float64
	PerimeterM  float64     // holes and all parts included
	Compactness float64     // Polsby-Popper: 4π·area/perimeter², 1 for a circle
	Regions     int         // its parts: connected faces of a map of its level
	Box         lattice.Box // empty when the area has no region
}

// Metrics measures every area of every level, by area number.
func (c *Coverage) Metrics() []Metrics {
	o := newOutliner(c)
	out := make([]Metrics, len(c.Areas()))
	for i := range out {
		out[i].Box = lattice.EmptyBox()
	}
	for i := range c.Arcs() {
		areaM2, lengthM := measureM(c.Arc(i).Points)
		for level := range o.up {
			for _, side := range [2]HalfArc{HalfArc(2 * i), HalfArc(2*i + 1)} {
				if a := o.at(level, side); a >= 0 && o.isBorder(level, side) {
					out[a].add(o.boxes[i], areaM2, lengthM, side)
				}
			}
		}
	}
	for level := range o.up {
		for r, part := range o.parts(level) {
			if a := c.AreaOf(Region(r)); a >= 0 && part == Region(r) && o.up[level][a] >= 0 {
				out[o.up[level][a]].Regions++
			}
		}
	}
	for i := range out {
		if p := out[i].PerimeterM; p > 0 {
			out[i].Compactness = 4 * math.Pi * out[i].AreaM2 / (p * p)
		}
	}
	return out
}

// measureM returns an arc's share of the area on its left, and its length.
func measureM(points []lattice.Point) (areaM2, lengthM float64) {
	for i := 1; i < len(points); i++ {
		areaM2 += lattice.StripM2(points[i-1], points[i])
		lengthM += lattice.DistanceM(points[i-1], points[i])
	}
	return areaM2, lengthM
}

// add adds one arc of the area's outline.
func (m *Metrics) add(box lattice.Box, areaM2, lengthM float64, side HalfArc) {
	if side&1 == 1 {
		areaM2 = -areaM2
	}
	m.AreaM2 += areaM2
	m.PerimeterM += lengthM
	m.Box = m.Box.Union(box)
}
