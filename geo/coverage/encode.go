package coverage

import (
	"encoding/binary"

	"onegrid/geo/lattice"
)

// A coverage is stored as a header, chunks of areas and chunks of arcs, all of
// varints:
//
//	header  magic, areas, arcs, regions
//	areas   'A', count, then per area: flags, level, code, parent's code
//	arcs    'B', count of sides, sides, count of arcs, then per arc:
//	        left side, right side, points, first point, steps
//
// Areas lie in the order of level and code, arcs in the Z-order of where they
// start. A chunk ends where the content says so: at a code or a starting point
// whose hash ends in zeros. So a change alters the chunks around it and no
// others, and editions share the rest. Nothing in a chunk is a number that the
// coverage allotted: areas are told by code, regions of one area by their
// smallest vertex and the way on from there.
const (
	magic      = "onegrid coverage 1\n"
	areasChunk = 'A'
	arcsChunk  = 'B'

	areasPerChunk = 512 // on average; a power of two
	arcsPerChunk  = 64
	chunkBytes    = 1 << 17 // a chunk ends here at the latest
)

// What an area record's flags say.
const (
	flagLocked = 1 << iota
	flagParent
	flagSameParent // as the record before
)

// What a side is.
const (
	sideExterior = iota
	sideArea
	sidePart // one of several regions of an area: its smallest vertex follows, and the next
	sideGap  // likewise
	sideVoid // likewise
)

// appendAreas writes a chunk of areas.
func appendAreas(b []byte, c *Coverage, ids []uint32) []byte {
	b = binary.AppendUvarint(append(b, areasChunk), uint64(len(ids)))
	code, parent := "", ""
	for _, id := range ids {
		a := c.area(int32(id))
		flags := byte(0)
		if a.Locked {
			flags |= flagLocked
		}
		above := ""
		if a.Parent >= 0 {
			flags |= flagParent
			if above = c.area(a.Parent).Code; above == parent {
				flags |= flagSameParent
			}
		}
		b = append(b, flags, a.Level)
		b = appendCode(b, code, a.Code)
		code = a.Code
		if flags&(flagParent|flagSameParent) == flagParent {
			b = appendCode(b, parent, above)
			parent = above
		}
	}
	return b
}

// appendCode writes a code as what it shares with the one before and the rest.
func appendCode(b []byte, before, code string) []byte {
	n := 0
	for n < len(before) && n < len(code) && before[n] == code[n] {
		n++
	}
	b = binary.AppendUvarint(b, uint64(n))
	b = binary.AppendUvarint(b, uint64(len(code)-n))
	return append(b, code[n:]...)
}

// appendArcs writes a chunk of arcs.
func appendArcs(b []byte, c *Coverage, arcs []uint32) []byte {
	sides := map[Region]uint64{}
	var order []Region
	for _, i := range arcs {
		a := c.arcs.at(int(i))
		for _, r := range [...]Region{a.left, a.right} {
			if _, ok := sides[r]; !ok {
				sides[r] = uint64(len(order))
				order = append(order, r)
			}
		}
	}
	b = binary.AppendUvarint(append(b, arcsChunk), uint64(len(order)))
	code := ""
	for _, r := range order {
		b, code = c.appendSide(b, code, r)
	}
	b = binary.AppendUvarint(b, uint64(len(arcs)))
	var start lattice.Point
	for _, i := range arcs {
		a := c.arcs.at(int(i))
		p := a.points
		b = binary.AppendUvarint(b, sides[a.left])
		b = binary.AppendUvarint(b, sides[a.right])
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = appendStep(b, start, p[0])
		for k := 1; k < len(p); k++ {
			b = appendStep(b, p[k-1], p[k])
		}
		start = p[0]
	}
	return b
}

// appendSide writes what a region is, so that it can be known in every chunk.
func (c *Coverage) appendSide(b []byte, code string, r Region) ([]byte, string) {
	area := c.AreaOf(r)
	switch {
	case r == Exterior:
		return append(b, sideExterior), code
	case area >= 0 && len(c.RegionsOf(area)) == 1:
		return appendCode(append(b, sideArea), code, c.area(area).Code), c.area(area).Code
	case area >= 0:
		b = appendCode(append(b, sidePart), code, c.area(area).Code)
		return c.appendLeast(b, r), c.area(area).Code
	case area == Void:
		return c.appendLeast(append(b, sideVoid), r), code
	}
	return c.appendLeast(append(b, sideGap), r), code
}

// appendLeast writes the directed segment that tells one region from all others:
// that from its smallest vertex, the one to the smaller point where its border
// passes there twice. Two regions may have the vertex in common.
func (c *Coverage) appendLeast(b []byte, r Region) []byte {
	p, q := lattice.Point{X: 1<<31 - 1, Y: 1<<31 - 1}, lattice.Point{}
	for h := range c.halvesOf(r) {
		points := c.Chain(h)
		for i := 1; i < len(points); i++ {
			if u, v := points[i-1], points[i]; less(u, p) || u == p && less(v, q) {
				p, q = u, v
			}
		}
	}
	return appendStep(appendStep(b, lattice.Point{}, p), p, q)
}

func appendStep(b []byte, from, to lattice.Point) []byte {
	b = binary.AppendVarint(b, int64(to.X)-int64(from.X))
	return binary.AppendVarint(b, int64(to.Y)-int64(from.Y))
}

// mix spreads a key over all 64 bits (the finish of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// hashString is FNV-1a: it must never change, since chunks end by it.
func hashString(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
