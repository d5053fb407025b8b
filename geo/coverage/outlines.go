package coverage

import (
	"fmt"
	"slices"

	"onegrid/geo/lattice"
)

// outlines are the shapes of all areas as labelled edges. A label is a polygon
// of a shape: edges of one polygon count by parity (even-odd), polygons of one
// area are united.
type outlines struct {
	edges  []edge
	labels []label
	rings  []uint32 // where each ring's edges begin
	wound  []notice // rings that run the wrong way, see winding
	report *Report
	areas  []Area
	policy Policy
	choose *chooser
	snap   *snapper
	budget int // of sides that may be looked at to place holes, see holes.go

	prints map[fingerprint]uint64 // how often each was met
	ring   []lattice.Point        // for reuse
}

// label is a polygon of the input.
type label struct {
	area         int32
	row          int
	at           lattice.Point // its smallest point
	edges, rings uint32        // where its edges and rings begin
}

// leastOf returns the smallest point of a polygon.
func leastOf(polygon lattice.Polygon) (best lattice.Point) {
	first := true
	for _, ring := range polygon {
		for _, p := range ring {
			if first || less(p, best) {
				best, first = p, false
			}
		}
	}
	return best
}

// edgesEnd returns where the edges of a label end.
func (o *outlines) edgesEnd(l int32) uint32 {
	if int(l)+1 < len(o.labels) {
		return o.labels[l+1].edges
	}
	return uint32(len(o.edges))
}

// ringsOf returns where the edges of each ring of a label begin.
func (o *outlines) ringsOf(l int32) []uint32 {
	if int(l)+1 < len(o.labels) {
		return o.rings[o.labels[l].rings:o.labels[l+1].rings]
	}
	return o.rings[o.labels[l].rings:]
}

// single tells repairs apart that are drawn alike, by their order in the file.
func (o *outlines) single(f fingerprint) uint64 {
	if o.prints == nil {
		o.prints = map[fingerprint]uint64{}
	}
	before := o.prints[f]
	o.prints[f]++
	return uint64(f) + before*0x9e3779b97f4a7c15
}

// add appends the polygons of one shape.
func (o *outlines) add(area int32, s *Shape) {
	for i, polygon := range s.Shape {
		o.labels = append(o.labels, label{area, s.Row, leastOf(polygon), uint32(len(o.edges)), uint32(len(o.rings))})
		l := int32(len(o.labels) - 1)
		if i == 0 {
			for _, p := range s.Unclosed {
				o.fault(RepairUnclosed, l, p, "closed")
			}
		}
		leave := o.holes(l, polygon)
		for i, ring := range polygon {
			if leave == nil || !leave[i] {
				o.trace(l, ring, i > 0)
			}
		}
	}
}

// trace appends the edges of a ring, with or without the closing repeat, in
// either direction. What it says twice or encloses nothing is left out and
// reported; what it draws twice cancels when edges are merged.
func (o *outlines) trace(l int32, ring lattice.Ring, hole bool) {
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		ring = ring[:n-1]
	}
	if len(ring) == 0 {
		return
	}
	points := o.distinct(l, ring)
	if len(points) < 3 {
		o.fault(RepairDropped, l, ring[0], "dropped: a ring of fewer than three different points in a row has no inside")
		return
	}
	outward := lattice.Winding(points)
	if hole {
		outward = -outward
	}
	if outward < 0 {
		o.wound = append(o.wound, notice{RepairWinding, points[0], l})
	}
	points = o.spikes(l, points, outward)
	o.rings = append(o.rings, uint32(len(o.edges)))
	a := points[len(points)-1]
	for _, b := range points {
		if dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y); dx >= -1 && dx <= 1 && dy >= -1 && dy <= 1 {
			o.fault(RepairNear, l, b, "kept: it is one lattice unit from the point before, and neighbours may share both")
		}
		o.edges = append(o.edges, edge{a, b, l})
		a = b
	}
}

// listedWindings is up to how many rings that run the wrong way are each listed,
// whatever they are of all.
const listedWindings = 10

// winding reports the rings that run the wrong way, each with its place. But where
// most rings of the input do, its writer had another rule, as that of shapefiles
// is: that is one thing to know, and told in one line.
func (o *outlines) winding() {
	if n := len(o.wound); n > listedWindings && 2*n > len(o.rings) {
		first := slices.MinFunc(o.wound, func(a, b notice) int { return lattice.Compare(a.at, b.at) })
		o.report.Repairs = append(o.report.Repairs, Repair{Kind: RepairWinding, At: first.at, Count: n,
			Done: fmt.Sprintf("%d of %d rings read as if they ran the other way: outlines are filled even-odd", n, len(o.rings))})
		return
	}
	for _, n := range o.wound {
		o.fault(n.kind, n.label, n.at, "read as if it ran the other way: outlines are filled even-odd")
	}
}

// distinct returns the points of a ring, vertices that belong together brought
// together, without those that repeat the one before. The list is used again for
// the next ring.
func (o *outlines) distinct(l int32, ring lattice.Ring) []lattice.Point {
	points := o.ring[:0]
	before := o.snap.to(ring[len(ring)-1])
	for _, p := range ring {
		b := o.snap.to(p)
		if b != p {
			o.moved(l, p, b)
		}
		if b == before {
			if len(ring) > 1 {
				o.fault(RepairDuplicate, l, b, "the repeat was dropped")
			}
			continue
		}
		points = append(points, b)
		before = b
	}
	o.ring = points
	return points
}

// note reports what noding met: where an outline crosses itself, and where a
// border passed a vertex so closely that they became one. Where outlines of
// different areas cross, the overlaps and gaps between them are reported.
func (o *outlines) note(notices []notice) error {
	done := map[string]string{
		RepairBowTie:   "filled even-odd: what its edges go round twice is outside",
		RepairCrossing: "filled even-odd: a place that an odd number of rings go round is ground",
		RepairBent:     "bent through the vertex, by less than two lattice units",
	}
	if err := o.crossings(notices); err != nil {
		return err
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
	return nil
}

func (o *outlines) fault(kind string, l int32, at lattice.Point, done string) {
	o.report.Repairs = append(o.report.Repairs, o.found(kind, l, at, done))
}

// found describes a fault of a polygon.
func (o *outlines) found(kind string, l int32, at lattice.Point, done string) Repair {
	return Repair{Kind: kind, At: at, Codes: []string{o.areas[o.labels[l].area].Code}, Rows: rows(o.labels[l].row), Done: done}
}

func rows(row int) []int {
	if row == 0 {
		return nil
	}
	return []int{row}
}
