package vtile

import (
	"math"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Longitudes and the world's width at MaxZoom, both whole numbers.
const (
	halfTurn  = 180 * lattice.Scale
	worldBits = MaxZoom + 12 // the world is 1<<worldBits pixels wide
)

// Project returns the pixel nearest to p at MaxZoom. Longitude is exact; beyond
// 85.0511° the north and south edges of the world answer.
func Project(p lattice.Point) coverage.Pixel {
	x := ((int64(p.X)+halfTurn)<<worldBits + halfTurn) / (2 * halfTurn)
	s := math.Sin(float64(p.Y) * (math.Pi / halfTurn))
	y := 0.5 - math.Atanh(s)/(2*math.Pi)
	const size = 1 << worldBits
	return coverage.Pixel{X: int32(x), Y: int32(math.Round(min(max(y, 0), 1) * size))}
}

// at returns where a pixel of MaxZoom lies at zoom z, rounded half up: alike in
// every tile of the zoom, because the place is rounded and not its distance from
// a tile's corner.
func at(p coverage.Pixel, z uint8) coverage.Pixel {
	shift := MaxZoom - z
	half := int32(1) << shift >> 1
	return coverage.Pixel{X: (p.X + half) >> shift, Y: (p.Y + half) >> shift}
}

// boxAt returns a box of MaxZoom at zoom z. Rounding keeps order, so it holds
// what the box held.
func boxAt(b coverage.PixelBox, z uint8) coverage.PixelBox {
	return coverage.PixelBox{Min: at(b.Min, z), Max: at(b.Max, z)}
}

// unproject returns the lattice point nearest to a pixel of MaxZoom.
func unproject(p coverage.Pixel) lattice.Point {
	const size = 1 << worldBits
	x := (int64(p.X)*2*halfTurn+size/2)>>worldBits - halfTurn
	lat := math.Atan(math.Sinh(math.Pi*(1-2*float64(p.Y)/size))) * (halfTurn / math.Pi)
	return lattice.Point{X: int32(min(max(x, -halfTurn), halfTurn)), Y: int32(math.Round(lat))}
}

// unitsPerMetre is how many pixels of MaxZoom a metre on the ground is at a
// latitude: Mercator stretches by 1/cos.
func unitsPerMetre(p lattice.Point) float64 {
	const equatorM = 2 * math.Pi * 6378137 // of the sphere that WebMercator draws
	return (1 << worldBits) / (equatorM * math.Cos(float64(p.Y)*(math.Pi/halfTurn)))
}
