package exchange

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Writer takes the objects of a layer, one by one, and writes them in some
// format: see Export. NewWriter makes one for GeoJSON.
type Writer struct {
	out sink
}

// sink is a format on its way out.
type sink interface {
	add(r *record) error
	close() error
}

// record is one object as every format can write it.
type record struct {
	id         int64
	shape      geo.Geometry // nothing for what has no place
	properties []property
}

// NewWriter starts a GeoJSON FeatureCollection, which is written feature by
// feature. Close ends it; the first error of the stream is returned there.
func NewWriter(w io.Writer) *Writer {
	out := &geoJSONSink{w: bufio.NewWriterSize(w, 1<<16)}
	out.w.WriteString(`{"type":"FeatureCollection","features":[`)
	return &Writer{out}
}

// Close ends what is written and flushes it.
func (w *Writer) Close() error { return w.out.close() }

func (w *Writer) write(id int64, shape geo.Geometry, properties ...property) error {
	return w.out.add(&record{id, shape, properties})
}

// geoJSONSink writes GeoJSON.
type geoJSONSink struct {
	w     *bufio.Writer
	count int
	buf   []byte
}

func (w *geoJSONSink) close() error {
	w.w.WriteString("\n]}\n")
	return w.w.Flush()
}

// add puts one feature: its properties in order, its geometry.
func (w *geoJSONSink) add(r *record) error {
	b := comma(w.buf[:0], w.count)
	w.count++
	b = append(b, "\n"+`{"type":"Feature"`...)
	if r.id != 0 {
		b = strconv.AppendInt(append(b, `,"id":`...), r.id, 10)
	}
	b, err := appendProperties(append(b, ','), r.properties)
	if err != nil {
		return err
	}
	b = append(append(b, `,"geometry":`...), geometryJSON(&r.shape)...)
	w.buf = append(b, '}')
	_, err = w.w.Write(w.buf)
	return err
}

// appendProperties writes the member properties, without those that are empty.
func appendProperties(b []byte, properties []property) ([]byte, error) {
	b = append(b, `"properties":{`...)
	first := true
	for _, p := range properties {
		if p.empty() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, '"'), p.name...), `":`...)
		b = append(b, value...)
	}
	return append(b, '}'), nil
}

// property is a name and a value; the zero values of texts and numbers are left
// out.
type property struct {
	name  string
	value any
}

func (p property) empty() bool {
	switch v := p.value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case int:
		return v == 0
	case float64:
		return v == 0
	case []string:
		return len(v) == 0
	case []geo.Unit:
		return len(v) == 0
	case *[2]int:
		return v == nil
	}
	return false
}

// names are a Text's properties, in the form that the import reads: the plain or
// Chinese name under its own, the English beside it.
func names(t geo.Text) []property {
	plain := t[""]
	if plain == "" {
		plain = t["zh"]
	}
	return []property{{"name", plain}, {"name_en", t["en"]}}
}

// Grid writes a grid with its outline; nil for an area that has none.
func (w *Writer) Grid(g *geo.Grid, shape lattice.MultiPolygon) error {
	p := append([]property{{"code", g.Code}}, names(g.Name)...)
	p = append(p, property{"network", g.Network}, property{"level", g.Level}, property{"parent", g.Parent},
		property{"building", g.Building}, property{"floors", g.Floors})
	return w.write(g.ID, geo.Geometry{Polygons: shape}, p...)
}

// Estate writes an estate.
func (w *Writer) Estate(e *geo.Estate) error {
	p := append([]property{{"code", e.Code}}, names(e.Name)...)
	return w.write(e.ID, geo.Geometry{Polygons: e.Shape}, append(p, property{"property_manager", e.PropertyManager})...)
}

// Building writes a building.
func (w *Writer) Building(b *geo.Building) error {
	p := append([]property{{"code", b.Code}}, names(b.Name)...)
	p = append(p, property{"address", b.Address}, property{"estate", b.Estate}, property{"use", b.Use},
		property{"storeys", b.Storeys}, property{"height_m", b.HeightM}, property{"households", b.Households()},
		property{"unit_count", len(b.Units)}, property{"units", b.Units}, property{"interior", b.Interior})
	return w.write(b.ID, geo.Geometry{Polygons: b.Shape}, p...)
}

// Device writes a camera, gate or sensor.
func (w *Writer) Device(d *geo.Device) error {
	p := append([]property{{"code", d.Code}}, names(d.Name)...)
	p = append(p, property{"kind", d.Kind}, property{"state", d.State}, property{"link", d.Link})
	if d.View != nil {
		p = append(p, property{"bearing_deg", d.View.BearingDeg}, property{"angle_deg", d.View.AngleDeg}, property{"range_m", d.View.RangeM})
	}
	return w.write(d.ID, geo.Geometry{Point: &d.Point}, p...)
}

// Site writes a site.
func (w *Writer) Site(s *geo.Site) error {
	p := append([]property{{"code", s.Code}}, names(s.Name)...)
	return w.write(s.ID, geo.Geometry{Point: &s.Point}, append(p, property{"kind", s.Kind}, property{"address", s.Address}, property{"link", s.Link})...)
}

// Post writes a post; it has no place of its own.
func (w *Writer) Post(p *geo.Post) error {
	props := append([]property{{"code", p.Code}}, names(p.Name)...)
	props = append(props, property{"role", p.Role}, property{"ref", p.Ref}, property{"link", p.Link},
		property{"areas", p.Areas}, property{"units", p.Units})
	if p.From != nil {
		props = append(props, property{"from", p.From})
	}
	if p.To != nil {
		props = append(props, property{"to", p.To})
	}
	return w.write(p.ID, geo.Geometry{}, props...)
}

// Base writes a base feature.
func (w *Writer) Base(b *geo.BaseFeature) error {
	p := append([]property{{"code", b.Code}}, names(b.Name)...)
	p = append(p, property{"kind", b.Kind}, property{"class", b.Class})
	return w.write(b.ID, b.Shape, p...)
}

// Incident writes an incident.
func (w *Writer) Incident(i *geo.Incident) error {
	return w.write(i.ID, geo.Geometry{Point: &i.Point}, property{"code", i.Code}, property{"category", i.Category},
		property{"source", i.Source}, property{"urgency", i.Urgency}, property{"state", i.State}, property{"at", i.At},
		property{"owner", i.Owner}, property{"grid", i.Grid}, property{"network", i.Network}, property{"status", i.Status})
}

func geometryJSON(g *geo.Geometry) []byte {
	switch {
	case g.Point != nil:
		return pointJSON(*g.Point)
	case g.Lines != nil:
		return linesJSON(g.Lines)
	}
	return polygonsJSON(g.Polygons)
}

func pointJSON(p lattice.Point) []byte {
	return append(appendPosition([]byte(`{"type":"Point","coordinates":`), p), '}')
}

func linesJSON(lines [][]lattice.Point) []byte {
	if len(lines) == 1 {
		return append(appendLine([]byte(`{"type":"LineString","coordinates":`), lines[0], false), '}')
	}
	b := []byte(`{"type":"MultiLineString","coordinates":[`)
	for i, line := range lines {
		b = appendLine(comma(b, i), line, false)
	}
	return append(b, "]}"...)
}

// polygonsJSON writes a Polygon or MultiPolygon by RFC 7946: rings closed, outer
// ones counter-clockwise, which is how shapes are kept. null for no shape.
func polygonsJSON(mp lattice.MultiPolygon) []byte {
	switch len(mp) {
	case 0:
		return []byte("null")
	case 1:
		return append(appendPolygon([]byte(`{"type":"Polygon","coordinates":`), mp[0]), '}')
	}
	b := []byte(`{"type":"MultiPolygon","coordinates":[`)
	for i, p := range mp {
		b = appendPolygon(comma(b, i), p)
	}
	return append(b, "]}"...)
}

func appendPolygon(b []byte, p lattice.Polygon) []byte {
	b = append(b, '[')
	for i, ring := range p {
		b = appendLine(comma(b, i), ring, true)
	}
	return append(b, ']')
}

func appendLine(b []byte, line []lattice.Point, closed bool) []byte {
	b = append(b, '[')
	for i, p := range line {
		b = appendPosition(comma(b, i), p)
	}
	if closed {
		b = appendPosition(append(b, ','), line[0])
	}
	return append(b, ']')
}

func appendPosition(b []byte, p lattice.Point) []byte {
	return p.AppendJSON(b)
}

func comma(b []byte, i int) []byte {
	if i == 0 {
		return b
	}
	return append(b, ',')
}
