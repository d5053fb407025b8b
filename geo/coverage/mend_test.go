package coverage

import (
	"math/rand/v2"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// TestNeckHolds draws an area with a neck that a neighbour claims, who has the
// longer border there.
func TestNeckHolds(t *testing.T) {
	//	a a a   a a a
	//	a a a===a a a     the neck is 2 m wide and 30 m long, and b reaches over it
	//	a a a   a a a     in one place
	a := rings("a", lattice.Ring{{X: 0, Y: 0}, {X: 4000, Y: 0}, {X: 4000, Y: 1900}, {X: 7000, Y: 1900}, {X: 7000, Y: 0}, {X: 11000, Y: 0},
		{X: 11000, Y: 4000}, {X: 7000, Y: 4000}, {X: 7000, Y: 2100}, {X: 4000, Y: 2100}, {X: 4000, Y: 4000}, {X: 0, Y: 4000}})
	b := rings("b", lattice.Ring{{X: 4000, Y: 0}, {X: 7000, Y: 0}, {X: 7000, Y: 1900}, {X: 6000, Y: 2100}, {X: 5000, Y: 2100}, {X: 4000, Y: 1900}})
	c, repairs := plot(t, geo.Basic, Policy{GapWidthM: 3}, a, b)
	if got := told(repairs); got != "overlap of a b: given to a: it would be in two parts without" {
		t.Error(got)
	}
	area, _ := c.AreaByCode("a")
	if n := len(c.RegionsOf(area)); n != 1 {
		t.Errorf("a is in %d regions", n)
	}
	// Who has priority keeps it, parts or not.
	_, repairs = plot(t, geo.Basic, Policy{GapWidthM: 3, Priority: []string{"b"}}, a, b)
	if got := told(repairs); got != "fragment of a: kept: it is wider than gaps that are closed; multipart of a: kept in 2 parts (blocker); overlap of a b: given to b: by priority" {
		t.Error(got)
	}
}

// TestNoNewParts: cleaning puts no area in parts that was not so drawn.
func TestNoNewParts(t *testing.T) {
	n, areas, shapes := birmingham(t)
	for seed := range uint64(rounds(4, 100)) {
		dirty, _ := jitter(rand.New(rand.NewPCG(seed, 11)), shapes, 2, 0, 0, 0)
		c, report, err := Build(n, areas, dirty, Policy{GapWidthM: 6})
		if err != nil {
			t.Fatal(err)
		}
		crossed := map[string]bool{} // or touched
		for _, r := range report.Repairs {
			if r.Kind == RepairBowTie || r.Kind == RepairBent {
				crossed[r.Codes[0]] = true
			}
		}
		for _, s := range dirty {
			area, _ := c.AreaByCode(s.Code)
			if got := len(c.RegionsOf(area)); got > len(s.Shape) && !crossed[s.Code] {
				t.Errorf("seed %d: %s was drawn in %d parts and has %d", seed, s.Code, len(s.Shape), got)
			}
		}
	}
}
