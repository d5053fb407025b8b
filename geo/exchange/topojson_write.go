package exchange

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"
	"strconv"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// writeTopology writes a TopoJSON topology with one object. Coordinates are the
// lattice's own whole numbers, so that nothing is rounded; what grids share is
// written once, as the coverage has it. The layer is gone over twice, for the
// objects and for the arcs that they named.
func writeTopology(out io.Writer, o Output, layer func(*Writer) error) error {
	w := bufio.NewWriterSize(out, 1<<16)
	t := &topologySink{w: w, shared: sharedArcs(o.Coverage), coverage: o.Coverage}
	name, err := json.Marshal(o.Layer)
	if err != nil {
		return err
	}
	w.WriteString(`{"type":"Topology","transform":{"scale":[1e-7,1e-7],"translate":[0,0]},"objects":{`)
	w.Write(name)
	w.WriteString(`:{"type":"GeometryCollection","geometries":[`)
	t.begin(false)
	if err := layer(&Writer{t}); err != nil {
		return err
	}
	w.WriteString("\n]}},\"arcs\":[")
	t.begin(true)
	if err := layer(&Writer{t}); err != nil {
		return err
	}
	w.WriteString("\n]}\n")
	return w.Flush()
}

// topologySink writes the geometries of a topology, or, the second time, its
// arcs, in the order in which the geometries named them.
type topologySink struct {
	w        *bufio.Writer
	coverage *coverage.Coverage
	shared   map[[2]lattice.Point]coverage.HalfArc // by the first segment
	used     map[int]int                           // the coverage's arc -> ours
	next     int
	arcs     bool // it is their turn
	count    int
	buf      []byte
}

// sharedArcs finds the arcs of a coverage by their first segment, in both
// directions. A segment is in one arc only.
func sharedArcs(c *coverage.Coverage) map[[2]lattice.Point]coverage.HalfArc {
	if c == nil {
		return nil
	}
	out := make(map[[2]lattice.Point]coverage.HalfArc, 2*c.Arcs())
	for i := range c.Arcs() {
		points := c.Arc(i).Points
		n := len(points)
		out[[2]lattice.Point{points[0], points[1]}] = coverage.HalfArc(i << 1)
		out[[2]lattice.Point{points[n-1], points[n-2]}] = coverage.HalfArc(i<<1 | 1)
	}
	return out
}

func (t *topologySink) begin(arcs bool) {
	t.used, t.next, t.arcs, t.count = map[int]int{}, 0, arcs, 0
}

func (t *topologySink) close() error { return nil }

// add writes a geometry with its properties.
func (t *topologySink) add(r *record) error {
	b := append(comma(t.buf[:0], t.count), "\n{"...)
	t.count++
	b = t.geometry(b, r)
	if r.id != 0 {
		b = strconv.AppendInt(append(b, `,"id":`...), r.id, 10)
	}
	b, err := appendProperties(append(b, ','), r.properties)
	if err != nil {
		return err
	}
	t.buf = append(b, '}')
	if !t.arcs {
		_, err = t.w.Write(t.buf)
	}
	return err
}

func (t *topologySink) geometry(b []byte, r *record) []byte {
	g := &r.shape
	switch draws(g) {
	case drawsPoint:
		return appendWhole(append(b, `"type":"Point","coordinates":`...), int64(g.Point.X), int64(g.Point.Y))
	case drawsLine:
		if len(g.Lines) == 1 {
			return t.own(append(b, `"type":"LineString","arcs":`...), g.Lines[0])
		}
		b = append(b, `"type":"MultiLineString","arcs":[`...)
		for i, line := range g.Lines {
			b = t.own(comma(b, i), line)
		}
		return append(b, ']')
	case drawsPolygon:
		if len(g.Polygons) == 1 {
			return t.polygon(append(b, `"type":"Polygon","arcs":`...), g.Polygons[0])
		}
		b = append(b, `"type":"MultiPolygon","arcs":[`...)
		for i, p := range g.Polygons {
			b = t.polygon(comma(b, i), p)
		}
		return append(b, ']')
	}
	return append(b, `"type":null`...)
}

func (t *topologySink) polygon(b []byte, p lattice.Polygon) []byte {
	b = append(b, '[')
	for i, ring := range p {
		b = t.ring(comma(b, i), ring)
	}
	return append(b, ']')
}

// ring writes the arcs that a ring is made of: those of the coverage, or one of
// its own.
func (t *topologySink) ring(b []byte, ring lattice.Ring) []byte {
	halves := t.halves(ring)
	if halves == nil {
		return t.own(b, append(slices.Clip(ring), ring[0]))
	}
	b = append(b, '[')
	for i, h := range halves {
		arc := int(h >> 1)
		at, ok := t.used[arc]
		if !ok {
			at = t.arc(t.coverage.Arc(arc).Points)
			t.used[arc] = at
		}
		if h&1 != 0 {
			at = ^at
		}
		b = strconv.AppendInt(comma(b, i), int64(at), 10)
	}
	return append(b, ']')
}

// halves cuts a ring where arcs of the coverage begin; nil if it is not made of
// them.
func (t *topologySink) halves(ring lattice.Ring) (out []coverage.HalfArc) {
	n := len(ring)
	at := func(i int) lattice.Point { return ring[i%n] }
	first := func(i int) (coverage.HalfArc, bool) {
		h, ok := t.shared[[2]lattice.Point{at(i), at(i + 1)}]
		return h, ok
	}
	start := 0
	for ; start < n; start++ {
		if _, ok := first(start); ok {
			break
		}
	}
	for i := start; i < start+n; {
		h, ok := first(i)
		if !ok {
			return nil
		}
		chain := t.coverage.Chain(h)
		for k, p := range chain {
			if at(i+k) != p {
				return nil
			}
		}
		i += len(chain) - 1
		if i > start+n {
			return nil
		}
		out = append(out, h)
	}
	return out
}

// own writes a chain as an arc that nobody shares.
func (t *topologySink) own(b []byte, chain []lattice.Point) []byte {
	return append(strconv.AppendInt(append(b, '['), int64(t.arc(chain)), 10), ']')
}

// arc numbers an arc, and writes it when it is the arcs' turn: each position as
// its distance from the one before.
func (t *topologySink) arc(points []lattice.Point) int {
	number := t.next
	t.next++
	if !t.arcs {
		return number
	}
	b := append(comma(nil, number), "\n["...)
	var before lattice.Point
	for i, p := range points {
		b = appendWhole(comma(b, i), int64(p.X)-int64(before.X), int64(p.Y)-int64(before.Y))
		before = p
	}
	t.w.Write(append(b, ']'))
	return number
}

func appendWhole(b []byte, x, y int64) []byte {
	b = strconv.AppendInt(append(b, '['), x, 10)
	return append(strconv.AppendInt(append(b, ','), y, 10), ']')
}
