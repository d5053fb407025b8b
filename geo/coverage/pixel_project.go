package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// The base lattice is WebMercator with the world BaseSize wide and high (a unit is
// about 2 cm at the equator), y to the south. Whatever is drawn is projected to it
// once, borders and all that lies between them alike, so that a building's corner
// on a border stays on it. A zoom's pixel is the base place shifted right by
// BaseShift, rounded to the nearest: alike in every tile, because the place is
// rounded and not its distance from a tile's corner.
//
// 31 bits fit in an int32 and leave three bits below the pixels of
// MaxPixelZoom, so that neighbouring points seldom fall together before a pixel
// joins them.
const (
	BaseSize   = 1 << baseBits
	baseBits   = 31
	extentBits = 12 // PixelExtent = 1<<extentBits
)

// maxLatitude is where WebMercator's square ends.
const maxLatitude = 85.05112877980659

// BaseShift is how many bits finer the base lattice is than a zoom's pixels. The
// zoom is at most MaxPixelZoom.
func BaseShift(z uint8) uint { return baseBits - extentBits - uint(z) }

const halfTurn = 180 * lattice.Scale

// Project returns the place nearest to p on the base lattice. Beyond the square's
// end it answers with the end.
func Project(p lattice.Point) Pixel {
	x := (float64(p.X) + halfTurn) * (BaseSize / (2.0 * halfTurn))
	sin := math.Sin(float64(p.Y) * (math.Pi / halfTurn))
	return BaseAt(x, (0.5-math.Atanh(sin)/(2*math.Pi))*BaseSize)
}

// Unproject returns the lattice point nearest to a base place.
func Unproject(b Pixel) lattice.Point {
	lon := float64(b.X)*(2.0*halfTurn/BaseSize) - halfTurn
	lat := math.Atan(math.Sinh(math.Pi*(1-2*float64(b.Y)/BaseSize))) * (halfTurn / math.Pi)
	return lattice.Point{X: int32(math.Round(lon)), Y: int32(math.Round(lat))}
}

// BaseAt returns the place nearest to x, y that is on the base lattice.
func BaseAt(x, y float64) Pixel {
	onto := func(v float64) int32 { return int32(max(0, min(BaseSize-1, math.Round(v)))) }
	return Pixel{X: onto(x), Y: onto(y)}
}

// At returns the pixel of a base place at a zoom.
func (p Pixel) At(z uint8) Pixel { return Pixel(toPixel(lattice.Point(p), BaseShift(z))) }

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
	const rad = math.Pi / halfTurn
	if a.X == b.X || a.Y == b.Y {
		return dst // straight there too
	}
	dx, dy := float64(b.X)-float64(a.X), float64(b.Y)-float64(a.Y)
	// Nothing bends more than it does at the end that is farther from the equator.
	sin, cos := math.Sincos(min(max(math.Abs(float64(a.Y)), math.Abs(float64(b.Y))), maxLatitude*lattice.Scale) * rad)
	pixels := float64(int64(PixelExtent)<<z) / (2 * math.Pi) // a radian of longitude
	bend := dy * rad * dy * rad / 8 * sin / (cos * cos) * pixels
	for n, i := math.Ceil(math.Sqrt(8*bend)), 1.0; i < n; i++ {
		dst = append(dst, lattice.Point(Project(lattice.Point{
			X: int32(math.Round(float64(a.X) + dx*i/n)),
			Y: int32(math.Round(float64(a.Y) + dy*i/n)),
		})))
	}
	return dst
}
