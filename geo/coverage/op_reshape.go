package coverage

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// ReshapeArc gives the border of a grid another course between two points of it,
// which lie on the border with one and the same neighbour. Path is the new course
// between them, without them. Of an island's border, which has no ends, it is
// the part that runs from From to To with the grid on its left.
type ReshapeArc struct {
	Grid string          `json:"grid"`
	From lattice.Point   `json:"from"`
	To   lattice.Point   `json:"to"`
	Path []lattice.Point `json:"path"`
}

func (*ReshapeArc) name() string { return "reshapeArc" }

func (o *ReshapeArc) disabled(d *draft) error {
	_, err := d.finest("grid", o.Grid)
	return err
}

func (o *ReshapeArc) apply(d *draft) error {
	s, err := d.borderOf(o.Grid)
	if err != nil {
		return err
	}
	if err := s.admit(append(slices.Clone(o.Path), o.From)); err != nil {
		return err
	}
	if o.From == o.To {
		return geo.Errorf(geo.Invalid, "from and to are the same place").On("to", "")
	}
	ends, err := s.fit([]lattice.Point{o.From})
	if err != nil {
		return err
	}
	from := ends[0]
	if ends, err = s.fit([]lattice.Point{o.To}); err != nil {
		return err
	}
	to := ends[0]
	i, err := s.lineWith(d, from, to)
	if err != nil {
		return err
	}
	path := make([]lattice.Point, 0, len(o.Path)+2)
	path = append(path, from)
	for _, p := range o.Path {
		if v, ok := s.vertexNear(p); ok {
			p = v
		}
		path = append(path, p)
	}
	path = slices.Compact(append(path, to))
	s.reach(i, lattice.BoxOf(path...))
	s.lines[i].replace(path, s.of)
	return d.redraw(s)
}

// borderOf takes the regions of a grid into a sketch.
func (d *draft) borderOf(code string) (*sketch, error) {
	a, err := d.finest("grid", code)
	if err != nil {
		return nil, err
	}
	s := newSketch(d.c)
	for _, r := range d.c.RegionsOf(a) {
		s.take(r)
	}
	return s, nil
}

// lineWith finds the line that has two vertices.
func (s *sketch) lineWith(d *draft, from, to lattice.Point) (int, error) {
	one := false
	for i, l := range s.lines {
		a, b := slices.Contains(l.points, from), slices.Contains(l.points, to)
		if a && b {
			return i, nil
		}
		one = one || a
	}
	if !one {
		return 0, refused(from, "the grid has no border here")
	}
	return 0, refused(to, "this is not on the same border as %v: a border ends where a third grid begins", from)
}

// reach takes in everything that a new course of a line may come to.
func (s *sketch) reach(i int, box lattice.Box) {
	for _, x := range [...]side{s.lines[i].left, s.lines[i].right} {
		switch {
		case x == beyond(Exterior):
			s.nearOutside(box)
		case x < 0:
			s.take(Region(^x))
		}
	}
}

// replace gives a line the course path between its first and last points, which
// are vertices of it. A closed line is replaced where what it bounds lies left.
func (l *line) replace(path []lattice.Point, of map[Region]side) {
	from, to := path[0], path[len(path)-1]
	if l.points[0] != l.points[len(l.points)-1] {
		i, j := slices.Index(l.points, from), slices.Index(l.points, to)
		if i > j {
			i, j = j, i
			path = slices.Clone(path)
			slices.Reverse(path)
		}
		l.points = slices.Concat(l.points[:i], path, l.points[j+1:])
		return
	}
	ring := l.points[:len(l.points)-1]
	i := slices.Index(ring, from)
	ring = slices.Concat(ring[i:], ring[:i])
	j := slices.Index(ring, to)
	if l.left < 0 { // the grid lies right of it: the part from to to from goes
		back := slices.Clone(path)
		slices.Reverse(back)
		l.points = slices.Concat(ring[:j], back)
		return
	}
	l.points = slices.Concat(path, ring[j+1:], ring[:1])
}
