package access

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/storetest"
)

// A sight is enough to see what its caller does: all that a view tells is compared,
// for every scope.
func TestSightsSeeWhatTheirCallersDo(t *testing.T) {
	w := board(t)
	chance := rand.New(rand.NewPCG(3, 4))
	var places []lattice.Point
	for range 100 {
		places = append(places, storetest.At(chance.IntN(storetest.Side+2)-1, chance.IntN(storetest.Side+2)-1, 1, 1))
	}
	tags := map[string]Sight{}
	for _, subtree := range []string{"", "d", "c0", "g0203", "gone"} {
		for _, networks := range [][]string{nil, {}, {"basic"}, {"towers", "basic", "basic"}, {"schools"}, {"basics"}, {"a", "b"}} {
			for _, classes := range [][]geo.Class{nil, {geo.ClassPublic}, {geo.ClassRestricted}} {
				c := callerOf(geo.RoleOperator, geo.Scope{Subtree: subtree, Networks: networks, Classes: classes})
				s := c.Sight()
				name := fmt.Sprintf("%q %q %s", subtree, networks, classes)
				if s.Narrowed() != (subtree != "" || networks != nil) {
					t.Errorf("%s: narrowed: %v", name, s.Narrowed())
				}
				if other, is := tags[s.Tag()]; is {
					t.Errorf("%s has the tag of %+v", name, other)
				}
				tags[s.Tag()] = s
				for _, id := range []string{"basic", "towers", "schools", "a", ""} {
					if got, want := s.Network(id), c.Network(id); got != want {
						t.Errorf("%s: the network %q is seen: %v", name, id, got)
					}
				}
				if got, want := seen(s.On(w), places), seen(c.On(w), places); got != want {
					t.Errorf("%s sees\n%s\nand its caller\n%s", name, got, want)
				}
				for _, code := range []string{"g0000", "g0203", "c1", "d"} {
					chain := chainOf(w.Basic(), code)
					if got, want := s.Holds(chain), c.On(w).Holds(chain); got != want {
						t.Errorf("%s: %s is its own: %v", name, code, got)
					}
				}
			}
		}
	}
	// What stands in one part stands in no other.
	for _, s := range []Sight{{Subtree: "a", Networks: ",b,"}, {Subtree: "a,b,"}, {Networks: "a,b,"}} {
		if other, is := tags[s.Tag()]; is {
			t.Errorf("%+v has the tag of %+v", s, other)
		}
		tags[s.Tag()] = s
	}
	if got := (Sight{}).On(w); got.Area(w.Basic(), 0) || got.Sees(geo.ClassPublic) {
		t.Error("the zero sight sees something")
	}
}

// seen is all that a view tells of its world.
func seen(v View, places []lattice.Point) string {
	out := fmt.Sprint(v.Free(), v.Whole())
	for _, class := range geo.Classes {
		out += fmt.Sprint(" ", v.Sees(class))
	}
	for _, n := range v.World().Networks() {
		out += fmt.Sprintf("\n%s %v:", n.Spec.ID, v.Network(n.Spec.ID))
		for area := range n.Grids {
			out += fmt.Sprint(" ", v.Area(n, int32(area)))
		}
	}
	for area := range v.World().Basic().Grids {
		out += fmt.Sprint(" ", v.InSubtree(int32(area)), v.Figures(int32(area)) != nil)
	}
	for _, p := range places {
		out += fmt.Sprint(" ", v.At(p), v.Answers(v.World().Basic().AreaAt(p), p) == nil, v.Incident(&geo.Incident{Point: p, Network: "basic"}))
	}
	return out
}
