package exchange

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
)

// Output says how a layer is written.
type Output struct {
	Format   string             // geojson if empty
	Layer    string             // its name in the file
	CRS      crs.System         // GeoJSON and TopoJSON are in WGS84 alone
	Encoding string             // of a Shapefile's texts: utf-8 if empty, or gbk
	Coverage *coverage.Coverage // of grids: whose arcs a topology shares
}

// Export writes a layer. layer puts all of its objects into the Writer that it
// is given, and is called once or several times, as the format needs: each time
// with the same objects in the same order. What the format cannot hold is told
// in the notes. Invalid for a format that cannot do what is asked.
func Export(out io.Writer, o Output, layer func(*Writer) error) (notes []string, err error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	switch o.Format {
	case "", GeoJSON:
		w := NewWriter(out)
		if err := layer(w); err != nil {
			return nil, err
		}
		return nil, w.Close()
	case TopoJSON:
		return nil, writeTopology(out, o, layer)
	case Shapefile:
		return writeShapefile(out, o, layer)
	case GeoPackage:
		return nil, writeGeoPackage(out, o, layer)
	}
	return nil, geo.Errorf(geo.Invalid, "a layer is written as geojson, topojson, shapefile or geopackage, not as %q", o.Format).On("format", o.Format)
}

func (o *Output) check() error {
	_, named := wktOf(o.CRS)
	switch o.Format {
	case "", GeoJSON, TopoJSON:
		if o.CRS != crs.WGS84 && o.CRS != crs.CGCS2000 {
			return geo.Errorf(geo.Invalid, "%s is in WGS84 and cannot say that it is in %s: write a shapefile or a geopackage", o.Format, o.CRS).On("crs", o.CRS.String())
		}
	case Shapefile, GeoPackage:
		if !named {
			return geo.Errorf(geo.Invalid, "%s has no name that programs know, so a file could not say what it is in: write wgs84, cgcs2000 or a Gauss-Krüger zone", o.CRS).On("crs", o.CRS.String())
		}
	}
	if text, ok := encodingNamed(o.Encoding); o.Encoding != "" && (o.Format != Shapefile || !ok || text != utf8Text && text != gbkText) {
		return geo.Errorf(geo.Invalid, "an encoding, utf-8 or gbk, is chosen for shapefiles alone").On("encoding", o.Encoding)
	}
	return nil
}

// place brings a lattice point to the file's system. Doubles hold what comes
// out, so that the lattice point nearest to it is the one that went in.
func (o *Output) place(p lattice.Point) (position, error) {
	x, y, err := o.CRS.FromPoint(p, crs.Region{})
	return position{x, y}, err
}

// The kinds of values that tables have.
type cellKind byte

const (
	wholeCell cellKind = iota
	realCell
	textCell
	listCell // a text that is JSON, of no use if cut
)

// cell is a property's value as a table has it. Lists are JSON in a text, which
// an import reads again.
func cell(v any) (kind cellKind, whole int64, real float64, text string, err error) {
	switch v := v.(type) {
	case *time.Time:
		return textCell, 0, 0, v.Format(time.RFC3339Nano), nil
	case time.Time:
		return textCell, 0, 0, v.Format(time.RFC3339Nano), nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return textCell, 0, 0, r.String(), nil
	case reflect.Int, reflect.Int64, reflect.Int32, reflect.Uint8:
		n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64)
		return wholeCell, n, 0, "", err
	case reflect.Float64:
		return realCell, 0, r.Float(), "", nil
	}
	b, err := json.Marshal(v)
	return listCell, 0, 0, string(b), err
}

// survey is a first look over a layer, for formats that tell in front what is to
// come: its columns and what it draws.
type survey struct {
	columns []*surveyed
	at      map[string]*surveyed
	counts  [4]int // of points, lines, polygons and nothing
}

// surveyed is a column.
type surveyed struct {
	name string
	kind cellKind
}

// The indexes of survey.counts, and what a mixed layer's parts are called.
const (
	drawsPoint = iota
	drawsLine
	drawsPolygon
	drawsNothing
)

var mixedNames = [...]string{drawsPoint: "points", drawsLine: "lines", drawsPolygon: "polygons"}

func draws(g *geo.Geometry) int {
	switch {
	case g.Point != nil:
		return drawsPoint
	case len(g.Lines) > 0:
		return drawsLine
	case len(g.Polygons) > 0:
		return drawsPolygon
	}
	return drawsNothing
}

func (s *survey) close() error { return nil }

func (s *survey) add(r *record) error {
	s.counts[draws(&r.shape)]++
	for _, p := range r.properties {
		if p.empty() {
			continue
		}
		kind, _, _, _, err := cell(p.value)
		if err != nil {
			return err
		}
		if s.at == nil {
			s.at = map[string]*surveyed{}
		}
		c := s.at[p.name]
		if c == nil {
			c = &surveyed{name: p.name, kind: kind}
			s.at[p.name] = c
			s.columns = append(s.columns, c)
		}
		c.kind = max(c.kind, kind)
	}
	return nil
}
