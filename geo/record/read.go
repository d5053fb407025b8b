package record

import (
	"strings"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// DecodeBuilding returns the noun, which shares nothing with the record.
func DecodeBuilding(id int64, body string) (*geo.Building, error) {
	c := cursor{rest: body}
	head := buildingHead(&c)
	b := &geo.Building{
		ID:       id,
		Code:     strings.Clone(head.Code),
		Name:     head.Name.Text(),
		Address:  strings.Clone(head.Address),
		Estate:   strings.Clone(head.Estate),
		Interior: head.Interior,
		Storeys:  head.Storeys,
		HeightM:  head.HeightM,
		Use:      strings.Clone(head.Use),
	}
	if n := c.count(); n > 0 {
		b.Units = make([]geo.Unit, 0, n)
		for range n {
			b.Units = append(b.Units, readUnit(&c, b.Code))
		}
	}
	shape := Shape{from: head.Interior, code: c.rest}
	if _, sound := shape.measure(); c.bad || !sound {
		return nil, malformed("building", id)
	}
	b.Shape = shape.Polygons()
	return b, nil
}

func readUnit(c *cursor, building string) geo.Unit {
	code, shared := c.sharing()
	if shared {
		code = building + code
	}
	return geo.Unit{Code: strings.Clone(code), Name: Names(c.str()).Text(), Households: int(c.varint())}
}

// DecodeEstate returns the noun, which shares nothing with the record.
func DecodeEstate(id int64, body string) (*geo.Estate, error) {
	c := cursor{rest: body}
	e := readEstate(&c)
	if _, sound := e.Shape.measure(); c.bad || !sound {
		return nil, malformed("estate", id)
	}
	return &geo.Estate{
		ID:              id,
		Code:            strings.Clone(e.Code),
		Name:            e.Name.Text(),
		Shape:           e.Shape.Polygons(),
		PropertyManager: strings.Clone(e.PropertyManager),
	}, nil
}

// DecodeSite returns the noun, which shares nothing with the record.
func DecodeSite(id int64, body string) (*geo.Site, error) {
	c := cursor{rest: body}
	s := readSite(&c)
	if c.bad || c.rest != "" {
		return nil, malformed("site", id)
	}
	return &geo.Site{
		ID:      id,
		Code:    strings.Clone(s.Code),
		Name:    s.Name.Text(),
		Kind:    strings.Clone(s.Kind),
		Address: strings.Clone(s.Address),
		Point:   s.Point,
		Link:    strings.Clone(s.Link),
	}, nil
}

// DecodeBase returns the noun, which shares nothing with the record.
func DecodeBase(id int64, body string) (*geo.BaseFeature, error) {
	c := cursor{rest: body}
	b := readBase(&c)
	if _, sound := b.Shape.measure(); c.bad || !sound || !b.sound() {
		return nil, malformed("base feature", id)
	}
	f := &geo.BaseFeature{
		ID:    id,
		Code:  strings.Clone(b.Code),
		Kind:  strings.Clone(b.Kind),
		Class: strings.Clone(b.Class),
		Name:  b.Name.Text(),
	}
	switch b.Geometry {
	case PointShape:
		r := b.Shape.Reader()
		r.Next()
		p := r.step()
		f.Shape.Point = &p
	case LineShape:
		f.Shape.Lines = b.Shape.Lines()
	case AreaShape:
		f.Shape.Polygons = b.Shape.Polygons()
	}
	return f, nil
}

// sound tells that the geometry is of a known kind, and a point one point.
func (b *Base) sound() bool {
	switch b.Geometry {
	case LineShape, AreaShape:
		return true
	case PointShape:
		r := b.Shape.Reader()
		return r.chains == 1 && r.Next() && r.Len() == 1
	}
	return false
}

// DecodeDevice returns the noun, which shares nothing with the record.
func DecodeDevice(id int64, body string) (*geo.Device, error) {
	c := cursor{rest: body}
	d := &geo.Device{ID: id, Point: c.anchor(), Code: strings.Clone(c.str()), Name: Names(c.str()).Text(),
		Kind: strings.Clone(c.str()), State: strings.Clone(c.str()), Link: strings.Clone(c.str())}
	if c.byte() == 1 {
		d.View = &geo.View{BearingDeg: c.float(), AngleDeg: c.float(), RangeM: c.float()}
	}
	if c.bad || c.rest != "" {
		return nil, malformed("device", id)
	}
	return d, nil
}

func malformed(what string, id int64) error {
	return geo.Errorf(geo.Internal, "the stored record of %s %d is malformed", what, id)
}

// Code is the code in a record of a static layer or a device.
func Code(body string) string {
	c := cursor{rest: body}
	c.anchor()
	return c.str()
}

// Check tells whether a record of a static layer is sound, and the box of its
// object. Views of a sound record hold what was written.
func Check(l geo.Layer, id int64, body string) (box lattice.Box, err error) {
	c := cursor{rest: body}
	sound := true
	switch l {
	case geo.Buildings:
		box, sound = readBuilding(&c).Shape.measure()
	case geo.Estates:
		box, sound = readEstate(&c).Shape.measure()
	case geo.Base:
		b := readBase(&c)
		box, sound = b.Shape.measure()
		sound = sound && b.sound()
	case geo.Sites:
		box = lattice.BoxOf(readSite(&c).Point)
		sound = c.rest == ""
	default:
		return lattice.EmptyBox(), geo.Errorf(geo.Internal, "%s is not a layer of records", l)
	}
	if c.bad || !sound {
		return lattice.EmptyBox(), malformed(string(l), id)
	}
	return box, nil
}
