package exchange

import (
	"bytes"
	"encoding/json"

	"onegrid/geo"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
)

// maxVertices bounds one geometry; the largest coast of a city has some
// hundred thousand.
const maxVertices = 4_000_000

// geometryReader decodes GeoJSON geometry straight to the lattice: decimal
// digits become whole numbers of 1e-7 degree without a float on the way, unless
// the file is in a projected or shifted system. What other formats bring in
// numbers is in drawn.go.
type geometryReader struct {
	toLattice func(x, y []byte) (lattice.Point, error)
	place     func(x, y float64) (lattice.Point, error)
	thirds    int // positions that had a third coordinate, which is left out
	turned    int // rings that were wound as holes and are none
	vertices  int // so far
	most      int // of them; 0 for no bound
}

// count takes more vertices, unless they are too many.
func (g *geometryReader) count(more int) error {
	if g.vertices += more; g.most > 0 && g.vertices > g.most {
		return geo.Errorf(geo.TooLarge, "an import has at most %d vertices", g.most)
	}
	return nil
}

// kind returns what a feature's geometry is, as GeoJSON calls it.
func (g *geometryReader) kind(f *Feature) (string, error) {
	if f.drawn != nil {
		return f.drawn.name(), nil
	}
	m, err := parseGeometry(f.Geometry)
	return m.Type, err
}

type rawGeometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
	Geometries  []rawGeometry   `json:"geometries"`
}

// polygons reads a Polygon or MultiPolygon. Rings lose their closing repeat;
// nothing else is changed. unclosed counts the rings that had none.
func (g *geometryReader) polygons(f *Feature) (mp lattice.MultiPolygon, unclosed int, err error) {
	if f.drawn != nil {
		return g.drawnPolygons(f.drawn)
	}
	m, err := parseGeometry(f.Geometry)
	if err != nil {
		return nil, 0, err
	}
	c := &coordinates{b: m.Coordinates, g: g}
	switch m.Type {
	case "Polygon":
		p, err := c.polygon(&unclosed)
		return lattice.MultiPolygon{p}, unclosed, err
	case "MultiPolygon":
		mp, err = list(c, func() (lattice.Polygon, error) { return c.polygon(&unclosed) })
		return mp, unclosed, err
	}
	return nil, 0, geo.Errorf(geo.Invalid, "a Polygon or MultiPolygon is wanted here").On("/geometry/type", m.Type)
}

// point reads a Point.
func (g *geometryReader) point(f *Feature) (lattice.Point, error) {
	if f.drawn != nil {
		return g.drawnPoint(f.drawn)
	}
	m, err := parseGeometry(f.Geometry)
	if err != nil {
		return lattice.Point{}, err
	}
	if m.Type != "Point" {
		return lattice.Point{}, geo.Errorf(geo.Invalid, "a Point is wanted here").On("/geometry/type", m.Type)
	}
	c := &coordinates{b: m.Coordinates, g: g}
	return c.position()
}

// lines reads a LineString or MultiLineString.
func (g *geometryReader) lines(f *Feature) (lines [][]lattice.Point, err error) {
	if f.drawn != nil {
		return g.drawnLines(f.drawn)
	}
	m, err := parseGeometry(f.Geometry)
	if err != nil {
		return nil, err
	}
	c := &coordinates{b: m.Coordinates, g: g}
	if m.Type == "LineString" {
		line, err := c.line()
		return [][]lattice.Point{line}, err
	}
	return list(c, c.line)
}

// parseGeometry reads a geometry's type and leaves its coordinates as they are. A
// collection of one is that one.
func parseGeometry(raw json.RawMessage) (rawGeometry, error) {
	var m rawGeometry
	if len(raw) == 0 || string(raw) == "null" {
		return m, geo.Errorf(geo.Invalid, "the feature has no geometry").On("/geometry", "null")
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, geo.Errorf(geo.Invalid, "not a GeoJSON geometry").On("/geometry", short(raw))
	}
	for m.Type == "GeometryCollection" && len(m.Geometries) == 1 {
		m = m.Geometries[0]
	}
	if len(m.Coordinates) == 0 {
		return m, geo.Errorf(geo.Invalid, "the geometry has no coordinates").On("/geometry/coordinates", "null")
	}
	return m, nil
}

// coordinates is a pull parser over the bytes of a coordinates member, which
// json has already found to be one well-formed value: nothing follows it.
type coordinates struct {
	b        []byte
	i        int
	vertices int
	g        *geometryReader
}

func (c *coordinates) skip() {
	for c.i < len(c.b) && (c.b[c.i] == ' ' || c.b[c.i] == '\n' || c.b[c.i] == '\t' || c.b[c.i] == '\r') {
		c.i++
	}
}

func (c *coordinates) take(want byte) bool {
	c.skip()
	if c.i < len(c.b) && c.b[c.i] == want {
		c.i++
		return true
	}
	return false
}

func (c *coordinates) bad(message string) error {
	return geo.Errorf(geo.Invalid, "%s", message).On("/geometry/coordinates", short(c.b[min(c.i, len(c.b)):]))
}

// list reads a bracketed list of items.
func list[T any](c *coordinates, item func() (T, error)) ([]T, error) {
	if !c.take('[') {
		return nil, c.bad("a list is wanted in the coordinates")
	}
	var out []T
	if c.take(']') {
		return out, nil
	}
	for {
		v, err := item()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if c.take(']') {
			return out, nil
		}
		if !c.take(',') {
			return nil, c.bad("a comma or a bracket is wanted in the coordinates")
		}
	}
}

func (c *coordinates) number() ([]byte, error) {
	c.skip()
	from := c.i
	for c.i < len(c.b) && bytes.IndexByte([]byte("+-.0123456789eE"), c.b[c.i]) >= 0 {
		c.i++
	}
	if from == c.i {
		return nil, c.bad("a number is wanted in the coordinates")
	}
	return c.b[from:c.i], nil
}

// position reads a position and brings it to the lattice.
func (c *coordinates) position() (p lattice.Point, err error) {
	if c.vertices++; c.vertices > maxVertices {
		return p, geo.Errorf(geo.TooLarge, "a geometry has at most %d vertices", maxVertices)
	}
	if err := c.g.count(1); err != nil {
		return p, err
	}
	x, y, third, err := c.texts()
	if err != nil {
		return p, err
	}
	if third {
		c.g.thirds++
	}
	return c.g.toLattice(x, y)
}

// texts reads a position as it is written; third tells that there were more than
// two numbers.
func (c *coordinates) texts() (x, y []byte, third bool, err error) {
	if !c.take('[') {
		return nil, nil, false, c.bad("a position is a list of two numbers")
	}
	if x, err = c.number(); err != nil {
		return nil, nil, false, err
	}
	if !c.take(',') {
		return nil, nil, false, c.bad("a position is a list of two numbers")
	}
	if y, err = c.number(); err != nil {
		return nil, nil, false, err
	}
	for c.take(',') {
		if _, err := c.number(); err != nil {
			return nil, nil, false, err
		}
		third = true
	}
	if !c.take(']') {
		return nil, nil, false, c.bad("a position is a list of two numbers")
	}
	return x, y, third, nil
}

func (c *coordinates) line() ([]lattice.Point, error) {
	line, err := list(c, c.position)
	if err == nil && len(line) < 2 {
		err = c.bad("a line has at least two positions")
	}
	return line, err
}

func (c *coordinates) polygon(unclosed *int) (lattice.Polygon, error) {
	return list(c, func() (lattice.Ring, error) {
		ring, err := list(c, c.position)
		if err != nil {
			return nil, err
		}
		if n := len(ring); n > 1 && ring[0] == ring[n-1] {
			return ring[:n-1], nil
		}
		*unclosed++
		return ring, nil
	})
}

// read sets the system that coordinates are read in from now on.
func (g *geometryReader) read(s crs.System, region crs.Region) {
	g.toLattice = func(x, y []byte) (lattice.Point, error) { return s.Parse(x, y, region) }
	g.place = func(x, y float64) (lattice.Point, error) {
		p, _, err := s.ToPoint(x, y, region)
		return p, err
	}
}
