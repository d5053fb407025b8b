package coverage_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// The board has three by three squares of 1000 units, a1 in the south-west to c3
// in the north-east; each row is a street of the district D.
//
//	a3 b3 c3
//	a2 b2 c2
//	a1 b1 c1
func board(t *testing.T) (*coverage.Coverage, geo.Network) {
	t.Helper()
	n := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "grid", Code: `^[a-z]\w*$`}}}
	areas := []coverage.Area{{Code: "D", Parent: coverage.NoArea}}
	var shapes []coverage.Shape
	for y := range int32(3) {
		areas = append(areas, coverage.Area{Code: fmt.Sprint("S", y+1), Level: 1, Parent: 0})
		street := int32(len(areas) - 1)
		for x := range int32(3) {
			code := fmt.Sprintf("%c%d", 'a'+x, y+1)
			areas = append(areas, coverage.Area{Code: code, Level: 2, Parent: street})
			shapes = append(shapes, coverage.Shape{Code: code, Shape: oblong(x*1000, y*1000, 1000, 1000)})
		}
	}
	c, report, err := coverage.Build(n, areas, shapes, coverage.Policy{})
	if err != nil || len(report.Repairs) > 0 {
		t.Fatal(err, report)
	}
	return c, n
}

func at(x, y int32) lattice.Point { return lattice.Point{X: x, Y: y} }

// did does operations one after the other and fails if one is refused or leaves
// anything wrong.
func did(t *testing.T, c *coverage.Coverage, n geo.Network, ops ...coverage.Operation) *coverage.Coverage {
	t.Helper()
	for _, op := range ops {
		if err := coverage.Disabled(c, n, op); err != nil {
			t.Fatalf("%s is disabled: %v", describe(op), err)
		}
		now, diff, err := coverage.Apply(c, n, op)
		if err != nil {
			t.Fatalf("%s: %v", describe(op), err)
		}
		if fault := wrong(c, now, n, diff); fault != "" {
			t.Fatalf("%s: %s", describe(op), fault)
		}
		c = now
	}
	return c
}

// size is what a grid covers, in square units.
func size(t *testing.T, c *coverage.Coverage, code string) int64 {
	t.Helper()
	a, ok := c.AreaByCode(code)
	if !ok {
		t.Fatalf("there is no %s", code)
	}
	sum := int64(0)
	for _, polygon := range c.Polygons(a) {
		for _, ring := range polygon {
			sum += lattice.TwiceArea(ring)
		}
	}
	return sum / 2
}

func sizes(t *testing.T, c *coverage.Coverage, want map[string]int64) {
	t.Helper()
	for code, n := range want {
		if got := size(t, c, code); got != n {
			t.Errorf("%s covers %d square units, not %d", code, got, n)
		}
	}
}

func TestSplitByLine(t *testing.T) {
	c, n := board(t)
	across := []lattice.Point{at(1500, 900), at(1500, 2100)} // a little beyond on both sides
	now := did(t, c, n, &coverage.SplitByLine{Grid: "b2", Line: across, Left: "b2", Right: "new"})
	sizes(t, now, map[string]int64{"b2": 500_000, "new": 500_000, "b1": 1_000_000})
	if a, _ := now.AreaByCode("new"); now.Areas()[now.Areas()[a].Parent].Code != "S2" {
		t.Error("the new grid hangs elsewhere than the one it was cut from")
	}
	// Both sides may get new codes; then the old grid is gone.
	now = did(t, c, n, &coverage.SplitByLine{Grid: "b2", Line: across, Left: "west", Right: "east"})
	if _, ok := now.AreaByCode("b2"); ok {
		t.Error("b2 is still there")
	}
	// From corner to corner nothing gets a new vertex.
	now = did(t, c, n, &coverage.SplitByLine{Grid: "b2", Line: []lattice.Point{at(1000, 1000), at(2000, 2000)}, Left: "b2", Right: "new"})
	sizes(t, now, map[string]int64{"b2": 500_000, "new": 500_000})
}

// Of a grid in several parts the one is cut that the line runs through: not one
// whose edge a piece of the line, elsewhere, is only in line with.
func TestSplitOfOnePart(t *testing.T) {
	n := geo.Network{ID: "beats", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "beat", Enclaves: true}}}
	two := append(oblong(0, 0, 1000, 1000), oblong(3000, 0, 1000, 1000)...)
	c, _, err := coverage.Build(n, []coverage.Area{{Code: "b", Parent: coverage.NoArea}}, []coverage.Shape{{Code: "b", Shape: two}}, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	line := []lattice.Point{at(500, -100), at(500, 1100), at(1200, 1000), at(1400, 1000), at(3500, 2000)}
	now := did(t, c, n, &coverage.SplitByLine{Grid: "b", Line: line, Left: "b", Right: "new"})
	sizes(t, now, map[string]int64{"b": 1_500_000, "new": 500_000})
	line = []lattice.Point{at(500, -100), at(500, 1100), at(3500, 1100), at(3500, -100)}
	if _, _, err := coverage.Apply(c, n, &coverage.SplitByLine{Grid: "b", Line: line, Left: "b", Right: "new"}); err == nil || !strings.Contains(err.Error(), "several parts") {
		t.Errorf("both parts are cut: %v", err)
	}
}

// A line that crosses a border where there is no lattice point bends the border
// by less than a unit, and no other grid.
func TestSplitAtAnOddPlace(t *testing.T) {
	c, n := board(t)
	c = did(t, c, n, &coverage.MoveNode{Grid: "b2", At: at(1000, 2000), To: at(1013, 2007)})
	now := did(t, c, n, &coverage.SplitByLine{Grid: "b2", Line: []lattice.Point{at(1337, 900), at(1338, 2100)}, Left: "b2", Right: "new"})
	if got, want := size(t, now, "b2")+size(t, now, "new"), size(t, c, "b2"); got < want-1000 || got > want+1000 {
		t.Errorf("the two halves cover %d, the whole %d", got, want)
	}
}

func TestMerge(t *testing.T) {
	c, n := board(t)
	now := did(t, c, n, &coverage.Merge{Grids: []string{"a1", "b1"}, Into: "b1"})
	sizes(t, now, map[string]int64{"b1": 2_000_000})
	now = did(t, c, n, &coverage.Merge{Grids: []string{"a2", "b2", "c2"}, Into: "row"}, &coverage.Merge{Grids: []string{"S1", "S2"}, Into: "S2"})
	if a, _ := now.AreaByCode("S2"); len(now.Polygons(a)) != 1 || size(t, now, "S2") != 6_000_000 {
		t.Error("the two streets are not one")
	}
}

// Splitting and merging again gives the state that was.
func TestMergeUndoesASplit(t *testing.T) {
	c, n := board(t)
	now := did(t, c, n,
		&coverage.SplitByLine{Grid: "b2", Line: []lattice.Point{at(1000, 1000), at(2000, 2000)}, Left: "b2", Right: "new"},
		&coverage.Merge{Grids: []string{"b2", "new"}, Into: "b2"})
	if now.Hash() != c.Hash() {
		t.Error("it is another state")
	}
}

func TestReshapeArc(t *testing.T) {
	c, n := board(t)
	now := did(t, c, n, &coverage.ReshapeArc{Grid: "b2", From: at(2000, 1000), To: at(2000, 2000), Path: []lattice.Point{at(2400, 1300), at(2400, 1700)}})
	sizes(t, now, map[string]int64{"b2": 1_280_000, "c2": 720_000})
	// The new course may follow another grid's border: what lies between goes whole.
	now = did(t, c, n, &coverage.ReshapeArc{Grid: "b2", From: at(2000, 1000), To: at(2000, 2000), Path: []lattice.Point{at(3000, 1000), at(3000, 1900)}})
	sizes(t, now, map[string]int64{"b2": 1_950_000, "c2": 50_000})
	// The outer border may move as well.
	now = did(t, c, n, &coverage.ReshapeArc{Grid: "c2", From: at(3000, 1000), To: at(3000, 2000), Path: []lattice.Point{at(3500, 1500)}})
	sizes(t, now, map[string]int64{"c2": 1_250_000, "D": 9_250_000})
}

func TestVertices(t *testing.T) {
	c, n := board(t)
	now := did(t, c, n, &coverage.InsertVertex{Grid: "b2", A: at(1000, 1000), B: at(2000, 1000), At: at(1500, 900)})
	sizes(t, now, map[string]int64{"b2": 1_050_000, "b1": 950_000})
	now = did(t, now, n, &coverage.MoveNode{Grid: "b1", At: at(1500, 900), To: at(1500, 1100)})
	sizes(t, now, map[string]int64{"b2": 950_000, "b1": 1_050_000})
	if now = did(t, now, n, &coverage.DeleteVertex{Grid: "b1", At: at(1500, 1100)}); now.Hash() != c.Hash() {
		t.Error("it is another state")
	}
	now = did(t, c, n, &coverage.MoveNode{Grid: "b2", At: at(2000, 2000), To: at(2200, 2100)})
	sizes(t, now, map[string]int64{"a1": 1_000_000, "b2": 1_150_000, "D": 9_000_000})
}

func TestGaps(t *testing.T) {
	c, n := board(t)
	// The middle one ends: its ground is a gap, and goes to a neighbour.
	now := did(t, c, n, &coverage.Retire{Grid: "b2"}, &coverage.AssignGap{At: at(1500, 1500), To: "b3"})
	sizes(t, now, map[string]int64{"b3": 2_000_000})
	// Or it is a lake from now on, and then somebody's again.
	now = did(t, c, n, &coverage.Retire{Grid: "b2", Void: true})
	if v := now.Check(n); len(v) > 0 {
		t.Error(v)
	}
	now = did(t, now, n, &coverage.Create{Code: "lake", Level: "grid", Parent: "S2", Shape: oblong(1000, 1000, 1000, 1000)})
	sizes(t, now, map[string]int64{"lake": 1_000_000})
	// At the edge it is outside again, and can be drawn anew.
	now = did(t, c, n, &coverage.Retire{Grid: "c3"}, &coverage.Create{Code: "c3", Level: "grid", Parent: "S3", Shape: oblong(2000, 2000, 1000, 1000)})
	if now.Hash() != c.Hash() {
		t.Error("it is another state")
	}
}

func TestHierarchyOperations(t *testing.T) {
	c, n := board(t)
	now := did(t, c, n, &coverage.Create{Code: "S9", Level: "street", Parent: "D"},
		&coverage.Reparent{Grid: "a1", Parent: "S9"}, &coverage.Rename{Grid: "S9", Code: "S0"}, &coverage.SetLock{Grid: "S0", Locked: true})
	sizes(t, now, map[string]int64{"S0": 1_000_000, "S1": 2_000_000})
	back := did(t, now, n, &coverage.SetLock{Grid: "S0"}, &coverage.Reparent{Grid: "a1", Parent: "S1"}, &coverage.Retire{Grid: "S0"})
	if back.Hash() != c.Hash() {
		t.Error("it is another state")
	}
}

// What cannot be done is refused with a reason, and a place or a field.
func TestRefusals(t *testing.T) {
	c, n := board(t)
	c = did(t, c, n, &coverage.SetLock{Grid: "c1", Locked: true})
	line := func(p ...lattice.Point) []lattice.Point { return p }
	for _, test := range []struct {
		op     coverage.Operation
		reason string
	}{
		{&coverage.SplitByLine{Grid: "b2", Line: line(at(1500, 900), at(1500, 1500)), Left: "b2", Right: "new"}, "cuts off"},
		{&coverage.SplitByLine{Grid: "b2", Line: line(at(1200, 1500), at(1800, 1500)), Left: "b2", Right: "new"}, "cuts off"},
		{&coverage.SplitByLine{Grid: "b2", Line: line(at(1500, 900), at(1500, 2100)), Left: "b2", Right: "a1"}, "there is a grid a1 already"},
		{&coverage.SplitByLine{Grid: "b2", Line: line(at(1500, 900), at(1500, 2100)), Left: "b2", Right: "9"}, "pattern"},
		{&coverage.SplitByLine{Grid: "b2", Line: line(at(100, 100), at(200, 200)), Left: "b2", Right: "new"}, "does not cut"},
		{&coverage.SplitByLine{Grid: "S2", Line: line(at(1500, 900), at(1500, 2100)), Left: "S2", Right: "new"}, "grids under it"},
		{&coverage.SplitByLine{Grid: "none", Line: line(at(0, 0), at(1, 1))}, "there is no grid"},
		{&coverage.SplitByLine{Grid: "c1", Line: line(at(2500, -100), at(2500, 1100)), Left: "c1", Right: "new"}, "locked"},
		{&coverage.SplitByLine{Grid: "b1", Line: line(at(900, 500), at(2100, 500)), Left: "b1", Right: "new"}, "the border of c1 is locked"},
		{&coverage.Merge{Grids: []string{"a1", "c2"}, Into: "a1"}, "fall into 2 parts"},
		{&coverage.Merge{Grids: []string{"a1", "a2"}, Into: "new"}, "different parents"},
		{&coverage.Merge{Grids: []string{"a1", "S2"}, Into: "a1"}, "different levels"},
		{&coverage.ReshapeArc{Grid: "b2", From: at(2000, 1000), To: at(2000, 2000), Path: line(at(2500, 2500))}, "crosses a border"},
		{&coverage.ReshapeArc{Grid: "b2", From: at(2000, 1000), To: at(1000, 2000), Path: line(at(1500, 1500))}, "not on the same border"},
		{&coverage.ReshapeArc{Grid: "b1", From: at(2000, 0), To: at(2000, 1000), Path: line(at(1900, 500))}, "locked"},
		{&coverage.MoveNode{Grid: "b2", At: at(2000, 2000), To: at(3500, 2500)}, "crosses a border"},
		{&coverage.MoveNode{Grid: "b2", At: at(1500, 1500), To: at(1600, 1600)}, "no vertex"},
		{&coverage.DeleteVertex{Grid: "b2", At: at(2000, 2000)}, "three borders meet"},
		{&coverage.InsertVertex{Grid: "b2", A: at(1000, 1000), B: at(2000, 2000), At: at(1500, 1500)}, "no edge"},
		{&coverage.AssignGap{At: at(1500, 1500), To: "a1"}, "no gap here"},
		{&coverage.Retire{Grid: "S1"}, "grids under it"},
		{&coverage.Create{Code: "new", Level: "grid", Parent: "S1", Shape: oblong(500, 500, 100, 100)}, "belongs to a grid already"},
		{&coverage.Create{Code: "new", Level: "grid", Parent: "S1", Shape: oblong(-500, 500, 600, 100)}, "crosses a border"},
		{&coverage.Create{Code: "new", Level: "grid"}, "has a parent"},
		{&coverage.Create{Code: "new", Level: "grid", Parent: "S1", Shape: oblong(1_700_000_000, 500, 600, 100)}, "150"},
		{&coverage.MoveNode{Grid: "a1", At: at(0, 0), To: at(-1_700_000_000, 0)}, "150"},
		{&coverage.Reparent{Grid: "S1", Parent: "a2"}, "does not stand above"},
		{&coverage.Rename{Grid: "a1", Code: "a2"}, "there is a grid a2 already"},
		{&coverage.SetLock{Grid: "a1"}, "that is how"},
	} {
		_, _, err := coverage.Apply(c, n, test.op)
		var refusal *geo.Error
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s: %v, not %q", describe(test.op), err, test.reason)
		} else if refusal.At == nil && refusal.Field == "" {
			t.Errorf("%s: %v has neither a place nor a field", describe(test.op), err)
		}
	}
}

// Where there are several reasons, the same one is told every time.
func TestRefusalsAreTheSameEveryTime(t *testing.T) {
	c, n := board(t)
	c = did(t, c, n, &coverage.SetLock{Grid: "a2", Locked: true}, &coverage.SetLock{Grid: "c2", Locked: true})
	apply := func(op coverage.Operation) func() error {
		return func() error { _, _, err := coverage.Apply(c, n, op); return err }
	}
	for name, refuse := range map[string]func() error{
		"two codes that are taken": apply(&coverage.SplitByLine{Grid: "b2", Line: []lattice.Point{at(1500, 900), at(1500, 2100)}, Left: "a1", Right: "b1"}),
		"two locked borders":       apply(&coverage.SplitByLine{Grid: "b2", Line: []lattice.Point{at(900, 1500), at(2100, 1500)}, Left: "b2", Right: "new"}),
		"two grids in parts": apply(&coverage.SplitByLine{Grid: "b2", Left: "l", Right: "r",
			Line: []lattice.Point{at(1200, 900), at(1200, 2100), at(1500, 2100), at(1500, 900), at(1800, 900), at(1800, 2100)}}),
		"buildings that are none": func() error {
			_, err := coverage.Propose(c, n, []string{"x", "y", "z"}, "b2", coverage.Site{})
			return err
		},
	} {
		first := refuse()
		if first == nil {
			t.Errorf("%s: done", name)
			continue
		}
		for range 20 {
			if err := refuse(); err.Error() != first.Error() {
				t.Errorf("%s: %q, and %q", name, first, err)
				break
			}
		}
	}
}

// A grid of an exclusive network can not be drawn over another.
func TestOverlapIsRefused(t *testing.T) {
	c, n := board(t)
	n.Kind = geo.Exclusive
	c = did(t, c, n, &coverage.Retire{Grid: "b2"}) // ground outside, in the middle
	c = did(t, c, n, &coverage.Create{Code: "m", Level: "grid", Parent: "S2", Shape: oblong(1200, 1200, 600, 600)})
	_, _, err := coverage.Apply(c, n, &coverage.Create{Code: "o", Level: "grid", Parent: "S2", Shape: oblong(1100, 1100, 300, 300)})
	if err == nil {
		t.Fatal("two grids lie over each other")
	}
	_, _, err = coverage.Apply(c, n, &coverage.Create{Code: "o", Level: "grid", Parent: "S2", Shape: oblong(1300, 1300, 100, 100)})
	if err == nil {
		t.Fatal("one grid lies in another")
	}
	_, _, err = coverage.Apply(c, n, &coverage.Create{Code: "o", Level: "grid", Parent: "S2", Shape: oblong(1100, 1100, 800, 800)})
	if err == nil {
		t.Fatal("one grid lies around another, over it")
	}
}

// Operations have a JSON form; what is none is refused.
func TestOperationsAsJSON(t *testing.T) {
	op, err := coverage.UnmarshalOperation([]byte(`{"op":"moveNode","grid":"a1","at":[0.0001,0.0002],"to":[1,2]}`))
	if err != nil || describe(op) != `{"op":"moveNode","grid":"a1","at":[0.0001,0.0002],"to":[1,2]}` {
		t.Error(describe(op), err)
	}
	for _, bad := range []string{`{}`, `[]`, `{"op":"fly"}`, `{"op":"merge","grids":"a"}`, `{"op":"merge","grid":"a"}`, `{"op":"moveNode","at":[200,0]}`} {
		if op, err := coverage.UnmarshalOperation([]byte(bad)); err == nil {
			t.Errorf("%s is taken for %s", bad, describe(op))
		} else if geo.KindOf(err) != geo.Invalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// FuzzOperation does anything that is an operation to the board: it is refused,
// or what comes of it is sound.
func FuzzOperation(f *testing.F) {
	for _, op := range []coverage.Operation{
		&coverage.SplitByLine{Grid: "b2", Line: []lattice.Point{at(1500, 900), at(1500, 2100)}, Left: "b2", Right: "new"},
		&coverage.ReshapeArc{Grid: "b2", From: at(2000, 1000), To: at(2000, 2000), Path: []lattice.Point{at(2400, 1300)}},
		&coverage.Create{Code: "new", Level: "grid", Parent: "S1", Shape: oblong(-500, 500, 500, 100)},
		&coverage.MoveBuildings{Buildings: []string{"b"}, To: "b2", Takes: []coverage.Take{{From: "c2", Lines: [][]lattice.Point{{at(2500, 900), at(2500, 2100)}}}}},
		&coverage.Merge{Grids: []string{"a1", "b1"}, Into: "b1"}, &coverage.Retire{Grid: "b2"},
	} {
		f.Add([]byte(describe(op)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<14 {
			return
		}
		op, err := coverage.UnmarshalOperation(data)
		if err != nil {
			return
		}
		c, n := board(t)
		now, diff, err := coverage.Apply(c, n, op)
		if err != nil {
			return
		}
		if fault := wrong(c, now, n, diff); fault != "" {
			t.Fatal(fault)
		}
	})
}

// A line that met borders within reach of each other was once led to and fro
// between their vertices for ever. The state is a planner's.
func TestLineBesideManyVertices(t *testing.T) {
	text, err := os.ReadFile("testdata/states/crowded.hex")
	if err != nil {
		t.Fatal(err)
	}
	var chunks [][]byte
	for line := range strings.FieldsSeq(string(text)) {
		chunk, err := hex.DecodeString(line)
		if err != nil {
			t.Fatal(err)
		}
		chunks = append(chunks, chunk)
	}
	c, err := coverage.Decode(chunks)
	if err != nil {
		t.Fatal(err)
	}
	op, err := coverage.UnmarshalOperation([]byte(`{"op":"moveBuildings","buildings":["b0"],"to":"n9","takes":[{"from":"n10",
		"lines":[[[0.0001048,0.0001264],[0.0000277,0.0001689],[0.0000153,0.0001542],[0.0000153,0.0001435]]]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := coverage.Apply(c, coverage.MosaicNetwork, op); err == nil || !strings.Contains(err.Error(), "so flat an angle") {
		t.Errorf("%v", err)
	}
}
