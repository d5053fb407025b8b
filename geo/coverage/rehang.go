package coverage

import "onegrid/geo"

// Rehang returns the same drawing under another hierarchy: other parents, other
// areas above. Gaps, voids and locks stay as they are. Invalid if the hierarchy
// is no such (as for Build), or if it lacks an area that has ground.
func (c *Coverage) Rehang(areas []Area) (*Coverage, error) {
	areas, err := sortedAreas(areas)
	if err != nil {
		return nil, err
	}
	byCode := make(map[string]int32, len(areas))
	for i, a := range areas {
		byCode[a.Code] = int32(i)
	}
	for _, a := range c.Areas() {
		if at, ok := byCode[a.Code]; ok {
			areas[at].Locked = a.Locked
		}
	}
	areaOf := make([]int32, c.Regions())
	for r := range areaOf {
		a := c.AreaOf(Region(r))
		areaOf[r] = a
		if a < 0 {
			continue
		}
		at, ok := byCode[c.area(a).Code]
		if !ok {
			return nil, geo.Errorf(geo.Invalid, "area %s has ground, and the new hierarchy lacks it", c.area(a).Code).On("code", c.area(a).Code)
		}
		areaOf[r] = at
	}
	borders := make([]border, c.Arcs())
	for i := range borders {
		borders[i] = border{c.arcs.at(i).points, c.arcs.at(i).left, c.arcs.at(i).right}
	}
	return assemble(areas, borders, areaOf)
}
