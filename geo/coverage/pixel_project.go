package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// The base lattice is WebMercator with the world 1<<baseBits wide (about 2 cm
// at the equator), y to the south. Every point is projected to it once; a zoom's
// pixel is the base point shifted right by baseShift, rounded to the nearest,
// alike in every tile.
//
// 31 bits fit in an int32 and leave three bits below the pixels of
// MaxPixelZoom, so that neighbouring points seldom fall together before a pixel
// joins them.
const (
	baseBits   = 31
	extentBits = 12 // PixelExtent = 1<<extentBits
)

// maxLatitude is where WebMercator's square ends.
const maxLatitude = 85.05112877980659

// baseShift is how many bits finer the base lattice is than a zoom's pixels.
func baseShift(z uint8) uint { return baseBits - extentBits - uint(z) }

// project brings a lattice point to the base lattice. Beyond the square's end
// it answers with the end.
func project(p lattice.Point) lattice.Point {
	const world = 1 << baseBits
	x := (float64(p.X) + 180*lattice.Scale) * (world / (360.0 * lattice.Scale))
	sin := math.Sin(float64(p.Y) * (math.Pi / 180 / lattice.Scale))
	y := (0.5 - math.Atanh(sin)/(2*math.Pi)) * world
	return lattice.Point{X: ontoBase(x), Y: ontoBase(y)}
}

func ontoBase(v float64) int32 {
	return int32(max(0, min(1<<baseBits-1, math.Round(v))))
}

// toPixel rounds a base point to a pixel: half a pixel goes up.
func toPixel(p lattice.Point, shift uint) lattice.Point {
	half := int64(1) << shift >> 1
	return lattice.Point{
		X: int32((int64(p.X) + half) >> shift),
		Y: int32((int64(p.Y) + half) >> shift),
	}
}

// appendBetween appends the base points that a segment of the lattice needs
// between its ends. Straight on the lattice it is bent on Mercator's map: by
// d²·y"/8 in the middle, d being its height and y" = sec·tan of the latitude.
// Left straight, a segment of a kilometre could pass a vertex on the other side
// at the finest zoom. An eighth of a pixel does no harm.
func appendBetween(dst []lattice.Point, a, b lattice.Point, z uint8) []lattice.Point {
	const rad = math.Pi / 180 / lattice.Scale
	if a.X == b.X || a.Y == b.Y {
		return dst // straight there too
	}
	dx, dy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	// Nothing bends more than it does at the end that is farther from the equator.
	sin, cos := math.Sincos(min(max(math.Abs(float64(a.Y)), math.Abs(float64(b.Y))), maxLatitude*lattice.Scale) * rad)
	pixels := float64(int64(PixelExtent)<<z) / (2 * math.Pi) // a radian of longitude
	bend := dy * rad * dy * rad / 8 * sin / (cos * cos) * pixels
	for n, i := math.Ceil(math.Sqrt(8*bend)), 1.0; i < n; i++ {
		dst = append(dst, project(lattice.Point{
			X: int32(math.Round(float64(a.X) + dx*i/n)),
			Y: int32(math.Round(float64(a.Y) + dy*i/n)),
		}))
	}
	return dst
}
