package coverage

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// SplitByLine cuts a grid in two along a line, which runs from border to border
// and may lead on beyond. Left and Right are the codes of what lies on its two
// sides; one of them may be the grid's own, so that it lives on.
type SplitByLine struct {
	Grid  string          `json:"grid"`
	Line  []lattice.Point `json:"line"`
	Left  string          `json:"left"`
	Right string          `json:"right"`
}

func (*SplitByLine) name() string { return "splitByLine" }

func (o *SplitByLine) disabled(d *draft) error {
	a, err := d.finest("grid", o.Grid)
	if err != nil {
		return err
	}
	if o.Left == o.Right && o.Left != "" {
		return geo.Errorf(geo.Invalid, "the two sides need different codes").On("right", o.Right)
	}
	for _, side := range [...]struct{ field, code string }{{"left", o.Left}, {"right", o.Right}} {
		if side.code == "" || side.code == o.Grid {
			continue
		}
		if err := d.checkCode(side.field, side.code, d.c.area(a).Level); err != nil {
			return err
		}
	}
	return nil
}

func (o *SplitByLine) apply(d *draft) error {
	a, err := d.finest("grid", o.Grid)
	switch {
	case err != nil:
		return err
	case len(o.Line) < 2:
		return geo.Errorf(geo.Invalid, "a line has at least two points").On("line", "")
	case o.Left == "" || o.Right == "":
		return geo.Errorf(geo.Invalid, "left and right name the grids that come of it").On("left", o.Left)
	}
	s := newSketch(d.c)
	r, err := d.regionUnder(a, o.Line)
	if err != nil {
		return err
	}
	whole := s.take(r)
	sides := [2]int32{}
	for i, code := range [...]string{o.Left, o.Right} {
		if code == o.Grid {
			sides[i] = a
			continue
		}
		e := d.c.area(a)
		sides[i] = d.addArea(Area{Code: code, Level: e.Level, Parent: e.Parent})
	}
	if sides[0] != a && sides[1] != a {
		for _, other := range d.c.RegionsOf(a) {
			if other != r {
				s.lots[s.take(other)].area = sides[0]
			}
		}
		d.removeArea(a)
	}
	lots := [2]side{}
	for i, area := range sides {
		l := lot{area: area, of: whole, into: nowhere}
		if area == a {
			l.from = r
		}
		lots[i] = s.add(l)
	}
	points, err := s.fit(o.Line)
	if err != nil {
		return err
	}
	s.lines = append(s.lines, line{points: points, left: lots[0], right: lots[1], arc: -1})
	if err := d.redraw(s); err != nil {
		return err
	}
	for i, area := range sides {
		if n := len(d.areas.at(int(area)).regions); n == 0 {
			return refused(points[len(points)/2], "the line does not cut %s in two", o.Grid).(*geo.Error).On([2]string{"left", "right"}[i], "")
		}
	}
	return nil
}

// regionUnder finds the region of an area that a line runs through.
func (d *draft) regionUnder(a int32, points []lattice.Point) (Region, error) {
	regions, code := d.c.RegionsOf(a), d.c.area(a).Code
	if len(regions) == 1 {
		return regions[0], nil
	}
	box := lattice.BoxOf(points...)
	var found []Region
	for _, r := range regions {
		s := newSketch(d.c)
		s.take(r)
		if s.meets(points, box) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return 0, refused(points[0], "the line does not meet %s", code)
	}
	return 0, refused(points[0], "the line runs through several parts of %s: cut one at a time", code)
}

// meets tells whether a line has a point in common with what is drawn.
func (s *sketch) meets(points []lattice.Point, box lattice.Box) bool {
	for _, l := range s.lines {
		for k := 1; k < len(l.points); k++ {
			a, b := l.points[k-1], l.points[k]
			if !box.Intersects(lattice.BoxOf(a, b)) {
				continue
			}
			for i := 1; i < len(points); i++ {
				if lattice.SegmentsMeet(a, b, points[i-1], points[i]) {
					return true
				}
			}
		}
	}
	return false
}
