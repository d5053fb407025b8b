package coverage

import (
	"sort"

	"onegrid/geo/lattice"
)

// drawing checks the segments: none of zero length, none twice, and any two have
// at most an end in common, at a node or along their arc.
func (k *checker) drawing() {
	c := k.c
	k.cells = newCells(k.points, k.first)
	k.cells.each(func(s uint32) {
		if k.points[s] == k.points[s+1] {
			arc := k.arcOf(s)
			k.add(ZeroLength, k.points[s], k.beside(arc), "arc %d repeats %v", arc, k.points[s])
		}
	})
	inner := make([]bool, len(k.points)) // not an end of its arc
	for i := range inner {
		inner[i] = true
	}
	for i := range c.Arcs() {
		inner[k.first[i]], inner[k.first[i+1]-1] = false, false
	}
	reported := map[[2]uint32]bool{}
	k.cells.pairs(func(s, t uint32) {
		if s > t {
			s, t = t, s
		}
		kind, at := meetingOf(k.points, s, t, inner)
		if kind == "" || reported[[2]uint32{s, t}] {
			return
		}
		reported[[2]uint32{s, t}] = true
		i, j := k.arcOf(s), k.arcOf(t)
		k.add(kind, at, append(k.beside(i), k.beside(j)...), "%v to %v of arc %d and %v to %v of arc %d",
			k.points[s], k.points[s+1], i, k.points[t], k.points[t+1], j)
	})
}

// arcOf returns the arc of a segment.
func (k *checker) arcOf(s uint32) int {
	return sort.Search(k.c.Arcs(), func(i int) bool { return k.first[i+1] > s })
}

// meetingOf tells how two segments meet that should not, and where; empty when
// all is well.
func meetingOf(points []lattice.Point, s, t uint32, inner []bool) (kind string, at lattice.Point) {
	a, b, c, d := points[s], points[s+1], points[t], points[t+1]
	if a == b || c == d {
		return "", a // zero length, reported as such
	}
	if a == c && b == d || a == d && b == c {
		return SegmentTwice, a
	}
	if t == s+1 { // one after the other on an arc
		if lattice.OnSegment(a, b, d) || lattice.OnSegment(c, d, a) {
			return Crossing, b
		}
		return "", a
	}
	for _, e := range [...][4]uint32{{s, t, s + 1, t + 1}, {s, t + 1, s + 1, t}, {s + 1, t, s, t + 1}, {s + 1, t + 1, s, t}} {
		if points[e[0]] != points[e[1]] {
			continue
		}
		p, q, r := points[e[0]], points[e[2]], points[e[3]]
		switch {
		case lattice.OnSegment(p, q, r) || lattice.OnSegment(p, r, q):
			return Crossing, p
		case inner[e[0]] || inner[e[1]]:
			return Touch, p
		}
		return "", p
	}
	switch {
	case lattice.OnSegment(a, b, c):
		return Crossing, c
	case lattice.OnSegment(a, b, d):
		return Crossing, d
	case lattice.OnSegment(c, d, a):
		return Crossing, a
	case lattice.OnSegment(c, d, b):
		return Crossing, b
	case lattice.SegmentsCross(a, b, c, d):
		return Crossing, a
	}
	return "", a
}
