package exchange

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Writer writes a GeoJSON FeatureCollection, feature by feature. Close ends it;
// the first error of the stream is returned there.
type Writer struct {
	w     *bufio.Writer
	count int
	buf   []byte
}

// NewWriter starts a collection.
func NewWriter(w io.Writer) *Writer {
	out := &Writer{w: bufio.NewWriterSize(w, 1<<16)}
	out.w.WriteString(`{"type":"FeatureCollection","features":[`)
	return out
}

// Close ends the collection and flushes it.
func (w *Writer) Close() error {
	w.w.WriteString("\n]}\n")
	return w.w.Flush()
}

// write puts one feature: its geometry as JSON, its properties in order.
func (w *Writer) write(id int64, geometry []byte, properties ...property) error {
	b := w.buf[:0]
	if w.count > 0 {
		b = append(b, ',')
	}
	w.count++
	b = append(b, "\n"+`{"type":"Feature"`...)
	if id != 0 {
		b = strconv.AppendInt(append(b, `,"id":`...), id, 10)
	}
	b = append(b, `,"properties":{`...)
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
			return err
		}
		b = append(append(append(b, '"'), p.name...), `":`...)
		b = append(b, value...)
	}
	b = append(append(append(b, `},"geometry":`...), geometry...), '}')
	w.buf = b
	_, err := w.w.Write(b)
	return err
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
	return w.write(g.ID, polygonsJSON(shape), p...)
}

// Estate writes an estate.
func (w *Writer) Estate(e *geo.Estate) error {
	p := append([]property{{"code", e.Code}}, names(e.Name)...)
	return w.write(e.ID, polygonsJSON(e.Shape), append(p, property{"property_manager", e.PropertyManager})...)
}

// Building writes a building.
func (w *Writer) Building(b *geo.Building) error {
	p := append([]property{{"code", b.Code}}, names(b.Name)...)
	p = append(p, property{"address", b.Address}, property{"estate", b.Estate}, property{"use", b.Use},
		property{"storeys", b.Storeys}, property{"height_m", b.HeightM}, property{"households", b.Households()},
		property{"unit_count", len(b.Units)}, property{"units", b.Units}, property{"interior", b.Interior})
	return w.write(b.ID, polygonsJSON(b.Shape), p...)
}

// Device writes a camera, gate or sensor.
func (w *Writer) Device(d *geo.Device) error {
	p := append([]property{{"code", d.Code}}, names(d.Name)...)
	p = append(p, property{"kind", d.Kind}, property{"state", d.State}, property{"link", d.Link})
	if d.View != nil {
		p = append(p, property{"bearing_deg", d.View.BearingDeg}, property{"angle_deg", d.View.AngleDeg}, property{"range_m", d.View.RangeM})
	}
	return w.write(d.ID, pointJSON(d.Point), p...)
}

// Site writes a site.
func (w *Writer) Site(s *geo.Site) error {
	p := append([]property{{"code", s.Code}}, names(s.Name)...)
	return w.write(s.ID, pointJSON(s.Point), append(p, property{"kind", s.Kind}, property{"address", s.Address}, property{"link", s.Link})...)
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
	return w.write(p.ID, []byte("null"), props...)
}

// Base writes a base feature.
func (w *Writer) Base(b *geo.BaseFeature) error {
	p := append([]property{{"code", b.Code}}, names(b.Name)...)
	p = append(p, property{"kind", b.Kind}, property{"class", b.Class})
	var shape []byte
	switch {
	case b.Shape.Point != nil:
		shape = pointJSON(*b.Shape.Point)
	case b.Shape.Lines != nil:
		shape = linesJSON(b.Shape.Lines)
	default:
		shape = polygonsJSON(b.Shape.Polygons)
	}
	return w.write(b.ID, shape, p...)
}

// Incident writes an incident.
func (w *Writer) Incident(i *geo.Incident) error {
	return w.write(i.ID, pointJSON(i.Point), property{"code", i.Code}, property{"category", i.Category},
		property{"source", i.Source}, property{"urgency", i.Urgency}, property{"state", i.State}, property{"at", i.At},
		property{"owner", i.Owner}, property{"grid", i.Grid}, property{"network", i.Network}, property{"status", i.Status})
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
