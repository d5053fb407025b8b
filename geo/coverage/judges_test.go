package coverage_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/peterstace/simplefeatures/geom"

	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/lattice"
)

// worked is a Birmingham on which planners did so many operations.
func worked(t *testing.T, seed uint64, operations int) *coverage.Coverage {
	n, areas, shapes := coverage.Birmingham(t)
	for i := range n.Levels {
		n.Levels[i].Code = ""
	}
	c, _, err := coverage.Build(n, areas, shapes, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	p := &coveragetest.Planner{Rand: rand.New(rand.NewPCG(seed, 9)), Coverage: c, Network: n}
	for sum := 0; sum < operations; {
		if _, done := p.Step(); done {
			sum++
		}
	}
	return p.Coverage
}

// GEOS's coverage validator finds nothing wrong after operations.
func TestGEOSFindsWorkedBirminghamValid(t *testing.T) {
	modules := coverage.NodeModules(t)
	c := worked(t, 1, coverage.Rounds(300, 3000))
	coverage.CheckByGEOS(t, modules, coverage.OutlinesOf(c))
}

// Nor does simplefeatures: every grid is valid by its rules and as large as by
// ours, and together they are as large as their union: no gap, no overlap.
func TestSimpleFeaturesFindsWorkedBirminghamValid(t *testing.T) {
	c := worked(t, 2, coverage.Rounds(300, 3000))
	var all []geom.Geometry
	sum := 0.0
	for _, shape := range coverage.OutlinesOf(c) {
		g, err := geom.UnmarshalWKT(wktOf(shape))
		if err != nil {
			t.Fatal(err)
		}
		ours := int64(0)
		for _, polygon := range shape {
			for _, ring := range polygon {
				ours += lattice.TwiceArea(ring)
			}
		}
		if theirs := g.Area() * 2; theirs < float64(ours)-1 || theirs > float64(ours)+1 {
			t.Errorf("%v half square units, theirs %v", ours, theirs)
		}
		sum += g.Area()
		all = append(all, g)
	}
	union, err := geom.UnionMany(all)
	if err != nil {
		t.Fatal(err)
	}
	if a := union.Area(); a < sum*(1-1e-9) || a > sum*(1+1e-9) {
		t.Errorf("the union covers %v, the grids %v", a, sum)
	}
}

// wktOf writes a shape in units, moved near the origin, where floats are exact.
func wktOf(shape lattice.MultiPolygon) string {
	o := lattice.Point{X: -19_000_000, Y: 525_000_000}
	var polygons []string
	for _, polygon := range shape {
		var rings []string
		for _, ring := range polygon {
			var points []string
			for _, p := range append(ring[:len(ring):len(ring)], ring[0]) {
				points = append(points, fmt.Sprint(p.X-o.X, " ", p.Y-o.Y))
			}
			rings = append(rings, "("+strings.Join(points, ",")+")")
		}
		polygons = append(polygons, "("+strings.Join(rings, ",")+")")
	}
	return "MULTIPOLYGON(" + strings.Join(polygons, ",") + ")"
}
