package lattice

import (
	"math"
	"math/bits"
)

// TwiceArea is twice the signed area of a ring in square lattice units,
// positive when it runs counter-clockwise. It is exact for rings that do not
// cross themselves within MaxSpan: the sum may wrap on the way, but twice the
// area of anything in that box is at most 4.5e18, which fits.
func TwiceArea(ring Ring) int64 {
	var sum int64
	for i := 2; i < len(ring); i++ {
		sum += Cross(ring[0], ring[i-1], ring[i])
	}
	return sum
}

// TwiceAreaWide is TwiceArea in 128 bits (two's complement), exact for every
// ring, however often it winds around.
func TwiceAreaWide(ring Ring) (hi int64, lo uint64) {
	var h uint64
	for i := 2; i < len(ring); i++ {
		t := Cross(ring[0], ring[i-1], ring[i])
		var carry uint64
		lo, carry = bits.Add64(lo, uint64(t), 0)
		h, _ = bits.Add64(h, uint64(t>>63), carry)
	}
	return int64(h), lo
}

// Winding returns 1 for a ring that runs counter-clockwise by its area, -1 for a
// clockwise one, 0 for one without area (a bow-tie whose lobes cancel, too).
func Winding(ring Ring) int {
	hi, lo := TwiceAreaWide(ring)
	switch {
	case hi < 0:
		return -1
	case hi == 0 && lo == 0:
		return 0
	}
	return 1
}

// AreaM2 is the area of a ring in square metres on the WGS84 ellipsoid,
// whichever way it runs.
//
// The sides are what they are on the lattice, straight in longitude and
// latitude, not geodesics. The strip of ellipsoid between the equator and
// latitude phi, per radian of longitude, is
//
//	F(phi) = b^2 (s + 2/3 e^2 s^3 + 3/5 e^4 s^5 + 4/7 e^6 s^7 + ...), s = sin(phi)
//
// so the area is the integral of F along the ring, side by side: the side's
// width times the mean of F on it. F is nearly straight over a side, and
// Simpson's rule on pieces of a degree at most leaves less than 1e-10 of the
// area. The error of the whole is below 1e-9 of it and a square centimetre.
func AreaM2(ring Ring) float64 {
	if len(ring) < 3 {
		return 0
	}
	// Measured from the first vertex's latitude, so that large terms that would
	// cancel in the end never appear.
	base := strip(ring[0].Y)
	sum := 0.0
	prev := ring[len(ring)-1]
	from := strip(prev.Y) - base
	for _, p := range ring {
		to := strip(p.Y) - base
		if p.X != prev.X {
			sum += float64(int64(p.X)-int64(prev.X)) * meanStrip(float64(prev.Y), float64(p.Y), from, to, base)
		}
		prev, from = p, to
	}
	return math.Abs(sum * radian)
}

// StripM2 is the area in square metres between a side and the equator: positive
// for a side that runs west north of it, or east south of it, so that the sides of
// a counter-clockwise ring sum to its area. Two areas that share a side measure it
// once, and sum to what they cover together. It is AreaM2's integral; a ring far
// from the equator is here a difference of large strips, from which rounding takes
// less than a square decimetre.
func StripM2(a, b Point) float64 {
	if a.X == b.X {
		return 0
	}
	return float64(int64(a.X)-int64(b.X)) * radian * meanStrip(float64(a.Y), float64(b.Y), strip(a.Y), strip(b.Y), 0)
}

// ShapeAreaM2 is the area of a shape in square metres: outer rings less their
// holes. The members of a multipolygon count each by itself.
func ShapeAreaM2(m MultiPolygon) float64 {
	sum := 0.0
	for _, polygon := range m {
		for i, ring := range polygon {
			if i == 0 {
				sum += AreaM2(ring)
			} else {
				sum -= AreaM2(ring)
			}
		}
	}
	return sum
}

// meanStrip is the mean of strip less base over latitudes from a to b, in lattice
// units, whose own values are given.
func meanStrip(a, b, atA, atB, base float64) float64 {
	if a == b {
		return atA
	}
	pieces := math.Ceil(math.Abs(b-a) / Scale)
	step := (b - a) / pieces
	sum, left := 0.0, atA
	for k := 1.0; k <= pieces; k++ {
		right := atB
		if k < pieces {
			right = stripAt(a+k*step) - base
		}
		sum += (left + 4*(stripAt(a+(k-0.5)*step)-base) + right) / 6
		left = right
	}
	return sum / pieces
}

func strip(y int32) float64 { return stripAt(float64(y)) }

// stripAt is F at a latitude in lattice units: the series to e^12, whose rest is
// below 1e-16.
func stripAt(y float64) float64 {
	s := math.Sin(y * radian)
	t := wgsE2 * s * s
	return wgsB * wgsB * s * (1 + t*(2./3+t*(3./5+t*(4./7+t*(5./9+t*(6./11+t*7./13))))))
}
