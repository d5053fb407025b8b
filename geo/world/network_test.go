package world_test

import (
	"slices"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

func TestNetworkLinks(t *testing.T) {
	w := build(t, parts(t))
	n := w.Basic()
	if tops := n.Children(-1); len(tops) != 1 || n.Grids[tops[0]].Code != "d" {
		t.Fatalf("tops: %v", tops)
	}
	seen := 0
	for area := range int32(len(n.Grids)) {
		if got, ok := n.Find(n.Grids[area].Code); !ok || got != area {
			t.Fatalf("area %d is found at %d", area, got)
		}
		if n.Coverage.Areas()[area].Code != n.Grids[area].Code || n.Coverage.Areas()[area].Parent != n.Parent(area) {
			t.Fatalf("area %d is not the coverage's", area)
		}
		for _, kid := range n.Children(area) {
			seen++
			if n.Parent(kid) != area {
				t.Fatalf("child %d of %d has parent %d", kid, area, n.Parent(kid))
			}
		}
	}
	if seen != len(n.Grids)-1 {
		t.Fatalf("%d children of %d areas", seen, len(n.Grids))
	}
	area, _ := n.Find(storetest.GridCode(2, 1))
	if at := n.Label(area); n.AreaAt(at) != area || n.Label(area) != at {
		t.Fatalf("the label of %s lies at %v", storetest.GridCode(2, 1), at)
	}
	if got := n.AreaAt(storetest.At(2, 1, 0, 0)); got != area {
		t.Fatalf("area at the middle: %d", got)
	}
	if got := n.AreaAt(lattice.Point{}); got != coverage.NoArea {
		t.Fatalf("area far outside: %d", got)
	}
	towers := w.Network("towers")
	if floors := towers.InBuilding("b0"); len(floors) != 3 || towers.Grids[floors[2]].Code != "t02" {
		t.Fatalf("floors: %v", floors)
	}
	if w.Network("sewers") != nil || towers.AreaAt(storetest.At(0, 0, 0, 0)) != coverage.NoArea {
		t.Fatal("a network that is not there, or not drawn, answers")
	}
	whole, sum := w.Figures(n.Children(-1)[0]).AreaM2, 0.0
	for area := range int32(len(n.Grids)) {
		if len(n.Children(area)) == 0 {
			sum += w.Figures(area).AreaM2
		}
	}
	if whole < 1e4 || whole/sum < 0.999999 || whole/sum > 1.000001 {
		t.Fatalf("the district measures %v m², its grids %v", whole, sum)
	}
}

func TestBrokenHierarchyIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*world.Parts){
		"no record":      func(p *world.Parts) { p.Networks[0].Grids = p.Networks[0].Grids[1:] },
		"twice":          func(p *world.Parts) { p.Networks[1].Grids[1].Code = "t00" },
		"unknown parent": func(p *world.Parts) { p.Networks[1].Grids[1].Parent = "nobody" },
		"own parent":     func(p *world.Parts) { p.Networks[1].Grids[1].Parent = "t01" },
	} {
		p := parts(t)
		p.Networks[1].Grids = slices.Clone(p.Networks[1].Grids)
		spoil(&p)
		if _, err := world.New(p); geo.KindOf(err) != geo.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPostsAreDated(t *testing.T) {
	p := parts(t)
	from, to := time.Unix(100, 0), time.Unix(200, 0)
	p.Posts = []geo.Post{{Code: "a", Areas: []string{"d", "d"}, Units: []string{"b0"}}, {Code: "b", Areas: []string{"d"}, From: &from, To: &to}}
	w := build(t, p)
	for at, want := range map[int64]string{99: "a", 100: "ab", 199: "ab", 200: "a"} {
		got := ""
		for _, post := range w.Posts("d", time.Unix(at, 0)) {
			got += post.Code
		}
		if got != want {
			t.Errorf("at %d: %q, want %q", at, got, want)
		}
	}
	if len(w.Posts("b0", from)) != 1 || len(w.Posts("c0", from)) != 0 {
		t.Error("posts of a unit")
	}
}
