package crs

import (
	"fmt"
	"math"
	"math/cmplx"

	"onegrid/geo"
)

// The Gauss-Krüger projection by Krüger's series to the sixth order in the
// third flattening n (Karney, "Transverse Mercator with an accuracy of a few
// nanometers", 2011, equations 7 to 36): latitude to conformal latitude, the
// sphere's transverse Mercator, then the series, as one complex number
// zeta = xi + i eta. Within 15 degrees of the central meridian the truncation
// is far below a micrometre.

// The ellipsoid of CGCS2000.
const (
	gkA = 6378137.0
	gkF = 1 / 298.257222101
	n   = gkF / (2 - gkF)

	// rectifying is the radius of the sphere whose meridian is as long.
	rectifying = gkA / (1 + n) * (1 + n*n/4 + n*n*n*n/64 + n*n*n*n*n*n/256)

	falseEasting = 500_000
	// halfWidth is how far from its meridian a zone's easting can say where it
	// is: beyond it the digits run into the zone's number.
	halfWidth = 500_000
	// farDegrees bounds where the series is used at all.
	farDegrees = 15
)

// eccentricity of the ellipsoid.
var eccentricity = math.Sqrt(gkF * (2 - gkF))

// alpha and beta are the coefficients of the series, forward and inverse.
var (
	alpha = [6]float64{
		n * (1./2 + n*(-2./3+n*(5./16+n*(41./180+n*(-127./288+n*7891./37800))))),
		n * n * (13./48 + n*(-3./5+n*(557./1440+n*(281./630-n*1983433./1935360)))),
		n * n * n * (61./240 + n*(-103./140+n*(15061./26880+n*167603./181440))),
		n * n * n * n * (49561./161280 + n*(-179./168+n*6601661./7257600)),
		n * n * n * n * n * (34729./80640 - n*3418889./1995840),
		n * n * n * n * n * n * 212378941. / 319334400,
	}
	beta = [6]float64{
		n * (1./2 + n*(-2./3+n*(37./96+n*(-1./360+n*(-81./512+n*96199./604800))))),
		n * n * (1./48 + n*(1./15+n*(-437./1440+n*(46./105-n*1118711./3870720)))),
		n * n * n * (17./480 + n*(-37./840+n*(-209./4480+n*5569./90720))),
		n * n * n * n * (4397./161280 + n*(-11./504-n*830251./7257600)),
		n * n * n * n * n * (4583./161280 - n*108847./3991680),
		n * n * n * n * n * n * 20648693. / 638668800,
	}
)

// zone returns the central meridian in degrees east, and the zone's number that
// leads the eastings, 0 where none does.
func (s System) zone() (meridian, lead int) {
	switch {
	case s <= LastWideZone:
		lead = int(s-FirstWideZone) + 13
		return 6*lead - 3, lead
	case s <= LastWideMeridian:
		return 6*int(s-FirstWideMeridian) + 75, 0
	case s <= LastZone:
		lead = int(s-FirstZone) + 25
		return 3 * lead, lead
	}
	return 3*int(s-FirstMeridian) + 75, 0
}

// Zone returns the Gauss-Krüger zone with a central meridian, in degrees east,
// whose eastings are led by a number, 0 for none: a zone 3 degrees wide is
// numbered by a third of its meridian, one 6 degrees wide by a sixth. Without a
// number both have the same coordinates, and the narrow one is returned.
func Zone(meridian, lead int) (System, bool) {
	for s := LastMeridian; s >= FirstWideZone; s-- {
		if m, l := s.zone(); m == meridian && l == lead {
			return s, true
		}
	}
	return 0, false
}

// Zone returns the central meridian of a Gauss-Krüger zone in degrees east and
// the number that leads its eastings, 0 for none. ok is false for systems in
// degrees.
func (s System) Zone() (meridian, lead int, ok bool) {
	if !s.projected() {
		return 0, 0, false
	}
	meridian, lead = s.zone()
	return meridian, lead, true
}

// project brings degrees to easting and northing.
func (s System) project(lon, lat float64) (easting, northing float64, err error) {
	meridian, lead := s.zone()
	east := lon - float64(meridian)
	if math.Abs(east) <= farDegrees {
		sin, cos := math.Sincos(east * math.Pi / 180)
		t := conformal(math.Tan(lat * math.Pi / 180))
		zeta := complex(math.Atan2(t, cos), math.Asinh(sin/math.Hypot(t, cos)))
		sum := zeta
		for i, a := range alpha {
			sum += complex(a, 0) * cmplx.Sin(complex(float64(2*i+2), 0)*zeta)
		}
		easting, northing = rectifying*imag(sum), rectifying*real(sum)
	} else {
		easting = math.Inf(1)
	}
	if math.Abs(easting) > halfWidth {
		return 0, 0, geo.Errorf(geo.Invalid,
			"longitude %v, latitude %v is too far from %s: its central meridian is %d degrees east", lon, lat, s, meridian).On("lon", fmt.Sprint(lon))
	}
	return easting + falseEasting + float64(lead)*1e6, northing, nil
}

// unproject brings easting and northing to degrees.
func (s System) unproject(easting, northing float64) (lon, lat float64, err error) {
	meridian, lead := s.zone()
	x := easting - falseEasting - float64(lead)*1e6
	if !(math.Abs(x) <= halfWidth) {
		return 0, 0, s.badEasting(easting)
	}
	const pole = 10_001_966 // northing of the pole, rounded up
	if !(math.Abs(northing) <= pole) {
		return 0, 0, geo.Errorf(geo.Invalid, "northing %v is out of range for %s", northing, s).On("lat", fmt.Sprint(northing))
	}
	sum := complex(northing/rectifying, x/rectifying)
	zeta := sum
	for i, b := range beta {
		zeta -= complex(b, 0) * cmplx.Sin(complex(float64(2*i+2), 0)*sum)
	}
	sin, cos := math.Sincos(real(zeta))
	sinh := math.Sinh(imag(zeta))
	east := math.Atan2(sinh, cos) * 180 / math.Pi
	if math.Abs(east) > farDegrees {
		return 0, 0, geo.Errorf(geo.Invalid, "easting %v, northing %v is too near the pole for %s", easting, northing, s).On("lat", fmt.Sprint(northing))
	}
	lat = math.Atan(geographic(sin/math.Hypot(sinh, cos))) * 180 / math.Pi
	lon = float64(meridian) + east
	return lon, lat, degrees(lon, lat)
}

// badEasting says what is wrong with an easting: most often the zone's number
// in front of it, missing, unwanted or another's.
func (s System) badEasting(easting float64) error {
	meridian, lead := s.zone()
	hint := ""
	met := math.Floor(easting / 1e6)
	var other System // whose number it begins with
	switch {
	case met >= 25 && met <= 45:
		other = FirstZone + System(met) - 25
	case met >= 13 && met <= 23:
		other = FirstWideZone + System(met) - 13
	}
	switch {
	case lead > 0 && met == 0:
		bare, _ := Zone(meridian, 0)
		hint = fmt.Sprintf(": it must begin with the zone's number %d; %s has none", lead, bare)
	case lead > 0 && other != 0:
		hint = fmt.Sprintf(": it begins with zone %.0f, but this is zone %d; zone %.0f is %s", met, lead, met, other)
	case other != 0:
		hint = fmt.Sprintf(": it begins with a zone's number; zone %.0f is %s", met, other)
	}
	return geo.Errorf(geo.Invalid, "easting %v is out of range for %s%s", easting, s, hint).On("lon", fmt.Sprint(easting))
}

// conformal brings the tangent of a latitude to that of its conformal latitude.
func conformal(t float64) float64 {
	sigma := math.Sinh(eccentricity * math.Atanh(eccentricity*t/math.Hypot(1, t)))
	return t*math.Hypot(1, sigma) - sigma*math.Hypot(1, t)
}

// geographic inverts conformal by Newton's method. It doubles its digits each
// round from a guess that is right to 1 %, so the bound is never met.
func geographic(want float64) float64 {
	const e2 = gkF * (2 - gkF)
	t := want / (1 - e2)
	for range 6 {
		c := conformal(t)
		step := (want - c) / math.Hypot(1, c) * (1 + (1-e2)*t*t) / ((1 - e2) * math.Hypot(1, t))
		t += step
		if math.Abs(step) <= 1e-16*math.Abs(t) {
			break
		}
	}
	return t
}
