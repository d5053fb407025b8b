package coverage

import (
	"math"
	"testing"

	"onegrid/geo/lattice"
	"pgregory.net/rapid"
)

// What is measured arc by arc is what the outlines measure, and children sum to
// their parents.
func TestMetrics(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkMetrics(t, drawPatchwork(t, 6)) })
}

func TestMetricsOfBirmingham(t *testing.T) { checkMetrics(t, birminghamBuilt(t)) }

func checkMetrics(t rapid.TB, c *Coverage) {
	t.Helper()
	metrics := c.Metrics()
	sums := make([]float64, len(metrics))
	for a, m := range metrics {
		shape := c.Polygons(int32(a))
		if want := lattice.ShapeAreaM2(shape); math.Abs(m.AreaM2-want) > 0.001+want*1e-8 {
			t.Fatalf("area %d: %v m², its outline %v", a, m.AreaM2, want)
		}
		perimeter := 0.0
		for _, polygon := range shape {
			for _, ring := range polygon {
				for i, b := range ring {
					perimeter += lattice.DistanceM(ring[(i+len(ring)-1)%len(ring)], b)
				}
			}
		}
		if math.Abs(m.PerimeterM-perimeter) > 1e-6+perimeter*1e-9 {
			t.Fatalf("area %d: %v m around, its outline %v", a, m.PerimeterM, perimeter)
		}
		if m.Regions != len(shape) || m.Box != lattice.BoxOfShape(shape) {
			t.Fatalf("area %d: %d parts in %v, its outline %d in %v", a, m.Regions, m.Box, len(shape), lattice.BoxOfShape(shape))
		}
		if tiny := m.AreaM2 < 0.01; m.Compactness < 0 || m.Compactness > 1 && !tiny || (m.Compactness == 0) != (len(shape) == 0) && !tiny {
			t.Fatalf("area %d is compact by %v", a, m.Compactness)
		}
		if p := c.Areas()[a].Parent; p >= 0 {
			sums[p] += m.AreaM2
		}
	}
	for a, m := range metrics {
		if c.Areas()[a].Level == 0 && math.Abs(sums[a]-m.AreaM2) > 0.001+m.AreaM2*1e-9 {
			t.Fatalf("area %d has %v m², its children %v", a, m.AreaM2, sums[a])
		}
	}
}

// A square of a degree at the equator, and the same measured by others: the
// eighth of the ellipsoid is 63,758,202.7 km².
func TestMetricsOfKnownSizes(t *testing.T) {
	const d = lattice.Scale
	c := build(t, map[string]lattice.MultiPolygon{
		"eighth": {{{{X: 0, Y: 0}, {X: 90 * d, Y: 0}, {X: 90 * d, Y: 90 * d}, {X: 0, Y: 90 * d}}}},
	})
	if got := c.Metrics()[0].AreaM2; math.Abs(got-510_065_621_724_089/8.) > 1000 {
		t.Errorf("an eighth of the ellipsoid has %.0f m²", got)
	}
}
