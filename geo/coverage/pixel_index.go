package coverage

import (
	"cmp"
	"math"
	"slices"
)

// boxIndex is a packed R-tree: boxes in the order of a Hilbert curve through
// their middles, sixteen to a node, node boxes level upon level behind them, no
// pointers.
type boxIndex struct {
	boxes []PixelBox // leaves, then each level of nodes, the root last
	ids   []int32    // of the leaves
	ends  []int      // where each level ends in boxes
}

const nodeSize = 16

// newBoxIndex indexes boxes by the ids that stand beside them.
func newBoxIndex(boxes []PixelBox, ids []int32) *boxIndex {
	x := &boxIndex{}
	if len(boxes) == 0 {
		return x
	}
	all := emptyPixelBox()
	for _, b := range boxes {
		all = all.union(b)
	}
	order := make([]int, len(boxes))
	key := make([]uint32, len(boxes))
	for i, b := range boxes {
		order[i], key[i] = i, all.hilbert(b)
	}
	slices.SortFunc(order, func(i, j int) int {
		return cmp.Or(cmp.Compare(key[i], key[j]), cmp.Compare(ids[i], ids[j]))
	})
	for _, i := range order {
		x.boxes, x.ids = append(x.boxes, boxes[i]), append(x.ids, ids[i])
	}
	x.ends = []int{len(x.boxes)}
	for from := 0; len(x.boxes)-from > 1; {
		to := len(x.boxes)
		for i := from; i < to; i += nodeSize {
			node := emptyPixelBox()
			for _, b := range x.boxes[i:min(to, i+nodeSize)] {
				node = node.union(b)
			}
			x.boxes = append(x.boxes, node)
		}
		x.ends = append(x.ends, len(x.boxes))
		from = to
	}
	return x
}

// search appends to dst the ids whose boxes meet b, in ascending order.
func (x *boxIndex) search(b PixelBox, dst []int32) []int32 {
	if len(x.boxes) == 0 {
		return dst
	}
	start := len(dst)
	top := len(x.ends) - 1
	dst = x.visit(top, len(x.boxes)-1, b, dst)
	slices.Sort(dst[start:])
	return dst
}

// visit searches below box i of a level.
func (x *boxIndex) visit(level, i int, b PixelBox, dst []int32) []int32 {
	if !x.boxes[i].meets(b) {
		return dst
	}
	if level == 0 {
		return append(dst, x.ids[i])
	}
	start, below := x.ends[level-1], 0
	if level > 1 {
		below = x.ends[level-2]
	}
	first := below + (i-start)*nodeSize
	for k := first; k < min(start, first+nodeSize); k++ {
		dst = x.visit(level-1, k, b, dst)
	}
	return dst
}

func emptyPixelBox() PixelBox {
	return PixelBox{Pixel{math.MaxInt32, math.MaxInt32}, Pixel{math.MinInt32, math.MinInt32}}
}

// Empty tells that nothing is in the box.
func (b PixelBox) Empty() bool { return b.Min.X > b.Max.X }

func (b PixelBox) meets(o PixelBox) bool {
	return b.Min.X <= o.Max.X && o.Min.X <= b.Max.X && b.Min.Y <= o.Max.Y && o.Min.Y <= b.Max.Y
}

func (b PixelBox) union(o PixelBox) PixelBox {
	return PixelBox{
		Pixel{min(b.Min.X, o.Min.X), min(b.Min.Y, o.Min.Y)},
		Pixel{max(b.Max.X, o.Max.X), max(b.Max.Y, o.Max.Y)},
	}
}

// hilbert returns where the middle of a box inside b lies along a Hilbert curve
// of 2^16 steps a side.
func (b PixelBox) hilbert(o PixelBox) uint32 {
	scale := func(least, most, lo, hi int32) uint32 {
		return uint32((int64(lo) + int64(hi) - 2*int64(least)) * 0xFFFF / (2*(int64(most)-int64(least)) + 1))
	}
	x := scale(b.Min.X, b.Max.X, o.Min.X, o.Max.X)
	y := scale(b.Min.Y, b.Max.Y, o.Min.Y, o.Max.Y)
	var d uint32
	for s := uint32(1) << 15; s > 0; s >>= 1 {
		rx, ry := x&s/s, y&s/s
		d += s * s * (3*rx ^ ry)
		if ry == 0 { // turn the quadrant
			if rx == 1 {
				x, y = 0xFFFF-x, 0xFFFF-y
			}
			x, y = y, x
		}
	}
	return d
}
