package coverage

import (
	"fmt"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"pgregory.net/rapid"
)

// What is made of any tangle of rings simplifies, fits on pixels and takes
// labels: coordinates from a tiny lattice make every degenerate meeting happen,
// stretched to sizes at which the zooms have something to do.
func TestSoupsSimplify(t *testing.T) {
	try(t, rounds(150, 6_000), func(t *rapid.T) {
		c := drawSoup(t)
		s := c.Simplify()
		for _, z := range []uint8{16, 14, 11, 9, 7, 3} {
			checkSound(t, s.At(z))
			checkPixels(t, s, z)
		}
		for a := range c.Areas() {
			if l := c.Label(int32(a)); l.RadiusM > 0 {
				checkLabel(t, c.Polygons(int32(a)), l)
			}
		}
		checkMetrics(t, c)
	})
}

// Small soups are ranked as the obvious way ranks them.
func TestSoupsAreRankedTheObviousWay(t *testing.T) {
	try(t, rounds(150, 6_000), func(t *rapid.T) {
		c := drawSoup(t)
		s := c.Simplify()
		for i, want := range slowImportance(c) {
			if got := fmt.Sprint(s.Importance(i)); got != fmt.Sprint(want) {
				t.Fatalf("arc %d: %v, want %v", i, got, want)
			}
		}
	})
}

// drawSoup builds a coverage of rings that pay no heed to each other.
func drawSoup(t *rapid.T) *Coverage {
	side := rapid.SampledFrom([]int32{4, 8, 30}).Draw(t, "side")
	stretch := rapid.SampledFrom([]int32{1, 100, 7_000, 90_000}).Draw(t, "stretch")
	n := geo.Network{ID: "test", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "top", Enclaves: true}, {ID: "grid", Enclaves: true}}}
	areas := []Area{{Code: "even", Parent: NoArea}, {Code: "odd", Parent: NoArea}}
	var shapes []Shape
	for i, ring := range drawRings(t, side) {
		for k, p := range ring {
			ring[k] = lattice.Point{X: 1_200_000_000 + p.X*stretch, Y: 520_000_000 + p.Y*stretch}
		}
		code := fmt.Sprintf("g%d", i)
		areas = append(areas, Area{Code: code, Level: 1, Parent: int32(i) % 2})
		shapes = append(shapes, Shape{Code: code, Shape: lattice.MultiPolygon{{ring}}})
	}
	c, _, err := Build(n, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
