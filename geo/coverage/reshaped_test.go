package coverage_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo/coverage"
	"onegrid/geo/coveragetest"
	"onegrid/geo/lattice"
)

func reshaped(t *testing.T, old, now *coverage.Coverage) []string {
	t.Helper()
	codes, err := now.ReshapedSince(old.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func TestReshaped(t *testing.T) {
	c, n := board(t)
	across := []lattice.Point{at(1500, 900), at(1500, 2100)}
	for name, x := range map[string]struct {
		op   coverage.Operation
		want []string
	}{
		"a split":                       {&coverage.SplitByLine{Grid: "b2", Line: across, Left: "b2", Right: "new"}, []string{"b2"}},
		"a split, both of another code": {&coverage.SplitByLine{Grid: "b2", Line: across, Left: "x", Right: "y"}, nil},
		"a corner, by one unit":         {&coverage.MoveNode{Grid: "b2", At: at(1000, 1000), To: at(1001, 1000)}, []string{"a1", "a2", "b1", "b2"}},
		"a vertex on a straight border": {&coverage.InsertVertex{Grid: "b2", A: at(1000, 1000), B: at(1000, 2000), At: at(1000, 1500)}, nil},
		"another parent":                {&coverage.Reparent{Grid: "b2", Parent: "S1"}, nil},
	} {
		now, _, err := coverage.Apply(c, n, x.op)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(x.want, reshaped(t, c, now)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if back := reshaped(t, now, c); x.want != nil && !slices.Equal(back, x.want) {
			t.Errorf("%s, undone: %v", name, back)
		}
	}
	if got := reshaped(t, c, c); got != nil {
		t.Errorf("nothing at all: %v", got)
	}
	if _, err := c.ReshapedSince([][]byte{{1, 2, 3}}); err == nil {
		t.Error("what is no state was compared")
	}
}

// TestReshapedIsWhatTheGroundSays does operations at random and compares with the
// ground of the two states laid over each other.
func TestReshapedIsWhatTheGroundSays(t *testing.T) {
	c, n := board(t)
	p := coveragetest.Planner{Rand: rand.New(rand.NewPCG(1, 0)), Coverage: c, Network: n}
	steps, some := 0, 0
	for range coverage.Rounds(300, 10_000) {
		if p.Grounds() < 5 { // too few to choose from
			p.Coverage = c
		}
		was := p.Coverage
		for range 1 + p.IntN(2) {
			if _, done := p.Step(); done {
				steps++
			}
		}
		want, got := byGround(t, was, p.Coverage), reshaped(t, was, p.Coverage)
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("after %d operations: %s", steps, d)
		}
		some += len(got)
	}
	if steps < 100 || some < 100 {
		t.Errorf("only %d operations, and %d areas reshaped", steps, some)
	}
}

// byGround is the same from the overlay of both states.
func byGround(t *testing.T, old, now *coverage.Coverage) []string {
	t.Helper()
	o, err := coverage.Lay(old, now)
	if err != nil {
		t.Fatal(err)
	}
	code := func(c *coverage.Coverage, area int32) string {
		if area < 0 {
			return ""
		}
		return c.Areas()[area].Code
	}
	var out []string
	for _, s := range o.Shared(2) {
		a, b := code(old, s.Old), code(now, s.New)
		if a == b {
			continue
		}
		for _, one := range []string{a, b} {
			was, before := old.AreaByCode(one)
			is, after := now.AreaByCode(one)
			if before && after && !slices.Contains(out, one) && len(old.RegionsOf(was))+len(now.RegionsOf(is)) > 0 {
				out = append(out, one)
			}
		}
	}
	slices.Sort(out)
	return out
}
