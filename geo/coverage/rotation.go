package coverage

import (
	"slices"

	"onegrid/geo/lattice"
)

// spoke is a half-edge that leaves a node: its number and where it heads.
type spoke struct {
	half   uint32
	dx, dy int64
}

func newSpoke(half uint32, from, to lattice.Point) spoke {
	return spoke{half, int64(to.X) - int64(from.X), int64(to.Y) - int64(from.Y)}
}

// lower tells whether a direction is west, or south of the east-west line.
func (s spoke) lower() bool { return s.dy < 0 || s.dy == 0 && s.dx < 0 }

// sortSpokes puts the spokes of one node in order, counter-clockwise from east.
func sortSpokes(spokes []spoke) {
	slices.SortFunc(spokes, func(a, b spoke) int {
		if l := a.lower(); l != b.lower() {
			if l {
				return 1
			}
			return -1
		}
		switch turn := a.dx*b.dy - a.dy*b.dx; {
		case turn > 0:
			return -1
		case turn < 0:
			return 1
		}
		return 0
	})
}

// link tells, for every half-edge that arrives at the node, the one with which
// the boundary of the face on its left goes on: the first clockwise from the way
// back.
//
//	        \  next
//	  left   \
//	----------o----
//	 arriving  \
func link(spokes []spoke, set func(half, next uint32)) {
	sortSpokes(spokes)
	for i, s := range spokes {
		before := i - 1
		if i == 0 {
			before = len(spokes) - 1
		}
		set(s.half^1, spokes[before].half)
	}
}

// cycles numbers the closed walks that next describes. It returns the walk of
// each half-edge and one half-edge of each walk, the smallest.
func cycles(next []uint32) (walk, start []uint32) {
	walk = make([]uint32, len(next))
	for i := range walk {
		walk[i] = unset
	}
	for h := range uint32(len(next)) {
		if walk[h] != unset {
			continue
		}
		for g := h; walk[g] == unset; g = next[g] {
			walk[g] = uint32(len(start))
		}
		start = append(start, h)
	}
	return walk, start
}
