package coverage

import (
	"onegrid/geo/lattice"
)

// outlines are the shapes of all areas as labelled edges. A label is a polygon
// of a shape: edges of one polygon count by parity (even-odd), polygons of one
// area are united.
type outlines struct {
	edges  []edge
	labels []label
	report *Report
	areas  []Area
}

// label is a polygon of the input.
type label struct {
	area int32
	row  int
}

// add appends the polygons of one shape.
func (o *outlines) add(area int32, s *Shape) {
	for _, polygon := range s.Shape {
		o.labels = append(o.labels, label{area, s.Row})
		for _, ring := range polygon {
			o.ring(int32(len(o.labels)-1), ring)
		}
	}
}

// ring appends the edges of a ring, with or without the closing repeat, in
// either direction. What it says twice or encloses nothing is left out and
// reported; a spike cancels by itself when edges are merged.
func (o *outlines) ring(l int32, ring lattice.Ring) {
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		ring = ring[:n-1]
	}
	if len(ring) == 0 {
		return
	}
	distinct := 0
	a := ring[len(ring)-1]
	for _, b := range ring {
		if a == b {
			if len(ring) > 1 {
				o.fault(RepairDuplicate, l, b, "the repeat was dropped")
			}
			continue
		}
		distinct++
		a = b
	}
	if distinct < 3 {
		o.fault(RepairDropped, l, ring[0], "dropped: a ring of fewer than three different points in a row has no inside")
		return
	}
	before, a := lattice.Point{}, ring[len(ring)-1]
	for i := len(ring) - 2; i >= 0; i-- {
		if before = ring[i]; before != a {
			break
		}
	}
	for _, b := range ring {
		if a == b {
			continue
		}
		if b == before {
			o.fault(RepairSpike, l, a, "cut off: the outline runs out and back")
		}
		o.edges = append(o.edges, edge{a, b, l})
		before, a = a, b
	}
}

// note reports what noding met: where an outline crosses itself, and where a
// border passed a vertex so closely that they became one. Where outlines of
// different areas cross, the overlaps and gaps between them are reported.
func (o *outlines) note(notices []notice) {
	done := map[string]string{
		RepairBowTie: "filled even-odd: what its edges go round twice is outside",
		RepairBent:   "bent through the vertex, by less than two lattice units",
	}
	type place struct {
		kind string
		at   lattice.Point
		area int32
	}
	seen := make(map[place]bool, len(notices))
	for _, n := range notices {
		if k := (place{n.kind, n.at, o.labels[n.label].area}); !seen[k] {
			seen[k] = true
			o.fault(n.kind, n.label, n.at, done[n.kind])
		}
	}
}

func (o *outlines) fault(kind string, l int32, at lattice.Point, done string) {
	o.report.Repairs = append(o.report.Repairs, Repair{
		Kind: kind, At: at, Codes: []string{o.areas[o.labels[l].area].Code}, Rows: rows(o.labels[l].row), Done: done,
	})
}

func rows(row int) []int {
	if row == 0 {
		return nil
	}
	return []int{row}
}
