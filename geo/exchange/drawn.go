package exchange

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// drawn is a geometry as formats other than GeoJSON have it: numbers in the
// file's own system. Which number a double stands for is what lattice.FromDegrees
// says: the nearest lattice point, so that a double written from one is that one.
type drawn struct {
	kind string // as GeoJSON calls it, or rings
	// parts are polygons of rings, the outer one first; of lines and rings there
	// is one part with all, and of points one line of all.
	parts  [][][]position
	thirds int // positions that had a third coordinate
}

type position = [2]float64

// rings are those of a polygon with many parts, of which winding and place tell
// what is a hole of what: how Shapefiles have them.
const rings = "rings"

// kind is a feature's geometry as GeoJSON calls it; several points of one are a
// point.
func (d *drawn) name() string {
	switch {
	case d.kind == rings:
		return "MultiPolygon"
	case d.kind == "MultiPoint" && len(d.parts) == 1 && len(d.parts[0]) == 1 && len(d.parts[0][0]) == 1:
		return "Point"
	}
	return d.kind
}

// positions brings a chain to the lattice.
func (g *geometryReader) positions(chain []position) ([]lattice.Point, error) {
	if err := g.count(len(chain)); err != nil {
		return nil, err
	}
	out := make([]lattice.Point, len(chain))
	for i, c := range chain {
		p, err := g.place(c[0], c[1])
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

// drawnPolygons is polygons of what is not GeoJSON.
func (g *geometryReader) drawnPolygons(d *drawn) (mp lattice.MultiPolygon, unclosed int, err error) {
	g.thirds += d.thirds
	switch d.kind {
	case "Polygon", "MultiPolygon", rings:
	default:
		return nil, 0, geo.Errorf(geo.Invalid, "a Polygon or MultiPolygon is wanted here").On("/geometry/type", d.name())
	}
	for _, part := range d.parts {
		var p lattice.Polygon
		for _, chain := range part {
			ring, err := g.positions(chain)
			if err != nil {
				return nil, 0, err
			}
			if n := len(ring); n > 1 && ring[0] == ring[n-1] {
				ring = ring[:n-1]
			} else {
				unclosed++
			}
			p = append(p, ring)
		}
		mp = append(mp, p)
	}
	if d.kind != rings || len(mp) == 0 {
		return mp, unclosed, nil
	}
	mp, turned, err := assemble(mp[0])
	g.turned += turned
	return mp, unclosed, err
}

// drawnPoint is point of what is not GeoJSON.
func (g *geometryReader) drawnPoint(d *drawn) (lattice.Point, error) {
	g.thirds += d.thirds
	if d.name() != "Point" {
		return lattice.Point{}, geo.Errorf(geo.Invalid, "a Point is wanted here").On("/geometry/type", d.name())
	}
	c := d.parts[0][0][0]
	return g.place(c[0], c[1])
}

// drawnLines is lines of what is not GeoJSON.
func (g *geometryReader) drawnLines(d *drawn) (lines [][]lattice.Point, err error) {
	g.thirds += d.thirds
	for _, part := range d.parts {
		for _, chain := range part {
			if len(chain) < 2 {
				return nil, geo.Errorf(geo.Invalid, "a line has at least two positions").On("/geometry/coordinates", "")
			}
			line, err := g.positions(chain)
			if err != nil {
				return nil, err
			}
			lines = append(lines, line)
		}
	}
	return lines, nil
}
