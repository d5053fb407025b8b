package boxtree

import (
	"math"
	"slices"

	"onegrid/geo/lattice"
)

// side is how many steps a side of the Hilbert curve's square has, less one.
const side = 1<<16 - 1

// alongCurve returns the numbers of the boxes in the order in which a Hilbert
// curve through the square over all of them comes by their middles.
func alongCurve(boxes []lattice.Box) []int32 {
	all := lattice.EmptyBox()
	for _, b := range boxes {
		all = all.Union(b)
	}
	wide := max(all.Width(), all.Height(), 1)
	keys := make([]uint64, len(boxes))
	for i, b := range boxes {
		place := uint32(math.MaxUint32)
		if !b.Empty() {
			m := b.Center()
			x := (int64(m.X) - int64(all.Min.X)) * side / wide
			y := (int64(m.Y) - int64(all.Min.Y)) * side / wide
			place = hilbert(uint32(x), uint32(y))
		}
		keys[i] = uint64(place)<<32 | uint64(i)
	}
	slices.Sort(keys)
	order := make([]int32, len(keys))
	for i, k := range keys {
		order[i] = int32(uint32(k))
	}
	return order
}

// hilbert is how far along the curve a place of the square lies: quarter by
// quarter, turning and mirroring the frame as the curve does.
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
		if ry == 0 {
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return d
}
