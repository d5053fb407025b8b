package coverage

import "onegrid/geo/lattice"

// edge is a straight piece of a border as the input draws it. Who crosses it
// enters or leaves label, whichever it was: membership is by parity, so the
// direction does not matter, and an edge drawn twice for one label is no edge.
// A border between two areas is two edges, one for each.
type edge struct {
	a, b  lattice.Point
	label int32
}

// linework is a set of segments, each once.
type linework struct {
	points []lattice.Point // the vertices, each once
	segs   [][2]uint32     // ends, as indices of points
	first  []uint32        // labels of segment i: labels[first[i]:first[i+1]]
	labels []int32         // ascending within a segment, none twice
}

// node snap-rounds edges: afterwards segments meet only at their ends.
// What neither crosses nor is touched does not move.
func node(edges []edge) (*linework, error) { panic("todo") }
