package exchange

import (
	"encoding/json"
	"slices"
	"strconv"

	"onegrid/geo"
	"onegrid/geo/crs"
)

// Bounds of a topology, which is held whole: its arcs are there for all of its
// features. A city of 100,000 grids has some 60 MB of arcs.
const (
	topologyBytes = 128 << 20 // of the arcs, and of the objects
	// arcUses bounds how often arcs are used, on average: twice a level and more
	// than that in no file that is meant well.
	arcUses   = 32
	smallEnds = 100_000 // positions that are always allowed
)

// topology is what the objects of a TopoJSON file are drawn from.
type topology struct {
	arcs      [][]position
	scale     position
	translate position
	quantised bool
	left      int // positions that may still be used
}

// topoGeometry is one object or one member of a collection.
type topoGeometry struct {
	Type        string                     `json:"type"`
	ID          json.RawMessage            `json:"id"`
	Properties  map[string]json.RawMessage `json:"properties"`
	Arcs        json.RawMessage            `json:"arcs"`
	Coordinates json.RawMessage            `json:"coordinates"`
	Geometries  []json.RawMessage          `json:"geometries"`
}

// readTopology reads the features of one object of a topology.
func readTopology(members map[string]json.RawMessage, in *feed) error {
	t := &topology{}
	if err := t.transform(members["transform"]); err != nil {
		return err
	}
	if err := t.readArcs(members["arcs"]); err != nil {
		return err
	}
	var objects map[string]json.RawMessage
	if err := json.Unmarshal(members["objects"], &objects); err != nil {
		return geo.Errorf(geo.Invalid, "a topology has objects by name").On("/objects", short(members["objects"]))
	}
	layer, err := in.pick(sortedKeys(objects))
	if err != nil {
		return err
	}
	degrees := crs.WGS84
	if err := in.begin(Source{Name: in.name, Format: TopoJSON, Layer: layer, CRSFrom: "the format"}, &degrees); err != nil {
		return err
	}
	var top topoGeometry
	if err := json.Unmarshal(objects[layer], &top); err != nil {
		return geo.Errorf(geo.Invalid, "not a TopoJSON geometry").On("/objects/"+layer, short(objects[layer]))
	}
	if top.Type != "GeometryCollection" {
		return t.feature(&top, in)
	}
	for _, raw := range top.Geometries {
		var g topoGeometry
		if err := json.Unmarshal(raw, &g); err != nil {
			return atRow(geo.Errorf(geo.Invalid, "not a TopoJSON geometry").On("/objects/"+layer, short(raw)), in.rows+1)
		}
		if err := t.feature(&g, in); err != nil {
			return err
		}
	}
	return nil
}

// transform reads how whole numbers become coordinates.
func (t *topology) transform(raw json.RawMessage) error {
	if raw == nil || string(raw) == "null" {
		return nil
	}
	var m struct {
		Scale     []float64 `json:"scale"`
		Translate []float64 `json:"translate"`
	}
	if json.Unmarshal(raw, &m) != nil || len(m.Scale) != 2 || len(m.Translate) != 2 {
		return geo.Errorf(geo.Invalid, "a transform has a scale and a translate of two numbers each").On("/transform", short(raw))
	}
	t.quantised = true
	t.scale, t.translate = position(m.Scale), position(m.Translate)
	return nil
}

// readArcs decodes the shared lines. Quantised ones tell each position by its
// distance from the one before.
func (t *topology) readArcs(raw json.RawMessage) error {
	if raw == nil {
		return geo.Errorf(geo.Invalid, "a topology has arcs").On("/arcs", "null")
	}
	c := &coordinates{b: raw}
	total := 0
	arcs, err := list(c, func() ([]position, error) {
		var at position
		arc, err := list(c, func() (position, error) {
			p, _, err := c.pair()
			if err != nil || !t.quantised {
				return p, err
			}
			at[0] += p[0]
			at[1] += p[1]
			return t.place(at), nil
		})
		if err == nil && len(arc) < 2 {
			err = c.bad("an arc has at least two positions")
		}
		total += len(arc)
		return slices.Clip(arc), err
	})
	t.arcs, t.left = arcs, arcUses*total+smallEnds
	return err
}

func (t *topology) place(p position) position {
	return position{p[0]*t.scale[0] + t.translate[0], p[1]*t.scale[1] + t.translate[1]}
}

// pair reads a position as numbers; third tells that there were more than two.
func (c *coordinates) pair() (p position, third bool, err error) {
	x, y, third, err := c.texts()
	if err != nil {
		return p, false, err
	}
	for i, text := range [...][]byte{x, y} {
		if p[i], err = strconv.ParseFloat(string(text), 64); err != nil {
			return p, false, c.bad("a number is wanted in the coordinates")
		}
	}
	return p, third, nil
}

// feature hands over one geometry with its properties. A collection of one is
// that one, as in GeoJSON.
func (t *topology) feature(g *topoGeometry, in *feed) error {
	f := &Feature{ID: g.ID, Properties: g.Properties}
	shape := g
	for depth := 0; shape.Type == "GeometryCollection" && len(shape.Geometries) == 1 && depth < maxDepth; depth++ {
		inner := &topoGeometry{}
		if err := json.Unmarshal(shape.Geometries[0], inner); err != nil {
			return atRow(geo.Errorf(geo.Invalid, "not a TopoJSON geometry").On("/geometries", short(shape.Geometries[0])), in.rows+1)
		}
		shape = inner
	}
	var err error
	if f.drawn, err = t.draw(shape); err != nil {
		return atRow(err, in.rows+1)
	}
	return in.feature(f)
}

// draw puts a geometry together; nil for none.
func (t *topology) draw(g *topoGeometry) (*drawn, error) {
	d := &drawn{kind: g.Type}
	c := &coordinates{b: g.Arcs}
	var err error
	switch g.Type {
	case "":
		return nil, nil
	case "Point", "MultiPoint":
		c.b = g.Coordinates
		err = t.points(c, d)
	case "LineString":
		var line []position
		line, err = t.chain(c)
		d.parts = [][][]position{{line}}
	case "MultiLineString", "Polygon":
		var lines [][]position
		lines, err = list(c, func() ([]position, error) { return t.chain(c) })
		d.parts = [][][]position{lines}
	case "MultiPolygon":
		d.parts, err = list(c, func() ([][]position, error) {
			return list(c, func() ([]position, error) { return t.chain(c) })
		})
	default:
		return nil, geo.Errorf(geo.Invalid, "a geometry of a topology has points, lines or polygons").On("/geometry/type", short([]byte(g.Type)))
	}
	return d, err
}

func (t *topology) points(c *coordinates, d *drawn) error {
	one := func() (position, error) {
		if t.left--; t.left < 0 {
			return position{}, errArcUses()
		}
		p, third, err := c.pair()
		if third {
			d.thirds++
		}
		if t.quantised {
			p = t.place(p)
		}
		return p, err
	}
	var all []position
	var err error
	if d.kind == "Point" {
		var p position
		p, err = one()
		all = []position{p}
	} else {
		all, err = list(c, one)
	}
	d.parts = [][][]position{{all}}
	return err
}

// chain joins arcs: each begins where the one before ends, and a number below
// zero is an arc run backwards.
func (t *topology) chain(c *coordinates) ([]position, error) {
	var out []position
	_, err := list(c, func() (struct{}, error) {
		text, err := c.number()
		if err != nil {
			return struct{}{}, err
		}
		n, err := strconv.Atoi(string(text))
		if err != nil {
			return struct{}{}, c.bad("the number of an arc is wanted here")
		}
		out, err = t.join(out, n)
		return struct{}{}, err
	})
	return out, err
}

func (t *topology) join(out []position, n int) ([]position, error) {
	at, back := n, n < 0
	if back {
		at = ^n
	}
	if at >= len(t.arcs) {
		return nil, geo.Errorf(geo.Invalid, "the topology has no arc %d: it has %d", n, len(t.arcs)).On("/arcs", strconv.Itoa(n))
	}
	arc := t.arcs[at]
	if t.left -= len(arc); t.left < 0 {
		return nil, errArcUses()
	}
	if len(out)+len(arc) > maxVertices {
		return nil, geo.Errorf(geo.TooLarge, "a geometry has at most %d vertices", maxVertices)
	}
	first := arc[0]
	if back {
		first = arc[len(arc)-1]
	}
	if len(out) > 0 {
		if out[len(out)-1] != first {
			return nil, geo.Errorf(geo.Invalid, "arc %d does not begin where the one before it ends", n).On("/arcs", strconv.Itoa(n))
		}
		out = out[:len(out)-1]
	}
	from := len(out)
	out = append(out, arc...)
	if back {
		slices.Reverse(out[from:])
	}
	return out, nil
}

func errArcUses() error {
	return geo.Errorf(geo.TooLarge, "the objects of the topology use its arcs over %d times on average", arcUses)
}
