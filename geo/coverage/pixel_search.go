package coverage

import (
	"slices"

	"onegrid/geo/boxtree"
	"onegrid/geo/lattice"
)

// SearchAreas appends to dst the areas of a level whose rings' boxes, all
// together, meet the box, in ascending order.
func (m *PixelMap) SearchAreas(level int, b PixelBox, dst []int32) []int32 {
	if level < 0 || level >= len(m.levels) {
		return dst
	}
	return m.levels[level].search(b, dst)
}

// pixelLevel finds the areas of a level that have rings, by their boxes.
type pixelLevel struct {
	tree  *boxtree.Tree
	areas []int32 // by place in the tree
}

func newPixelLevel(drawn []int32, boxes []lattice.Box) pixelLevel {
	tree, order := boxtree.New(boxes)
	areas := make([]int32, len(order))
	for place, i := range order {
		areas[place] = drawn[i]
	}
	return pixelLevel{tree, areas}
}

func (l *pixelLevel) search(b PixelBox, dst []int32) []int32 {
	from := len(dst)
	dst = l.tree.Search(b.Plain(), dst)
	for i, place := range dst[from:] {
		dst[from+i] = l.areas[place]
	}
	slices.Sort(dst[from:])
	return dst
}
