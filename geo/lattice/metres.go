package lattice

import "math"

// The WGS84 ellipsoid. Metres are for people: they never decide topology.
const (
	wgsA  = 6378137.0
	wgsF  = 1 / 298.257223563
	wgsB  = wgsA * (1 - wgsF)
	wgsE2 = wgsF * (2 - wgsF)

	radian = math.Pi / 180 / Scale // radians in a lattice unit
)

// ScaleAt returns how many metres a lattice unit is at a latitude (in lattice
// units), eastward and northward: the curvatures of the ellipsoid there.
func ScaleAt(y int32) (east, north float64) {
	sin, cos := math.Sincos(float64(y) * radian)
	w2 := 1 - wgsE2*sin*sin
	w := math.Sqrt(w2)
	return wgsA / w * cos * radian, wgsA * (1 - wgsE2) / (w2 * w) * radian
}

// eastward is the difference in longitude in lattice units, the short way round.
func eastward(a, b Point) float64 {
	d := int64(b.X) - int64(a.X)
	switch {
	case d > MaxLon:
		d -= 2 * MaxLon
	case d < -MaxLon:
		d += 2 * MaxLon
	}
	return float64(d)
}

// midway is the latitude halfway between two points.
func midway(a, b Point) int32 {
	return int32((int64(a.Y) + int64(b.Y)) >> 1)
}

// DistanceM is the distance on the ellipsoid in metres. Up to 100 km it is
// within 1e-6 of it (10 cm at 100 km, 0.01 mm at 1 km); beyond, within 0.3 % of
// it to the other side of the Earth.
//
// It is the chord through the Earth, bent to the arc of a sphere as curved as
// the ellipsoid is in that direction, so poles and the antimeridian need no
// care. Below a kilometre, where the chord would lose digits to rounding, it is
// the plane at the middle latitude.
func DistanceM(a, b Point) float64 {
	dx, dy := eastward(a, b), float64(int64(b.Y)-int64(a.Y))
	east, north := ScaleAt(midway(a, b))
	x, y := dx*east, dy*north
	const near = 1000 // metres
	if d2 := x*x + y*y; d2 < near*near && a.Y != MaxLat && a.Y != -MaxLat {
		return math.Sqrt(d2)
	}
	ax, ay, az := ecef(a)
	bx, by, bz := ecef(b)
	chord := math.Sqrt((ax-bx)*(ax-bx) + (ay-by)*(ay-by) + (az-bz)*(az-bz))
	// Euler: the curvature in a direction is the mean of the two main ones,
	// weighted by the squares of its parts.
	sin := math.Sin(float64(midway(a, b)) * radian)
	w := math.Sqrt(1 - wgsE2*sin*sin)
	normal, meridian := wgsA/w, wgsA*(1-wgsE2)/(w*w*w)
	curvature := 1 / normal
	if d2 := x*x + y*y; d2 > 0 {
		curvature = (x*x/normal + y*y/meridian) / d2
	}
	return 2 / curvature * math.Asin(min(1, chord/2*curvature))
}

// ecef is a point in metres from the Earth's centre.
func ecef(p Point) (x, y, z float64) {
	sinLat, cosLat := math.Sincos(float64(p.Y) * radian)
	sinLon, cosLon := math.Sincos(float64(p.X) * radian)
	n := wgsA / math.Sqrt(1-wgsE2*sinLat*sinLat)
	return n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - wgsE2) * sinLat
}

// BearingDeg is the direction from one point to another, clockwise from north,
// from 0 up to 360. It is within 0.01 degrees up to 100 km outside the polar
// circles; 0 for equal points.
func BearingDeg(from, to Point) float64 {
	dx, dy := eastward(from, to), float64(int64(to.Y)-int64(from.Y))
	if dx == 0 && dy == 0 {
		return 0
	}
	mid := midway(from, to)
	east, north := ScaleAt(mid)
	// The bearing halfway, less half of what meridians converge on the way.
	bearing := math.Atan2(dx*east, dy*north) - dx*radian*math.Sin(float64(mid)*radian)/2
	deg := math.Mod(bearing*180/math.Pi+720, 360)
	return deg
}

// Offset returns the lattice point so many metres east and north of p, in the
// plane at the latitude halfway: within 1e-6 of the distance up to 10 km, and
// half a lattice unit. It stops at the poles and wraps at the antimeridian.
func Offset(p Point, eastM, northM float64) Point {
	_, north := ScaleAt(p.Y)
	y := clampLat(float64(p.Y) + northM/north)
	// The scale halfway settles in one more step.
	east, north := ScaleAt(int32((float64(p.Y) + y) / 2))
	y = clampLat(float64(p.Y) + northM/north)
	x := float64(p.X)
	if east > 0 {
		x += eastM / east
	}
	x = math.Remainder(x, 2*MaxLon)
	return Point{int32(math.Round(x)), int32(math.Round(y))}
}

func clampLat(y float64) float64 { return max(-MaxLat, min(MaxLat, y)) }

// SegmentDistanceM is the distance in metres from p to the segment ab, and the
// lattice point nearest to the place on it. Within 1e-6 of it up to 10 km, and
// half a lattice unit.
func SegmentDistanceM(a, b, p Point) (distanceM float64, at Point) {
	east, north := ScaleAt(p.Y)
	bx, by := float64(int64(b.X)-int64(a.X)), float64(int64(b.Y)-int64(a.Y))
	px, py := float64(int64(p.X)-int64(a.X)), float64(int64(p.Y)-int64(a.Y))
	e2, n2 := east*east, north*north
	t := 0.0
	if length2 := bx*bx*e2 + by*by*n2; length2 > 0 {
		t = max(0, min(1, (px*bx*e2+py*by*n2)/length2))
	}
	x, y := px-t*bx, py-t*by // from the place to p
	// The plane at p found the place; the one halfway measures to it.
	east, north = ScaleAt(int32(float64(p.Y) - y/2))
	at = Point{int32(math.Round(float64(a.X) + t*bx)), int32(math.Round(float64(a.Y) + t*by))}
	return math.Hypot(x*east, y*north), at
}
