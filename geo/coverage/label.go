package coverage

import "onegrid/geo/lattice"

// Label is where an area's name stands: the pole of inaccessibility of its
// largest part, strictly inside it, and how far the nearest border of the area
// is from there.
type Label struct {
	At      lattice.Point
	RadiusM float64 // 0 when the area has no region, or no lattice point inside
}

// Labels returns the label of every area of every level, by area number.
func (c *Coverage) Labels() []Label { panic("todo") }

// Label returns the label of one area.
func (c *Coverage) Label(area int32) Label { panic("todo") }
