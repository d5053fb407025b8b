package coverage

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// sketch is a strip of a coverage while an operation redraws it: the regions
// that may change, everything drawn around them, and what the operation adds.
// Every line says what lies on its two sides; the faces that the lines make take
// their ground from that, and must get the same from all around. So an operation
// has only to move lines, and one that leads where it must not is found out.
type sketch struct {
	c      *Coverage
	lots   []lot           // the grounds that faces may go to
	of     map[Region]side // of the regions taken in
	arcs   []uint32        // taken in: what is settled replaces them
	taken  map[uint32]bool
	lines  []line
	pins   map[lattice.Point]bool // where arcs that are not taken in end
	placed map[[2]lattice.Point]side
}

// lot is ground of one area, or of nobody.
type lot struct {
	area int32  // or NoArea, or Void
	from Region // whose number it keeps, if it can; Exterior where it is new
	// outside says that this ground is given to the outside.
	outside bool
	// of is the side that this ground is cut out of: a face that has both
	// becomes this. wide where there is none.
	of side
	// into is the part that such ground joins, nowhere if it stays by itself.
	into side
}

// side is what lies beside a line: a part, or, below zero, a region beyond.
type side int64

const nowhere side = -1 << 40

func beyond(r Region) side { return ^side(r) }

// line is a border that is or is to be.
type line struct {
	points      []lattice.Point
	left, right side
	arc         int // that it is, -1 where it is new
}

func newSketch(c *Coverage) *sketch {
	return &sketch{c: c, of: map[Region]side{}, taken: map[uint32]bool{}, pins: map[lattice.Point]bool{}}
}

// take takes a region in, with all arcs around it.
func (s *sketch) take(r Region) side {
	if k, ok := s.of[r]; ok {
		return k
	}
	k := s.add(lot{area: s.c.AreaOf(r), from: r, of: nowhere, into: nowhere})
	s.of[r] = k
	for h := range s.c.halvesOf(r) {
		if i := uint32(h >> 1); !s.taken[i] {
			s.taken[i] = true
			s.arcs = append(s.arcs, i)
			a := s.c.arcs.at(int(i))
			s.lines = append(s.lines, line{a.points, beyond(a.left), beyond(a.right), int(i)})
		}
	}
	for i := range s.lines {
		l := &s.lines[i]
		if l.left == beyond(r) {
			l.left = k
		}
		if l.right == beyond(r) {
			l.right = k
		}
	}
	return k
}

// unite makes one lot of two and returns it; of one, if the other is nowhere.
func (s *sketch) unite(one, other side) side {
	if one == nowhere || one == other {
		return other
	}
	for i := range s.lines {
		l := &s.lines[i]
		if l.left == other {
			l.left = one
		}
		if l.right == other {
			l.right = one
		}
	}
	for r, k := range s.of {
		if k == other {
			s.of[r] = one
		}
	}
	return one
}

// add adds a lot.
func (s *sketch) add(p lot) side {
	s.lots = append(s.lots, p)
	return side(len(s.lots) - 1)
}

// nearOutside takes in the regions whose outer border comes near a box: who
// draws outside must not run into them.
func (s *sketch) nearOutside(box lattice.Box) {
	for h := range s.c.halvesOf(Exterior) {
		if s.c.arcs.at(int(h >> 1)).box.Intersects(box) {
			s.take(s.c.leftOf(h ^ 1))
		}
	}
}

// settle makes borders of the lines. What lies beside them is a region of its own
// numbering, of the part that lotOf says, or a region beyond. What crosses, or
// leads where another's ground is, is refused.
func (s *sketch) settle() (lines []line, lotOf []int32, err error) {
	for _, l := range s.lines {
		if err := s.span(l.points); err != nil {
			return nil, nil, err
		}
	}
	s.pin()
	segs, err := s.segments()
	if err != nil {
		return nil, nil, err
	}
	edges := make([]edge, len(segs))
	for i, g := range segs {
		edges[i] = edge{g.a, g.b, int32(i)}
	}
	lw := merge(edges)
	lw.pinned = make([]bool, len(lw.points))
	for v, p := range lw.points {
		lw.pinned[v] = s.pins[p]
	}
	f, err := planar(lw)
	if err != nil {
		return nil, nil, err
	}
	owner, err := s.owners(f, segs)
	if err != nil {
		return nil, nil, err
	}
	borders, lotOf := dissolve(f, owner)
	lines, err = s.lead(borders)
	return lines, lotOf, err
}

// pin finds the nodes at which arcs that are not taken in end.
func (s *sketch) pin() {
	for _, i := range s.arcs {
		a := s.c.arcs.at(int(i))
		for _, v := range [...]int32{a.from, a.to} {
			for _, h := range s.c.around(v) {
				if !s.taken[uint32(h>>1)] {
					s.pins[s.c.nodes.at(int(v)).at] = true
				}
			}
		}
	}
}

// strip is a segment, the smaller end first, with what the lines along it say.
type strip struct {
	a, b        lattice.Point
	left, right side
}

// segments returns the segments of all lines, each once, divided where a vertex
// lies on one. Lines that run along each other join what they say: what lies
// between them is gone.
func (s *sketch) segments() ([]strip, error) {
	var out []strip
	for _, l := range s.lines {
		for k := 1; k < len(l.points); k++ {
			p := strip{l.points[k-1], l.points[k], l.left, l.right}
			if p.a == p.b {
				return nil, refused(p.a, "the line stands still")
			}
			if less(p.b, p.a) {
				p.a, p.b, p.left, p.right = p.b, p.a, p.right, p.left
			}
			out = append(out, p)
		}
	}
	out, err := s.divided(out)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(p, q strip) int {
		if c := lattice.Compare(p.a, q.a); c != 0 {
			return c
		}
		return lattice.Compare(p.b, q.b)
	})
	kept := out[:0]
	for i := 0; i < len(out); {
		p := out[i]
		for i++; i < len(out) && out[i].a == p.a && out[i].b == p.b; i++ {
			if p, err = s.joined(p, out[i]); err != nil {
				return nil, err
			}
		}
		if p.left != p.right {
			kept = append(kept, p)
		}
	}
	s.placed = make(map[[2]lattice.Point]side, 2*len(kept))
	for _, p := range kept {
		s.placed[[2]lattice.Point{p.a, p.b}] = p.left
		s.placed[[2]lattice.Point{p.b, p.a}] = p.right
	}
	return kept, nil
}

// joined is what two lines along one segment say together.
func (s *sketch) joined(p, q strip) (strip, error) {
	switch {
	case p.left == q.left && p.right == q.right:
		return p, refused(p.a, "the line runs over itself")
	case s.cuts(q) && !s.cuts(p):
		return p, nil // a cut along what is a border already
	case s.cuts(p) && !s.cuts(q):
		return q, nil
	case p.right == q.left:
		p.right = q.right
	case q.right == p.left:
		p.left = q.left
	default:
		return p, refused(p.a, "the line runs along a border of other areas")
	}
	return p, nil
}

// cuts tells whether a strip is of a line that cuts ground in two.
func (s *sketch) cuts(p strip) bool {
	return p.left >= 0 && p.right >= 0 && s.lots[p.left].of != nowhere && s.lots[p.right].of == s.lots[p.left].of
}

// divided divides segments at the vertices that lie on them, which moves nothing.
// A crossing anywhere else is refused.
func (s *sketch) divided(pieces []strip) ([]strip, error) {
	for {
		edges := make([]edge, len(pieces))
		byEnds := map[[2]lattice.Point][]int{}
		for i, p := range pieces {
			edges[i] = edge{p.a, p.b, int32(i)}
			byEnds[[2]lattice.Point{p.a, p.b}] = append(byEnds[[2]lattice.Point{p.a, p.b}], i)
		}
		m := &meetings{lw: merge(edges)}
		if !joinSelf(m.lw.boxes(), m.pair) {
			return nil, tooDense(pieces[0].a)
		}
		if len(m.crossings) > 0 {
			return nil, refused(m.crossings[0], "the line crosses a border here")
		}
		m.hits = slices.DeleteFunc(m.hits, func(h hit) bool { return !h.exact })
		if len(m.hits) == 0 {
			return pieces, nil
		}
		m.sortHits()
		for seg := range uint32(len(m.lw.segs)) {
			a, b := m.lw.ends(seg)
			for _, i := range byEnds[[2]lattice.Point{a, b}] {
				for _, h := range m.hitsOf(seg) {
					p := pieces[i]
					p.b = m.at(h.cell)
					pieces[i].a = p.b
					pieces = append(pieces, p)
				}
			}
		}
	}
}

// owners finds the part of every face.
func (s *sketch) owners(f *faces, segs []strip) ([]int32, error) {
	said := make([][]side, f.count)
	at := make([]lattice.Point, f.count)
	for i := range f.lw.segs {
		p := segs[f.lw.labelsOf(uint32(i))[0]]
		h := f.half[i]
		if a := f.lw.points[f.lw.segs[i].u]; a != p.a {
			h ^= 1
		}
		for n, x := range [...]side{p.left, p.right} {
			face := f.left[h^uint32(n)]
			if !slices.Contains(said[face], x) {
				said[face] = append(said[face], x)
				at[face] = p.a
			}
		}
	}
	owner := make([]int32, f.count)
	for face := range owner {
		x, ok := s.agree(said[face])
		if !ok || face == 0 && x >= 0 { // nothing of ours has no end
			return nil, refused(at[face], "the line encloses or cuts off ground of another area here")
		}
		switch {
		case x < 0:
			owner[face] = outsideOwner
		case s.lots[x].into != nowhere:
			owner[face] = int32(s.lots[x].into)
		default:
			owner[face] = int32(x)
		}
	}
	return owner, nil
}

// agree returns what the borders of a face say that it is: a part, or below zero
// ground that is not of the sketch. False if they do not agree.
func (s *sketch) agree(said []side) (side, bool) {
	var ground, cuts []side
	for _, x := range said {
		if x >= 0 && s.lots[x].of != nowhere {
			cuts = append(cuts, x)
		} else {
			ground = append(ground, x)
		}
	}
	// Parts agree only with themselves, all that lies beyond is the same to us.
	for _, x := range ground {
		if x != ground[0] && (x >= 0 || ground[0] >= 0) {
			return 0, false
		}
	}
	got := nowhere
	for _, x := range cuts {
		of := s.lots[x].of
		switch {
		case len(ground) > 0 && (len(ground) > 1 || ground[0] != of):
			if of < 0 {
				return 0, false // drawn outside, and there is somebody
			}
			continue // a cut that leads on beyond what it cuts has no say there
		case got != nowhere && got != x:
			return 0, false
		}
		got = x
	}
	switch {
	case got != nowhere:
		return got, true
	case len(ground) == 0:
		return 0, false
	}
	return ground[0], true
}

// lead follows the borders and finds what lies beyond them.
func (s *sketch) lead(borders []border) ([]line, error) {
	out := make([]line, 0, len(borders))
	for _, b := range borders {
		l := line{points: b.points, arc: -1}
		for k := 1; k < len(b.points); k++ {
			left, right := s.beside(b.points[k-1], b.points[k], b.left), s.beside(b.points[k], b.points[k-1], b.right)
			if k == 1 {
				l.left, l.right = left, right
			} else if l.left != left || l.right != right {
				return nil, refused(b.points[k-1], "the borders do not fit each other here")
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// beside returns what lies left of a segment: the region, or, where that is not
// of the sketch, what its line says lies beyond.
func (s *sketch) beside(a, b lattice.Point, r Region) side {
	if r != Exterior {
		return side(r)
	}
	return s.placed[[2]lattice.Point{a, b}]
}

// refused is what an operation says that cannot be done.
func refused(at lattice.Point, format string, args ...any) error {
	return geo.Errorf(geo.Conflict, format, args...).Where(at)
}
