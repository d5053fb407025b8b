package citygen

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
)

// class is what a line is, in the order in which lines are laid.
type class uint8

const (
	border class = iota // of the jurisdiction
	shore
	waterline // cuts the lake's surface; not drawn
	river
	stream
	rail
	motorway
	primary
	secondary
	tertiary
	residential
	service
)

// traits of each class: half of its width and what else is kept free of plots
// beside it, in metres; its class on the base map.
var traits = [...]struct {
	halfWidth, setback float64
	base               string
}{
	border:      {0, 6, ""},
	shore:       {0, 74, ""},
	waterline:   {0, 4, ""},
	river:       {46, 26, ""},
	stream:      {9, 14, ""},
	rail:        {8, 18, ""},
	motorway:    {20, 20, "motorway"},
	primary:     {20, 9, "primary"},
	secondary:   {15, 6, "secondary"},
	tertiary:    {11, 4.5, "tertiary"},
	residential: {7, 3, "residential"},
	service:     {3.5, 2, "service"},
}

// plotLine is how far a plot stays from the middle of a line of the class.
func (c class) plotLine() float64 { return traits[c].halfWidth + traits[c].setback }

// street tells whether the class is a street.
func (c class) street() bool { return c >= motorway }

// barrier tells whether lines of class by end at c rather than cross it: lesser
// streets have no bridges.
func (c class) barrier(by class) bool {
	switch c {
	case border, shore, waterline:
		return true
	case river, rail, motorway:
		return by > secondary
	case stream:
		return by > tertiary
	}
	return false
}

// line is a street or a water's edge from end to end, whatever crosses it.
type line struct {
	class  class
	name   geo.Text
	pieces [][]lattice.Point // in the order in which they were laid
}

// zone is what a face is at large.
type zone uint8

const (
	land zone = iota
	water
	island
	upland // a hill: no streets, no plots
)

func (m *planar) newLine(c class) int32 {
	m.lines = append(m.lines, line{class: c})
	return int32(len(m.lines) - 1)
}

// bridges are the nodes in rivers and streams at which streets that can cross
// them come from both banks.
func (m *planar) bridges() map[lattice.Point]bool {
	out := map[lattice.Point]bool{}
	for h := range half(len(m.next)) {
		c := m.class(h)
		if c != river && c != stream {
			continue
		}
		banks := 0
		for _, o := range m.outOf(h) {
			banks += bool01(m.class(o).street() && !c.barrier(m.class(o)))
		}
		if banks > 1 {
			out[m.origin(h)] = true
		}
	}
	return out
}

// wetPoints are the points of rivers and streams.
func (m *planar) wetPoints() map[lattice.Point]class {
	wet := map[lattice.Point]class{}
	for i := range m.lines {
		if c := m.lines[i].class; c == river || c == stream {
			for _, p := range m.lines[i].pieces {
				for _, q := range p {
					wet[q] = c
				}
			}
		}
	}
	return wet
}
