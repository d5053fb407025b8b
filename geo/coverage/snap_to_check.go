package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// check refuses snapped shapes whose edges cross each other, or the borders, where
// nothing crossed before.
func (s *snapping) check(shapes []Shape) error {
	var before, after []edge
	for _, e := range s.edges {
		before = append(before, edge{s.corners[e.u].p, s.corners[e.v].p, 0})
	}
	for i := range shapes {
		for _, polygon := range shapes[i].Shape {
			for _, ring := range polygon {
				for k, p := range ring {
					after = append(after, edge{p, ring[(k+1)%len(ring)], 0})
				}
			}
		}
	}
	borders := make([]edge, 0, len(s.borders))
	for _, b := range s.borders {
		borders = append(borders, edge{s.posts[b.u], s.posts[b.v], 0})
	}
	before, after = distinct(before), distinct(after)
	was, ok := crossings(before, before)
	is, also := crossings(after, after)
	if !ok || !also {
		return tooDense(s.corners[0].p)
	}
	if p, found := s.fresh(was, is); found {
		return geo.Errorf(geo.Conflict, "snapped to within %g m, two outlines would cross here: a smaller tolerance helps", s.toleranceM).Where(p)
	}
	was, ok = crossings(before, borders)
	is, also = crossings(after, borders)
	if !ok || !also {
		return tooDense(s.corners[0].p)
	}
	if p, found := s.fresh(was, is); found {
		return geo.Errorf(geo.Conflict, "snapped to within %g m, an outline would cross a border here: a smaller tolerance helps", s.toleranceM).Where(p)
	}
	return nil
}

// distinct returns edges each once, the smaller end first, without those that stand
// still.
func distinct(edges []edge) []edge {
	for i := range edges {
		edges[i].a, edges[i].b = ordered(edges[i].a, edges[i].b)
	}
	edges = slices.DeleteFunc(edges, func(e edge) bool { return e.a == e.b })
	slices.SortFunc(edges, func(e, f edge) int { return cmp.Or(lattice.Compare(e.a, f.a), lattice.Compare(e.b, f.b)) })
	return slices.Compact(edges)
}

// crossings returns where the insides of edges of two lists cross, to half a unit,
// from west to east. It says no where they lie over each other too densely.
func crossings(edges, others []edge) (at []lattice.Point, ok bool) {
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
			at = append(at, crossingCell(e.a, e.b, lattice.Cross(f.a, f.b, e.a), lattice.Cross(f.a, f.b, e.b)))
		}
		return true
	})
	slices.SortFunc(at, lattice.Compare)
	return at, ok
}

// fresh finds a crossing that has none of before within its reach: snapping may move
// a crossing by the tolerance on either line, and along them where they are nearly
// parallel.
func (s *snapping) fresh(before, after []lattice.Point) (lattice.Point, bool) {
	const reach = 4 // tolerances
	for _, p := range after {
		r := s.reach(lattice.BoxOf(p))
		i, _ := slices.BinarySearchFunc(before, p.X-reach*r.X, func(q lattice.Point, x int32) int { return cmp.Compare(q.X, x) })
		found := false
		for ; i < len(before) && before[i].X <= p.X+reach*r.X && !found; i++ {
			found = magnitude(int64(before[i].Y)-int64(p.Y)) <= uint64(reach*int64(r.Y))
		}
		if !found {
			return p, true
		}
	}
	return lattice.Point{}, false
}
