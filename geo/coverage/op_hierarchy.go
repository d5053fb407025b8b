package coverage

import "onegrid/geo"

// Reparent hangs a grid under another parent.
type Reparent struct {
	Grid   string `json:"grid"`
	Parent string `json:"parent"`
}

func (*Reparent) name() string { return "reparent" }

func (o *Reparent) disabled(d *draft) error {
	a, err := d.area("grid", o.Grid)
	if err != nil {
		return err
	}
	if d.locked(a) {
		return denied("grid", o.Grid, "%s is locked", o.Grid)
	}
	if o.Parent == "" {
		return nil
	}
	p, err := d.area("parent", o.Parent)
	if err != nil {
		return err
	}
	if d.c.area(a).Parent == p {
		return denied("parent", o.Parent, "%s is under %s already", o.Grid, o.Parent)
	}
	return d.checkParent(p, d.c.area(a).Level)
}

// checkParent refuses a parent under which no area of a level can hang.
func (d *draft) checkParent(p int32, level uint8) error {
	e := d.c.area(p)
	switch {
	case d.locked(p):
		return denied("parent", e.Code, "%s is locked", e.Code)
	case e.Level >= level:
		return denied("parent", e.Code, "%s does not stand above", e.Code)
	case len(e.regions) > 0:
		return denied("parent", e.Code, "%s has ground of its own: nothing can come under it", e.Code)
	}
	return nil
}

func (o *Reparent) apply(d *draft) error {
	if o.Parent == "" {
		return geo.Errorf(geo.Invalid, "parent names the grid above").On("parent", "")
	}
	a, err := d.area("grid", o.Grid)
	if err != nil {
		return err
	}
	p, err := d.area("parent", o.Parent)
	if err != nil {
		return err
	}
	d.hang(a, p)
	return nil
}

// hang puts an area under another.
func (d *draft) hang(a, parent int32) {
	if old := d.areas.at(int(a)).Parent; old >= 0 {
		d.adopt(old, a, NoArea)
	}
	d.changeArea(a).Parent = parent
	d.adopt(parent, NoArea, a)
}

// Rename gives a grid another code.
type Rename struct {
	Grid string `json:"grid"`
	Code string `json:"code"`
}

func (*Rename) name() string { return "rename" }

func (o *Rename) disabled(d *draft) error {
	a, err := d.area("grid", o.Grid)
	if err != nil {
		return err
	}
	if d.locked(a) {
		return denied("grid", o.Grid, "%s is locked", o.Grid)
	}
	if o.Code == "" {
		return nil
	}
	return d.checkCode("code", o.Code, d.c.area(a).Level)
}

func (o *Rename) apply(d *draft) error {
	a, err := d.area("grid", o.Grid)
	if err != nil {
		return err
	}
	if o.Code == "" {
		return geo.Errorf(geo.Invalid, "code is the new code").On("code", "")
	}
	d.rename(a, o.Code)
	return nil
}

// rename gives an area another code. What is stored of its children names it, so
// they change too.
func (d *draft) rename(a int32, code string) {
	d.changeArea(a).Code = code
	for _, child := range d.areas.at(int(a)).children {
		d.changed[child] = true
	}
}

// SetLock locks a grid, with all that is under it, or lets it go. The border of
// what is locked does not move, and it is not renamed, moved or retired.
type SetLock struct {
	Grid   string `json:"grid"`
	Locked bool   `json:"locked"`
}

func (*SetLock) name() string { return "setLock" }

func (o *SetLock) disabled(d *draft) error {
	a, err := d.area("grid", o.Grid)
	if err != nil {
		return err
	}
	if d.c.area(a).Locked == o.Locked {
		return denied("grid", o.Grid, "that is how %s is", o.Grid)
	}
	return nil
}

func (o *SetLock) apply(d *draft) error {
	a, err := d.area("grid", o.Grid)
	if err != nil {
		return err
	}
	d.changeArea(a).Locked = o.Locked
	return nil
}
