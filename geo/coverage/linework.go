package coverage

import (
	"slices"

	"onegrid/geo/lattice"
)

// edge is a straight piece of a border as the input draws it. Who crosses it
// enters or leaves label, whichever it was: membership is by parity, so the
// direction does not matter, and an edge drawn twice for one label is no edge.
// A border between two areas is two edges, one for each.
type edge struct {
	a, b  lattice.Point
	label int32
}

// linework is a set of segments, each once. Vertices are in Z-order, segments by
// their ends, so it does not depend on the order in which edges came.
type linework struct {
	points []lattice.Point // the vertices, each once
	segs   []segment
	first  []uint32 // labels of segment i: labels[first[i]:first[i+1]]
	labels []int32  // ascending within a segment, none twice, at least one

	notices []notice // what noding met
	pinned  []bool   // by vertex, if not nil: chains end there whatever meets
}

// notice is something that the owner of an outline should know.
type notice struct {
	kind  string
	at    lattice.Point
	label int32
}

// segment has its ends as indices of points, u < v.
type segment struct{ u, v uint32 }

// ends returns where a segment runs, the smaller end first.
func (l *linework) ends(s uint32) (a, b lattice.Point) {
	return ordered(l.points[l.segs[s].u], l.points[l.segs[s].v])
}

// labelsOf returns what crossing a segment enters or leaves.
func (l *linework) labelsOf(s uint32) []int32 {
	return l.labels[l.first[s]:l.first[s+1]]
}

// merge makes linework of edges: those that coincide become one segment, and
// labels drawn an even number of times cancel.
func merge(edges []edge) *linework {
	l := &linework{}
	ends := l.index(edges)
	labels := make([]int32, len(edges))
	for i := range edges {
		labels[i] = edges[i].label
	}
	l.fold(ends, labels)
	return l
}

// fold makes the segments of edges between numbered points, each with its label.
func (l *linework) fold(ends []segment, labels []int32) {
	type end struct {
		v     uint32
		label int32
	}
	// Sort by the smaller end with one counting pass; the few segments of one
	// vertex are then sorted among themselves.
	at := make([]uint32, len(l.points)+1)
	for i := range ends {
		at[ends[i].u+1]++
	}
	for i := 1; i < len(at); i++ {
		at[i] += at[i-1]
	}
	sorted := make([]end, len(ends))
	fill := slices.Clone(at)
	for i, s := range ends {
		sorted[fill[s.u]] = end{s.v, labels[i]}
		fill[s.u]++
	}
	l.segs = make([]segment, 0, len(ends)/2+1)
	l.first = make([]uint32, 0, len(ends)/2+2)
	l.labels = make([]int32, 0, len(ends))
	for u := range l.points {
		fan := sorted[at[u]:at[u+1]]
		slices.SortFunc(fan, func(a, b end) int {
			if a.v != b.v {
				return int(int64(a.v) - int64(b.v))
			}
			return int(int64(a.label) - int64(b.label))
		})
		for i := 0; i < len(fan); {
			v, start := fan[i].v, len(l.labels)
			for i < len(fan) && fan[i].v == v {
				j := i + 1
				for j < len(fan) && fan[j] == fan[i] {
					j++
				}
				if (j-i)%2 == 1 && v != uint32(u) {
					l.labels = append(l.labels, fan[i].label)
				}
				i = j
			}
			if len(l.labels) > start {
				l.segs = append(l.segs, segment{uint32(u), v})
				l.first = append(l.first, uint32(start))
			}
		}
	}
	l.first = append(l.first, uint32(len(l.labels)))
	l.dropUnused()
}

// dropUnused takes out the vertices whose edges all cancelled.
func (l *linework) dropUnused() {
	used := make([]bool, len(l.points))
	for _, s := range l.segs {
		used[s.u], used[s.v] = true, true
	}
	to := make([]uint32, len(l.points))
	kept := l.points[:0]
	for v, p := range l.points {
		to[v] = uint32(len(kept))
		if used[v] {
			kept = append(kept, p)
		}
	}
	if len(kept) == len(l.points) {
		return
	}
	l.points = kept
	for i, s := range l.segs {
		l.segs[i] = segment{to[s.u], to[s.v]}
	}
}

// index numbers the distinct ends of edges in Z-order and returns each edge's.
func (l *linework) index(edges []edge) []segment {
	// Edges of a ring follow each other, and what was bent comes as often in a row
	// as it has labels, so most ends are those of the edge before.
	keys := make([]keyed, 0, len(edges)+len(edges)/8)
	number := func(p lattice.Point) uint32 {
		keys = append(keys, keyed{zkey(p), uint32(len(keys))})
		return uint32(len(keys) - 1)
	}
	ends := make([]segment, len(edges))
	var before edge
	var last segment // of the edge before
	for i, e := range edges {
		s := segment{last.v, last.v}
		switch {
		case i > 0 && e.a == before.b:
		case i > 0 && e.a == before.a:
			s.u = last.u
		default:
			s.u = number(e.a)
		}
		if i == 0 || e.b != before.b {
			s.v = number(e.b)
		}
		ends[i], before, last = s, e, s
	}
	rank := make([]uint32, len(keys))
	l.points = make([]lattice.Point, 0, len(keys)/2)
	previous := uint64(0)
	for i, k := range sortKeyed(keys) {
		if i == 0 || k.key != previous {
			l.points = append(l.points, zpoint(k.key))
			previous = k.key
		}
		rank[k.id] = uint32(len(l.points) - 1)
	}
	for i, s := range ends {
		u, v := rank[s.u], rank[s.v]
		ends[i] = segment{min(u, v), max(u, v)}
	}
	return ends
}
