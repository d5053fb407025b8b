package coverage

import (
	"slices"

	"onegrid/geo/lattice"
)

// MoveNode moves a vertex of a grid's border, with all borders that meet there.
type MoveNode struct {
	Grid string        `json:"grid"`
	At   lattice.Point `json:"at"`
	To   lattice.Point `json:"to"`
}

func (*MoveNode) name() string { return "moveNode" }

func (o *MoveNode) disabled(d *draft) error {
	_, err := d.finest("grid", o.Grid)
	return err
}

func (o *MoveNode) apply(d *draft) error {
	s, err := d.sketchAt(o.Grid, o.At)
	if err != nil {
		return err
	}
	to := o.To
	if v, ok := s.vertexNear(to); ok && v != o.At {
		to = v
	}
	box := lattice.EmptyBox()
	moved := false
	for i := range s.lines {
		l := &s.lines[i]
		if !slices.Contains(l.points, o.At) {
			continue
		}
		moved = true
		l.points = slices.Clone(l.points)
		for k, p := range l.points {
			if p == o.At {
				l.points[k] = to
				box = box.Union(lattice.BoxOf(l.points[max(0, k-1):min(len(l.points), k+2)]...))
			}
		}
		l.points = slices.Compact(l.points)
	}
	if !moved {
		return refused(o.At, "the border of %s has no vertex here", o.Grid)
	}
	s.lines = slices.DeleteFunc(s.lines, func(l line) bool { return len(l.points) < 2 })
	if s.atOutside(to) {
		s.nearOutside(box)
	}
	return d.redraw(s)
}

// sketchAt takes in the regions of a grid and all others that meet it at a
// vertex.
func (d *draft) sketchAt(code string, at lattice.Point) (*sketch, error) {
	s, err := d.borderOf(code)
	if err != nil {
		return nil, err
	}
	for n := -1; n < len(s.of); { // a region taken in may bring another that meets there
		n = len(s.of)
		for i := 0; i < len(s.lines); i++ {
			if l := s.lines[i]; slices.Contains(l.points, at) {
				for _, x := range [...]side{l.left, l.right} {
					if x < 0 && x != beyond(Exterior) {
						s.take(Region(^x))
					}
				}
			}
		}
	}
	return s, nil
}

// atOutside tells whether a line of the outer border has a vertex at p.
func (s *sketch) atOutside(p lattice.Point) bool {
	return slices.ContainsFunc(s.lines, func(l line) bool {
		return (l.left == beyond(Exterior) || l.right == beyond(Exterior)) && slices.Contains(l.points, p)
	})
}

// InsertVertex gives a grid's border a vertex between two that follow each other.
type InsertVertex struct {
	Grid string        `json:"grid"`
	A    lattice.Point `json:"a"`
	B    lattice.Point `json:"b"`
	At   lattice.Point `json:"at"`
}

func (*InsertVertex) name() string { return "insertVertex" }

func (o *InsertVertex) disabled(d *draft) error {
	_, err := d.finest("grid", o.Grid)
	return err
}

func (o *InsertVertex) apply(d *draft) error {
	s, err := d.borderOf(o.Grid)
	if err != nil {
		return err
	}
	for i := range s.lines {
		p := s.lines[i].points
		for k := 1; k < len(p); k++ {
			if p[k-1] == o.A && p[k] == o.B || p[k-1] == o.B && p[k] == o.A {
				s.reach(i, lattice.BoxOf(o.A, o.B, o.At))
				s.lines[i].points = slices.Insert(slices.Clone(p), k, o.At)
				return d.redraw(s)
			}
		}
	}
	return refused(o.A, "the border of %s has no edge between %v and %v", o.Grid, o.A, o.B)
}

// DeleteVertex takes a vertex out of a grid's border, which then runs straight
// from the one before it to the one after it.
type DeleteVertex struct {
	Grid string        `json:"grid"`
	At   lattice.Point `json:"at"`
}

func (*DeleteVertex) name() string { return "deleteVertex" }

func (o *DeleteVertex) disabled(d *draft) error {
	_, err := d.finest("grid", o.Grid)
	return err
}

func (o *DeleteVertex) apply(d *draft) error {
	s, err := d.borderOf(o.Grid)
	if err != nil {
		return err
	}
	at := -1
	for i, l := range s.lines {
		if slices.Contains(l.points, o.At) {
			if at >= 0 {
				return refused(o.At, "three borders meet here: the place can be moved, not taken out")
			}
			at = i
		}
	}
	if at < 0 {
		return refused(o.At, "the border of %s has no vertex here", o.Grid)
	}
	p := s.lines[at].points
	closed := p[0] == p[len(p)-1]
	k := slices.Index(p, o.At)
	switch {
	case closed && len(p) <= 4:
		return refused(o.At, "a border that is closed needs three vertices")
	case closed && k == 0:
		p = slices.Concat(p[1:len(p)-1], p[1:2])
	case k == 0 || k == len(p)-1:
		return refused(o.At, "three borders meet here: the place can be moved, not taken out")
	default:
		p = slices.Delete(slices.Clone(p), k, k+1)
	}
	s.reach(at, lattice.BoxOf(p...))
	s.lines[at].points = p
	return d.redraw(s)
}
