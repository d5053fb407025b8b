package exchange

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// objectReader turns features into the rows of one layer.
type objectReader struct {
	layer    geo.Layer
	fields   Fields
	geometry *geometryReader
	out      geo.Objects
	seen     map[string]int // code -> row
	notes    *notes
}

// add decodes one feature. A feature whose outline is beyond use is left out and
// noted; anything else that is wrong refuses the file.
func (o *objectReader) add(f *Feature) error {
	r := &row{f: f, fields: o.fields}
	code := r.code()
	if r.err != nil {
		return r.err
	}
	if first, ok := o.seen[code]; ok {
		return (&geo.Error{Kind: geo.Invalid, Row: f.Row, Message: "code " + code + " was met before, in row " + itoa(first)}).On("/properties/code", code)
	}
	o.seen[code] = f.Row
	if err := o.decode(r, code); err != nil {
		return err
	}
	return r.err
}

func (o *objectReader) decode(r *row, code string) (err error) {
	switch o.layer {
	case geo.Estates:
		e := geo.Estate{Code: code, Name: r.name("name"), PropertyManager: r.text("property_manager")}
		if e.Shape, err = o.outline(r, code); err == nil && e.Shape != nil {
			o.out.Estates = append(o.out.Estates, e)
		}
	case geo.Buildings:
		var b geo.Building
		if b, err = o.building(r, code); err == nil && b.Shape != nil {
			o.out.Buildings = append(o.out.Buildings, b)
		}
	case geo.Devices:
		d := geo.Device{Code: code, Name: r.name("name"), Kind: r.text("kind"), State: r.text("state"), Link: r.text("link"), View: view(r)}
		if d.Kind == "" {
			r.fail("kind", "", "a device has a kind: camera, gate, water-level …")
		}
		if d.Point, err = o.geometry.point(r.f); err == nil {
			o.out.Devices = append(o.out.Devices, d)
		}
	case geo.Sites:
		s := geo.Site{Code: code, Name: r.name("name"), Kind: r.text("kind"), Address: r.text("address"), Link: r.text("link")}
		if s.Point, err = o.geometry.point(r.f); err == nil {
			o.out.Sites = append(o.out.Sites, s)
		}
	case geo.Posts:
		o.out.Posts = append(o.out.Posts, post(r, code))
	case geo.Base:
		b := geo.BaseFeature{Code: code, Kind: r.text("kind"), Class: r.text("class"), Name: r.name("name")}
		if b.Kind == "" {
			r.fail("kind", "", "a base feature has a kind: street, water, green, rail …")
		}
		if b.Shape, err = o.drawing(r, code); err == nil && (b.Shape.Point != nil || b.Shape.Lines != nil || b.Shape.Polygons != nil) {
			o.out.Base = append(o.out.Base, b)
		}
	}
	return err
}

func (o *objectReader) building(r *row, code string) (geo.Building, error) {
	b := geo.Building{
		Code: code, Name: r.name("name"), Address: r.text("address"), Estate: r.text("estate"), Use: r.text("use"),
		Storeys: r.integer("storeys", -20, 0), HeightM: o.height(r, code),
	}
	r.decode("units", &b.Units)
	if n := r.integer("households", 0, 0); n > 0 && b.Units == nil {
		b.Units = []geo.Unit{{Code: code + "-1", Households: n}}
	}
	for _, u := range b.Units {
		if u.Households < 0 || u.Code == "" {
			r.fail("units", u.Code, "a unit has a code and a count of households")
		}
	}
	shape, err := o.outline(r, code)
	if err != nil || shape == nil {
		return b, err
	}
	b.Shape = shape
	var given *lattice.Point
	r.decode("interior", &given)
	b.Interior, _ = lattice.Interior(shape)
	if given != nil && lattice.Side(shape, *given) > 0 {
		b.Interior = *given
	}
	return b, nil
}

// maxHeightM is above the tallest building there is, in metres.
const maxHeightM = 2000

// height reads a building's height. Measured heights come with values that stand
// for none, and with worse: those no building can have are left out and noted,
// since the rest of the file is worth having. What is no number refuses the file.
func (o *objectReader) height(r *row, code string) float64 {
	raw, name := r.get("height_m")
	if raw == nil && r.fields["height_m"] == "" {
		raw, name = r.get("height")
	}
	if raw == nil {
		return 0
	}
	text, _ := scalar(raw)
	m, err := strconv.ParseFloat(text, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || math.IsNaN(m) {
		r.fail(name, short(raw), "a number of metres is wanted here")
		return 0
	}
	if m < 0 || m > maxHeightM {
		o.notes.add(Note{Kind: "no-height", Row: r.f.Row, Code: code, Done: "left out: " + name + " is " + short(raw)})
		return 0
	}
	return m
}

// outline reads a polygon of one object and drops what has no area. Nil means
// that nothing was left, which is noted.
func (o *objectReader) outline(r *row, code string) (lattice.MultiPolygon, error) {
	shape, unclosed, err := o.geometry.polygons(r.f)
	if err != nil {
		return nil, err
	}
	if unclosed > 0 {
		o.notes.add(Note{Kind: "unclosed-ring", Row: r.f.Row, Code: code, Done: "closed"})
	}
	clean, dropped := tidy(shape)
	if len(clean) == 0 {
		o.notes.add(Note{Kind: "no-area", Row: r.f.Row, Code: code, At: somePoint(shape), Done: "left out"})
		return nil, nil
	}
	if dropped > 0 {
		o.notes.add(Note{Kind: "dropped-ring", Row: r.f.Row, Code: code, At: somePoint(shape), Done: "dropped"})
	}
	return clean, nil
}

// drawing reads what a base feature draws: a point, lines or an outline. Nothing
// means that nothing was left, which is noted.
func (o *objectReader) drawing(r *row, code string) (d geo.Geometry, err error) {
	kind, err := o.geometry.kind(r.f)
	if err != nil {
		return d, err
	}
	switch kind {
	case "Point":
		p, err := o.geometry.point(r.f)
		return geo.Geometry{Point: &p}, err
	case "LineString", "MultiLineString":
		if d.Lines, err = o.geometry.lines(r.f); err == nil && d.Lines == nil {
			o.notes.add(Note{Kind: "no-line", Row: r.f.Row, Code: code, Done: "left out"})
		}
		return d, err
	case "Polygon", "MultiPolygon":
		d.Polygons, err = o.outline(r, code)
		return d, err
	}
	return d, geo.Errorf(geo.Invalid, "a base feature has a point, lines or polygons").On("/geometry/type", kind)
}

// tidy takes out repeated points and rings without area, and winds outer rings
// counter-clockwise and holes clockwise. A polygon without its outer ring goes
// whole.
func tidy(mp lattice.MultiPolygon) (out lattice.MultiPolygon, dropped int) {
	for _, p := range mp {
		var q lattice.Polygon
		for i, ring := range p {
			ring = withoutRepeats(ring)
			wind := 0
			if len(ring) >= 3 {
				wind = lattice.Winding(ring)
			}
			if wind == 0 {
				dropped++
				if i == 0 {
					break
				}
				continue
			}
			if (wind > 0) != (i == 0) {
				slices.Reverse(ring)
			}
			q = append(q, ring)
		}
		if len(q) > 0 {
			out = append(out, q)
		}
	}
	return out, dropped
}

func withoutRepeats(ring lattice.Ring) lattice.Ring {
	out := ring[:0:0]
	for _, p := range ring {
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

func somePoint(mp lattice.MultiPolygon) *lattice.Point {
	for _, p := range mp {
		for _, ring := range p {
			if len(ring) > 0 {
				return &ring[0]
			}
		}
	}
	return nil
}

func view(r *row) *geo.View {
	v := geo.View{
		BearingDeg: r.number("bearing_deg", -360, 360),
		AngleDeg:   r.number("angle_deg", 0, 360),
		RangeM:     r.number("range_m", 0, 10_000),
	}
	if v.RangeM == 0 || v.AngleDeg == 0 {
		return nil
	}
	return &v
}

func post(r *row, code string) geo.Post {
	return geo.Post{
		Code: code, Role: r.text("role"), Name: r.name("name"), Ref: r.text("ref"), Link: r.text("link"),
		Areas: r.codes("areas"), Units: r.codes("units"), From: moment(r, "from"), To: moment(r, "to"),
	}
}

// moment reads an RFC 3339 time or a date.
func moment(r *row, ours string) *time.Time {
	s := r.text(ours)
	if s == "" {
		return nil
	}
	for _, layout := range [...]string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return &t
		}
	}
	r.fail(ours, s, "a date (2026-11-23) or an RFC 3339 time is wanted here")
	return nil
}
