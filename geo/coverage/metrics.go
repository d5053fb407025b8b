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

// Measured is a coverage with the measures of all its areas. They are kept in
// whole numbers, so that bringing them up to date after an operation gives
// exactly what measuring everything anew would.
type Measured struct {
	c       *Coverage
	tallies vector[tally] // by area
}

// tally is what an area measures.
type tally struct {
	area    int64 // areasPerM2 of them are a square metre
	length  int64 // lengthsPerM of them are a metre
	regions int
	box     lattice.Box
}

const (
	areasPerM2  = 1e4
	lengthsPerM = 1e8
)

// Metrics measures every area of every level, by area number.
func (c *Coverage) Metrics() []Metrics {
	m := c.Measure()
	out := make([]Metrics, m.tallies.len())
	for i := range out {
		out[i] = m.Of(int32(i))
	}
	return out
}

// Measure measures every area of every level.
func (c *Coverage) Measure() *Measured {
	o := newOutliner(c)
	out := make([]tally, len(c.Areas()))
	for i := range out {
		out[i].box = lattice.EmptyBox()
	}
	for i := range c.Arcs() {
		t := measure(c.pointsOf(uint32(i)))
		t.box = c.arcs.at(i).box
		for level := range o.up {
			for _, side := range [2]HalfArc{HalfArc(2 * i), HalfArc(2*i + 1)} {
				if a := o.at(level, side); a >= 0 && o.isBorder(level, side) {
					out[a].add(t, side)
				}
			}
		}
	}
	for level := range o.up {
		for r, part := range o.parts(level) {
			if a := c.AreaOf(Region(r)); a >= 0 && part == Region(r) && o.up[level][a] >= 0 {
				out[o.up[level][a]].regions++
			}
		}
	}
	return &Measured{c, vectorOf(out)}
}

// Of returns the measures of an area.
func (m *Measured) Of(area int32) Metrics {
	t := m.tallies.at(int(area))
	out := Metrics{AreaM2: float64(t.area) / areasPerM2, PerimeterM: float64(t.length) / lengthsPerM, Regions: t.regions, Box: t.box}
	if p := out.PerimeterM; p > 0 {
		out.Compactness = 4 * math.Pi * out.AreaM2 / (p * p)
	}
	return out
}

// measure returns an arc's share of the area on its left, and its length.
func measure(points []lattice.Point) tally {
	areaM2, lengthM := 0.0, 0.0
	for i := 1; i < len(points); i++ {
		areaM2 += lattice.StripM2(points[i-1], points[i])
		lengthM += lattice.DistanceM(points[i-1], points[i])
	}
	return tally{area: int64(math.Round(areaM2 * areasPerM2)), length: int64(math.Round(lengthM * lengthsPerM))}
}

// add adds one arc of the area's outline.
func (t *tally) add(arc tally, side HalfArc) {
	if side&1 == 1 {
		arc.area = -arc.area
	}
	t.area += arc.area
	t.length += arc.length
	t.box = t.box.Union(arc.box)
}
