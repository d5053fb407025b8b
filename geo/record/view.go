package record

import (
	"onegrid/geo/lattice"
)

// Anchor is the point that decides an object's grid: a building's interior
// point, a site's or a device's place, a point inside an estate. (0, 0) for
// what is not a record.
func Anchor(body string) lattice.Point {
	if len(body) < 8 {
		return lattice.Point{}
	}
	return anchorAt(body)
}

// Building is a building's record taken apart. Its strings alias the record:
// clone what is kept beyond the world it came from.
type Building struct {
	Interior   lattice.Point
	Code       string
	Name       Names
	Address    string
	Estate     string
	Use        string
	Storeys    int
	HeightM    float64
	UnitCount  int
	Households int // of all units
	Shape      Shape
}

// ReadBuilding takes a record apart without allocating.
func ReadBuilding(body string) Building {
	c := cursor{rest: body}
	return readBuilding(&c)
}

func readBuilding(c *cursor) Building {
	b := buildingHead(c)
	b.UnitCount = c.count()
	for range b.UnitCount {
		c.sharing()
		c.str()
		b.Households += int(c.varint())
	}
	b.Shape = Shape{from: b.Interior, code: c.rest}
	return b
}

func buildingHead(c *cursor) Building {
	return Building{
		Interior: c.anchor(),
		Code:     c.str(),
		Name:     Names(c.str()),
		Address:  c.str(),
		Estate:   c.str(),
		Use:      c.str(),
		Storeys:  int(c.varint()),
		HeightM:  c.float(),
	}
}

// Estate is an estate's record taken apart.
type Estate struct {
	Inside          lattice.Point // a point inside
	Code            string
	Name            Names
	PropertyManager string
	Shape           Shape
}

// ReadEstate takes a record apart without allocating.
func ReadEstate(body string) Estate {
	c := cursor{rest: body}
	return readEstate(&c)
}

func readEstate(c *cursor) Estate {
	e := Estate{Inside: c.anchor(), Code: c.str(), Name: Names(c.str()), PropertyManager: c.str()}
	e.Shape = Shape{from: e.Inside, code: c.rest}
	return e
}

// Site is a site's record taken apart.
type Site struct {
	Point   lattice.Point
	Code    string
	Name    Names
	Kind    string
	Address string
	Link    string
}

// ReadSite takes a record apart without allocating.
func ReadSite(body string) Site {
	c := cursor{rest: body}
	return readSite(&c)
}

func readSite(c *cursor) Site {
	return Site{Point: c.anchor(), Code: c.str(), Name: Names(c.str()), Kind: c.str(), Address: c.str(), Link: c.str()}
}

// What the Shape of a base feature holds.
const (
	PointShape byte = 'p' // one chain of one point
	LineShape  byte = 'l' // a line a chain
	AreaShape  byte = 'a' // polygons
)

// Base is a base feature's record taken apart.
type Base struct {
	Code     string
	Kind     string
	Class    string
	Name     Names
	Geometry byte // PointShape, LineShape or AreaShape
	Shape    Shape
}

// ReadBase takes a record apart without allocating.
func ReadBase(body string) Base {
	c := cursor{rest: body}
	return readBase(&c)
}

func readBase(c *cursor) Base {
	at := c.anchor()
	b := Base{Code: c.str(), Kind: c.str(), Class: c.str(), Name: Names(c.str()), Geometry: c.byte()}
	b.Shape = Shape{from: at, code: c.rest}
	return b
}
