package vtile

import (
	"math"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Places are projected once, to a base lattice of WebMercator that is 1<<31 wide
// and high: what fits into an int32, and the lattice from which a coverage's
// pixel maps are made too, so that a building's corner on a border stays on it.
// A zoom's pixel is the base place shifted right, rounded half up: alike in
// every tile of the zoom, because the place is rounded and not its distance from
// a tile's corner.
const (
	baseBits   = 31
	baseSize   = 1 << baseBits
	extentBits = 12
	halfTurn   = 180 * lattice.Scale
)

// project returns the place nearest to p on the base lattice. Beyond 85.0511°
// the north and south edges of the world answer.
func project(p lattice.Point) coverage.Pixel {
	x := (float64(p.X) + halfTurn) * (baseSize / (2.0 * halfTurn))
	sin := math.Sin(float64(p.Y) * (math.Pi / halfTurn))
	y := (0.5 - math.Atanh(sin)/(2*math.Pi)) * baseSize
	return coverage.Pixel{X: onBase(x), Y: onBase(y)}
}

func onBase(v float64) int32 { return int32(max(0, min(baseSize-1, math.Round(v)))) }

// at returns the pixel of a base place at zoom z.
func at(p coverage.Pixel, z uint8) coverage.Pixel {
	shift := baseBits - extentBits - z
	half := int64(1) << shift >> 1
	return coverage.Pixel{X: int32((int64(p.X) + half) >> shift), Y: int32((int64(p.Y) + half) >> shift)}
}

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
	return coverage.PixelBox{Min: at(b.Min, z), Max: at(b.Max, z)}
}

// base returns the box of the base places whose pixels at zoom z are in a box.
func base(b coverage.PixelBox, z uint8) coverage.PixelBox {
	shift := baseBits - extentBits - z
	half := int64(1) << shift >> 1
	lo := func(v int32) int32 { return int32(max(int64(v)<<shift-half, 0)) }
	hi := func(v int32) int32 { return int32(min(max((int64(v)+1)<<shift-half-1, 0), baseSize-1)) }
	return coverage.PixelBox{
		Min: coverage.Pixel{X: lo(b.Min.X), Y: lo(b.Min.Y)},
		Max: coverage.Pixel{X: hi(b.Max.X), Y: hi(b.Max.Y)},
	}
}

// unproject returns the lattice point nearest to a base place.
func unproject(p coverage.Pixel) lattice.Point {
	lon := float64(p.X)*(2.0*halfTurn/baseSize) - halfTurn
	lat := math.Atan(math.Sinh(math.Pi*(1-2*float64(p.Y)/baseSize))) * (halfTurn / math.Pi)
	return lattice.Point{X: int32(math.Round(lon)), Y: int32(math.Round(lat))}
}

// perMetre is how many base units a metre on the ground is at a latitude, for
// Mercator stretches by 1/cos.
func perMetre(p lattice.Point) float64 {
	const equatorM = 2 * math.Pi * 6378137 // of the sphere that WebMercator draws
	return baseSize / (equatorM * math.Cos(float64(p.Y)*(math.Pi/halfTurn)))
}

// latticeBox returns a box of lattice points that holds all that are drawn in a
// box of pixels at zoom z.
func latticeBox(b coverage.PixelBox, z uint8) lattice.Box {
	b = base(b, z)
	nw, se := unproject(b.Min), unproject(b.Max)
	return lattice.Box{ // a unit more each way, for the rounding there and back
		Min: lattice.Point{X: nw.X - 1, Y: se.Y - 1},
		Max: lattice.Point{X: se.X + 1, Y: nw.Y + 1},
	}
}
