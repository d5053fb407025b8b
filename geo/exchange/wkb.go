package exchange

import (
	"encoding/binary"
	"fmt"

	"github.com/twpayne/go-geom"
	"github.com/twpayne/go-geom/encoding/wkb"
	"github.com/twpayne/go-geom/encoding/wkbcommon"

	"onegrid/geo"
)

// packageGeometry reads a GeoPackage's geometry: a header with a box, then
// Well-Known Binary. nil for none.
func packageGeometry(v any) (*drawn, error) {
	b, ok := v.([]byte)
	if v == nil || ok && len(b) == 0 {
		return nil, nil
	}
	if !ok || len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return nil, errPackageGeometry("it does not begin as one")
	}
	flags := b[3]
	boxes := []int{0, 32, 48, 48, 64}
	box := int(flags >> 1 & 7)
	if flags&0x20 != 0 || box >= len(boxes) || len(b) < 8+boxes[box] {
		return nil, errPackageGeometry("its header is of a kind that is not known here")
	}
	if flags&0x10 != 0 {
		return nil, nil // empty
	}
	b = b[8+boxes[box]:]
	w := &wkbWalk{b: b}
	if err := w.geometry(0); err != nil {
		return nil, err
	}
	if w.i != len(b) {
		return nil, errPackageGeometry("something follows it")
	}
	g, err := wkb.Unmarshal(b, wkbcommon.WKBOptionEmptyPointHandling(wkbcommon.EmptyPointHandlingNaN))
	if err != nil {
		return nil, errPackageGeometry(err.Error())
	}
	return drawnOf(g)
}

func errPackageGeometry(what string) error {
	return geo.Errorf(geo.Invalid, "the geometry cannot be read: %s", what).On("/geometry", "")
}

// wkbWalk goes over Well-Known Binary before it is decoded: go-geom makes room
// for as many positions as a count tells and follows collections as deep as they
// go, so counts are held against the bytes that are there, and depth is bounded.
type wkbWalk struct {
	b        []byte
	i        int
	vertices int
}

const maxWKBDepth = 4 // a collection of one collection, of polygons

func (w *wkbWalk) geometry(depth int) error {
	if depth > maxWKBDepth {
		return errPackageGeometry("it is nested too deeply")
	}
	if len(w.b)-w.i < 5 || w.b[w.i] > 1 {
		return errPackageGeometry("it ends too early, or its byte order is unknown")
	}
	var order binary.ByteOrder = binary.BigEndian
	if w.b[w.i] == 1 {
		order = binary.LittleEndian
	}
	kind := order.Uint32(w.b[w.i+1:])
	w.i += 5
	width := 0
	switch kind / 1000 {
	case 0:
		width = 16
	case 1, 2:
		width = 24
	case 3:
		width = 32
	}
	if width == 0 {
		return errPackageGeometry(fmt.Sprintf("its type %d is unknown", kind))
	}
	switch kind % 1000 {
	case 1:
		return w.skip(1, width)
	case 2:
		return w.line(order, width)
	case 3:
		return w.each(order, func() error { return w.line(order, width) })
	case 4, 5, 6, 7:
		return w.each(order, func() error { return w.geometry(depth + 1) })
	}
	return geo.Errorf(geo.Invalid, "a geometry has points, lines or polygons, not type %d", kind).On("/geometry/type", fmt.Sprint(kind))
}

// each goes over what a count announces; every item has four bytes at least.
func (w *wkbWalk) each(order binary.ByteOrder, item func() error) error {
	n, err := w.count(order)
	if err != nil {
		return err
	}
	if 4*n > int64(len(w.b)-w.i) {
		return errShape()
	}
	for range n {
		if err := item(); err != nil {
			return err
		}
	}
	return nil
}

func (w *wkbWalk) line(order binary.ByteOrder, width int) error {
	n, err := w.count(order)
	if err != nil {
		return err
	}
	return w.skip(n, width)
}

func (w *wkbWalk) count(order binary.ByteOrder) (int64, error) {
	if len(w.b)-w.i < 4 {
		return 0, errShape()
	}
	n := order.Uint32(w.b[w.i:])
	w.i += 4
	return int64(n), nil
}

func (w *wkbWalk) skip(n int64, width int) error {
	if n*int64(width) > int64(len(w.b)-w.i) {
		return errShape()
	}
	if w.vertices += int(n); w.vertices > maxVertices {
		return geo.Errorf(geo.TooLarge, "a geometry has at most %d vertices", maxVertices)
	}
	w.i += int(n) * width
	return nil
}

// drawnOf takes a geometry apart. A collection of one is that one.
func drawnOf(g geom.T) (*drawn, error) {
	for {
		c, ok := g.(*geom.GeometryCollection)
		if !ok {
			break
		}
		if c.NumGeoms() != 1 {
			return nil, geo.Errorf(geo.Invalid, "a feature has one geometry, not a collection of %d", c.NumGeoms()).On("/geometry/type", "GeometryCollection")
		}
		g = c.Geom(0)
	}
	if g.Empty() {
		return nil, nil
	}
	flat, width := g.FlatCoords(), g.Stride()
	chain := func(from, to int) []position {
		out := make([]position, 0, (to-from)/width)
		for i := from; i < to; i += width {
			out = append(out, position{flat[i], flat[i+1]})
		}
		return out
	}
	d := &drawn{}
	if width > 2 {
		d.thirds = len(flat) / width
	}
	switch g := g.(type) {
	case *geom.Point:
		d.kind, d.parts = "Point", [][][]position{{chain(0, len(flat))}}
	case *geom.MultiPoint:
		d.kind, d.parts = "MultiPoint", [][][]position{{chain(0, len(flat))}}
	case *geom.LineString:
		d.kind, d.parts = "LineString", [][][]position{{chain(0, len(flat))}}
	case *geom.MultiLineString:
		d.kind, d.parts = "MultiLineString", [][][]position{chains(chain, 0, g.Ends())}
	case *geom.Polygon:
		d.kind, d.parts = "Polygon", [][][]position{chains(chain, 0, g.Ends())}
	case *geom.MultiPolygon:
		d.kind = "MultiPolygon"
		from := 0
		for _, ends := range g.Endss() {
			d.parts = append(d.parts, chains(chain, from, ends))
			if len(ends) > 0 {
				from = ends[len(ends)-1]
			}
		}
	}
	return d, nil
}

// chains cuts flat coordinates at the ends of rings or lines.
func chains(chain func(from, to int) []position, from int, ends []int) (out [][]position) {
	for _, to := range ends {
		out = append(out, chain(from, to))
		from = to
	}
	return out
}
