package coverage

import (
	"slices"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

var unevenNetwork = geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{
	{ID: "district"}, {ID: "street", Partial: true}, {ID: "grid", Code: `^g\d+$`}, {ID: "micro", Partial: true, Enclaves: true}, {ID: "unit", Kind: geo.UnitLevel}}}

func TestAreasOfNamesTheFault(t *testing.T) {
	good := []geo.Grid{{Code: "D", Level: "district"}, {Code: "S", Level: "street", Parent: "D"}, {Code: "g1", Level: "grid", Parent: "S"}}
	for _, test := range []struct {
		name  string
		grids []geo.Grid
		want  string // part of the message
	}{
		{"unknown level", []geo.Grid{{Code: "x", Level: "village"}}, `"village"`},
		{"no code", []geo.Grid{{Level: "grid", Parent: "D"}}, "has no code"},
		{"twice", []geo.Grid{{Code: "g1", Level: "grid", Parent: "D"}}, "g1 is used twice"},
		{"pattern", []geo.Grid{{Code: "h1", Level: "grid", Parent: "D"}}, `h1 does not match`},
		{"unknown parent", []geo.Grid{{Code: "g2", Level: "grid", Parent: "T"}}, "g2 has the parent T"},
		{"no parent", []geo.Grid{{Code: "g2", Level: "grid"}}, "g2 of level grid has no parent"},
		{"order", []geo.Grid{{Code: "g2", Level: "grid", Parent: "g1"}}, "does not stand above"},
		{"itself", []geo.Grid{{Code: "g2", Level: "grid", Parent: "g2"}}, "g2 is its own ancestor"},
		{"circle", []geo.Grid{{Code: "g2", Level: "grid", Parent: "m"}, {Code: "m", Level: "micro", Parent: "g2"}}, "g2 is its own ancestor by way of m"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := AreasOf(unevenNetwork, append(slices.Clone(good), test.grids...))
			if err == nil || !strings.Contains(err.Error(), test.want) || geo.KindOf(err) != geo.Invalid {
				t.Fatalf("got %v, want %q", err, test.want)
			}
		})
	}
}

func block(x, y, w, h int32) lattice.Ring {
	return lattice.Ring{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}
}

// uneven is a district with one street and, beside it, a grid of its own; one
// grid of the street is divided into micro-grids, one of which has two parts.
//
//	+------+------+------+
//	|  g1  |m1|m2 |  g3  |      g1, g2 (= m1, m2) in street S; g3 in the district
//	|      |m2|m1 |      |
//	+------+------+------+
func uneven(t *testing.T) *Coverage {
	areas, err := AreasOf(unevenNetwork, []geo.Grid{
		{Code: "D", Level: "district"}, {Code: "S", Level: "street", Parent: "D"},
		{Code: "g1", Level: "grid", Parent: "S"}, {Code: "g2", Level: "grid", Parent: "S"}, {Code: "g3", Level: "grid", Parent: "D"},
		{Code: "m1", Level: "micro", Parent: "g2"}, {Code: "m2", Level: "micro", Parent: "g2"}, {Code: "u", Level: "unit", Parent: "m1"}})
	if err != nil {
		t.Fatal(err)
	}
	c, report, err := Build(unevenNetwork, areas, []Shape{
		{Code: "g1", Shape: lattice.MultiPolygon{{block(0, 0, 10, 10)}}},
		{Code: "m1", Shape: lattice.MultiPolygon{{block(10, 5, 5, 5)}, {block(15, 0, 5, 5)}}},
		{Code: "m2", Shape: lattice.MultiPolygon{{block(10, 0, 5, 5)}, {block(15, 5, 5, 5)}}},
		{Code: "g3", Shape: lattice.MultiPolygon{{block(20, 0, 10, 10)}}},
	}, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Repairs {
		if r.Kind != RepairMultipart || r.Blocker {
			t.Fatalf("%+v", r)
		}
	}
	sound(t, unevenNetwork, c)
	return c
}

func TestUnevenChains(t *testing.T) {
	c := uneven(t)
	find := func(code string) int32 {
		a, ok := c.AreaByCode(code)
		if !ok || c.Areas()[a].Code != code {
			t.Fatalf("%s is not found", code)
		}
		return a
	}
	if _, ok := c.AreaByCode("u"); ok {
		t.Error("a unit is no drawn area")
	}
	neighbours := func(code string) (out []string) {
		for _, a := range c.Neighbours(find(code)) {
			out = append(out, c.Areas()[a].Code)
		}
		return out
	}
	for code, want := range map[string]string{
		"D": "", "S": "", "g1": "g2", "g2": "g1 g3", "g3": "g2", "m1": "m2", "m2": "m1",
	} {
		if got := strings.Join(neighbours(code), " "); got != want {
			t.Errorf("%s has the neighbours %q, not %q", code, got, want)
		}
	}
	// The level of the border between two places, each inside one area.
	for _, test := range []struct {
		a, b string
		want int
	}{{"g1", "m1", 2}, {"g1", "m2", 2}, {"m1", "m2", 3}, {"m1", "g3", 1}, {"m2", "g3", 1}, {"g1", "", 0}, {"g3", "", 0}, {"m1", "", 0}} {
		found := 0
		for i := range c.Arcs() {
			arc := c.Arc(i)
			if l, r := c.code(arc.Left), c.code(arc.Right); l == test.a && r == test.b || l == test.b && r == test.a {
				found++
				if got := c.ArcLevel(i); got != test.want {
					t.Errorf("the border of %s and %s is of level %d, not %d", test.a, test.b, got, test.want)
				}
			}
		}
		if found == 0 {
			t.Errorf("%s and %q have no border", test.a, test.b)
		}
	}
	for code, want := range map[string]int64{"D": 300, "S": 200, "g2": 100, "m1": 50} {
		m := c.Polygons(find(code))
		sum := int64(0)
		for _, p := range m {
			for _, ring := range p {
				sum += lattice.TwiceArea(ring)
			}
		}
		if sum != 2*want {
			t.Errorf("%s has twice the area %d, not %d", code, sum, 2*want)
		}
		if parts := map[string]int{"m1": 2}[code]; len(m) != max(1, parts) {
			t.Errorf("%s has %d parts", code, len(m))
		}
	}
	if got := c.Polygons(find("g2")); len(got[0]) != 1 || len(got[0][0]) != 8 {
		t.Errorf("the outline of g2 is %v", got)
	}
}

func (c *Coverage) code(r Region) string {
	if a := c.AreaOf(r); a >= 0 {
		return c.Areas()[a].Code
	}
	return ""
}

// TestOutlinesAreUnions compares the outline of every area of every level of
// mosaics with the regions under it, edge by edge: an edge is on the outline iff
// exactly one of its sides is.
func TestOutlinesAreUnions(t *testing.T) {
	for seed := range uint64(rounds(30, 2000)) {
		c := someMosaic(t, seed)
		for a := range c.Areas() {
			under := func(r Region) bool {
				for at := c.AreaOf(r); at >= 0; at = c.Areas()[at].Parent {
					if at == int32(a) {
						return true
					}
				}
				return false
			}
			want := map[[2]lattice.Point]bool{}
			neighbours := map[int32]bool{}
			for i := range c.Arcs() {
				arc := c.Arc(i)
				if under(arc.Left) == under(arc.Right) {
					continue
				}
				other := arc.Right
				if under(arc.Right) {
					other = arc.Left
				}
				for at := c.AreaOf(other); at >= 0; at = c.Areas()[at].Parent {
					if c.Areas()[at].Level == c.Areas()[a].Level {
						neighbours[at] = true
					}
				}
				for k := 1; k < len(arc.Points); k++ {
					p, q := arc.Points[k-1], arc.Points[k]
					if under(arc.Right) {
						p, q = q, p
					}
					want[[2]lattice.Point{p, q}] = true
				}
			}
			for _, polygon := range c.Polygons(int32(a)) {
				for i, ring := range polygon {
					if (lattice.TwiceArea(ring) > 0) != (i == 0) {
						t.Fatalf("seed %d: ring %d of %s runs the wrong way", seed, i, c.Areas()[a].Code)
					}
					seen := map[lattice.Point]bool{}
					for k, p := range ring {
						e := [2]lattice.Point{p, ring[(k+1)%len(ring)]}
						if !want[e] {
							t.Fatalf("seed %d: %s has the edge %v, which is none of its outline's, or twice", seed, c.Areas()[a].Code, e)
						}
						delete(want, e)
						if seen[p] {
							t.Fatalf("seed %d: a ring of %s passes %v twice", seed, c.Areas()[a].Code, p)
						}
						seen[p] = true
						if i > 0 && lattice.Side(lattice.MultiPolygon{{polygon[0]}}, p) < 0 {
							t.Fatalf("seed %d: a hole of %s lies outside", seed, c.Areas()[a].Code)
						}
					}
				}
			}
			if len(want) > 0 {
				t.Fatalf("seed %d: the outline of %s lacks %v", seed, c.Areas()[a].Code, want)
			}
			got := c.Neighbours(int32(a))
			if len(got) != len(neighbours) || slices.ContainsFunc(got, func(n int32) bool { return !neighbours[n] }) {
				t.Fatalf("seed %d: %s has the neighbours %v, not %v", seed, c.Areas()[a].Code, got, neighbours)
			}
		}
	}
}
