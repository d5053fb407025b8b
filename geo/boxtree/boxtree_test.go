package boxtree

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/lattice"
)

// boxes are small and crowded, or anywhere and of any size, or empty.
var boxes = rapid.Custom(func(t *rapid.T) lattice.Box {
	corner := rapid.OneOf(rapid.Int32Range(-60, 60), rapid.Int32())
	size := rapid.OneOf(rapid.Int32Range(0, 30), rapid.Int32Range(0, 1<<31-1))
	if rapid.IntRange(0, 20).Draw(t, "empty") == 20 {
		return lattice.EmptyBox()
	}
	from := lattice.Point{X: corner.Draw(t, "x"), Y: corner.Draw(t, "y")}
	to := lattice.Point{
		X: int32(min(int64(from.X)+int64(size.Draw(t, "w")), 1<<31-1)),
		Y: int32(min(int64(from.Y)+int64(size.Draw(t, "h")), 1<<31-1)),
	}
	return lattice.Box{Min: from, Max: to}
})

// everywhere is the one box that passes the comparisons with an empty one.
var everywhere = lattice.Box{Min: lattice.Point{X: -1 << 31, Y: -1 << 31}, Max: lattice.Point{X: 1<<31 - 1, Y: 1<<31 - 1}}

// TestSearchFindsWhatMeets compares with asking every box.
func TestSearchFindsWhatMeets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(boxes, 0, 600).Draw(t, "boxes")
		given := slices.Clone(all)
		tree, order := New(all)
		if !slices.Equal(all, given) || tree.Len() != len(all) || len(order) != len(all) {
			t.Fatalf("%d boxes, %d in the tree, %d in its order", len(all), tree.Len(), len(order))
		}
		for range 5 {
			q := rapid.OneOf(boxes, rapid.Just(everywhere)).Draw(t, "query")
			places := tree.Search(q, []int32{-1})
			if places[0] != -1 || !slices.IsSorted(places) {
				t.Fatalf("%v: places %v", q, places)
			}
			var got, want []int32
			for _, k := range places[1:] {
				got = append(got, order[k])
				if tree.Box(k) != all[order[k]] {
					t.Fatalf("place %d holds %v, should hold %v", k, tree.Box(k), all[order[k]])
				}
			}
			slices.Sort(got)
			for i, b := range all {
				if b.Intersects(q) {
					want = append(want, int32(i))
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%v: got %v, want %v", q, got, want)
			}
		}
	})
}

// TestTreesOfEverySize finds each of n boxes in a row, alone and with all others:
// nodes and levels that are full, or one short of it, or one over.
func TestTreesOfEverySize(t *testing.T) {
	for _, n := range []int{0, 1, 2, 15, 16, 17, 255, 256, 257, 4096, 4097} {
		all := make([]lattice.Box, n)
		for i := range all {
			all[i] = lattice.BoxOf(lattice.Point{X: int32(2 * i)}, lattice.Point{X: int32(2*i + 1), Y: 1})
		}
		tree, order := New(all)
		if got := tree.Search(everywhere, nil); len(got) != n {
			t.Errorf("%d of %d boxes are everywhere", len(got), n)
		}
		for i, b := range all {
			if got := tree.Search(b, nil); len(got) != 1 || int(order[got[0]]) != i {
				t.Fatalf("box %d of %d is found at %v", i, n, got)
			}
		}
	}
}

// TestHilbertGoesStepByStep walks the curve through a square of 64 by 64: each
// place once, each step to a neighbour.
func TestHilbertGoesStepByStep(t *testing.T) {
	at := map[uint32][2]int{}
	for x := range 64 {
		for y := range 64 {
			at[hilbert(uint32(x), uint32(y))] = [2]int{x, y}
		}
	}
	for d := uint32(1); d < 64*64; d++ {
		a, ok := at[d-1]
		b, ok2 := at[d]
		if dx, dy := a[0]-b[0], a[1]-b[1]; !ok || !ok2 || dx*dx+dy*dy != 1 {
			t.Fatalf("from place %d at %v to %v", d-1, a, b)
		}
	}
}

// TestNeighboursLieTogether packs boxes that fill a square: the nodes are squares
// of four by four, and of sixteen by sixteen.
func TestNeighboursLieTogether(t *testing.T) {
	const side = 256
	var all []lattice.Box
	for i := range int32(side * side) {
		p := lattice.Point{X: i % side * 100, Y: i / side * 100}
		all = append(all, lattice.BoxOf(p, lattice.Point{X: p.X + 90, Y: p.Y + 90}))
	}
	tree, _ := New(all)
	for level, boxes := range tree.levels[1:3] {
		wide := int64(100 * (4 << (2 * level)))
		for i, b := range boxes {
			if max(b.Width(), b.Height()) >= wide {
				t.Fatalf("node %d of level %d spans %v: more than a square of its boxes", i, level+1, b)
			}
		}
	}
}
