package vtile

import (
	"encoding/json"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// one is a world of one grid, some 4 km wide.
func one(t *testing.T) *world.World {
	t.Helper()
	n := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid"}}}
	grids := []geo.Grid{{ID: 1, Code: "G", Network: "basic", Level: "grid"}}
	areas, err := coverage.AreasOf(n, grids)
	if err != nil {
		t.Fatal(err)
	}
	a, b := lattice.Point{X: 1066000000, Y: 265000000}, lattice.Point{X: 1066400000, Y: 265400000}
	square := lattice.MultiPolygon{{{a, {X: b.X, Y: a.Y}, b, {X: a.X, Y: b.Y}}}}
	c, _, err := coverage.Build(n, areas, []coverage.Shape{{Code: "G", Shape: square}}, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.New(world.Parts{Seq: 1, At: time.Unix(1700000000, 0), Scheme: geo.Scheme{Networks: []geo.Network{n}},
		Networks: []world.Part{{ID: "basic", Coverage: c, Grids: grids}}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// In a large city shapes are ready only after seconds. An incident's tiles, and
// what is told of it, do not wait for them.
func TestIncidentsWaitForNoShapes(t *testing.T) {
	w := one(t)
	a := NewAtlas(w, nil)
	a.basic().shapes = func() *coverage.Simplified {
		t.Error("the shapes were asked for")
		return nil
	}
	body, err := json.Marshal(geo.Incident{ID: 7, Point: lattice.Point{X: 1066200000, Y: 265200000}, State: "open"})
	if err != nil {
		t.Fatal(err)
	}
	all := access.Sight{Classes: access.AllClasses}
	changes := []geo.Change{{Seq: 2, At: time.Now(), Kind: geo.Incidents, Op: "put", Object: "7", Body: body}}
	if w, err = w.Apply(changes); err != nil {
		t.Fatal(err)
	}
	b := NewAtlas(w, a)
	touches := b.Since(a, changes)
	if len(touches) != 1 || len(touches[0].Tiles(all)) != MaxZoom+1 {
		t.Fatalf("touched: %+v", touches)
	}
	for _, at := range touches[0].Tiles(all) {
		if len(b.Append(nil, touches[0].Set, all, at)) == 0 {
			t.Errorf("tile %s is empty", at)
		}
	}
}

func TestOpeningShowsTheWholeCity(t *testing.T) {
	if z := NewAtlas(one(t), nil).Opening(); z != 14 { // 2.4 km of Mercator's a tile
		t.Errorf("a city of 0.04 degrees opens at zoom %d", z)
	}
}

// Everything is ready after a warming, and a warming that is stopped stops.
func TestWarm(t *testing.T) {
	a := NewAtlas(one(t), nil)
	a.Warm(func() bool { return true })
	sheets := &a.basic().sheets
	for z := range sheets.at {
		if made := sheets.at[z].Load() != nil; made != (uint8(z) == a.Opening()) {
			t.Errorf("stopped at once: zoom %d is made: %v", z, made)
		}
	}
	a.Warm(func() bool { return false })
	for z := range sheets.at {
		if sheets.at[z].Load() == nil {
			t.Errorf("zoom %d is not made", z)
		}
	}
}
