package coverage

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// MoveBuildings puts buildings into a grid: it takes the ground under them from
// the grids in which they stand. Where the new border runs is found by Propose,
// which knows the buildings and the streets, and is part of the operation from
// then on, so that doing it again does not depend on what is built meanwhile.
type MoveBuildings struct {
	Buildings []string `json:"buildings"`
	To        string   `json:"to"`
	Takes     []Take   `json:"takes,omitempty"`
}

// Take is a cut in one grid: what lies left of its lines goes.
type Take struct {
	From  string            `json:"from"`
	Lines [][]lattice.Point `json:"lines"`
}

func (*MoveBuildings) name() string { return "moveBuildings" }

func (o *MoveBuildings) disabled(d *draft) error {
	if len(o.Buildings) == 0 {
		return geo.Errorf(geo.Invalid, "no buildings are named").On("buildings", "")
	}
	to, err := d.finest("to", o.To)
	if err != nil {
		return err
	}
	for _, t := range o.Takes {
		from, err := d.finest("takes", t.From)
		if err != nil {
			return err
		}
		if from == to {
			return geo.Errorf(geo.Invalid, "%s cannot take from itself", o.To).On("takes", t.From)
		}
	}
	return nil
}

func (o *MoveBuildings) apply(d *draft) error {
	if len(o.Takes) == 0 {
		return geo.Errorf(geo.Invalid, "takes says where the new border runs: it is to be proposed first").On("takes", "")
	}
	to, err := d.finest("to", o.To)
	if err != nil {
		return err
	}
	s := newSketch(d.c)
	one := nowhere
	for _, r := range d.c.RegionsOf(to) {
		one = s.unite(one, s.take(r))
	}
	for _, t := range o.Takes {
		from, err := d.finest("takes", t.From)
		if err != nil {
			return err
		}
		if err := s.takeAway(d, from, one, t.Lines); err != nil {
			return err
		}
	}
	return d.redraw(s)
}

// takeAway cuts the ground of an area along lines; what lies left of them goes
// to another part of the sketch.
func (s *sketch) takeAway(d *draft, from int32, to side, lines [][]lattice.Point) error {
	for _, points := range lines {
		if len(points) < 2 {
			return geo.Errorf(geo.Invalid, "a line has at least two points").On("takes", d.c.area(from).Code)
		}
		r, err := d.regionUnder(from, points)
		if err != nil {
			return err
		}
		whole := s.take(r)
		gone, kept := s.cutsOf(whole)
		if gone == nowhere {
			gone = s.add(lot{area: s.lots[to].area, of: whole, into: to})
			kept = s.add(lot{area: from, from: r, of: whole, into: nowhere})
		}
		if points, err = s.fit(points); err != nil {
			return err
		}
		s.lines = append(s.lines, line{points: points, left: gone, right: kept, arc: -1})
	}
	return nil
}

// cutsOf finds the two parts that earlier lines cut a part into.
func (s *sketch) cutsOf(whole side) (gone, kept side) {
	gone, kept = nowhere, nowhere
	for k, l := range s.lots {
		switch {
		case l.of != whole:
		case l.into != nowhere:
			gone = side(k)
		default:
			kept = side(k)
		}
	}
	return gone, kept
}
