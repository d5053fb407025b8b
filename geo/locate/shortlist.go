package locate

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// shortlists answer which border is nearest without a search: for every place of
// a square they list the few segments that can be nearest to it.
//
//	    \  a        |     For any place in the square, a or b is nearest:
//	     \ +---+   c|     c is farther from all of it than b from all of it.
//	      \|   |    |     A search instead looks into rings of cells until one
//	-------\---+ b  |     is too far, and at all the segments in them.
//	        \       |
//
// There is a set for each level of borders, made of blocks of squares, each of
// which is made when places in it have been asked about for a while. Where the borders are
// dense squares are as small as cells; a list for a larger square is shared as
// long as it is short.
type shortlists struct {
	grid          // of the squares
	level   uint8 // borders of this level and above
	blocks  []slot
	columns int // of blocks
}

// slot is where a block goes once it has been asked for often enough.
type slot struct {
	lists atomic.Pointer[block]
	asked atomic.Uint32
}

// patience is how often a block is asked for before its lists are made: until
// then searches have cost about as much as the making, 100 to 200 us. So where
// editions follow fast on each other, or few people ask, lists never cost more
// than they save.
const patience = 128

// block holds the lists of 8 by 8 squares. Once published it never changes.
//
// The squares share the segments: the vertices of all stretches of border that
// are in any of the lists, relative to the block's middle and packed like those
// of a cell. A list is some pieces of them.
type block struct {
	at       [blockSquares]uint32 // where a square's list begins in pieces
	pieces   []piece              // empty if there is no border of the level
	vertices []uint32
	x, y     int64 // the middle
	width    int   // words of a vertex, 1 or 2
}

// piece is some consecutive segments of a list.
type piece struct {
	first uint32 // vertex | more if another piece follows
	arc   uint32 // arc << 8 | how many vertices
}

const (
	blockShift   = 3
	blockSquares = 1 << (2 * blockShift)
)

// listing is what an index has of shortlists.
type listing struct {
	levels  []shortlists // by level
	bytes   atomic.Int64 // that their blocks hold
	most    int64        // that they may
	listers sync.Pool    // *lister
}

// maxListBytes bounds what lists take besides an index of so many bytes: of a few
// megabytes four times that, which holds all lists of all levels of a city; of
// more, where nobody asks about every square, as much again as the index, and
// never more than half a gigabyte. Beyond it the rest is searched.
func maxListBytes(index int) int64 {
	return int64(min(max(index, min(4*index, 16<<20)), 512<<20))
}

// newListing makes room for lists of all levels, and no list yet.
func (x *Index) newListing(c planar) *listing {
	l := &listing{most: maxListBytes(x.built())}
	segments := []int{}
	for i := range x.arcs {
		level := int(x.arcs[i].level)
		if level == none {
			continue
		}
		for len(segments) <= level {
			segments = append(segments, 0)
		}
		segments[level] += len(c.Arc(i).Points) - 1
	}
	n := 0
	for level := range segments {
		n += segments[level]
		g := x.grid
		if level < len(segments)-1 {
			g = g.coarser(n)
		}
		l.levels = append(l.levels, newShortlists(g, uint8(level)))
	}
	return l
}

// coarser makes squares out of the grid's cells for a level above the finest:
// cells, or larger until they are no more than the level's segments a few times
// over. Of borders that are few and far between, a square's list hardly gets
// shorter when the square does. The finest level has squares as small as cells,
// which suit it.
func (g grid) coarser(segments int) grid {
	const each = 2
	for g.cols*g.rows > each*segments && (g.cols > 1 || g.rows > 1) {
		g.wide, g.high = g.wide+1, g.high+1
		g.cols, g.rows = (g.cols+1)/2, (g.rows+1)/2
	}
	return g
}

func newShortlists(g grid, level uint8) shortlists {
	t := shortlists{grid: g, level: level, columns: (g.cols-1)>>blockShift + 1}
	t.blocks = make([]slot, t.columns*((g.rows-1)>>blockShift+1))
	return t
}

// of returns the lists that answer for a level, nil if there are none.
func (l *listing) of(level int) *shortlists {
	if len(l.levels) == 0 {
		return nil
	}
	return &l.levels[min(level, len(l.levels)-1)]
}

// square finds the block that a place is in and the number of its square there; ok
// is false outside of the grid.
func (t *shortlists) square(px, py int64) (block int, square uint8, ok bool) {
	col, row := px>>(t.wide&63), py>>(t.high&63)
	if uint64(col) >= uint64(t.cols) || uint64(row) >= uint64(t.rows) {
		return 0, 0, false
	}
	return int(row>>blockShift)*t.columns + int(col>>blockShift), spread[col&7] | spread[row&7]<<1, true
}

// listed measures the segments of the list for the place. It says no if only a
// search will do: outside of the grid, near a pole, where there is no list yet or
// no more memory for one.
func (s *search) listed() bool {
	t := s.lists.of(int(s.level))
	if t == nil {
		return false
	}
	n, square, ok := t.square(s.px, s.py)
	if !ok {
		return false
	}
	b := t.blocks[n].lists.Load()
	if b == nil {
		if t.blocks[n].asked.Add(1) < patience {
			return false
		}
		b = s.list(t, n)
	}
	if b == &searchInstead {
		return false
	}
	mx, my := b.x-s.px, b.y-s.py
	for _, p := range b.pieces[b.at[square]:] {
		first, n := int(p.first&^more), int(p.arc&maxStretch)
		s.stretch(b.vertices[first*b.width:(first+n)*b.width], b.width, mx, my, int(p.arc>>8))
		if p.first < more {
			break
		}
	}
	return true
}

// spread moves the bits of a number apart. Squares of a block are numbered by
// quarters, and quarters of these: by the bits of row and column in turn.
var spread = [8]uint8{0, 1, 4, 5, 16, 17, 20, 21}

// list makes a block's lists and publishes them. If another goroutine does the
// same at the same time, one of two equal blocks is thrown away.
func (x *Index) list(t *shortlists, n int) *block {
	b, size := &searchInstead, int64(0)
	if x.lists.bytes.Load() < x.lists.most {
		l, _ := x.lists.listers.Get().(*lister)
		if l == nil {
			l = &lister{}
		}
		if made := l.block(x, t, n); made != nil {
			size = made.bytes()
			if x.lists.bytes.Add(size) <= x.lists.most {
				b = made
			} else {
				x.lists.bytes.Add(-size)
				size = 0
			}
		}
		x.lists.listers.Put(l)
	}
	if !t.blocks[n].lists.CompareAndSwap(nil, b) {
		x.lists.bytes.Add(-size)
		b = t.blocks[n].lists.Load()
	}
	return b
}

// searchInstead stands where a block has no lists.
var searchInstead block

func (b *block) bytes() int64 {
	return int64(unsafe.Sizeof(*b)) + int64(unsafe.Sizeof(piece{}))*int64(cap(b.pieces)) + 4*int64(cap(b.vertices))
}

// held is how many bytes lists take now.
func (l *listing) held() int {
	n := int(unsafe.Sizeof(*l)) + int(l.bytes.Load())
	for i := range l.levels {
		n += int(unsafe.Sizeof(l.levels[i])) + int(unsafe.Sizeof(slot{}))*len(l.levels[i].blocks)
	}
	return n
}
