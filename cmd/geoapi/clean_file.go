package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/exchange"
	"onegrid/geo/lattice"
)

// cleanFeature is a feature of the file, with what is needed to write it again.
type cleanFeature struct {
	id, properties json.RawMessage
	shape          coverage.Shape
}

// cleanCounts are what a file holds.
type cleanCounts struct {
	Features   int `json:"features"`
	Polygons   int `json:"polygons"`
	Rings      int `json:"rings"`
	Vertices   int `json:"vertices"` // without closing repeats
	Multiparts int `json:"multiparts"`
}

func (n *cleanCounts) add(m lattice.MultiPolygon) {
	n.Features++
	n.Polygons += len(m)
	if len(m) > 1 {
		n.Multiparts++
	}
	for _, polygon := range m {
		n.Rings += len(polygon)
		for _, ring := range polygon {
			n.Vertices += len(ring)
		}
	}
}

// read reads the file.
func (c *cleanCommand) read(ctx context.Context, show *progress) (*cleaning, error) {
	f, err := os.Open(c.In)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w := &cleaning{name: filepath.Base(c.In)}
	rows := map[string]int{}
	show.show("reading", 0, 0)
	err = exchange.Features(f, exchange.Limits{}, func(f *exchange.Feature) error {
		if f.Row%1024 == 0 {
			show.show("reading", f.Row, 0)
			if err := ctx.Err(); err != nil {
				return &geo.Error{Kind: geo.Unavailable, Message: "stopped", Err: err}
			}
		}
		feature, err := c.feature(f)
		if err != nil {
			return err
		}
		code := feature.shape.Code
		if first, ok := rows[code]; ok {
			return geo.Errorf(geo.Invalid, "code %s was met before, in row %d", code, first).On("code", code)
		}
		rows[code] = f.Row
		w.before.add(feature.shape.Shape)
		w.features = append(w.features, feature)
		return nil
	})
	if err == nil && len(w.features) == 0 {
		err = geo.Errorf(geo.Invalid, "the file holds no features")
	}
	return w, err
}

// feature reads the code and the shape of a feature.
func (c *cleanCommand) feature(f *exchange.Feature) (out cleanFeature, err error) {
	out.id = f.ID
	if out.properties, err = json.Marshal(f.Properties); err != nil {
		return out, err
	}
	out.shape, err = readShape(f.Geometry)
	out.shape.Row = f.Row
	if err != nil {
		return out, err
	}
	names := []string{c.Code}
	if c.Code == "" {
		names = []string{"code", "id"}
	}
	for _, name := range names {
		if out.shape.Code = plainText(f.Properties[name]); out.shape.Code != "" {
			return out, nil
		}
	}
	if c.Code != "" {
		return out, geo.Errorf(geo.Invalid, "the feature has no property %q", c.Code).On("code", c.Code)
	}
	if out.shape.Code = plainText(f.ID); out.shape.Code == "" {
		out.shape.Code = fmt.Sprintf("#%d", f.Row)
	}
	return out, nil
}

// plainText is a JSON text or number as text, empty for anything else.
func plainText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// readShape reads a Polygon or MultiPolygon as it is drawn, and notes the rings
// that are not closed.
func readShape(raw json.RawMessage) (s coverage.Shape, err error) {
	var g struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	}
	if json.Unmarshal(raw, &g) != nil || g.Type != "Polygon" && g.Type != "MultiPolygon" {
		return s, geo.Errorf(geo.Invalid, "a Polygon or a MultiPolygon is wanted here").On("geometry", g.Type)
	}
	if g.Type == "Polygon" {
		s.Shape = make(lattice.MultiPolygon, 1)
		err = json.Unmarshal(g.Coordinates, &s.Shape[0])
	} else {
		err = json.Unmarshal(g.Coordinates, &s.Shape)
	}
	if err != nil {
		return s, &geo.Error{Kind: geo.Invalid, Field: "coordinates", Message: "the coordinates are not those of a " + g.Type, Err: err}
	}
	for _, polygon := range s.Shape {
		for i, ring := range polygon {
			switch n := len(ring); {
			case n > 1 && ring[0] == ring[n-1]:
				polygon[i] = ring[:n-1]
			case n > 0:
				s.Unclosed = append(s.Unclosed, ring[0])
			}
		}
	}
	return s, nil
}

// shapes returns the outline of every feature after cleaning, nil for one that
// has no ground.
func (w *cleaning) shapes() []lattice.MultiPolygon {
	out := make([]lattice.MultiPolygon, len(w.features))
	for i, f := range w.features {
		if a, ok := w.coverage.AreaByCode(f.shape.Code); ok && len(w.coverage.RegionsOf(a)) > 0 {
			out[i] = w.coverage.Polygons(a)
		}
	}
	return out
}

// write writes the clean features in the file's order.
func (w *cleaning) write(out io.Writer) error {
	b := bufio.NewWriterSize(out, 1<<16)
	b.WriteString(`{"type":"FeatureCollection","features":[`)
	var line []byte
	for i, shape := range w.shapes() {
		line = line[:0]
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, "\n"+`{"type":"Feature",`...)
		if id := w.features[i].id; len(id) > 0 {
			line = append(append(append(line, `"id":`...), id...), ',')
		}
		line = append(append(line, `"properties":`...), w.features[i].properties...)
		line = append(appendShape(append(line, `,"geometry":`...), shape), '}')
		b.Write(line)
	}
	b.WriteString("\n]}\n")
	return b.Flush()
}

// appendShape writes a geometry by RFC 7946: outer rings counter-clockwise, as a
// coverage gives them.
func appendShape(b []byte, m lattice.MultiPolygon) []byte {
	if len(m) == 0 {
		return append(b, "null"...)
	}
	polygon := func(b []byte, p lattice.Polygon) []byte {
		b = append(b, '[')
		for i, ring := range p {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, '[')
			for _, q := range ring {
				b = append(q.AppendJSON(b), ',')
			}
			b = append(ring[0].AppendJSON(b), ']')
		}
		return append(b, ']')
	}
	if len(m) == 1 {
		return append(polygon(append(b, `{"type":"Polygon","coordinates":`...), m[0]), '}')
	}
	b = append(b, `{"type":"MultiPolygon","coordinates":[`...)
	for i, p := range m {
		if i > 0 {
			b = append(b, ',')
		}
		b = polygon(b, p)
	}
	return append(b, "]}"...)
}

// cleanReport is the report of one cleaning. The same input gives the same bytes.
type cleanReport struct {
	File    string           `json:"file"`
	Before  cleanCounts      `json:"before"`
	After   cleanCounts      `json:"after"`
	Open    int              `json:"open"` // repairs that are listed and not done
	Kinds   map[string]int   `json:"kinds"`
	Repairs []numberedRepair `json:"repairs"`
}

// numberedRepair is a repair with its number, which a picture shows too.
type numberedRepair struct {
	Number int `json:"number"`
	coverage.Repair
}

func (w *cleaning) result() cleanReport {
	r := cleanReport{File: w.name, Before: w.before, Kinds: map[string]int{}, Repairs: []numberedRepair{}}
	for _, shape := range w.shapes() {
		if shape != nil {
			r.After.add(shape)
		}
	}
	for i, repair := range w.report.Repairs {
		r.Kinds[repair.Kind]++
		if repair.Blocker {
			r.Open++
		}
		r.Repairs = append(r.Repairs, numberedRepair{i + 1, repair})
	}
	return r
}

func (w *cleaning) writeReport(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(w.result())
}

// tell prints what was there, what is there now, and the first repairs of each
// kind.
func (w *cleaning) tell(out io.Writer) {
	r := w.result()
	for _, side := range []struct {
		name string
		n    cleanCounts
	}{{"before", r.Before}, {"after", r.After}} {
		fmt.Fprintf(out, "%-7s %s, %s, %s, %s; %s in several parts\n", side.name, plural(side.n.Features, "area"),
			plural(side.n.Polygons, "polygon"), plural(side.n.Rings, "ring"), grouped(side.n.Vertices)+" vertices", grouped(side.n.Multiparts))
	}
	const shown = 5
	for from := 0; from < len(r.Repairs); {
		kind, total, to := r.Repairs[from].Kind, 0.0, from
		for ; to < len(r.Repairs) && r.Repairs[to].Kind == kind; to++ {
			total += r.Repairs[to].AreaM2
		}
		fmt.Fprintf(out, "%-16s %s, %.2f m² in all\n", kind, grouped(to-from), total)
		for _, repair := range r.Repairs[from:min(to, from+shown)] {
			open := ""
			if repair.Blocker {
				open = " (open)"
			}
			fmt.Fprintf(out, "  %d. %s%s\n", repair.Number, repair.Line(), open)
		}
		if to-from > shown {
			fmt.Fprintf(out, "  … and %s more\n", grouped(to-from-shown))
		}
		from = to
	}
	switch {
	case len(r.Repairs) == 0:
		fmt.Fprintln(out, "Nothing was to be repaired.")
	case r.Open > 0:
		fmt.Fprintf(out, "%s still open: choose for them with --choose, or change the policy.\n", plural(r.Open, "finding"))
	default:
		fmt.Fprintf(out, "%s, none open.\n", plural(len(r.Repairs), "repair"))
	}
}
