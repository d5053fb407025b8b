package coverage

import "onegrid/geo/lattice"

// zkey interleaves the bits of a point's coordinates. In the order of these keys
// (Z-order) what is near on the ground is mostly near in the list: vertices,
// arcs and stored chunks are kept so.
func zkey(p lattice.Point) uint64 {
	// Flipping the sign bit makes negative numbers come first.
	return spread(uint32(p.X)^1<<31) | spread(uint32(p.Y)^1<<31)<<1
}

// spread puts a zero before each bit.
func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000ffff0000ffff
	x = (x | x<<8) & 0x00ff00ff00ff00ff
	x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
	x = (x | x<<2) & 0x3333333333333333
	x = (x | x<<1) & 0x5555555555555555
	return x
}

// keyed is a key with the number of what it belongs to.
type keyed struct {
	key uint64
	id  uint32
}

// sortKeyed sorts by key, equal keys in their given order: a radix sort over
// those bits that differ at all.
func sortKeyed(items []keyed) []keyed {
	const digit = 11
	if len(items) < 2 {
		return items
	}
	var differ uint64
	for i := range items {
		differ |= items[i].key ^ items[0].key
	}
	other := make([]keyed, len(items))
	for shift := 0; shift < 64 && differ>>shift != 0; shift += digit {
		if differ>>shift&(1<<digit-1) == 0 {
			continue
		}
		var at [1 << digit]uint32
		for i := range items {
			at[items[i].key>>shift&(1<<digit-1)]++
		}
		sum := uint32(0)
		for d, n := range at {
			at[d], sum = sum, sum+n
		}
		for i := range items {
			d := items[i].key >> shift & (1<<digit - 1)
			other[at[d]] = items[i]
			at[d]++
		}
		items, other = other, items
	}
	return items
}

// zpoint is the inverse of zkey.
func zpoint(key uint64) lattice.Point {
	return lattice.Point{X: int32(gather(key) ^ 1<<31), Y: int32(gather(key>>1) ^ 1<<31)}
}

// gather is the inverse of spread.
func gather(x uint64) uint32 {
	x &= 0x5555555555555555
	x = (x | x>>1) & 0x3333333333333333
	x = (x | x>>2) & 0x0f0f0f0f0f0f0f0f
	x = (x | x>>4) & 0x00ff00ff00ff00ff
	x = (x | x>>8) & 0x0000ffff0000ffff
	x = (x | x>>16) & 0x00000000ffffffff
	return uint32(x)
}
