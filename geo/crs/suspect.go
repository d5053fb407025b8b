package crs

import (
	"math"

	"onegrid/geo/lattice"
)

// Suspicion is another reading of coordinates that fell outside.
type Suspicion struct {
	System  System        // the system that they may be in
	Swapped bool          // x and y may stand the wrong way round
	At      lattice.Point // where they then are
}

// Suspect returns the readings of x, y, other than as said, that lie inside:
// other systems that the region declares, and then each with its axes swapped,
// since surveyors write northing first. Degrees are tried as degrees and metres
// as metres. It is a hint for a warning, never a conversion: the order is that
// of the systems.
func Suspect(x, y float64, said System, r Region, inside func(lattice.Point) bool) []Suspicion {
	var out []Suspicion
	for _, swapped := range []bool{false, true} {
		for _, s := range systems {
			// Equal systems explain nothing.
			if !swapped && (s == said || said == CGCS2000 && s == WGS84) {
				continue
			}
			if !s.mayBe(x, y) {
				continue
			}
			p, _, err := s.ToPoint(x, y, r)
			if err == nil && inside(p) {
				out = append(out, Suspicion{System: s, Swapped: swapped, At: p})
			}
		}
		x, y = y, x
	}
	return out
}

// mayBe reports whether numbers are of the size that the system's coordinates
// have. Of all zones at most a few are left, and ToPoint need not say at length
// what is wrong with the others.
func (s System) mayBe(x, y float64) bool {
	if !s.projected() {
		return math.Abs(x) <= 180 && math.Abs(y) <= 90
	}
	_, lead := s.zone()
	return math.Abs(x-falseEasting-float64(lead)*1e6) <= halfWidth
}

// systems are those that Suspect tries: each once, CGCS2000 being WGS84 here,
// and wide zones without their number being narrow ones.
var systems = func() []System {
	all := []System{WGS84, GCJ02, BD09}
	for s := FirstZone; s <= LastMeridian; s++ {
		all = append(all, s)
	}
	for s := FirstWideZone; s <= LastWideZone; s++ {
		all = append(all, s)
	}
	return all
}()
