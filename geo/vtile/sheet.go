package vtile

import (
	"slices"

	"onegrid/geo/coverage"
)

// sheet is a network as one zoom shows it, in a tile's own form: of each arc the
// steps from place to place as geometry commands have them, in both directions.
// An outline that lies in a tile as a whole is its arcs' steps copied one after
// the other, whichever level it is of; only what a tile cuts is taken apart.
type sheet struct {
	outlines coverage.PixelMap // without its points and arcs, which are below
	arcs     []sheetArc
	steps    []byte
	ends     []uint32 // of each half-arc's steps
	borders  []borderLines
	size     int64 // in bytes
}

// sheetArc is an arc from one node to another.
type sheetArc struct {
	ends  [2]coverage.Pixel
	count int32 // of steps
	box   coverage.PixelBox
}

func newSheet(m *coverage.PixelMap) *sheet {
	s := &sheet{outlines: *m, arcs: make([]sheetArc, len(m.Arcs)), ends: make([]uint32, 0, 2*len(m.Arcs))}
	s.outlines.Points, s.outlines.Arcs = nil, nil
	w := writer{geom: make([]byte, 0, 6*len(m.Points))}
	for i := range m.Arcs {
		pts := m.Chain(i)
		last := len(pts) - 1
		s.arcs[i] = sheetArc{ends: [2]coverage.Pixel{pts[0], pts[last]}, count: int32(last), box: m.Arcs[i].Box}
		w.cursor = pts[0]
		w.steps(pts[1:])
		s.ends = append(s.ends, uint32(len(w.geom)))
		for k := last - 1; k >= 0; k-- {
			w.delta(pts[k])
		}
		s.ends = append(s.ends, uint32(len(w.geom)))
	}
	s.steps = slices.Clip(w.geom)
	return s
}

// measure finds how many bytes the sheet holds, its arcs about four times in
// outlines and trees.
func (s *sheet) measure() {
	s.size = int64(len(s.steps)) + 104*int64(len(s.arcs))
	for _, b := range s.borders {
		s.size += 4*int64(len(b.halves)) + 21*int64(len(b.ends))
	}
}

// of returns where a half-arc begins and its steps from there.
func (s *sheet) of(h coverage.HalfArc) (coverage.Pixel, []byte) {
	first := uint32(0)
	if h > 0 {
		first = s.ends[h-1]
	}
	return s.arcs[h>>1].ends[h&1], s.steps[first:s.ends[h]]
}

// appendPlaces appends the places that a half-arc comes to.
func (s *sheet) appendPlaces(dst []coverage.Pixel, h coverage.HalfArc) []coverage.Pixel {
	at, steps := s.of(h)
	dst, _ = appendPlaces(dst, at, steps, int(s.arcs[h>>1].count))
	return dst
}

// whole puts a ring into the writer's geometry. Its last step, which leads back
// to where it began, is the command to close it.
func (s *sheet) whole(w *writer, r coverage.PixelRing) {
	start := s.copy(w, r.Arcs, -1)
	last := lastStep(w.geom)
	x, i := number(w.geom, last)
	y, _ := number(w.geom, i)
	w.cursor = coverage.Pixel{X: start.X - unzigzag(x), Y: start.Y - unzigzag(y)}
	w.geom = append(w.geom[:last], closePath)
}

// wholeLine puts a line into the writer's geometry.
func (s *sheet) wholeLine(w *writer, line []coverage.HalfArc) {
	s.copy(w, line, 0)
	last := line[len(line)-1]
	w.cursor = s.arcs[last>>1].ends[last&1^1]
}

// copy puts half-arcs one after the other into the writer's geometry, as a line
// that is told to have so many steps more than they have, and returns where it
// begins.
func (s *sheet) copy(w *writer, halves []coverage.HalfArc, more int32) coverage.Pixel {
	start, _ := s.of(halves[0])
	w.moveTo(start)
	for _, h := range halves {
		more += s.arcs[h>>1].count
	}
	w.geom = appendUvarint(w.geom, uint64(more)<<3|lineTo)
	for _, h := range halves {
		_, steps := s.of(h)
		w.geom = append(w.geom, steps...)
	}
	return start
}

// lastStep is where the last two numbers of some commands begin.
func lastStep(b []byte) int {
	i := len(b)
	for range 2 {
		for i--; i > 0 && b[i-1] >= 0x80; i-- {
		}
	}
	return i
}

// outline is a polygon of a sheet: an outer ring and its holes.
type outline struct {
	*sheet
	rings  []coverage.PixelRing
	places []coverage.Pixel
}

// holds tells whether a place that is on no ring is inside. Arcs that do not
// pass it to the east, at its height, are not looked into.
func (o *outline) holds(p coverage.Pixel) bool {
	in := false
	for _, r := range o.rings {
		for _, h := range r.Arcs {
			a := &o.arcs[h>>1]
			if b := a.box; b.Max.X < p.X || b.Min.Y > p.Y || b.Max.Y < p.Y {
				continue
			}
			o.places = o.appendPlaces(append(o.places[:0], a.ends[h&1]), h)
			pts := o.places
			for i := range len(pts) - 1 {
				if passes(p, pts[i], pts[i+1]) {
					in = !in
				}
			}
		}
	}
	return in
}

// passes tells that the segment from a to b crosses the ray from p to the east.
func passes(p, a, b coverage.Pixel) bool {
	if (a.Y > p.Y) == (b.Y > p.Y) {
		return false
	}
	return (cross(a, b, p) < 0) == (b.Y < a.Y)
}

// outline adds what the frame leaves of a ring of a sheet. An arc that lies off
// the frame is passed by its box, and one within it is taken as it is.
func (c *clipper) outline(s *sheet, r coverage.PixelRing) {
	first, open := len(c.pieces), false
	c.rings++
	for _, h := range r.Arcs {
		a := &s.arcs[h>>1]
		switch {
		case open && c.encloses(a.box):
			from := len(c.points)
			c.points = s.appendPlaces(c.points, h)
			c.continued(from)
		case open || !c.misses(a.box.Min, a.box.Max):
			at := a.ends[h&1]
			c.places = s.appendPlaces(c.places[:0], h)
			for _, p := range c.places {
				open = c.edge(at, p, open)
				at = p
			}
		}
	}
	if open {
		c.closeRing(first)
	}
}
