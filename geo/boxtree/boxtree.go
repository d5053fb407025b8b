// Package boxtree finds the boxes that meet a box, among many that do not move.
//
// A Tree is a packed R-tree: the boxes lie along a Hilbert curve, every sixteen
// neighbours share a node, whose box is in the level above, and nothing points
// anywhere, for a node's children follow from its place.
//
//	levels[2]:   [           0           ]
//	levels[1]:   [ 0 ]     [ 1 ]     [ 2 ]     boxes of sixteen each
//	levels[0]:   b b b b … b b b b … b b b     the boxes along the curve
//
// The plane is any with whole coordinates of 32 bits: the lattice, or the pixels
// of a zoom.
package boxtree

import "onegrid/geo/lattice"

// fan is how many boxes a node holds.
const fan = 16

// Tree finds boxes. It never changes, and any number of goroutines may use it.
type Tree struct {
	levels [][]lattice.Box
}

// New packs boxes into a tree. There they lie in another order: the box at place
// k of the tree is boxes[order[k]]. The order depends on nothing but the boxes;
// boxes with the same middle keep theirs. The caller's slice is not kept.
func New(boxes []lattice.Box) (t *Tree, order []int32) {
	order = alongCurve(boxes)
	level := make([]lattice.Box, len(boxes))
	for to, from := range order {
		level[to] = boxes[from]
	}
	t = &Tree{levels: [][]lattice.Box{level}}
	for len(level) > 1 {
		level = above(level)
		t.levels = append(t.levels, level)
	}
	return t, order
}

// above returns the nodes' boxes over a level.
func above(level []lattice.Box) []lattice.Box {
	up := make([]lattice.Box, 0, (len(level)+fan-1)/fan)
	for i := 0; i < len(level); i += fan {
		box := level[i]
		for _, b := range level[i+1 : min(i+fan, len(level))] {
			box = box.Union(b)
		}
		up = append(up, box)
	}
	return up
}

// Len is the number of boxes.
func (t *Tree) Len() int { return len(t.levels[0]) }

// Box returns the box at a place.
func (t *Tree) Box(place int32) lattice.Box { return t.levels[0][place] }

// Search appends to places those of the boxes that share at least a point with
// box, in ascending order. An empty box shares none.
func (t *Tree) Search(box lattice.Box, places []int32) []int32 {
	if box.Empty() {
		return places
	}
	top := len(t.levels) - 1
	return t.visit(top, 0, len(t.levels[top]), box, places)
}

// visit looks at the boxes from..to of a level.
func (t *Tree) visit(level, from, to int, box lattice.Box, places []int32) []int32 {
	for i := from; i < to; i++ {
		switch b := t.levels[level][i]; {
		case !near(b, box) || b.Empty():
		case level == 0:
			places = append(places, int32(i))
		default:
			places = t.visit(level-1, i*fan, min((i+1)*fan, len(t.levels[level-1])), box, places)
		}
	}
	return places
}

// near tells that two boxes meet, if neither is empty. It is asked of every box
// on the way, emptiness only of those few that pass.
func near(a, b lattice.Box) bool {
	return a.Min.X <= b.Max.X && b.Min.X <= a.Max.X && a.Min.Y <= b.Max.Y && b.Min.Y <= a.Max.Y
}
