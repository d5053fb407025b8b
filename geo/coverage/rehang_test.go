package coverage

import (
	"slices"
	"testing"

	"onegrid/geo"
)

// TestRehang gives a map with a lake that is nobody's, and with a leaf that
// stands a level higher than the others, another street above its grid.
func TestRehang(t *testing.T) {
	n := geo.Network{ID: "n", Kind: geo.Basic, Levels: []geo.Level{{ID: "district"}, {ID: "street"}, {ID: "grid", Partial: true}}}
	grids := func(street string) []geo.Grid {
		return []geo.Grid{{Code: "d", Level: "district"}, {Code: "leaf", Level: "street", Parent: "d"},
			{Code: street, Level: "street", Parent: "d"}, {Code: "g", Level: "grid", Parent: street}}
	}
	areasOf := func(grids []geo.Grid) []Area {
		areas, err := AreasOf(n, grids)
		if err != nil {
			t.Fatal(err)
		}
		return areas
	}
	shapes := []Shape{rings("leaf", block(0, 0, 100, 100), block(40, 40, 9, 9)), rings("g", block(100, 0, 100, 100))}
	before := areasOf(grids("a"))
	i := slices.IndexFunc(before, func(a Area) bool { return a.Code == "g" })
	before[i].Locked = true
	c, _, err := Build(n, before, shapes, Policy{WideGaps: VoidGaps})
	if err != nil {
		t.Fatal(err)
	}
	// "z" comes after the leaf, "a" came before: the leaf has another number now.
	got, err := c.Rehang(areasOf(grids("z")))
	if err != nil {
		t.Fatal(err)
	}
	sound(t, n, got)
	locked := areasOf(grids("z"))
	locked[i].Locked = true
	want, _, err := Build(n, locked, shapes, Policy{WideGaps: VoidGaps})
	if err != nil {
		t.Fatal(err)
	}
	if got.Hash() != want.Hash() {
		t.Error("another hierarchy over the same drawing is not what building it gives")
	}
	if _, err := c.Rehang(areasOf(grids("z")[:3])); geo.KindOf(err) != geo.Invalid {
		t.Errorf("a hierarchy without an area that has ground: %v", err)
	}
}
