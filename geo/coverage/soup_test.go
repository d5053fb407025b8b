package coverage

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

var soupNetwork = geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "top"}, {ID: "grid"}}}

// soup draws shapes without any care: several polygons each, several rings each,
// over each other, on a lattice so small that everything degenerate happens.
func soup(t *rapid.T, side int32) ([]Area, []Shape) {
	at := rapid.Int32Range(0, side)
	point := rapid.Custom(func(t *rapid.T) lattice.Point {
		return lattice.Point{X: at.Draw(t, "x"), Y: at.Draw(t, "y")}
	})
	ring := rapid.SliceOfN(point, 3, 6)
	polygon := rapid.SliceOfN(ring, 1, 2)
	shape := rapid.SliceOfN(polygon, 1, 2)
	areas := []Area{{Code: "top", Parent: NoArea}}
	var shapes []Shape
	for i, m := range rapid.SliceOfN(shape, 1, 6).Draw(t, "shapes") {
		code := fmt.Sprint("a", i)
		areas = append(areas, Area{Code: code, Level: 1, Parent: 0})
		shapes = append(shapes, Shape{Code: code, Shape: m, Row: i + 1})
	}
	return areas, shapes
}

// drawnEdges returns the edges of a polygon.
func drawnEdges(p lattice.Polygon) []edge {
	return edgesOf(p)
}

// TestSoup compares with sampled points far enough from everything drawn: who
// claims a point by plain parity of the input must have it, or one of those who
// claim it; who does not, must not.
func TestSoup(t *testing.T) {
	try(t, rounds(400, 100_000), func(t *rapid.T) {
		side := rapid.SampledFrom([]int32{5, 9, 16}).Draw(t, "side")
		areas, shapes := soup(t, side)
		c, _, err := Build(soupNetwork, areas, shapes, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		sampled(t, c, shapes, int(side))
		for _, v := range c.Check(soupNetwork) {
			if v.Kind != Gap && v.Kind != ManyRegions && v.Kind != NoRegion {
				t.Fatalf("%+v", v)
			}
		}
		sameAnyhow(t, c, areas, shapes)
	})
}

func sampled(t *rapid.T, c *Coverage, shapes []Shape, side int) {
	var edges []edge
	for _, s := range shapes {
		for _, p := range s.Shape {
			edges = append(edges, drawnEdges(p)...)
		}
	}
	owned := make([][]edge, len(c.Areas()))
	for a := range c.Areas() {
		for _, p := range c.Polygons(int32(a)) {
			owned[a] = append(owned[a], drawnEdges(p)...)
		}
	}
	for x := -1; x <= 2*side+1; x++ {
		for y := -1; y <= 2*side+1; y++ {
			if near(edges, x, y) {
				continue
			}
			var claims, owners []string
			for _, s := range shapes {
				if slices.ContainsFunc(s.Shape, func(p lattice.Polygon) bool { return odd(drawnEdges(p), x, y) }) {
					claims = append(claims, s.Code)
				}
			}
			for a := range c.Areas() {
				if c.Areas()[a].Level == 1 && odd(owned[a], x, y) {
					owners = append(owners, c.Areas()[a].Code)
				}
			}
			if len(claims) == 0 && len(owners) == 0 {
				continue
			}
			if len(owners) != 1 || !slices.Contains(claims, owners[0]) {
				t.Fatalf("%d/2 %d/2 is claimed by %v and owned by %v", x, y, claims, owners)
			}
			if !odd(owned[0], x, y) {
				t.Fatalf("%d/2 %d/2 is not in the area above", x, y)
			}
		}
	}
}

// sameAnyhow builds again from another order, and from what was exported.
func sameAnyhow(t *rapid.T, c *Coverage, areas []Area, shapes []Shape) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1))
	_, report, _ := Build(soupNetwork, areas, shapes, Policy{})
	mixed := slices.Clone(shapes)
	r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	for i := range mixed {
		mixed[i].Shape = turned(r, mixed[i].Shape)
	}
	d, again, err := Build(soupNetwork, areas, mixed, Policy{})
	if err != nil || d.Hash() != c.Hash() {
		t.Fatal("another order gives another coverage", err)
	}
	inner := func(r *Report) (out []Repair) {
		for _, x := range r.Repairs {
			// Where a ring repeats a point or turns back depends on how it runs.
			if x.Kind == RepairOverlap || x.Kind == RepairGap || x.Kind == RepairFragment || x.Kind == RepairMultipart || x.Kind == RepairMissing {
				out = append(out, x)
			}
		}
		return out
	}
	if a, b := inner(report), inner(again); !reflect.DeepEqual(a, b) {
		t.Fatalf("another order gives another report:\n%+v\n%+v", a, b)
	}
	var exported []Shape
	for a := range c.Areas() {
		if len(c.RegionsOf(int32(a))) > 0 {
			exported = append(exported, Shape{Code: c.Areas()[a].Code, Shape: c.Polygons(int32(a))})
		}
	}
	e, _, err := Build(soupNetwork, areas, exported, Policy{})
	if err != nil || e.Hash() != c.Hash() {
		t.Fatal("what is exported builds another coverage", err)
	}
	back, err := Decode(c.Encode())
	if err != nil || back.Hash() != c.Hash() {
		t.Fatal("storing changes the coverage", err)
	}
}

// turned starts rings elsewhere and runs some of them backwards.
func turned(r *rand.Rand, m lattice.MultiPolygon) lattice.MultiPolygon {
	var out lattice.MultiPolygon
	for _, p := range m {
		var q lattice.Polygon
		for _, ring := range p {
			k := r.IntN(len(ring))
			ring = append(slices.Clone(ring[k:]), ring[:k]...)
			if r.IntN(2) == 0 {
				slices.Reverse(ring)
			}
			q = append(q, ring)
		}
		out = append(out, q)
	}
	r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// TestSoupSettled closes gaps and fragments of the same kind of input: the result
// must be sound whatever the policy.
func TestSoupSettled(t *testing.T) {
	try(t, rounds(400, 100_000), func(t *rapid.T) {
		side := rapid.SampledFrom([]int32{5, 9, 16}).Draw(t, "side")
		areas, shapes := soup(t, side)
		p := Policy{
			GapWidthM: rapid.SampledFrom([]float64{0.005, 0.02, 0.05, 1}).Draw(t, "gap"),
			WideGaps:  rapid.SampledFrom([]string{"", ListGaps, VoidGaps, FillGaps}).Draw(t, "wide"),
			Priority:  rapid.SampledFrom([][]string{nil, {"a1", "a0"}, {"a3"}}).Draw(t, "priority"),
		}
		n := soupNetwork
		n.Kind = rapid.SampledFrom([]geo.NetworkKind{geo.Basic, geo.Exclusive}).Draw(t, "kind")
		c, report, err := Build(n, areas, shapes, p)
		if err != nil {
			t.Fatal(err)
		}
		blockers := map[string]int{}
		for _, r := range report.Repairs {
			if r.Done == "" || r.AreaM2 < 0 {
				t.Fatalf("%+v", r)
			}
			if r.Blocker {
				blockers[r.Kind]++
			}
		}
		found := map[string]int{}
		for _, v := range c.Check(n) {
			found[v.Kind]++
		}
		want := map[string]int{}
		for repair, violation := range map[string]string{RepairGap: Gap, RepairMultipart: ManyRegions, RepairMissing: NoRegion} {
			if blockers[repair] > 0 {
				want[violation] = blockers[repair]
			}
		}
		// A fragment that is left to the gaps around it makes one of them.
		if joined := slices.ContainsFunc(report.Repairs, func(r Repair) bool {
			return r.Kind == RepairFragment && strings.HasPrefix(r.Done, "left outside")
		}); joined && 0 < found[Gap] && found[Gap] < want[Gap] {
			want[Gap] = found[Gap]
		}
		if !reflect.DeepEqual(found, want) {
			t.Fatalf("found %v, reported %v", found, want)
		}
		if p.WideGaps == FillGaps && found[Gap] > 0 {
			t.Fatal("a gap was not filled")
		}
	})
}
