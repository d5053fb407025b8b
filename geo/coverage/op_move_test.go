package coverage_test

import (
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/lattice"
)

// twoGrids are two squares of 1000 beside each other.
func twoGrids(t *testing.T) (*coverage.Coverage, geo.Network) {
	n := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid"}}}
	c, _, err := coverage.Build(n, []coverage.Area{{Code: "w", Parent: coverage.NoArea}, {Code: "e", Parent: coverage.NoArea}}, []coverage.Shape{
		{Code: "w", Shape: oblong(0, 0, 100_000, 100_000)}, {Code: "e", Shape: oblong(100_000, 0, 100_000, 100_000)}}, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	return c, n
}

func oblong(x, y, w, h int32) lattice.MultiPolygon {
	return lattice.MultiPolygon{{{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}}}
}

// moved proposes and does a move, and fails unless everything stands where it
// should then.
func moved(t *testing.T, c *coverage.Coverage, n geo.Network, codes []string, to string, site coverage.Site) *coverage.Coverage {
	t.Helper()
	op, err := coverage.Propose(c, n, codes, to, site)
	if err != nil {
		t.Fatal(err)
	}
	now, diff, err := coverage.Apply(c, n, op)
	if err != nil {
		t.Fatal(err, describe(op))
	}
	if fault := wrong(c, now, n, diff); fault != "" {
		t.Fatal(fault)
	}
	goes := map[string]bool{}
	for _, code := range codes {
		goes[code] = true
	}
	for _, b := range site.Buildings {
		want := b.Grid
		if goes[b.Code] {
			want = to
		}
		a, _ := now.AreaByCode(want)
		for _, p := range b.Footprint[0][0] {
			if !coveragetest.Inside(lattice.MultiPolygon{coveragetest.PolygonOf(now, now.RegionsOf(a)[0])}, p) {
				t.Errorf("%s is not in %s: %s", b.Code, want, describe(op))
				break
			}
		}
	}
	return now
}

// Without any guide the border runs halfway between the buildings.
func TestMoveBuildingOverOpenGround(t *testing.T) {
	c, n := twoGrids(t)
	site := coverage.Site{Buildings: []coverage.Building{
		{Code: "b1", Grid: "e", Footprint: oblong(110_000, 40_000, 10_000, 10_000)},
		{Code: "b2", Grid: "e", Footprint: oblong(150_000, 40_000, 10_000, 10_000)},
		{Code: "b3", Grid: "e", Footprint: oblong(110_000, 80_000, 10_000, 10_000)},
	}}
	moved(t, c, n, []string{"b1"}, "w", site)
	moved(t, c, n, []string{"b1", "b3"}, "w", site)
	if _, err := coverage.Propose(c, n, []string{"b1", "b2", "b3"}, "w", site); err != nil {
		t.Log(err)
	}
}

// Where there is a street, the border follows it.
func TestMoveBuildingAlongStreets(t *testing.T) {
	c, n := twoGrids(t)
	site := coverage.Site{Buildings: []coverage.Building{
		{Code: "b1", Grid: "e", Footprint: oblong(110_000, 20_000, 10_000, 10_000)},
		{Code: "b2", Grid: "e", Footprint: oblong(150_000, 20_000, 10_000, 10_000)},
		{Code: "b3", Grid: "e", Footprint: oblong(110_000, 70_000, 10_000, 10_000)},
	}, Guides: []coverage.Guide{
		{Line: []lattice.Point{{X: 135_000, Y: -1000}, {X: 135_000, Y: 101_000}}, Cost: 1},
		{Line: []lattice.Point{{X: 99_000, Y: 50_000}, {X: 201_000, Y: 50_000}}, Cost: 1},
	}}
	now := moved(t, c, n, []string{"b1"}, "w", site)
	w, _ := now.AreaByCode("w")
	want := lattice.ShapeAreaM2(oblong(0, 0, 100_000, 100_000)) + lattice.ShapeAreaM2(oblong(100_000, 0, 35_000, 50_000))
	if got := lattice.ShapeAreaM2(now.Polygons(w)); got < want-1 || got > want+1 {
		t.Errorf("%v m², not %v", got, want)
	}
}

// What stands between has to be named.
func TestMoveBuildingBehindOthers(t *testing.T) {
	c, n := twoGrids(t)
	site := coverage.Site{Buildings: []coverage.Building{
		{Code: "b1", Grid: "e", Footprint: oblong(101_000, 1_000, 40_000, 98_000)},
		{Code: "b2", Grid: "e", Footprint: oblong(180_000, 40_000, 10_000, 10_000)},
	}}
	_, err := coverage.Propose(c, n, []string{"b2"}, "w", site)
	if err == nil {
		t.Fatal("a way was found where there is none")
	}
	t.Log(err)
}
