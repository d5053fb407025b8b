package coverage

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// AssignGap gives ground that nobody has, the gap or the void around a place, to
// a grid beside it, or declares it to be nobody's.
type AssignGap struct {
	At lattice.Point `json:"at"`
	To string        `json:"to"` // a grid; empty for a void
}

func (*AssignGap) name() string { return "assignGap" }

func (o *AssignGap) disabled(d *draft) error {
	r, err := d.gapAt(o.At)
	if err != nil {
		return err
	}
	if o.To != "" {
		_, err = d.finest("to", o.To)
		return err
	}
	if d.c.AreaOf(r) == Void {
		return refused(o.At, "this ground is declared to be nobody's already")
	}
	return nil
}

func (o *AssignGap) apply(d *draft) error {
	r, err := d.gapAt(o.At)
	if err != nil {
		return err
	}
	s := newSketch(d.c)
	gap := s.take(r)
	s.lots[gap].area = Void
	if o.To != "" {
		a, err := d.finest("to", o.To)
		if err != nil {
			return err
		}
		one := nowhere
		for _, r := range d.c.RegionsOf(a) {
			one = s.unite(one, s.take(r))
		}
		s.unite(one, gap)
	}
	return d.redraw(s)
}

// gapAt finds the region without an area that holds a place.
func (d *draft) gapAt(p lattice.Point) (Region, error) {
	for r := Region(1); int(r) < d.c.Regions(); r++ {
		if d.c.AreaOf(r) < 0 && d.c.holds(r, p) {
			return r, nil
		}
	}
	return 0, refused(p, "there is no gap here")
}

// holds tells whether a place is within a region, by parity of the edges east of
// it: on a border it is where the semi-open rule puts it.
func (c *Coverage) holds(r Region, q lattice.Point) bool {
	in := false
	for h := range c.halvesOf(r) {
		in = in != oddCrossings(c.pointsOf(uint32(h>>1)), q)
	}
	return in
}

// Retire ends a grid. Its ground becomes a gap, which has to be given to others
// before it can be published, or a void; in a network that need not cover the
// ground, it is outside again. So it is where nothing lies between it and the
// outside.
type Retire struct {
	Grid string `json:"grid"`
	Void bool   `json:"void,omitempty"` // its ground is nobody's from now on
}

func (*Retire) name() string { return "retire" }

func (o *Retire) disabled(d *draft) error {
	a, err := d.area("grid", o.Grid)
	switch {
	case err != nil:
		return err
	case d.locked(a):
		return denied("grid", o.Grid, "%s is locked", o.Grid)
	case len(d.c.area(a).children) > 0:
		return denied("grid", o.Grid, "%s has grids under it: they must go elsewhere first", o.Grid)
	}
	return nil
}

func (o *Retire) apply(d *draft) error {
	a, err := d.area("grid", o.Grid)
	if err != nil {
		return err
	}
	s := newSketch(d.c)
	for _, r := range d.c.RegionsOf(a) {
		s.takeIdle(d, s.take(r), o.Void)
	}
	d.removeArea(a)
	if len(s.lots) == 0 {
		return nil
	}
	return d.redraw(s)
}

// takeIdle makes ground nobody's. It joins what is nobody's beside it, the outside
// first.
func (s *sketch) takeIdle(d *draft, k side, void bool) {
	lot := &s.lots[k]
	if lot.area = NoArea; void {
		lot.area = Void
	}
	lot.outside = d.network.Kind != geo.Basic
	var beside []Region
	for h := range s.c.halvesOf(lot.from) {
		switch r := s.c.leftOf(h ^ 1); {
		case r == Exterior:
			lot.outside = true
		case s.c.AreaOf(r) < 0:
			beside = append(beside, r)
		}
	}
	for _, r := range beside {
		other := s.take(r)
		out := s.lots[k].outside || s.lots[other].outside
		one := s.unite(other, k)
		s.lots[one].outside = out
	}
}

// Create adds a grid. Without a shape it has no ground: that comes to it by other
// operations, or grids come under it. A shape takes ground that nobody has.
type Create struct {
	Code   string               `json:"code"`
	Level  string               `json:"level"`
	Parent string               `json:"parent,omitempty"`
	Shape  lattice.MultiPolygon `json:"shape,omitempty"`
}

func (*Create) name() string { return "create" }

func (o *Create) disabled(d *draft) error {
	_, err := o.area(d)
	return err
}

func (o *Create) area(d *draft) (Area, error) {
	level := d.network.LevelIndex(o.Level)
	if level < 0 || d.network.Levels[level].Kind != "" && d.network.Levels[level].Kind != geo.AreaLevel {
		return Area{}, geo.Errorf(geo.Invalid, "network %s draws no level %q", d.network.ID, o.Level).On("level", o.Level)
	}
	a := Area{Code: o.Code, Level: uint8(level), Parent: NoArea}
	if o.Parent == "" {
		h := hierarchy{network: d.network}
		if top := h.mustHang(a.Level); top >= 0 {
			return a, denied("parent", "", "a grid of level %s has a parent: level %s stands above", o.Level, d.network.Levels[top].ID)
		}
	} else {
		p, err := d.area("parent", o.Parent)
		if err != nil {
			return a, err
		}
		a.Parent = p
		if err := d.checkParent(p, a.Level); err != nil {
			return a, err
		}
	}
	if o.Code == "" {
		return a, nil
	}
	return a, d.checkCode("code", o.Code, a.Level)
}

func (o *Create) apply(d *draft) error {
	a, err := o.area(d)
	if err != nil {
		return err
	}
	if o.Code == "" {
		return geo.Errorf(geo.Invalid, "code is the new grid's").On("code", "")
	}
	at := d.addArea(a)
	if len(o.Shape) == 0 {
		return nil
	}
	s := newSketch(d.c)
	fresh := s.add(lot{area: at, of: nowhere, into: nowhere})
	for _, polygon := range o.Shape {
		if err := s.claim(d, fresh, polygon); err != nil {
			return err
		}
	}
	return d.redraw(s)
}

// claim draws a polygon of a new grid into ground that nobody has.
func (s *sketch) claim(d *draft, fresh side, polygon lattice.Polygon) error {
	for _, ring := range polygon { // before anything that takes its time
		if err := s.admit(ring); err != nil {
			return err
		}
	}
	inside, ok := lattice.Interior(lattice.MultiPolygon{polygon})
	if !ok {
		return geo.Errorf(geo.Invalid, "the shape has no inside").On("shape", "")
	}
	under, err := s.idleAt(d, inside)
	if err != nil {
		return err
	}
	if under == beyond(Exterior) {
		s.nearOutside(lattice.BoxOfShape(lattice.MultiPolygon{polygon}))
	}
	if s.lots[fresh].of == nowhere {
		s.lots[fresh].of = under
	} else if s.lots[fresh].of != under {
		return refused(inside, "the parts of the shape lie in different gaps")
	}
	for i, ring := range polygon {
		if len(ring) < 3 {
			return geo.Errorf(geo.Invalid, "a ring has at least three corners").On("shape", "")
		}
		points := append(append(make([]lattice.Point, 0, len(ring)+1), ring...), ring[0])
		for k, p := range points {
			if v, ok := s.vertexNear(p); ok {
				points[k] = v
			}
		}
		l := line{points: points, left: fresh, right: under, arc: -1}
		if lattice.TwiceArea(ring) > 0 != (i == 0) {
			l.left, l.right = l.right, l.left
		}
		s.lines = append(s.lines, l)
	}
	return nil
}

// idleAt finds the ground without an owner around a place.
func (s *sketch) idleAt(d *draft, p lattice.Point) (side, error) {
	if r, err := d.gapAt(p); err == nil {
		return s.take(r), nil
	}
	if s.c.holds(Exterior, p) { // an odd number of outer borders lies to the east
		return nowhere, refused(p, "this ground belongs to a grid already")
	}
	return beyond(Exterior), nil
}
