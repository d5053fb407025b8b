package record

import "onegrid/geo/lattice"

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
	Households int
	Shape      Shape
}

// ReadBuilding takes a record apart without allocating.
func ReadBuilding(body string) Building { panic("todo") }

// Estate is an estate's record taken apart.
type Estate struct {
	Code            string
	Name            Names
	PropertyManager string
	Shape           Shape
}

// ReadEstate takes a record apart without allocating.
func ReadEstate(body string) Estate { panic("todo") }

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
func ReadSite(body string) Site { panic("todo") }

// Base is a base feature's record taken apart. Geometry tells what Shape holds:
// 'p' a point (one chain of one), 'l' lines, 'a' polygons.
type Base struct {
	Code     string
	Kind     string
	Class    string
	Name     Names
	Geometry byte
	Shape    Shape
}

// ReadBase takes a record apart without allocating.
func ReadBase(body string) Base { panic("todo") }

// Names is a geo.Text in its compact form.
type Names string

// In returns the name in a language as geo.Text.In does, without allocating.
func (n Names) In(lang string) string { panic("todo") }

// Has returns the name in exactly this language, "" if there is none.
func (n Names) Has(lang string) string { panic("todo") }

// Shape is a list of chains of points in its compact form: rings of polygons,
// or lines.
//
//	r := shape.Reader()
//	for r.Next() {
//		pts = r.Points(pts[:0]) // r.First(): an outer ring, a new polygon
//	}
type Shape struct {
	from lattice.Point
	code string
}

// Reader reads the chains in order.
func (s Shape) Reader() ShapeReader { panic("todo") }

// ShapeReader is a place in a Shape. It is a value: keep it on the stack.
type ShapeReader struct{ _ struct{} }

// Next goes to the next chain.
func (r *ShapeReader) Next() bool { panic("todo") }

// First tells that the chain begins a polygon: it is an outer ring.
func (r *ShapeReader) First() bool { panic("todo") }

// Len is the number of the chain's points.
func (r *ShapeReader) Len() int { panic("todo") }

// Points appends the chain's points to buf. Rings have no closing repeat.
func (r *ShapeReader) Points(buf []lattice.Point) []lattice.Point { panic("todo") }
