package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// The WGS84 ellipsoid (CGCS2000's differs by a tenth of a millimetre at the
// pole).
const (
	semiMajorM = 6378137.0
	flattening = 1 / 298.257223563
	eccentric2 = flattening * (2 - flattening) // the first eccentricity squared
)

const unitRad = math.Pi / 180 / lattice.Scale // one lattice unit in radians

// northOfM2 returns the area between the equator and the segment a-b, straight on
// a plan of longitude and latitude, in square metres: positive for a segment
// north of the equator that runs west, so that a ring's segments sum to its area,
// counter-clockwise positive.
//
// The strip under a parallel is its width times q, the integral of the
// ellipsoid's area element up to the latitude. Over a segment q is integrated by
// Gauss's rule of three points, in pieces of up to a degree.
func northOfM2(a, b lattice.Point) float64 {
	dx, dy := float64(a.X)-float64(b.X), float64(b.Y)-float64(a.Y)
	n := max(1, math.Ceil(math.Abs(dy)/lattice.Scale))
	sum := 0.0
	for i := 0.0; i < n; i++ {
		middle, half := float64(a.Y)+dy*(i+0.5)/n, dy/n/2
		sum += 5*areaTo(middle-half*gauss3) + 8*areaTo(middle) + 5*areaTo(middle+half*gauss3)
	}
	return dx * unitRad * sum / (18 * n)
}

var gauss3 = math.Sqrt(0.6)

// areaTo returns the area of the ellipsoid between the equator and a latitude, in
// square metres a radian of longitude.
func areaTo(y float64) float64 {
	e := math.Sqrt(eccentric2)
	es := e * math.Sin(y*unitRad)
	return semiMajorM * semiMajorM * (1 - eccentric2) / 2 * (es/(1-es*es) + math.Atanh(es)) / e
}
