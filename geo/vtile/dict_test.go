package vtile

import (
	"math"
	"testing"

	"onegrid/geo/coverage"
	"onegrid/geo/vtile/mvt"
)

// A writer that has written as many layers as it can count begins anew, and takes
// no value for written that is not.
func TestLapsGoAround(t *testing.T) {
	m := newDictMaker()
	m.text("a")
	b := m.text("b")
	var w writer
	w.begin("first", []string{"k"}, m.dict)
	w.end()
	w.lap = math.MaxUint32
	w.begin("next", []string{"k"}, m.dict)
	w.listed([]uint32{b})
	w.point(coverage.Pixel{X: 1, Y: 1})
	w.put(1, pointType)
	w.end()
	tile, err := mvt.Read(w.buf)
	if err != nil {
		t.Fatal(err)
	}
	if got := tile.Layers[0].Features[0].Properties["k"]; got != "b" {
		t.Errorf("k is %v, not b", got)
	}
}
