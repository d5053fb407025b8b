package coverage

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Snapped says what SnapTo did.
type Snapped struct {
	Vertices  int     `json:"vertices"`   // of the shapes, each place once
	ToVertex  int     `json:"to_vertex"`  // went to a vertex of the borders
	ToBorder  int     `json:"to_border"`  // went beside a border, between its vertices
	Taken     int     `json:"taken"`      // vertices of the borders that edges took up
	Left      int     `json:"left"`       // vertices left out, between two of a border
	FarthestM float64 `json:"farthest_m"` // that a vertex went
}

// SnapTo fits the shapes of one network to the borders of another's coverage, so
// that where both mean the same line both have the very same segments:
//
//   - a vertex within toleranceM of a vertex of the borders goes there, to the
//     nearest that can be reached without crossing a border;
//   - an edge that runs along a border takes up its vertices, and the vertices that
//     the shape has between two neighbours of them are left out;
//   - what remains within toleranceM of a border, where a shape leaves it between two
//     of its vertices, goes to the lattice point next to the border, on its own side:
//     the border has no vertex there, and does not get one.
//
// Nothing moves farther than toleranceM, vertices at one place go to one place, and
// edges that two shapes share stay shared. Conflict, with the place, where borders
// would cross that did not, or a shape would vanish: a smaller tolerance helps.
func SnapTo(c *Coverage, shapes []Shape, toleranceM float64) ([]Shape, Snapped, error) {
	if !(toleranceM > 0 && toleranceM <= maxSnapM) {
		return nil, Snapped{}, geo.Errorf(geo.Invalid, "a tolerance for snapping is above 0 and at most %d metres", maxSnapM)
	}
	s := &snapping{c: c, toleranceM: toleranceM}
	s.read(shapes)
	if err := s.meet(); err != nil {
		return nil, s.done, err
	}
	s.move()
	for e := range s.edges {
		s.take(uint32(e))
	}
	out := make([]Shape, len(shapes))
	for i, shape := range shapes {
		var err error
		if out[i], err = s.shape(shape); err != nil {
			return nil, s.done, err
		}
	}
	return out, s.done, s.check(out)
}

// maxSnapM is the largest tolerance: beyond it, borders that mean different streets
// would become one.
const maxSnapM = 100

// snapping is one SnapTo at work.
type snapping struct {
	c          *Coverage
	toleranceM float64
	done       Snapped

	corners []corner // of the shapes, each place once
	at      map[lattice.Point]uint32
	edges   []span
	edgeAt  map[[2]uint32]uint32

	borders []span // of the coverage: segments near a shape; ends index posts
	posts   []lattice.Point
	postAt  map[lattice.Point]uint32
	along   map[[2]uint32]bool // pairs of posts that a segment joins
}

// corner is a vertex of the shapes.
type corner struct {
	p, to  lattice.Point
	post   uint32   // of the borders, that it went to; unset for none
	near   []uint32 // borders within the tolerance
	degree int      // neighbours in all shapes
}

// span is a segment, the smaller end first.
type span struct {
	u, v  uint32
	posts []uint32 // within the tolerance of it: of an edge
}

// read numbers the vertices and the edges of the shapes.
func (s *snapping) read(shapes []Shape) {
	s.at, s.edgeAt = map[lattice.Point]uint32{}, map[[2]uint32]uint32{}
	number := func(p lattice.Point) uint32 {
		if v, ok := s.at[p]; ok {
			return v
		}
		v := uint32(len(s.corners))
		s.at[p] = v
		s.corners = append(s.corners, corner{p: p, to: p, post: unset})
		return v
	}
	for _, shape := range shapes {
		for _, polygon := range shape.Shape {
			for _, ring := range polygon {
				for i, p := range ring {
					a, b := number(p), number(ring[(i+1)%len(ring)])
					k := s.key(a, b)
					if _, ok := s.edgeAt[k]; a == b || ok {
						continue
					}
					s.edgeAt[k] = uint32(len(s.edges))
					s.edges = append(s.edges, span{u: k[0], v: k[1]})
					s.corners[a].degree++
					s.corners[b].degree++
				}
			}
		}
	}
	s.done.Vertices = len(s.corners)
}

// key is the ends of an edge, the smaller place first, so that it is judged alike
// from both sides.
func (s *snapping) key(a, b uint32) [2]uint32 {
	if less(s.corners[b].p, s.corners[a].p) {
		return [2]uint32{b, a}
	}
	return [2]uint32{a, b}
}

// meet finds what lies within the tolerance of each other.
func (s *snapping) meet() error {
	box := lattice.EmptyBox()
	for _, k := range s.corners {
		box = box.Extend(k.p)
	}
	if box.Empty() {
		return nil
	}
	if err := checkSpan(box.Union(s.c.bounds)); err != nil {
		return err
	}
	reach := s.reach(box)
	edges := make([]boxed, len(s.edges))
	for i, e := range s.edges {
		edges[i] = grown(boxOf(s.corners[e.u].p, s.corners[e.v].p, uint32(i)), reach)
	}
	s.gatherBorders(grownBox(box, reach))
	borders := make([]boxed, len(s.borders))
	for i, b := range s.borders {
		borders[i] = boxOf(s.posts[b.u], s.posts[b.v], uint32(i))
	}
	if !joinTwo(edges, borders, func(e, b uint32) bool { s.pair(e, b); return true }) {
		return tooDense(s.corners[0].p)
	}
	for i := range s.edges {
		s.edges[i].posts = compacted(s.edges[i].posts)
	}
	for i := range s.corners {
		s.corners[i].near = compacted(s.corners[i].near)
	}
	return nil
}

func compacted(list []uint32) []uint32 {
	slices.Sort(list)
	return slices.Compact(list)
}

// reach is the tolerance in lattice units, each way, and a little more.
func (s *snapping) reach(box lattice.Box) lattice.Point {
	east, north := lattice.ScaleAt(box.Min.Y)
	e, n := lattice.ScaleAt(box.Max.Y)
	east, north = max(1e-6, min(east, e)), min(north, n)
	units := func(scale float64) int32 { return int32(min(1e8, s.toleranceM/scale*1.02)) + 2 }
	return lattice.Point{X: units(east), Y: units(north)}
}

func grown(b boxed, by lattice.Point) boxed {
	b.min = lattice.Point{X: b.min.X - by.X, Y: b.min.Y - by.Y}
	b.max = lattice.Point{X: b.max.X + by.X, Y: b.max.Y + by.Y}
	return b
}

func grownBox(b lattice.Box, by lattice.Point) lattice.Box {
	return lattice.Box{Min: lattice.Point{X: b.Min.X - by.X, Y: b.Min.Y - by.Y}, Max: lattice.Point{X: b.Max.X + by.X, Y: b.Max.Y + by.Y}}
}

// gatherBorders numbers the segments of the borders in a box, and their ends.
func (s *snapping) gatherBorders(box lattice.Box) {
	s.postAt, s.along = map[lattice.Point]uint32{}, map[[2]uint32]bool{}
	number := func(p lattice.Point) uint32 {
		if v, ok := s.postAt[p]; ok {
			return v
		}
		s.postAt[p] = uint32(len(s.posts))
		s.posts = append(s.posts, p)
		return uint32(len(s.posts) - 1)
	}
	for i := range s.c.Arcs() {
		a := s.c.arcs.at(i)
		if !box.Intersects(a.box) {
			continue
		}
		points := a.points
		for k := 1; k < len(points); k++ {
			a, b := ordered(points[k-1], points[k])
			if box.Intersects(lattice.BoxOf(a, b)) {
				u, v := number(a), number(b)
				s.borders = append(s.borders, span{u: u, v: v})
				s.along[[2]uint32{u, v}], s.along[[2]uint32{v, u}] = true, true
			}
		}
	}
}

// pair looks at an edge and a segment of the borders that may be near each other.
func (s *snapping) pair(edge, border uint32) {
	e, b := &s.edges[edge], s.borders[border]
	p, q := s.corners[e.u].p, s.corners[e.v].p
	u, v := s.posts[b.u], s.posts[b.v]
	for _, post := range [...]uint32{b.u, b.v} {
		if s.within(p, q, s.posts[post]) {
			e.posts = append(e.posts, post)
		}
	}
	for _, k := range [...]uint32{e.u, e.v} {
		if s.within(u, v, s.corners[k].p) {
			s.corners[k].near = append(s.corners[k].near, border)
		}
	}
}

// within tells whether p lies within the tolerance of a segment.
func (s *snapping) within(a, b, p lattice.Point) bool {
	d, _ := lattice.SegmentDistanceM(a, b, p)
	return d <= s.toleranceM
}
