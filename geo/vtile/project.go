package vtile

import (
	"math"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// What is drawn is kept on coverage's base lattice of WebMercator, from which the
// pixels of every zoom are rounded.

// boxOf is the box around places of one zoom, or of the base.
func boxOf(places []coverage.Pixel) lattice.Box {
	b := lattice.EmptyBox()
	for _, p := range places {
		b = b.Extend(lattice.Point(p))
	}
	return b
}

// boxAt returns a base box at zoom z. Rounding keeps order, so it holds what the
// box held.
func boxAt(b coverage.PixelBox, z uint8) coverage.PixelBox {
	return coverage.PixelBox{Min: b.Min.At(z), Max: b.Max.At(z)}
}

// base returns the box of the base places whose pixels at zoom z are in a box.
func base(b coverage.PixelBox, z uint8) coverage.PixelBox {
	shift := coverage.BaseShift(z)
	half := int64(1) << shift >> 1
	lo := func(v int32) int32 { return int32(max(int64(v)<<shift-half, 0)) }
	hi := func(v int32) int32 { return int32(min(max((int64(v)+1)<<shift-half-1, 0), coverage.BaseSize-1)) }
	return coverage.PixelBox{
		Min: coverage.Pixel{X: lo(b.Min.X), Y: lo(b.Min.Y)},
		Max: coverage.Pixel{X: hi(b.Max.X), Y: hi(b.Max.Y)},
	}
}

// perMetre is how many base units a metre on the ground is at a latitude, for
// Mercator stretches by 1/cos.
func perMetre(p lattice.Point) float64 {
	const equatorM = 2 * math.Pi * 6378137 // of the sphere that WebMercator draws
	return coverage.BaseSize / (equatorM * math.Cos(p.Lat()*math.Pi/180))
}

// latticeBox returns a box of lattice points that holds all that are drawn in a
// box of pixels at zoom z.
func latticeBox(b coverage.PixelBox, z uint8) lattice.Box {
	b = base(b, z)
	nw, se := coverage.Unproject(b.Min), coverage.Unproject(b.Max)
	return lattice.Box{ // a unit more each way, for the rounding there and back
		Min: lattice.Point{X: nw.X - 1, Y: se.Y - 1},
		Max: lattice.Point{X: se.X + 1, Y: nw.Y + 1},
	}
}
