package world

import (
	"slices"

	"onegrid/geo/lattice"
)

// fan is how many boxes a node of the packed tree holds.
const fan = 16

// packedTree is a static R-tree. The rows are laid out along a Hilbert curve
// and every sixteen neighbours share a node, whose box is in the level above:
// there are no pointers, a node's children follow from its place.
//
//	levels[1]:        [ 0 ]
//	levels[0]:   [ 0 ] [ 1 ] [ 2 ]       boxes of 16 rows each
//	order:       r r r r … r r r r …     rows along the curve
type packedTree struct {
	boxes  []lattice.Box // of each row, by row number
	order  []uint32      // row numbers along the curve
	levels [][]lattice.Box
}

func packTree(boxes []lattice.Box) packedTree {
	t := packedTree{boxes: boxes, order: hilbertOrder(boxes)}
	if len(boxes) == 0 {
		return t
	}
	level := make([]lattice.Box, 0, (len(boxes)+fan-1)/fan)
	for i := 0; i < len(boxes); i += fan {
		b := boxes[t.order[i]]
		for _, row := range t.order[i+1 : min(i+fan, len(boxes))] {
			b = union(b, boxes[row])
		}
		level = append(level, b)
	}
	t.levels = append(t.levels, level)
	for len(level) > 1 {
		level = unionsOf(level)
		t.levels = append(t.levels, level)
	}
	return t
}

func unionsOf(below []lattice.Box) []lattice.Box {
	var level []lattice.Box
	for i := 0; i < len(below); i += fan {
		b := below[i]
		for _, c := range below[i+1 : min(i+fan, len(below))] {
			b = union(b, c)
		}
		level = append(level, b)
	}
	return level
}

// search appends the rows whose boxes meet box, in the curve's order.
func (t *packedTree) search(box lattice.Box, out []int32) []int32 {
	if len(t.levels) == 0 || box.Min.X > box.Max.X || box.Min.Y > box.Max.Y {
		return out
	}
	return t.visit(len(t.levels)-1, 0, 1, box, out)
}

// visit looks at the nodes from..to of a level.
func (t *packedTree) visit(level, from, to int, box lattice.Box, out []int32) []int32 {
	for i := from; i < to; i++ {
		if !meet(t.levels[level][i], box) {
			continue
		}
		if level > 0 {
			out = t.visit(level-1, i*fan, min((i+1)*fan, len(t.levels[level-1])), box, out)
			continue
		}
		for _, row := range t.order[i*fan : min((i+1)*fan, len(t.order))] {
			if meet(t.boxes[row], box) {
				out = append(out, int32(row))
			}
		}
	}
	return out
}

func meet(a, b lattice.Box) bool {
	return a.Min.X <= b.Max.X && b.Min.X <= a.Max.X && a.Min.Y <= b.Max.Y && b.Min.Y <= a.Max.Y
}

func union(a, b lattice.Box) lattice.Box {
	return lattice.Box{
		Min: lattice.Point{X: min(a.Min.X, b.Min.X), Y: min(a.Min.Y, b.Min.Y)},
		Max: lattice.Point{X: max(a.Max.X, b.Max.X), Y: max(a.Max.Y, b.Max.Y)},
	}
}

// hilbertOrder sorts the rows by the place of their boxes' middles on a Hilbert
// curve of 65,536 steps a side over all of them.
func hilbertOrder(boxes []lattice.Box) []uint32 {
	if len(boxes) == 0 {
		return nil
	}
	all := boxes[0]
	for _, b := range boxes {
		all = union(all, b)
	}
	w := max(int64(all.Max.X)-int64(all.Min.X), 1)
	h := max(int64(all.Max.Y)-int64(all.Min.Y), 1)
	keys := make([]uint64, len(boxes))
	for i, b := range boxes {
		x := ((int64(b.Min.X)+int64(b.Max.X))/2 - int64(all.Min.X)) * 0xffff / w
		y := ((int64(b.Min.Y)+int64(b.Max.Y))/2 - int64(all.Min.Y)) * 0xffff / h
		keys[i] = uint64(hilbert(uint32(x), uint32(y)))<<32 | uint64(i)
	}
	slices.Sort(keys)
	order := make([]uint32, len(keys))
	for i, k := range keys {
		order[i] = uint32(k)
	}
	return order
}

// hilbert is the place of (x, y), both below 65,536, on the curve: quadrant by
// quadrant, turning and mirroring the frame as the curve does.
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
		d += s * s * ((3 * rx) ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return d
}
