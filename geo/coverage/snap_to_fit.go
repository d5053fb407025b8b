package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// move finds where every vertex of the shapes goes.
func (s *snapping) move() {
	for i := range s.corners {
		k := &s.corners[i]
		switch post, ok := s.nearestPost(k); {
		case ok:
			k.post, k.to = post, s.posts[post]
			s.done.ToVertex++
		case len(k.near) > 0:
			k.to = s.besideBorder(k)
			s.done.ToBorder++
		}
		s.done.FarthestM = max(s.done.FarthestM, lattice.DistanceM(k.p, k.to))
	}
}

// nearestPost finds the vertex of the borders that a vertex goes to.
func (s *snapping) nearestPost(k *corner) (uint32, bool) {
	type option struct {
		post  uint32
		awayM float64
	}
	var options []option
	for _, b := range k.near {
		for _, post := range [...]uint32{s.borders[b].u, s.borders[b].v} {
			if d := lattice.DistanceM(k.p, s.posts[post]); d <= s.toleranceM {
				options = append(options, option{post, d})
			}
		}
	}
	slices.SortFunc(options, func(a, b option) int {
		return cmp.Or(cmp.Compare(a.awayM, b.awayM), lattice.Compare(s.posts[a.post], s.posts[b.post]))
	})
	for _, o := range options {
		if !s.isCut(k, s.posts[o.post]) {
			return o.post, true
		}
	}
	return unset, false
}

// isCut tells whether a border runs between a vertex and a place near it.
func (s *snapping) isCut(k *corner, to lattice.Point) bool {
	return slices.ContainsFunc(k.near, func(b uint32) bool {
		return lattice.SegmentsCross(k.p, to, s.posts[s.borders[b].u], s.posts[s.borders[b].v])
	})
}

// besideBorder returns the lattice point nearest to the nearest border that is not
// beyond it, within the tolerance of the vertex.
func (s *snapping) besideBorder(k *corner) lattice.Point {
	best, bestM, on := unset, 0.0, lattice.Point{}
	for _, b := range k.near {
		d, at := lattice.SegmentDistanceM(s.posts[s.borders[b].u], s.posts[s.borders[b].v], k.p)
		if best == unset || d < bestM {
			best, bestM, on = b, d, at
		}
	}
	u, v := s.posts[s.borders[best].u], s.posts[s.borders[best].v]
	side := lattice.Orient(u, v, k.p)
	to, away := k.p, magnitude(lattice.Cross(u, v, k.p))
	for dx := int32(-1); dx <= 1; dx++ {
		for dy := int32(-1); dy <= 1; dy++ {
			p := lattice.Point{X: on.X + dx, Y: on.Y + dy}
			o := lattice.Cross(u, v, p)
			if o != 0 && lattice.Orient(u, v, p) != side || magnitude(o) >= away {
				continue
			}
			if lattice.DistanceM(p, k.p) <= s.toleranceM && !s.isCut(k, p) {
				to, away = p, magnitude(o)
			}
		}
	}
	return to
}

// take keeps of the vertices near an edge those whose border it runs along, in order
// from its smaller end.
func (s *snapping) take(edge uint32) {
	e := &s.edges[edge]
	p, q := &s.corners[e.u], &s.corners[e.v]
	var kept []uint32
	for _, post := range e.posts {
		if post != p.post && post != q.post && s.aside(p.p, q.p, s.posts[post]) && s.runsAlong(e, p, q, post) {
			kept = append(kept, post)
		}
	}
	east, north := lattice.ScaleAt(p.p.Y)
	dx, dy := float64(int64(q.p.X)-int64(p.p.X))*east*east, float64(int64(q.p.Y)-int64(p.p.Y))*north*north
	on := func(post uint32) float64 {
		v := s.posts[post]
		return dx*float64(int64(v.X)-int64(p.p.X)) + dy*float64(int64(v.Y)-int64(p.p.Y))
	}
	slices.SortFunc(kept, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(on(a), on(b)), lattice.Compare(s.posts[a], s.posts[b]))
	})
	e.posts = kept
	s.done.Taken += len(kept)
}

// aside tells whether a place lies beside a segment, not beyond one of its ends.
func (s *snapping) aside(a, b, p lattice.Point) bool {
	_, at := lattice.SegmentDistanceM(a, b, p)
	return at != a && at != b
}

// runsAlong tells whether an edge runs along a border at one of its vertices: a
// segment of the borders leads from there to another vertex near the edge, or to
// beside one of its ends.
func (s *snapping) runsAlong(e *span, p, q *corner, post uint32) bool {
	for _, other := range e.posts {
		if s.along[[2]uint32{post, other}] {
			return true
		}
	}
	for _, k := range [...]*corner{p, q} {
		for _, b := range k.near {
			if s.borders[b].u == post || s.borders[b].v == post {
				return true
			}
		}
	}
	return false
}

// stop is a vertex of a ring that was snapped.
type stop struct {
	p      lattice.Point
	post   uint32 // unset where it is not of the borders
	corner uint32 // of the shapes, unset where it was taken up
}

// shape returns a shape with its rings snapped.
func (s *snapping) shape(shape Shape) (Shape, error) {
	out := Shape{Code: shape.Code, Row: shape.Row}
	for _, polygon := range shape.Shape {
		var rings lattice.Polygon
		for _, ring := range polygon {
			r := s.ring(ring)
			if len(r) < 3 || lattice.Winding(r) == 0 {
				if lattice.Winding(ring) == 0 {
					r = ring // there was nothing to lose
				} else {
					e := geo.Errorf(geo.Conflict, "snapping to within %g m would leave nothing of a ring of %s at %v", s.toleranceM, shape.Code, ring[0]).Where(ring[0])
					return out, atRow(e.On("code", shape.Code), shape.Row)
				}
			}
			rings = append(rings, r)
		}
		out.Shape = append(out.Shape, rings)
	}
	return out, nil
}

// ring returns a ring snapped.
func (s *snapping) ring(ring lattice.Ring) lattice.Ring {
	var stops []stop
	add := func(t stop) {
		if n := len(stops); n == 0 || stops[n-1].p != t.p {
			stops = append(stops, t)
		}
	}
	for i, p := range ring {
		a, b := s.at[p], s.at[ring[(i+1)%len(ring)]]
		add(stop{s.corners[a].to, s.corners[a].post, a})
		if a == b {
			continue
		}
		k := s.key(a, b)
		posts := s.edges[s.edgeAt[k]].posts
		for n := range posts {
			post := posts[n]
			if k[0] != a {
				post = posts[len(posts)-1-n]
			}
			add(stop{s.posts[post], post, unset})
		}
	}
	for len(stops) > 1 && stops[0].p == stops[len(stops)-1].p {
		stops = stops[:len(stops)-1]
	}
	stops = s.leaveOut(stops)
	out := make(lattice.Ring, len(stops))
	for i, t := range stops {
		out[i] = t.p
	}
	return out
}

// leaveOut takes the vertices out that lie between two neighbours of a border, all
// within the tolerance of the segment between them. One at which a third line meets
// stays.
func (s *snapping) leaveOut(stops []stop) []stop {
	first := slices.IndexFunc(stops, func(t stop) bool { return t.post != unset })
	if first < 0 {
		return stops
	}
	stops = slices.Concat(stops[first:], stops[:first])
	out := make([]stop, 0, len(stops))
	for i := 0; i < len(stops); {
		u := stops[i]
		out = append(out, u)
		j := i + 1
		for j < len(stops) && stops[j].post == unset {
			j++
		}
		w := stops[j%len(stops)]
		if between := stops[i+1 : j]; !s.onBorder(u, w, between) {
			out = append(out, between...)
		} else {
			s.done.Left += len(between)
		}
		i = j
	}
	return out
}

// onBorder tells whether what lies between two stops is their border, drawn by
// another hand.
func (s *snapping) onBorder(u, w stop, between []stop) bool {
	if !s.along[[2]uint32{u.post, w.post}] {
		return false
	}
	return !slices.ContainsFunc(between, func(t stop) bool {
		k := &s.corners[t.corner]
		return k.degree != 2 || !s.within(u.p, w.p, k.p)
	})
}
