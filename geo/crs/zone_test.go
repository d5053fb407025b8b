package crs_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/crs"
	"onegrid/geo/lattice"
)

// The zones as the EPSG register has them.
func TestZonesOfTheRegister(t *testing.T) {
	for _, c := range []struct {
		epsg           crs.System
		meridian, lead int
	}{
		{4491, 75, 13}, {4498, 117, 20}, {4501, 135, 23}, {4502, 75, 0}, {4509, 117, 0}, {4512, 135, 0},
		{4513, 75, 25}, {4526, 114, 38}, {4533, 135, 45}, {4534, 75, 0}, {4547, 114, 0}, {4554, 135, 0},
	} {
		meridian, lead, ok := c.epsg.Zone()
		if !ok || meridian != c.meridian || lead != c.lead {
			t.Errorf("%s: meridian %d, number %d, %v", c.epsg, meridian, lead, ok)
		}
		found, ok := crs.Zone(c.meridian, c.lead)
		again, _, _ := found.Zone()
		if !ok || again != c.meridian || c.lead > 0 && found != c.epsg {
			t.Errorf("meridian %d, number %d is %s, %v", c.meridian, c.lead, found, ok)
		}
	}
	for _, c := range [][2]int{{72, 0}, {76, 0}, {117, 38}, {114, 20}, {138, 0}, {114, -1}} {
		if s, ok := crs.Zone(c[0], c[1]); ok {
			t.Errorf("meridian %d, number %d is %s", c[0], c[1], s)
		}
	}
	if _, _, ok := crs.WGS84.Zone(); ok {
		t.Error("wgs84 is a zone")
	}
}

// Every lattice point is the nearest to its own easting and northing, also once
// these were rounded to a millimetre: at the worst that moves it by 0.71 mm, and
// half a lattice unit is 5.5 mm north and, up to 80 degrees, 0.9 mm east.
func TestLatticeSurvivesGaussKruger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := crs.System(rapid.IntRange(int(crs.FirstWideZone), int(crs.LastMeridian)).Draw(t, "epsg"))
		meridian, _, _ := s.Zone()
		p := lattice.Point{
			X: int32(meridian*lattice.Scale) + rapid.Int32Range(-35_000_000, 35_000_000).Draw(t, "east"),
			Y: rapid.Int32Range(-800_000_000, 800_000_000).Draw(t, "lat"),
		}
		x, y, err := s.FromPoint(p, crs.Region{})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range [][2]float64{{x, y}, {math.Round(x*1e3) / 1e3, math.Round(y*1e3) / 1e3}} {
			if back, _, err := s.ToPoint(at[0], at[1], crs.Region{}); err != nil || back != p {
				t.Fatalf("%s %v: %v went to %v and came back as %v", s, at, p, err, back)
			}
		}
	})
}
