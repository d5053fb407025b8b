package coverage

import (
	"slices"

	"onegrid/geo"
)

// Merge makes one grid of several of one level. Into is the code of one of them,
// which so keeps its code and its parent, or a new code, if all have one parent.
// Of grids that have others under them, those come under the one.
type Merge struct {
	Grids []string `json:"grids"`
	Into  string   `json:"into"`
}

func (*Merge) name() string { return "merge" }

func (o *Merge) disabled(d *draft) error {
	areas, err := o.areas(d)
	if err != nil || slices.Contains(o.Grids, o.Into) {
		return err
	}
	first := d.c.area(areas[0])
	for _, a := range areas {
		if e := d.c.area(a); e.Parent != first.Parent {
			return denied("grids", e.Code, "%s and %s have different parents: say with into which of them stays", first.Code, e.Code)
		}
	}
	if o.Into == "" {
		return nil
	}
	return d.checkCode("into", o.Into, first.Level)
}

// areas finds the grids, the one that stays first, if one does.
func (o *Merge) areas(d *draft) ([]int32, error) {
	if len(o.Grids) < 2 {
		return nil, geo.Errorf(geo.Invalid, "two grids or more make one").On("grids", "")
	}
	var areas []int32
	for _, code := range o.Grids {
		a, err := d.area("grids", code)
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(areas, a):
			return nil, geo.Errorf(geo.Invalid, "%s is named twice", code).On("grids", code)
		case d.locked(a):
			return nil, denied("grids", code, "%s is locked", code)
		}
		if areas = append(areas, a); code == o.Into {
			areas[0], areas[len(areas)-1] = a, areas[0]
		}
	}
	first := d.c.area(areas[0])
	for _, a := range areas[1:] {
		e := d.c.area(a)
		if e.Level != first.Level {
			return nil, denied("grids", e.Code, "%s and %s are of different levels", first.Code, e.Code)
		}
		if len(e.children) > 0 && len(first.regions) > 0 || len(e.regions) > 0 && len(first.children) > 0 {
			return nil, denied("grids", e.Code, "of %s and %s only one has grids under it", first.Code, e.Code)
		}
	}
	return areas, nil
}

func (o *Merge) apply(d *draft) error {
	areas, err := o.areas(d)
	if err != nil {
		return err
	}
	if o.Into == "" {
		return geo.Errorf(geo.Invalid, "into names the grid that comes of it").On("into", "")
	}
	if o.Into != d.c.area(areas[0]).Code {
		d.rename(areas[0], o.Into)
	}
	s := newSketch(d.c)
	one := nowhere
	for _, a := range areas {
		for _, r := range d.c.RegionsOf(a) {
			one = s.unite(one, s.take(r))
		}
	}
	for _, a := range areas[1:] {
		for _, child := range slices.Clone(d.areas.at(int(a)).children) {
			d.hang(child, areas[0])
		}
		d.removeArea(a)
	}
	if one == nowhere {
		return nil // of upper levels
	}
	s.lots[one].area = areas[0]
	return d.redraw(s)
}
