package coverage

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"onegrid/geo/lattice"
)

// TestLedger holds the report against the areas: what each area has in the end is
// what its outline drew, less the overlaps and fragments that the report gives
// to others, more what it gives to this one. A repair that is not listed leaves
// a sum that does not come out.
func TestLedger(t *testing.T) {
	n, areas, shapes := birmingham(t)
	for _, wide := range []string{VoidGaps, FillGaps} {
		dirty, _ := jitter(rand.New(rand.NewPCG(20, 26)), shapes, 2, 0.01, 0.01, 5)
		held := withShapes(areas, dirty)
		c, report, err := Build(n, held, dirty, Policy{GapWidthM: 6, WideGaps: wide})
		if err != nil {
			t.Fatal(err)
		}
		sound(t, n, c)
		balance, crossed := ledger(t, report)
		judged, changed := 0, 0
		for _, s := range dirty {
			if crossed[s.Code] {
				continue // what a bow-tie draws is not the area of its ring
			}
			area, _ := c.AreaByCode(s.Code)
			drawn, has := lattice.ShapeAreaM2(s.Shape), lattice.ShapeAreaM2(c.Polygons(area))
			// Where it crosses others, a border is led through lattice points.
			const unit = 0.011 // metres
			if off := has - drawn - balance[s.Code]; math.Abs(off) > unit*aroundM(s.Shape) {
				t.Errorf("%s: drew %.2f m², was given %.2f and has %.2f: %.2f are not accounted for", s.Code, drawn, balance[s.Code], has, off)
			}
			judged++
			if math.Abs(has-drawn) > 10 {
				changed++
			}
		}
		t.Logf("%s: %d areas, of which %d changed by over 10 m², %d repairs", wide, judged, changed, len(report.Repairs))
		if judged < len(dirty)*9/10 || changed < len(dirty)/2 {
			t.Errorf("only %d of %d were judged, %d changed", judged, len(dirty), changed)
		}
	}
}

// aroundM is the length of an outline in metres.
func aroundM(m lattice.MultiPolygon) (sum float64) {
	for _, polygon := range m {
		for _, ring := range polygon {
			for i, p := range ring {
				sum += lattice.DistanceM(p, ring[(i+1)%len(ring)])
			}
		}
	}
	return sum
}

// ledger sums what repairs give and take by code, and lists whose outline crosses
// itself.
func ledger(t *testing.T, report *Report) (balance map[string]float64, crossed map[string]bool) {
	balance, crossed = map[string]float64{}, map[string]bool{}
	for _, r := range report.Repairs {
		to, _, given := strings.Cut(strings.TrimPrefix(r.Done, "given to "), ":")
		given = given && strings.HasPrefix(r.Done, "given to ")
		switch r.Kind {
		case RepairBowTie:
			crossed[r.Codes[0]] = true
		case RepairOverlap:
			if !given || !slices.Contains(r.Codes, to) {
				t.Errorf("%+v does not say who of them has it", r)
			}
			for _, code := range r.Codes {
				if code != to {
					balance[code] -= r.AreaM2
				}
			}
		case RepairFragment:
			if strings.HasPrefix(r.Done, "kept") {
				continue
			}
			balance[r.Codes[0]] -= r.AreaM2
			if given {
				balance[to] += r.AreaM2
			}
		case RepairGap:
			if given {
				balance[to] += r.AreaM2
			}
		}
	}
	return balance, crossed
}

// withShapes leaves the finest areas out that no shape is given for.
func withShapes(areas []Area, shapes []Shape) []Area {
	drawn := map[string]bool{}
	for _, s := range shapes {
		drawn[s.Code] = true
	}
	first, _ := childrenOf(areas)
	to := make([]int32, len(areas))
	var out []Area
	for i, a := range areas {
		if first[i] == first[i+1] && !drawn[a.Code] {
			continue
		}
		if to[i] = int32(len(out)); a.Parent >= 0 {
			a.Parent = to[a.Parent]
		}
		out = append(out, a)
	}
	return out
}
