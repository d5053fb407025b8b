package vtile

import (
	"cmp"
	"slices"

	"onegrid/geo/coverage"
)

// fanout is how many boxes a node of a tree holds.
const fanout = 16

// tree finds the boxes that meet a box. It is packed and never changes: the
// boxes lie in the order of a Hilbert curve, sixteen by sixteen under the boxes
// of the level above.
type tree struct {
	levels [][]coverage.PixelBox // the boxes themselves first, one box last
}

// hilbertOrder returns the order in which boxes should be given to newTree.
func hilbertOrder(boxes []coverage.PixelBox) []int32 {
	all := emptyPixels
	for _, b := range boxes {
		if b.Min.X <= b.Max.X {
			all = grow(grow(all, b.Min), b.Max)
		}
	}
	keys := make([]uint32, len(boxes))
	order := make([]int32, len(boxes))
	wide := max(int64(all.Max.X)-int64(all.Min.X), int64(all.Max.Y)-int64(all.Min.Y), 1)
	for i, b := range boxes {
		mx := (int64(b.Min.X)+int64(b.Max.X))/2 - int64(all.Min.X)
		my := (int64(b.Min.Y)+int64(b.Max.Y))/2 - int64(all.Min.Y)
		keys[i] = hilbert(uint32(mx*0xffff/wide), uint32(my*0xffff/wide))
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(a, b)) })
	return order
}

// hilbert is how far along the Hilbert curve a place of a 65,536 by 65,536
// square lies.
func hilbert(x, y uint32) uint32 {
	var d uint32
	for s := uint32(1 << 15); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += s * s * (3*rx ^ ry)
		if ry == 0 { // turn the quarter so that the curve goes on
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return d
}

// newTree packs boxes, which should be near each other in their order.
func newTree(boxes []coverage.PixelBox) *tree {
	t := &tree{levels: [][]coverage.PixelBox{boxes}}
	for len(boxes) > 1 {
		up := make([]coverage.PixelBox, 0, (len(boxes)+fanout-1)/fanout)
		for group := range slices.Chunk(boxes, fanout) {
			b := emptyPixels
			for _, g := range group {
				b = grow(grow(b, g.Min), g.Max)
			}
			up = append(up, b)
		}
		t.levels = append(t.levels, up)
		boxes = up
	}
	return t
}

// search appends the numbers of the boxes that meet b, ascending.
func (t *tree) search(b coverage.PixelBox, dst []int32) []int32 {
	if len(t.levels[0]) == 0 {
		return dst
	}
	top := len(t.levels) - 1
	if !meetsBox(t.levels[top][0], b) {
		return dst
	}
	return t.under(top, 0, b, dst)
}

func (t *tree) under(level, i int, b coverage.PixelBox, dst []int32) []int32 {
	if level == 0 {
		return append(dst, int32(i))
	}
	boxes := t.levels[level-1]
	for k := i * fanout; k < min((i+1)*fanout, len(boxes)); k++ {
		if !meetsBox(boxes[k], b) {
			continue
		}
		if level == 1 {
			dst = append(dst, int32(k))
		} else {
			dst = t.under(level-1, k, b, dst)
		}
	}
	return dst
}
