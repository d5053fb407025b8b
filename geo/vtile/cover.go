package vtile

import (
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Cover returns the tiles of a zoom that a box touches, buffers included, row by
// row.
func Cover(b lattice.Box, z uint8) []Tile {
	if b.Empty() {
		return nil
	}
	nw := coverage.Project(lattice.Point{X: b.Min.X, Y: b.Max.Y})
	se := coverage.Project(lattice.Point{X: b.Max.X, Y: b.Min.Y})
	return cover(boxAt(coverage.PixelBox{Min: nw, Max: se}, z), z, Buffer)
}

// cover returns the tiles that a box of pixels touches when each reaches so many
// pixels beyond its edge.
func cover(b coverage.PixelBox, z uint8, buffer int32) []Tile {
	last := int64(1)<<z - 1
	column := func(v int32) uint32 { return uint32(min(max(int64(v)/Extent, 0), last)) }
	x0, x1 := column(b.Min.X-buffer), column(b.Max.X+buffer)
	y0, y1 := column(b.Min.Y-buffer), column(b.Max.Y+buffer)
	out := make([]Tile, 0, int(x1-x0+1)*int(y1-y0+1))
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			out = append(out, Tile{Z: z, X: x, Y: y})
		}
	}
	return out
}
