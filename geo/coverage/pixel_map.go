package coverage

import "onegrid/geo/lattice"

// Draw makes the pixel map of a zoom: what was simplified is rounded, what fell
// together joined, and the outlines of each level are drawn. Zooms above
// MaxPixelZoom are answered with that of MaxPixelZoom. Whether to keep the map is
// the caller's: that of a large city is a hundred megabytes.
func (s *Simplified) Draw(z uint8) *PixelMap {
	z = min(z, MaxPixelZoom)
	c := s.pixelCoverage(z)
	m := &PixelMap{Zoom: z, hierarchy: c.Areas()}
	o := newOutliner(c)
	m.addRings(o, m.addArcs(o))
	m.count(s.c, c)
	return m
}

// pixelCoverage returns the planar map of a zoom as a coverage whose lattice is
// that of the zoom's pixels. As y runs to the south there, what a coverage calls
// left is what the map shows on the right, and its counter-clockwise outer rings
// are clockwise on the screen: as vector tiles want them.
func (s *Simplified) pixelCoverage(z uint8) *Coverage {
	pixels := s.pixelChains(z)
	c, err := redraw(s.c, func(arc int) []lattice.Point { return pixels[arc] })
	if err != nil {
		panic("coverage: a sound coverage can not be drawn in pixels: " + err.Error())
	}
	return c
}

// pixelChains returns where each arc runs through the pixels of a zoom. Chains
// may run along each other, or back along themselves, but cross nowhere.
func (s *Simplified) pixelChains(z uint8) [][]lattice.Point {
	chains := s.baseChains(z)
	b := newBender(z, chains)
	all := make([]lattice.Point, 0, s.c.points)
	for i, chain := range chains {
		start := len(all)
		all = b.chain(chain, all)
		chains[i] = all[start:len(all):len(all)]
	}
	return chains
}

// baseChains returns the points of each arc that are left at a zoom, on the base
// lattice, and along segments that are long enough to bend there, points between.
func (s *Simplified) baseChains(z uint8) [][]lattice.Point {
	base := s.base.do(s.projected)
	least := threshold(z)
	all := make([]lattice.Point, 0, s.c.points)
	chains := make([][]lattice.Point, s.c.Arcs())
	for i := range chains {
		start := len(all)
		points := s.c.Arc(i).Points
		last := points[0]
		for k, goes := range s.Importance(i) {
			if goes >= least {
				all = appendBetween(all, last, points[k], z)
				all = append(all, base[i][k])
				last = points[k]
			}
		}
		chains[i] = all[start:len(all):len(all)]
	}
	return chains
}

// projected returns every point of the coverage on the base lattice, by arc.
func (s *Simplified) projected() [][]lattice.Point {
	points := make([][]lattice.Point, s.c.Arcs())
	all := make([]lattice.Point, 0, s.c.points)
	for i := range points {
		from := len(all)
		for _, p := range s.c.pointsOf(uint32(i)) {
			all = append(all, lattice.Point(Project(p)))
		}
		points[i] = all[from:len(all):len(all)]
	}
	return points
}

// addArcs lays the arcs out, and returns their numbers in the map by those in the
// coverage. An arc between two gaps, or a gap and the outside, is no border.
func (m *PixelMap) addArcs(o *outliner) []uint32 {
	number := make([]uint32, o.c.Arcs())
	for i := range number {
		left, right := o.owner[2*i+1], o.owner[2*i]
		if left < 0 && right < 0 {
			continue
		}
		points := o.c.Arc(i).Points
		number[i] = uint32(len(m.Arcs))
		m.Arcs = append(m.Arcs, PixelArc{
			First: uint32(len(m.Points)), Count: uint32(len(points)),
			Left: left, Right: right, Level: uint8(o.c.ArcLevel(i)), Box: PixelBoxOf(o.c.arcs.at(i).box),
		})
		for _, p := range points {
			m.Points = append(m.Points, Pixel(p))
		}
	}
	return number
}

// addRings draws the outlines of every level. number is what addArcs returned.
func (m *PixelMap) addRings(o *outliner, number []uint32) {
	m.ringsOf = make([][2]uint32, len(o.c.Areas()))
	for level := range o.up {
		var drawn []int32 // areas, and the boxes around them
		var boxes []lattice.Box
		for _, r := range o.level(level) {
			of := &m.ringsOf[r.area]
			if of[0] == of[1] {
				of[0] = uint32(len(m.rings))
				drawn, boxes = append(drawn, r.area), append(boxes, r.box)
			}
			for i, h := range r.arcs {
				r.arcs[i] = HalfArc(number[h>>1]<<1) | h&1
			}
			m.rings = append(m.rings, PixelRing{Arcs: r.arcs, Area2: r.area2, Box: PixelBoxOf(r.box)})
			of[1] = uint32(len(m.rings))
			last := len(boxes) - 1 // an area's rings come one after the other
			boxes[last] = boxes[last].Union(r.box)
		}
		m.levels = append(m.levels, newPixelLevel(drawn, boxes))
	}
}

// count notes what of the whole coverage is not in the map.
func (m *PixelMap) count(whole, left *Coverage) {
	for a, had := range withRegions(whole) {
		if had && m.ringsOf[a][0] == m.ringsOf[a][1] {
			m.Loss.Areas++
		}
		m.Loss.Regions += max(0, len(whole.RegionsOf(int32(a)))-len(left.RegionsOf(int32(a))))
	}
}

// withRegions tells which areas, of any level, have a region.
func withRegions(c *Coverage) []bool {
	has := make([]bool, len(c.Areas()))
	for r := range c.Regions() {
		for a := c.AreaOf(Region(r)); a >= 0 && !has[a]; a = c.Areas()[a].Parent {
			has[a] = true
		}
	}
	return has
}

// Chain returns the points of an arc, both nodes included.
func (m *PixelMap) Chain(arc int) []Pixel {
	a := &m.Arcs[arc]
	return m.Points[a.First : a.First+a.Count : a.First+a.Count]
}

// Rings returns the rings of an area of any level: each outer ring followed by
// its holes, the largest part first. Empty when nothing of the area is left at
// this zoom.
func (m *PixelMap) Rings(area int32) []PixelRing {
	of := m.ringsOf[area]
	return m.rings[of[0]:of[1]:of[1]]
}
