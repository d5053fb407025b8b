package route_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/route"
	"onegrid/geo/world"
)

// The coast, in steps of 0.001 degree from a corner west of Greenwich:
//
//	8 +-------+---------+-------+
//	  |  g1   |   g2    |       |   s1 has the grids g1 and g2, s2 has none. The
//	  | +---+ |         |  s2   |   lake in g2 is nobody's. A school of the
//	4 | |   | |  +---+  |   #   |   exclusive network lies over 1,4 to 3,6. The
//	  | +---+ |  |lake|  |       |   tower # at 10,4 has the stacked t1 and t2.
//	0 +-------+--+---+--+-------+
//	  0       4  5   7  8      12
const step = 10_000

var corner = lattice.Point{X: -6 * step, Y: 514_000_000} // Greenwich is at 6

func at(x, y float64) lattice.Point {
	return lattice.Point{X: corner.X + int32(math.Round(x*step)), Y: corner.Y + int32(math.Round(y*step))}
}

func ring(x, y, w, h float64) lattice.Ring {
	return lattice.Ring{at(x, y), at(x+w, y), at(x+w, y+h), at(x, y+h)}
}

func shape(code string, rings ...lattice.Ring) coverage.Shape {
	return coverage.Shape{Code: code, Shape: lattice.MultiPolygon{rings}}
}

// network draws a network's areas.
func network(t *testing.T, n geo.Network, grids []geo.Grid, shapes ...coverage.Shape) world.Part {
	t.Helper()
	for i := range grids {
		grids[i].Network, grids[i].Name = n.ID, geo.Plain(grids[i].Code)
	}
	areas, err := coverage.AreasOf(n, grids)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := coverage.Build(n, areas, shapes, coverage.Policy{WideGaps: coverage.VoidGaps})
	if err != nil {
		t.Fatal(err)
	}
	if v := c.Check(n); len(v) > 0 {
		t.Fatal(v)
	}
	return world.Part{ID: n.ID, Coverage: c, Grids: grids}
}

func coast(t *testing.T, base ...geo.BaseFeature) *world.World {
	t.Helper()
	basic := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "grid", Partial: true}}}
	schools := geo.Network{ID: "schools", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "school"}}}
	towers := geo.Network{ID: "towers", Kind: geo.Stacked, Levels: []geo.Level{{ID: "floors"}}}
	w, err := world.New(world.Parts{
		Seq: 1, Scheme: geo.Scheme{Networks: []geo.Network{basic, schools, towers}}, Edition: geo.Edition{ID: 1},
		Networks: []world.Part{
			network(t, basic, []geo.Grid{{Level: "district", Code: "d"}, {Level: "street", Code: "s1", Parent: "d"}, {Level: "street", Code: "s2", Parent: "d"},
				{Level: "grid", Code: "g1", Parent: "s1"}, {Level: "grid", Code: "g2", Parent: "s1"}},
				shape("g1", ring(0, 0, 4, 8)), shape("g2", ring(4, 0, 4, 8), ring(5, 1, 2, 2)), shape("s2", ring(8, 0, 4, 8))),
			network(t, schools, []geo.Grid{{Level: "school", Code: "school"}}, shape("school", ring(1, 4, 2, 2))),
			{ID: "towers", Grids: []geo.Grid{
				{Network: "towers", Level: "floors", Code: "t1", Building: "tower", Floors: &[2]int{1, 10}},
				{Network: "towers", Level: "floors", Code: "t2", Building: "tower", Floors: &[2]int{11, 20}}}},
		},
		Buildings: []geo.Building{{ID: 1, Code: "tower", Shape: lattice.MultiPolygon{{ring(10, 4, 0.5, 0.5)}}, Interior: at(10.2, 4.2)}},
		Base:      base,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func code(p route.Place) string {
	if !p.Has() {
		return ""
	}
	return p.Grid().Code
}

// The levels of the coast's basic network.
const (
	district, street, grid = 0, 1, 2
	finest                 = -1
)

func TestLocate(t *testing.T) {
	w := coast(t)
	for _, c := range []struct {
		name        string
		x, y        float64
		level       int
		status      route.Status
		owner, grid string
	}{
		{"in a grid", 2, 3, finest, route.Inside, "g1", "g1"},
		{"its street", 2, 3, street, route.Inside, "s1", "g1"},
		{"its district", 2, 3, district, route.Inside, "d", "g1"},
		{"a street without grids", 10, 3, finest, route.Inside, "s2", "s2"},
		{"a level that is not there", 10, 3, grid, route.Inside, "s2", "s2"},
		{"above it", 10, 3, district, route.Inside, "d", "s2"},
		{"between grids: east of it", 4, 2, finest, route.OnBorder, "g2", "g2"},
		{"which is within the street", 4, 2, street, route.Inside, "s1", "g2"},
		{"and a hand from the street's own", 4, 7.9999, street, route.Inside, "s1", "g2"},
		{"between streets: east of it", 8, 2, finest, route.OnBorder, "s2", "s2"},
		{"at their level", 8, 2, street, route.OnBorder, "s2", "s2"},
		{"which is within the district", 8, 2, district, route.Inside, "d", "s2"},
		{"western edge", 0, 2, finest, route.OnBorder, "g1", "g1"},
		{"eastern edge", 12, 2, finest, route.OnBorder, "s2", "s2"},
		{"eastern edge, of the district too", 12, 2, district, route.OnBorder, "d", "s2"},
		{"northern edge", 2, 8, finest, route.OnBorder, "g1", "g1"},
		{"where a border meets the northern edge", 4, 8, finest, route.OnBorder, "g1", "g1"},
		{"where a border meets the southern edge", 4, 0, finest, route.OnBorder, "g2", "g2"},
		{"north-eastern corner", 12, 8, finest, route.OnBorder, "s2", "s2"},
		{"on Greenwich", 6, 6, finest, route.Inside, "g2", "g2"},
		{"western shore of the lake", 5, 2, finest, route.OnBorder, "g2", "g2"},
		{"eastern shore", 7, 2, district, route.OnBorder, "d", "g2"},
		{"in the lake", 6, 2, finest, route.Outside, "", ""},
		{"outside", -1, 2, finest, route.Outside, "", ""},
		{"beside the edge", 12.0001, 2, finest, route.Outside, "", ""},
	} {
		for _, border := range []bool{false, true} { // whether the border is asked for changes nothing else
			var a route.Answer
			route.Locate(w, &route.Request{Point: at(c.x, c.y), Level: c.level, Border: border}, &a)
			if a.Status != c.status || code(a.Owner) != c.owner || code(a.Grid) != c.grid {
				t.Errorf("%s (border: %v): %s, %q, %q, want %s, %q, %q", c.name, border, a.Status, code(a.Owner), code(a.Grid), c.status, c.owner, c.grid)
			}
			if c.owner != "" && border && (!a.Has || (a.Border.DistanceM == 0) != (a.Status == route.OnBorder)) {
				t.Errorf("%s: %s, but the border is %+v", c.name, a.Status, a.Border)
			}
		}
	}
}

func TestOtherNetworks(t *testing.T) {
	w := coast(t)
	var a route.Answer // used again and again
	for _, c := range []struct {
		name     string
		x, y     float64
		networks []string
		want     []string
	}{
		{"in the school", 2, 5, nil, []string{"school"}},
		{"on its eastern wall, which nobody else has", 3, 5, nil, []string{"school"}},
		{"beside it", 3.0001, 5, nil, nil},
		{"in the tower: all of it", 10.2, 4.2, nil, []string{"t1", "t2"}},
		{"on its corner", 10.5, 4.5, nil, []string{"t1", "t2"}},
		{"beside it", 10.5001, 4.2, nil, nil},
		{"when not asked for", 2, 5, []string{"towers"}, nil},
		{"when asked for", 10.2, 4.2, []string{"towers", "schools"}, []string{"t1", "t2"}},
		{"when none is", 2, 5, []string{}, nil},
	} {
		route.Locate(w, &route.Request{Point: at(c.x, c.y), Level: finest, Networks: c.networks}, &a)
		var got []string
		for _, p := range a.Others {
			got = append(got, code(p))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Points outside go to whoever is nearest by plain distance to every outline, and
// only up to max_m.
func TestNearest(t *testing.T) {
	w := coast(t)
	c := w.Basic().Coverage
	rng := rand.New(rand.NewPCG(20_261_123, 1))
	var a route.Answer
	nearest, outside := 0, 0
	for range 3000 {
		p := at(-3+18*rng.Float64(), -3+14*rng.Float64())
		if rng.IntN(4) == 0 {
			p = at(5+2*rng.Float64(), 1+2*rng.Float64()) // the lake
		}
		distance := map[string]float64{}
		least, within := math.Inf(1), false
		for i, area := range c.Areas() {
			if len(c.RegionsOf(int32(i))) == 0 {
				continue
			}
			polygons := c.Polygons(int32(i))
			within = within || lattice.Side(polygons, p) >= 0
			best := math.Inf(1)
			for _, r := range polygons[0] {
				for k := range r {
					d, _ := lattice.SegmentDistanceM(r[k], r[(k+1)%len(r)], p)
					best = min(best, d)
				}
			}
			distance[area.Code], least = best, min(least, best)
		}
		if within {
			continue
		}
		maxM := 200 * rng.Float64()
		route.Locate(w, &route.Request{Point: p, Level: finest, OnOutside: route.TakeNearest, MaxM: maxM}, &a)
		switch {
		case math.Abs(least-maxM) < 0.01: // too close to call
		case least > maxM:
			outside++
			if a.Status != route.Outside || a.Owner.Has() || a.Has {
				t.Fatalf("%v is %v m away, over %v: %s, %q", p, least, maxM, a.Status, code(a.Owner))
			}
		default:
			nearest++
			if a.Status != route.Nearest || distance[code(a.Grid)] > least+0.01 || math.Abs(a.Border.DistanceM-least) > 0.01 {
				t.Fatalf("%v, within %v m: %s, %q, %v m; all are %v m away", p, maxM, a.Status, code(a.Grid), a.Border.DistanceM, distance)
			}
		}
	}
	if nearest < 300 || outside < 300 {
		t.Errorf("only %d and %d points were judged", nearest, outside)
	}
	route.Locate(w, &route.Request{Point: at(-1, 2), Level: street, OnOutside: route.TakeNearest, MaxM: 100}, &a)
	if code(a.Owner) != "s1" || code(a.Grid) != "g1" {
		t.Errorf("the street beside is %q with %q", code(a.Owner), code(a.Grid))
	}
}

func TestFollows(t *testing.T) {
	line := func(kind, name string, x float64, from, to float64) geo.BaseFeature {
		b := geo.BaseFeature{Code: name + kind, Kind: kind, Shape: geo.Geometry{Lines: [][]lattice.Point{{at(x, from), at(x, to)}}}}
		if name != "" {
			b.Name = geo.Plain(name)
		}
		return b
	}
	const m = 1 / 69.6 // of a step, eastward, at this latitude
	for _, c := range []struct {
		name string
		base []geo.BaseFeature
		want string
	}{
		{"nothing there", nil, ""},
		{"a street along it", []geo.BaseFeature{line("street", "High Street", 4+5*m, -1, 9)}, "High Street"},
		{"the nearer of two", []geo.BaseFeature{line("street", "High Street", 4+9*m, -1, 9), line("street", "Low Street", 4-6*m, -1, 9)}, "Low Street"},
		{"and the other way round", []geo.BaseFeature{line("street", "High Street", 4-9*m, -1, 9), line("street", "Low Street", 4+6*m, -1, 9)}, "Low Street"},
		{"whichever comes first", []geo.BaseFeature{line("street", "Low Street", 4+6*m, -1, 9), line("street", "High Street", 4-9*m, -1, 9)}, "Low Street"},
		{"too far", []geo.BaseFeature{line("street", "High Street", 4+30*m, -1, 9)}, ""},
		{"along half of it", []geo.BaseFeature{line("street", "High Street", 4, 0, 4)}, ""},
		{"along most of it", []geo.BaseFeature{line("street", "High Street", 4, 0, 6.5)}, "High Street"},
		{"without a name", []geo.BaseFeature{line("street", "", 4, -1, 9)}, ""},
		{"of another kind", []geo.BaseFeature{line("green", "Park", 4, -1, 9)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := coast(t, c.base...)
			b, ok := w.Basic().Index.Border(at(4.1, 4), grid, 1000)
			if !ok {
				t.Fatal("no border there")
			}
			if got := route.Follows(w, w.Basic(), b.Arc).In("en"); got != c.want {
				t.Errorf("it follows %q, want %q", got, c.want)
			}
		})
	}
}

func TestLocateDoesNotAllocate(t *testing.T) {
	w := coast(t)
	var a route.Answer
	requests := []route.Request{
		{Point: at(10.2, 4.2), Level: finest, Border: true},
		{Point: at(4, 8), Level: street, Border: true},
		{Point: at(-1, 2), Level: finest, OnOutside: route.TakeNearest, MaxM: 100},
	}
	if n := testing.AllocsPerRun(10, func() {
		for i := range requests {
			route.Locate(w, &requests[i], &a)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
