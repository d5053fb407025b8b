package coverage

import (
	"testing"

	"onegrid/geo/lattice"
)

// nestedSides are the sides of squares within squares: no two of different
// squares meet, and no cut across the ground parts them.
func nestedSides(squares int32) (boxes []boxed) {
	for i := range squares {
		lo, hi := 10*i, 20*squares-10*i
		corner := [5]lattice.Point{{X: lo, Y: lo}, {X: hi, Y: lo}, {X: hi, Y: hi}, {X: lo, Y: hi}, {X: lo, Y: lo}}
		for k := range 4 {
			boxes = append(boxes, boxOf(corner[k], corner[k+1], uint32(len(boxes))))
		}
	}
	return boxes
}

func TestJoinStops(t *testing.T) {
	t.Run("when told to", func(t *testing.T) {
		var boxes []boxed
		for i := range uint32(2000) {
			boxes = append(boxes, boxOf(lattice.Point{}, lattice.Point{X: 100, Y: 100}, i))
		}
		visits := 0
		visit := func(a, b uint32) bool { visits++; return visits < 1000 }
		if joinSelf(boxes, visit) || visits != 1000 {
			t.Errorf("one with itself: %d visits", visits)
		}
		visits = 0
		if joinTwo(boxes[:1000], boxes[1000:], visit) || visits != 1000 {
			t.Errorf("one with another: %d visits", visits)
		}
	})
	t.Run("when there is too much to look at", func(t *testing.T) {
		boxes := nestedSides(20_000)
		if joinSelf(boxes, func(a, b uint32) bool { return true }) {
			t.Error("quadratic work was done to the end")
		}
	})
	t.Run("but not for a map", func(t *testing.T) {
		_, shapes := quilt(20, 30)
		var edges []edge
		for i, s := range shapes {
			for _, e := range edgesOf(s.Shape[0]) {
				edges = append(edges, edge{e.a, e.b, int32(i)})
			}
		}
		boxes := merge(edges).boxes()
		j := &join{visit: func(a, b uint32) bool { return true }, work: workFor(len(boxes))}
		j.self(boxes, everywhere, 0)
		used := workFor(len(boxes)) - j.work
		t.Logf("%d looks for each of %d segments", used/len(boxes), len(boxes))
		if used > 128*len(boxes) { // an eighth of what grows with the map
			t.Errorf("%d looks for each of %d segments", used/len(boxes), len(boxes))
		}
	})
}
