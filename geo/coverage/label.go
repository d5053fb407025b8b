package coverage

import "onegrid/geo/lattice"

// Label is where an area's name stands: in the middle of its largest part, where
// the nearest of its borders is as far as can be (its pole of inaccessibility,
// to a twentieth of that distance). At is strictly inside the area.
type Label struct {
	At      lattice.Point
	RadiusM float64 // metres to the area's nearest border; 0 when there is no label
}

// Label returns the label of an area of any level. An area without a region, or
// too thin to hold a lattice point, has none: its RadiusM is 0.
func (c *Coverage) Label(area int32) Label {
	part := largest(c.Polygons(area))
	if part == nil {
		return Label{}
	}
	s := newPoleSearch(part)
	at, ok := s.pole(lattice.TwiceArea(part[0]))
	if !ok { // too thin for the search: any point inside will do
		at, ok = lattice.Interior(lattice.MultiPolygon{part})
	}
	if !ok {
		return Label{}
	}
	return Label{At: at, RadiusM: s.radiusM(at)}
}

// largest returns the polygon with the largest area, its holes taken off.
func largest(shape lattice.MultiPolygon) lattice.Polygon {
	var best lattice.Polygon
	most := int64(0)
	for _, polygon := range shape {
		area := int64(0)
		for _, ring := range polygon {
			area += lattice.TwiceArea(ring) // a hole's is negative
		}
		if area > most {
			best, most = polygon, area
		}
	}
	return best
}
