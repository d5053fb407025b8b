package locate

import "onegrid/geo/lattice"

// FetchMost is how many places Fetch takes at a time.
const FetchMost = 16

// Fetch brings what Find, and if asked for Border, will look at for some places
// into the processor's caches: for at most FetchMost of them. One lookup waits for
// memory several times, since what it reads tells where to read on. Those of many
// places wait side by side if their loads stand together, stage by stage, as they
// do here. So whoever has many places to look up fetches for some at a time. It is
// a hint: every answer is the same without it.
//
// What is returned means nothing, but for it the loads would be left out.
//
//go:noinline
func (x *Index) Fetch(places []lattice.Point, borders bool) (nothing uint32) {
	if x.patch != nil {
		return x.patch.under.Fetch(places, borders)
	}
	if len(x.cells) == 0 {
		return 0
	}
	var (
		heads   [FetchMost]uint32
		blocks  [FetchMost]*block
		squares [FetchMost]uint8
		first   [FetchMost]int
	)
	places = places[:min(len(places), FetchMost)]
	t := x.lists.of(none)
	for i, p := range places {
		px, py := x.at(p)
		if !x.inBox(px, py) {
			continue
		}
		if cell := x.cells[int(py>>x.high)*x.cols+int(px>>x.wide)]; cell >= mixed {
			heads[i] = cell &^ mixed
		}
		if borders && t != nil {
			n, square, _ := t.square(px, py)
			blocks[i], squares[i] = t.blocks[n].lists.Load(), square
		}
	}
	for i := range places {
		nothing ^= uint32(x.heads[heads[i]].look)
		if b := blocks[i]; b != nil && int(b.at[squares[i]]) < len(b.pieces) {
			first[i] = int(b.pieces[b.at[squares[i]]].first&^more) * b.width
		}
	}
	for i := range places {
		if b := blocks[i]; b != nil && len(b.vertices) > 0 {
			nothing ^= b.vertices[first[i]]
		}
	}
	return nothing
}
