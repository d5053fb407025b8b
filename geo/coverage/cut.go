package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// reachM is how near a vertex has to be for a line to take it rather than make a
// new one beside it.
const reachM = 0.05

// nearBox is a box that holds everything within reach of p.
func nearBox(p lattice.Point) lattice.Box {
	east, north := lattice.ScaleAt(p.Y)
	dx, dy := int32(reachM/east)+1, int32(reachM/north)+1
	return lattice.BoxOf(lattice.Point{X: p.X - dx, Y: p.Y - dy}, lattice.Point{X: p.X + dx, Y: p.Y + dy})
}

// vertexNear finds the vertex of the sketch nearest to p, within reach.
func (s *sketch) vertexNear(p lattice.Point) (lattice.Point, bool) {
	box := nearBox(p)
	best, far := lattice.Point{}, reachM
	found := false
	for _, l := range s.lines {
		if l.arc < 0 {
			continue
		}
		for _, v := range l.points {
			if !box.Contains(v) {
				continue
			}
			if m := lattice.DistanceM(p, v); m < far || m == far && (!found || less(v, best)) {
				best, far, found = v, m, true
			}
		}
	}
	return best, found
}

// fit fits a line into what is drawn: its vertices go to those within reach,
// ends that lie on a border get a vertex there, and so does every place where it
// crosses one. What is drawn gets the same vertices. The places are chosen so
// that no border passes over another vertex; where there is no such place, the
// line is refused.
func (s *sketch) fit(points []lattice.Point) ([]lattice.Point, error) {
	if err := s.admit(points); err != nil {
		return nil, err
	}
	out := make([]lattice.Point, 0, len(points))
	for _, p := range points {
		if v, ok := s.vertexNear(p); ok {
			p = v
		} else if v, ok, err := s.onBorder(p); err != nil {
			return nil, err
		} else if ok {
			p = v
		}
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	for k := 1; k < len(out); {
		v, crosses, err := s.crossing(out[k-1], out[k])
		if err != nil {
			return nil, err
		}
		switch {
		case !crosses:
			k++
		case slices.Contains(out, v) || len(out) > maxLine:
			// It would go to and fro between vertices that lie within reach of each other.
			return nil, refused(v, "the line meets a border at so flat an angle that it cannot be cut there")
		default:
			out = slices.Insert(out, k, v)
		}
	}
	return out, nil
}

// maxLine is how many points a line of an operation may have: far more than
// anybody draws.
const maxLine = 20_000

// admit refuses a line that is too long, or leads too far away.
func (s *sketch) admit(points []lattice.Point) error {
	if len(points) > maxLine {
		return geo.Errorf(geo.TooLarge, "a line has at most %d points", maxLine).Where(points[0])
	}
	return s.span(points)
}

// span refuses points so far away that arithmetic would not be exact.
func (s *sketch) span(points []lattice.Point) error {
	box := s.c.bounds.Union(lattice.BoxOf(points...))
	if err := box.CheckSpan(); err != nil {
		return refused(points[0], "%v", err)
	}
	return nil
}

// onBorder gives a border that passes within reach of p a vertex there.
func (s *sketch) onBorder(p lattice.Point) (lattice.Point, bool, error) {
	box := nearBox(p)
	for i := range s.lines {
		l := &s.lines[i]
		for k := 1; k < len(l.points) && l.arc >= 0; k++ {
			a, b := l.points[k-1], l.points[k]
			if !lattice.BoxOf(a, b).Intersects(box) {
				continue
			}
			if m, at := lattice.SegmentDistanceM(a, b, p); m <= reachM && at != a && at != b {
				v, err := s.bendAt(i, k, p)
				return v, true, err
			}
		}
	}
	return p, false, nil
}

// crossing finds where a segment of a line first crosses a border, and gives the
// border a vertex there.
func (s *sketch) crossing(p, q lattice.Point) (v lattice.Point, crosses bool, err error) {
	box := lattice.BoxOf(p, q)
	type meeting struct {
		line, k int
		at      lattice.Point
	}
	var first *meeting
	for i := range s.lines {
		l := &s.lines[i]
		for k := 1; k < len(l.points) && l.arc >= 0; k++ {
			a, b := l.points[k-1], l.points[k]
			if !lattice.BoxOf(a, b).Intersects(box) {
				continue
			}
			oa, ob := lattice.Cross(p, q, a), lattice.Cross(p, q, b)
			op, oq := lattice.Cross(a, b, p), lattice.Cross(a, b, q)
			if oa == 0 || ob == 0 || op == 0 || oq == 0 || (oa > 0) == (ob > 0) || (op > 0) == (oq > 0) {
				continue
			}
			at := crossingCell(p, q, op, oq)
			if first == nil || lattice.DistanceM(p, at) < lattice.DistanceM(p, first.at) {
				first = &meeting{i, k, at}
			}
		}
	}
	if first == nil {
		return v, false, nil
	}
	l := &s.lines[first.line]
	for _, end := range [...]lattice.Point{l.points[first.k-1], l.points[first.k]} {
		if lattice.DistanceM(end, first.at) <= reachM {
			return end, true, nil
		}
	}
	v, err = s.bendAt(first.line, first.k, first.at)
	return v, true, err
}

// bendAt gives a line a vertex near p on the segment that ends at its k-th.
func (s *sketch) bendAt(i, k int, p lattice.Point) (lattice.Point, error) {
	l := &s.lines[i]
	a, b := l.points[k-1], l.points[k]
	for _, v := range places(p) {
		if v != a && v != b && s.clear(i, a, v, b) {
			l.points = slices.Insert(slices.Clone(l.points), k, v)
			return v, nil
		}
	}
	return p, refused(p, "the border cannot get a vertex here without passing over another one")
}

// places are the lattice points around p, the nearest first.
func places(p lattice.Point) []lattice.Point {
	const around = 2
	var out []lattice.Point
	for dy := int32(-around); dy <= around; dy++ {
		for dx := int32(-around); dx <= around; dx++ {
			out = append(out, lattice.Point{X: p.X + dx, Y: p.Y + dy})
		}
	}
	far := func(v lattice.Point) int32 { return (v.X-p.X)*(v.X-p.X) + (v.Y-p.Y)*(v.Y-p.Y) }
	slices.SortStableFunc(out, func(v, w lattice.Point) int { return cmp.Compare(far(v), far(w)) })
	return out
}

// clear tells whether line i may run a-v-b rather than a-b: no vertex lies in the
// triangle between.
func (s *sketch) clear(i int, a, v, b lattice.Point) bool {
	box := lattice.BoxOf(a, v, b)
	free := func(points []lattice.Point) bool {
		for _, p := range points {
			if p != a && p != b && box.Contains(p) && inTriangle(a, v, b, p) {
				return false
			}
		}
		return true
	}
	for _, l := range s.lines {
		if !free(l.points) {
			return false
		}
	}
	for _, x := range [...]side{s.lines[i].left, s.lines[i].right} {
		if x >= 0 {
			continue
		}
		for h := range s.c.halvesOf(Region(^x)) {
			if !free(s.c.pointsOf(uint32(h >> 1))) {
				return false
			}
		}
	}
	return true
}

// inTriangle tells whether p is in the closed triangle a, b, c.
func inTriangle(a, b, c, p lattice.Point) bool {
	u, v, w := lattice.Cross(a, b, p), lattice.Cross(b, c, p), lattice.Cross(c, a, p)
	if lattice.Cross(a, b, c) == 0 {
		return u == 0 && v == 0 && w == 0 && lattice.BoxOf(a, b, c).Contains(p)
	}
	return u >= 0 && v >= 0 && w >= 0 || u <= 0 && v <= 0 && w <= 0
}
