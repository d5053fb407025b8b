package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// check refuses snapped shapes whose edges cross each other, or the borders, where
// nothing crossed before. A crossing may move: an edge that is led aside meets a
// nearly parallel border elsewhere, perhaps on the next segment. So a crossing is an
// old one if an edge that runs past it crossed the same border, or one that goes on
// from it, before.
func (s *snapping) check(shapes []Shape) error {
	before := make([]edge, len(s.edges))
	for i, e := range s.edges {
		before[i] = edge{s.corners[e.u].p, s.corners[e.v].p, 0}
	}
	after := edgesOfShapes(shapes)
	borders := make([]edge, len(s.borders))
	for i, b := range s.borders {
		borders[i] = edge{s.posts[b.u], s.posts[b.v], 0}
	}
	was, ok := crossings(before, before)
	is, also := crossings(after, after)
	if !ok || !also {
		return tooDense(s.corners[0].p)
	}
	p, found, ok := s.fresh(is, func(m meeting, near []uint32) bool {
		for _, e := range near {
			for _, f := range near {
				if was.has(e, f) {
					return true
				}
			}
		}
		return false
	})
	if found {
		return geo.Errorf(geo.Conflict, "snapped to within %g m, two outlines would cross at %v: a smaller tolerance helps", s.toleranceM, p).Where(p)
	}
	was, wasOk := crossings(before, borders)
	is, also = crossings(after, borders)
	if !ok || !wasOk || !also {
		return tooDense(s.corners[0].p)
	}
	goesOn := s.goesOn()
	p, found, ok = s.fresh(is, func(m meeting, near []uint32) bool {
		b := s.borders[m.other]
		for _, post := range [...]uint32{b.u, b.v} {
			for _, other := range goesOn[post] {
				if slices.ContainsFunc(near, func(e uint32) bool { return was.has(e, other) }) {
					return true
				}
			}
		}
		return false
	})
	switch {
	case found:
		return geo.Errorf(geo.Conflict, "snapped to within %g m, an outline would cross a border at %v: a smaller tolerance helps", s.toleranceM, p).Where(p)
	case !ok:
		return tooDense(s.corners[0].p)
	}
	return nil
}

// goesOn returns the borders at every post.
func (s *snapping) goesOn() map[uint32][]uint32 {
	out := make(map[uint32][]uint32, len(s.posts))
	for i, b := range s.borders {
		out[b.u] = append(out[b.u], uint32(i))
		out[b.v] = append(out[b.v], uint32(i))
	}
	return out
}

// edgesOfShapes returns the edges of shapes, each once, the smaller end first,
// without those that stand still.
func edgesOfShapes(shapes []Shape) []edge {
	var edges []edge
	for i := range shapes {
		for _, polygon := range shapes[i].Shape {
			for _, ring := range polygon {
				for k, p := range ring {
					if a, b := ordered(p, ring[(k+1)%len(ring)]); a != b {
						edges = append(edges, edge{a, b, 0})
					}
				}
			}
		}
	}
	slices.SortFunc(edges, func(e, f edge) int { return cmp.Or(lattice.Compare(e.a, f.a), lattice.Compare(e.b, f.b)) })
	return slices.Compact(edges)
}

// meeting is where the insides of two segments cross, to half a unit.
type meeting struct {
	one, other uint32
	at         lattice.Point
}

// crossed are the crossings of two lists of segments.
type crossed struct {
	all   []meeting
	pairs map[[2]uint32]bool
}

func (c *crossed) has(one, other uint32) bool { return c.pairs[[2]uint32{one, other}] }

// crossings returns where edges of two lists cross, from west to east. It says no
// where they lie over each other too densely.
func crossings(edges, others []edge) (c *crossed, ok bool) {
	c = &crossed{pairs: map[[2]uint32]bool{}}
	boxes := func(list []edge) []boxed {
		out := make([]boxed, len(list))
		for i, e := range list {
			out[i] = boxOf(e.a, e.b, uint32(i))
		}
		return out
	}
	ok = joinTwo(boxes(edges), boxes(others), func(i, j uint32) bool {
		e, f := edges[i], others[j]
		if lattice.SegmentsCross(e.a, e.b, f.a, f.b) {
			at := crossingCell(e.a, e.b, lattice.Cross(f.a, f.b, e.a), lattice.Cross(f.a, f.b, e.b))
			c.all = append(c.all, meeting{i, j, at})
			c.pairs[[2]uint32{i, j}] = true
		}
		return len(c.all) <= 1<<18+8*(len(edges)+len(others))
	})
	slices.SortFunc(c.all, func(m, n meeting) int {
		return cmp.Or(lattice.Compare(m.at, n.at), cmp.Compare(m.one, n.one), cmp.Compare(m.other, n.other))
	})
	return c, ok
}

// fresh finds the first crossing that is none of before, judged by the edges of the
// shapes as they were that run past it, within twice the tolerance.
func (s *snapping) fresh(c *crossed, old func(m meeting, near []uint32) bool) (at lattice.Point, found, ok bool) {
	edges := make([]boxed, len(s.edges))
	for i, e := range s.edges {
		edges[i] = boxOf(s.corners[e.u].p, s.corners[e.v].p, uint32(i))
	}
	places := make([]boxed, len(c.all))
	for i, m := range c.all {
		r := s.reach(lattice.BoxOf(m.at))
		places[i] = grown(boxOf(m.at, m.at, uint32(i)), lattice.Point{X: 2 * r.X, Y: 2 * r.Y})
	}
	near := make([][]uint32, len(c.all))
	ok = joinTwo(places, edges, func(m, e uint32) bool {
		u, v := s.corners[s.edges[e].u].p, s.corners[s.edges[e].v].p
		if d, _ := lattice.SegmentDistanceM(u, v, c.all[m].at); d <= 2*s.toleranceM+0.02 {
			near[m] = append(near[m], e)
		}
		return true
	})
	for i, m := range c.all {
		if ok && !old(m, near[i]) {
			return m.at, true, true
		}
	}
	return lattice.Point{}, false, ok
}
