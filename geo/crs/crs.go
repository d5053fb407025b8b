// Package crs brings coordinates of the systems met in Chinese cities onto the
// lattice and back: WGS84 and CGCS2000, the offset systems GCJ-02 and BD-09 of
// the map providers, and the Gauss-Krüger zones of surveyors.
//
// The system is always named by the caller and never guessed: a wrong one is
// 18 to 699 metres off, which is a wrong grid. WGS84 and CGCS2000 count as
// equal: their frames differ by centimetres to decimetres, less than what the
// positions themselves are known to. Suspect tells which other system would
// explain a point that fell outside.
//
// x is longitude or easting and y latitude or northing, in that order,
// whatever axis order the EPSG register gives.
package crs

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// System is a coordinate system. The zero value is WGS84; a Gauss-Krüger zone
// is its EPSG code: System(4526).
type System uint16

// The systems in degrees. The Gauss-Krüger zones of CGCS2000 are FirstZone to
// LastZone (easting led by the zone's number) and FirstMeridian to
// LastMeridian (easting without it): 3-degree zones 25 to 45, central
// meridians 75 to 135 east. Those 6 degrees wide are FirstWideZone to
// LastWideZone and FirstWideMeridian to LastWideMeridian: zones 13 to 23.
const (
	WGS84    System = 0
	CGCS2000 System = 1
	GCJ02    System = 2
	BD09     System = 3

	FirstWideZone     System = 4491
	LastWideZone      System = 4501
	FirstWideMeridian System = 4502
	LastWideMeridian  System = 4512

	FirstZone     System = 4513
	LastZone      System = 4533
	FirstMeridian System = 4534
	LastMeridian  System = 4554
)

// Region says which systems may be met in a deployment: GCJ-02 and BD-09 only
// where the scheme declares them, never by a rectangle.
type Region = geo.SchemeRegion

// Named returns the system of a name: wgs84, cgcs2000, gcj02, bd09, or the
// EPSG code of a Gauss-Krüger zone, as epsg:4526 or 4526. Case does not matter.
func Named(name string) (System, error) {
	switch n := strings.ToLower(strings.TrimSpace(name)); n {
	case "wgs84":
		return WGS84, nil
	case "cgcs2000":
		return CGCS2000, nil
	case "gcj02":
		return GCJ02, nil
	case "bd09":
		return BD09, nil
	default:
		code, err := strconv.ParseUint(strings.TrimPrefix(n, "epsg:"), 10, 16)
		if s := System(code); err == nil && s.projected() {
			return s, nil
		}
	}
	if len(name) > 40 {
		name = name[:40] + "…"
	}
	return 0, geo.Errorf(geo.Invalid,
		"crs %q is not known here: use wgs84, cgcs2000, gcj02, bd09, or epsg:4491 to epsg:4554", name).On("crs", name)
}

// String is the name that Named reads.
func (s System) String() string {
	switch s {
	case WGS84:
		return "wgs84"
	case CGCS2000:
		return "cgcs2000"
	case GCJ02:
		return "gcj02"
	case BD09:
		return "bd09"
	}
	return "epsg:" + strconv.Itoa(int(s))
}

// MarshalText writes the name.
func (s System) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a name, so that a System may stand in JSON and in flags.
func (s *System) UnmarshalText(b []byte) (err error) {
	*s, err = Named(string(b))
	return err
}

// projected says that the coordinates are metres.
func (s System) projected() bool { return s >= FirstWideZone && s <= LastMeridian }

// allowed refuses a system that the deployment's region does not declare.
func (s System) allowed(r Region) error {
	switch {
	case s == GCJ02 || s == BD09:
		if !r.GCJ02 {
			return geo.Errorf(geo.Invalid,
				"crs %s is not used in this deployment: its scheme does not declare the GCJ-02 offset", s).On("crs", s.String())
		}
	case s != WGS84 && s != CGCS2000 && !s.projected():
		return geo.Errorf(geo.Invalid, "crs %s is not known here", s).On("crs", s.String())
	}
	return nil
}

// ToWGS84 brings coordinates of the system to longitude and latitude in
// degrees. errorM is what the conversion leaves uncertain, in metres: zero but
// for the inverse of GCJ-02 and BD-09, where it is at most a millimetre.
// Invalid for what is no coordinate of the system, or a system that the region
// does not declare.
func (s System) ToWGS84(x, y float64, r Region) (lon, lat, errorM float64, err error) {
	if err := s.allowed(r); err != nil {
		return 0, 0, 0, err
	}
	if s.projected() {
		lon, lat, err = s.unproject(x, y)
		return lon, lat, 0, err
	}
	if err := degrees(x, y); err != nil {
		return 0, 0, 0, err
	}
	switch s {
	case GCJ02:
		return undo(gcjFromWGS, x, y)
	case BD09:
		gx, gy, bdError, err := undo(bdFromGCJ, x, y)
		if err != nil {
			return 0, 0, 0, err
		}
		lon, lat, errorM, err = undo(gcjFromWGS, gx, gy)
		return lon, lat, errorM + bdError, err
	}
	return x, y, 0, nil
}

// FromWGS84 brings a longitude and a latitude in degrees to the system.
func (s System) FromWGS84(lon, lat float64, r Region) (x, y float64, err error) {
	if err := s.allowed(r); err != nil {
		return 0, 0, err
	}
	if err := degrees(lon, lat); err != nil {
		return 0, 0, err
	}
	switch {
	case s == GCJ02:
		x, y = gcjFromWGS(lon, lat)
	case s == BD09:
		x, y = bdFromGCJ(gcjFromWGS(lon, lat))
	case s.projected():
		return s.project(lon, lat)
	default:
		return lon, lat, nil
	}
	// The polynomials know no poles and no antimeridian.
	if degrees(x, y) != nil {
		return 0, 0, geo.Errorf(geo.Invalid, "longitude %v, latitude %v has no place in %s", lon, lat, s)
	}
	return x, y, nil
}

// ToPoint brings coordinates of the system onto the lattice. errorM is the
// conversion's own error (see ToWGS84); rounding adds at most 8 mm to it.
func (s System) ToPoint(x, y float64, r Region) (p lattice.Point, errorM float64, err error) {
	lon, lat, errorM, err := s.ToWGS84(x, y, r)
	if err != nil {
		return lattice.Point{}, 0, err
	}
	p, err = lattice.FromDegrees(lon, lat)
	if err != nil {
		return lattice.Point{}, 0, geo.Errorf(geo.Invalid, "%s %v, %v: %v", s, x, y, err)
	}
	return p, errorM, nil
}

// FromPoint brings a lattice point to the system.
func (s System) FromPoint(p lattice.Point, r Region) (x, y float64, err error) {
	lon, lat := p.Degrees()
	return s.FromWGS84(lon, lat, r)
}

// Parse reads decimal texts of the system's coordinates as a lattice point.
// Those of WGS84 and CGCS2000 are read exactly, without floats. The error's
// field is lon or lat where one of them is at fault.
func (s System) Parse(x, y []byte, r Region) (lattice.Point, error) {
	if s == WGS84 || s == CGCS2000 {
		px, err := lattice.ParseLon(x)
		if err != nil {
			return lattice.Point{}, geo.Errorf(geo.Invalid, "%v", err).On("lon", string(clip(x)))
		}
		py, err := lattice.ParseLat(y)
		if err != nil {
			return lattice.Point{}, geo.Errorf(geo.Invalid, "%v", err).On("lat", string(clip(y)))
		}
		return lattice.Point{X: px, Y: py}, nil
	}
	fx, err := number("lon", x)
	if err != nil {
		return lattice.Point{}, err
	}
	fy, err := number("lat", y)
	if err != nil {
		return lattice.Point{}, err
	}
	p, _, err := s.ToPoint(fx, fy, r)
	return p, err
}

// number reads a decimal; Go's hexadecimal floats, underscores, infinities and
// NaN are not decimals.
func number(field string, b []byte) (float64, error) {
	decimal := len(b) > 0
	for _, c := range b {
		decimal = decimal && (c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E')
	}
	if decimal {
		if f, err := strconv.ParseFloat(string(b), 64); err == nil {
			return f, nil
		}
	}
	return 0, geo.Errorf(geo.Invalid, "%q is not a decimal number", clip(b)).On(field, string(clip(b)))
}

func clip(b []byte) []byte { return b[:min(len(b), 40)] }

// degrees refuses what is no longitude and latitude, NaN included.
func degrees(x, y float64) error {
	if !(math.Abs(x) <= 180) {
		return geo.Errorf(geo.Invalid, "longitude %v is out of range: the limit is 180 degrees", x).On("lon", fmt.Sprint(x))
	}
	if !(math.Abs(y) <= 90) {
		return geo.Errorf(geo.Invalid, "latitude %v is out of range: the limit is 90 degrees", y).On("lat", fmt.Sprint(y))
	}
	return nil
}
