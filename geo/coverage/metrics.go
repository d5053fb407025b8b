package coverage

import "onegrid/geo/lattice"

// Metrics measures an area. AreaM2 and PerimeterM are on the WGS84 ellipsoid;
// what neighbours share is measured once, so that areas sum exactly to their
// parents' but for floating point.
type Metrics struct {
	AreaM2      float64
	PerimeterM  float64     // holes and all parts included
	Compactness float64     // Polsby-Popper: 4π·area/perimeter², 1 for a circle
	Regions     int         // of the finest map; parts that touch in no border count apart
	Box         lattice.Box // empty when the area has no region
}

// Metrics measures every area of every level, by area number.
func (c *Coverage) Metrics() []Metrics { panic("todo") }
