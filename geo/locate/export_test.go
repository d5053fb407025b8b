package locate

import (
	"time"

	"onegrid/geo/lattice"
)

// Planar is what an index is built from: a coverage, or a partition of a test.
type Planar = planar

// Build builds an index of a test's partition.
func Build(c Planar, o Options) (*Index, error) { return build(c, o) }

// Shape tells the size of the cells and how many there are and are mixed.
func (x *Index) Shape() (wide, high uint8, cells, mixedCells, words int) {
	for _, c := range x.cells {
		if c >= mixed {
			mixedCells++
		}
	}
	return x.wide, x.high, len(x.cells), mixedCells, len(x.words)
}

// BorderSearched is Border by a search, whatever lists there are.
func (x *Index) BorderSearched(p lattice.Point, level int, maxM float64) (Border, bool) {
	s, ok := x.searchFrom(p, level, maxM)
	if ok {
		s.run()
	}
	if !s.found {
		return Border{}, false
	}
	return s.border(p), true
}

// Levels is how many levels there are lists for.
func (x *Index) Levels() int { return len(x.lists.levels) }

// MakeLists makes all lists of a level, of which nobody need have asked, and
// returns how many blocks have any.
func (x *Index) MakeLists(level int) (blocks int) {
	t := &x.lists.levels[level]
	for n := range t.blocks {
		if x.list(t, n) != &searchInstead {
			blocks++
		}
	}
	return blocks
}

// ForgetLists makes the index as it was when nobody had asked for a border.
func (x *Index) ForgetLists() {
	for i := range x.lists.levels {
		clear(x.lists.levels[i].blocks)
	}
	x.lists.bytes.Store(0)
}

// Whole is the whole index under a patched one.
func (x *Index) Whole() *Index { return x.patch.under }

// Settle waits until no index is being made in the background.
func (x *Index) Settle() {
	for r := x.patch.rebuilt; r != nil && r.done.Load() == nil; {
		time.Sleep(time.Millisecond)
	}
}
