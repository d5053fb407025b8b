package crs

import (
	"math"

	"onegrid/geo"
)

// GCJ-02 shifts WGS84 by a smooth field of 100 to 700 metres: a polynomial and
// sines about 105 E, 35 N, in metres, brought to degrees on the Krasovsky 1940
// ellipsoid. BD-09 shifts GCJ-02 again, in polar coordinates. Neither is
// published; these constants are those on which independent implementations
// agree to 1e-9 degree.
const (
	krasovskyA  = 6378245.0
	krasovskyE2 = 0.00669342162296594323
)

// gcjFromWGS is the forward transform, in degrees.
func gcjFromWGS(lon, lat float64) (float64, float64) {
	x, y := lon-105, lat-35
	root := math.Sqrt(math.Abs(x))
	ripple := 20*math.Sin(6*math.Pi*x) + 20*math.Sin(2*math.Pi*x)
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root +
		2.0/3*(ripple+
			20*math.Sin(math.Pi*y)+40*math.Sin(math.Pi/3*y)+
			160*math.Sin(math.Pi/12*y)+320*math.Sin(math.Pi/30*y))
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root +
		2.0/3*(ripple+
			20*math.Sin(math.Pi*x)+40*math.Sin(math.Pi/3*x)+
			150*math.Sin(math.Pi/12*x)+300*math.Sin(math.Pi/30*x))

	sin, cos := math.Sincos(lat * math.Pi / 180)
	w2 := 1 - krasovskyE2*sin*sin
	w := math.Sqrt(w2)
	meridian := krasovskyA * (1 - krasovskyE2) / (w2 * w) // radius of curvature, north-south
	normal := krasovskyA / w                              // and east-west
	return lon + east/(normal*cos)*180/math.Pi, lat + north/meridian*180/math.Pi
}

// bdFromGCJ is the forward transform of BD-09, in degrees.
func bdFromGCJ(lon, lat float64) (float64, float64) {
	const ripples = math.Pi * 3000 / 180
	r := math.Hypot(lon, lat) + 0.00002*math.Sin(lat*ripples)
	theta := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*ripples)
	sin, cos := math.Sincos(theta)
	return r*cos + 0.0065, r*sin + 0.006
}

// rounds bounds the search for an inverse. The offset's slope is below 2 %, so
// each round gains nearly two digits where the transform is meant to be used,
// and five suffice.
const rounds = 24

// settledM is how near the forward transform of an inverse must come.
const settledM = 0.001

// undo inverts a forward transform: it moves a guess by what its image lacks
// until the image is where it should be, within a millimetre. errorM is what
// was left, measured forward. Far from where the transforms are meant for (near
// the poles) it may not settle; that is refused, never looped on.
func undo(forward func(lon, lat float64) (float64, float64), x, y float64) (lon, lat, errorM float64, err error) {
	const metre = 111_320.0 // in a degree, at most
	lon, lat = x, y
	errorM = math.Inf(1)
	for range rounds {
		fx, fy := forward(lon, lat)
		dx, dy := x-fx, y-fy
		left := metre * math.Hypot(dx*math.Cos(lat*math.Pi/180), dy)
		// Once settled, go on as long as it helps: a nanometre is two more rounds.
		if math.IsNaN(left) || errorM <= settledM && left >= errorM/2 {
			break
		}
		errorM = left
		if left < 1e-8 {
			break
		}
		lon, lat = lon+dx, lat+dy
	}
	if !(errorM <= settledM) || degrees(lon, lat) != nil {
		return 0, 0, 0, geo.Errorf(geo.Invalid, "%v, %v lies where the offset systems are not defined", x, y)
	}
	return lon, lat, errorM, nil
}
