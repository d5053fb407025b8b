package world

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"
	"sync"

	"github.com/tidwall/rtree"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// moving is a layer of points that come, go and change all day: devices and
// open incidents. Every version is immutable and shares what it can with the
// one before.
type moving[T any] struct {
	n     int
	ids   *trie[*mover[T]]
	codes *trie[[]*mover[T]] // by the code's hash; those that share it in a list
	tree  *pointTree[T]
}

// mover is one object at one version.
type mover[T any] struct {
	id   int64
	code string
	at   lattice.Point
	area int32
	obj  *T
}

// pointTree guards a tree's Copy, which writes to the tree it copies.
// Coordinates are int64: the tree multiplies widths with heights in its own
// number type, and int32 would overflow.
type pointTree[T any] struct {
	mu sync.Mutex
	rtree.RTreeGN[int64, *mover[T]]
}

func (t *pointTree[T]) copied() *pointTree[T] {
	t.mu.Lock()
	defer t.mu.Unlock()
	return &pointTree[T]{RTreeGN: *t.Copy()}
}

// codeSeed is for all worlds of the process: tries share nodes across them.
var codeSeed = maphash.MakeSeed()

func hashOf(code string) uint64 { return maphash.String(codeSeed, code) }

func newMoving[T any]() *moving[T] { return &moving[T]{tree: &pointTree[T]{}} }

func (m *moving[T]) get(id int64) *mover[T] {
	o, _ := m.ids.get(uint64(id))
	return o
}

// edit is a version of a moving layer that is being made.
type edit[T any] struct{ moving[T] }

func (m *moving[T]) edit() *edit[T] {
	e := &edit[T]{*m}
	e.tree = m.tree.copied()
	return e
}

func (e *edit[T]) done() *moving[T] {
	m := e.moving
	return &m
}

func (e *edit[T]) put(o *mover[T]) {
	e.del(o.id)
	e.n++
	e.ids = e.ids.put(uint64(o.id), o)
	p := [2]int64{int64(o.at.X), int64(o.at.Y)}
	e.tree.Insert(p, p, o)
	if o.code != "" {
		h := hashOf(o.code)
		same, _ := e.codes.get(h)
		e.codes = e.codes.put(h, append(slices.Clip(same), o))
	}
}

func (e *edit[T]) del(id int64) {
	o := e.get(id)
	if o == nil {
		return
	}
	e.n--
	e.ids = e.ids.del(uint64(id))
	p := [2]int64{int64(o.at.X), int64(o.at.Y)}
	e.tree.Delete(p, p, o)
	if o.code == "" {
		return
	}
	h := hashOf(o.code)
	same, _ := e.codes.get(h)
	same = slices.DeleteFunc(slices.Clone(same), func(x *mover[T]) bool { return x.id == id })
	if len(same) == 0 {
		e.codes = e.codes.del(h)
	} else {
		e.codes = e.codes.put(h, same)
	}
}

// gathered makes a layer of its objects, each in the area that holds it.
func gathered[T any](all []*mover[T], basic *Network) *moving[T] {
	e := newMoving[T]().edit()
	for _, o := range all {
		o.area = basic.AreaAt(o.at)
		e.put(o)
	}
	return e.done()
}

// placed returns the layer with every object's area found anew.
func (m *moving[T]) placed(basic *Network) *moving[T] {
	all := make([]*mover[T], 0, m.n)
	m.ids.all(func(o *mover[T]) bool {
		again := *o
		all = append(all, &again)
		return true
	})
	return gathered(all, basic)
}

// Len, ByID, ByCode, Area, All and Search make the layer Objects.

func (m *moving[T]) Len() int { return m.n }

func (m *moving[T]) ByID(id int64) (*T, bool) {
	if o := m.get(id); o != nil {
		return o.obj, true
	}
	return nil, false
}

// ByCode returns the latest of those with the code: incidents may share the
// reference of a case.
func (m *moving[T]) ByCode(code string) (*T, bool) {
	same, _ := m.codes.get(hashOf(code))
	var found *mover[T]
	for _, o := range same {
		if o.code == code && (found == nil || o.id > found.id) {
			found = o
		}
	}
	if found == nil {
		return nil, false
	}
	return found.obj, true
}

func (m *moving[T]) Area(id int64) int32 {
	if o := m.get(id); o != nil {
		return o.area
	}
	return coverage.NoArea
}

func (m *moving[T]) All() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		m.ids.all(func(o *mover[T]) bool { return yield(o.obj) })
	}
}

func (m *moving[T]) Search(box lattice.Box) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, o := range m.within(box) {
			if !yield(o.obj) {
				return
			}
		}
	}
}

func (m *moving[T]) within(box lattice.Box) []*mover[T] {
	if box.Empty() {
		return nil
	}
	var hits []*mover[T]
	m.tree.Search(
		[2]int64{int64(box.Min.X), int64(box.Min.Y)},
		[2]int64{int64(box.Max.X), int64(box.Max.Y)},
		func(_, _ [2]int64, o *mover[T]) bool {
			hits = append(hits, o)
			return true
		})
	slices.SortFunc(hits, func(a, b *mover[T]) int { return cmp.Compare(a.id, b.id) })
	return hits
}
