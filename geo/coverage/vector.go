package coverage

import "slices"

// vector is a long list that never changes. An edit of it makes another, and the
// two share every page in which they do not differ: so an operation on a city
// copies what it touches and no more, and the state before it stays as it was.
type vector[T any] struct {
	pages []*page[T]
	n     int
}

type page[T any] [pageSize]T

const (
	pageBits = 6
	pageSize = 1 << pageBits
)

// vectorOf makes a vector of a list, which it keeps.
func vectorOf[T any](items []T) vector[T] {
	v := vector[T]{n: len(items), pages: make([]*page[T], 0, (len(items)+pageSize-1)/pageSize)}
	for len(items) >= pageSize {
		v.pages = append(v.pages, (*page[T])(items))
		items = items[pageSize:]
	}
	if len(items) > 0 {
		last := new(page[T])
		copy(last[:], items)
		v.pages = append(v.pages, last)
	}
	return v
}

func (v *vector[T]) len() int { return v.n }

// at returns an item. Not to be changed, but in an edit that owns it.
func (v *vector[T]) at(i int) *T { return &v.pages[i>>pageBits][i&(pageSize-1)] }

// edit is a vector in the making. What it was made from stays as it is.
type edit[T any] struct {
	vector[T]
	own map[int]bool // pages that are not shared
}

func (v *vector[T]) edit() *edit[T] {
	return &edit[T]{vector[T]{slices.Clone(v.pages), v.n}, map[int]bool{}}
}

// change returns an item that may be changed.
func (e *edit[T]) change(i int) *T {
	if p := i >> pageBits; !e.own[p] {
		copied := *e.pages[p]
		e.pages[p] = &copied
		e.own[p] = true
	}
	return e.at(i)
}

// push appends an item and returns its number.
func (e *edit[T]) push(item T) int {
	if e.n == len(e.pages)*pageSize {
		e.own[len(e.pages)] = true
		e.pages = append(e.pages, new(page[T]))
	}
	e.n++
	*e.change(e.n - 1) = item
	return e.n - 1
}

// pop takes the last item off.
func (e *edit[T]) pop() {
	e.n--
	*e.change(e.n) = *new(T) // a page must not hold on to what is gone
	if e.n == (len(e.pages)-1)*pageSize {
		delete(e.own, len(e.pages)-1)
		e.pages = e.pages[:len(e.pages)-1]
	}
}
