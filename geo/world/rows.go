package world

import (
	"cmp"
	"iter"
	"slices"
	"sort"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

// Rows is a static layer (estates, buildings, sites, base) as its encoder reads
// it: row by row, without allocating. Rows are numbered; a number is good for
// this world only.
//
//	hits = rows.Search(box, hits[:0])
//	for _, i := range hits {
//		row := rows.Row(i)
//		b := record.ReadBuilding(row.Body) // aliases the arena, allocates nothing
//		...
//	}
//
// It is a packed layer and a small overlay of what changed since: rows that are
// dead, and rows that are new or stand for a dead one. When the overlay has
// grown, everything is packed anew.
type Rows struct {
	layer  geo.Layer
	packed *packed
	areas  []int32 // of the packed rows
	dead   []int32 // packed rows that do not count any more, ascending
	over   []Row   // by ascending ID
}

// Row is one object. Body is its compact form, see record.
type Row struct {
	ID   int64
	Area int32 // of the basic network, coverage.NoArea outside
	Body string

	box lattice.Box // of a row of the overlay; the others' are in the tree
}

// Rows returns a static layer; nil for the others.
func (w *World) Rows(l geo.Layer) *Rows { return w.rows[l] }

// isStatic tells the layers that are kept as Rows.
func isStatic(l geo.Layer) bool {
	return l == geo.Estates || l == geo.Buildings || l == geo.Sites || l == geo.Base
}

func emptyRows(l geo.Layer) *Rows {
	p, _ := newPacking(l, 0).done() // nothing to fail on
	return &Rows{layer: l, packed: p}
}

// Len is the number of objects.
func (r *Rows) Len() int { return r.packed.len() - len(r.dead) + len(r.over) }

// Row returns a row by its number.
func (r *Rows) Row(i int32) Row {
	if n := int32(r.packed.len()); i >= n {
		return r.over[i-n]
	}
	return Row{ID: r.packed.ids[i], Area: r.areas[i], Body: r.packed.body(int(i))}
}

func (r *Rows) id(i int32) int64 {
	if n := int32(r.packed.len()); i >= n {
		return r.over[i-n].ID
	}
	return r.packed.ids[i]
}

func (r *Rows) isDead(i int32) bool {
	_, dead := slices.BinarySearch(r.dead, i)
	return dead
}

// Search appends to buf the rows whose boxes meet box, by ascending ID.
func (r *Rows) Search(box lattice.Box, buf []int32) []int32 {
	from := len(buf)
	buf = r.packed.search(box, buf)
	if len(r.dead) == 0 && len(r.over) == 0 {
		slices.Sort(buf[from:])
		return buf
	}
	kept := buf[:from]
	for _, i := range buf[from:] {
		if !r.isDead(i) {
			kept = append(kept, i)
		}
	}
	for j := range r.over {
		if r.over[j].box.Intersects(box) {
			kept = append(kept, int32(r.packed.len()+j))
		}
	}
	slices.SortFunc(kept[from:], func(a, b int32) int { return cmp.Compare(r.id(a), r.id(b)) })
	return kept
}

// All gives every row, by ascending ID.
func (r *Rows) All() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		j := 0
		for i := range int32(r.packed.len()) {
			if len(r.dead) > 0 && r.isDead(i) {
				continue
			}
			for ; j < len(r.over) && r.over[j].ID < r.packed.ids[i]; j++ {
				if !yield(r.over[j]) {
					return
				}
			}
			if !yield(r.Row(i)) {
				return
			}
		}
		for ; j < len(r.over); j++ {
			if !yield(r.over[j]) {
				return
			}
		}
	}
}

// Find returns the row of an ID.
func (r *Rows) Find(id int64) (Row, bool) {
	if j, ok := r.overlaid(id); ok {
		return r.over[j], true
	}
	if i, ok := r.packed.find(id); ok && !r.isDead(i) {
		return r.Row(i), true
	}
	return Row{}, false
}

// FindCode returns the row of a code.
func (r *Rows) FindCode(code string) (Row, bool) {
	for _, row := range r.over {
		if record.Code(row.Body) == code {
			return row, true
		}
	}
	if i, ok := r.packed.findCode(code); ok && !r.isDead(i) {
		return r.Row(i), true
	}
	return Row{}, false
}

func (r *Rows) overlaid(id int64) (int, bool) {
	return slices.BinarySearchFunc(r.over, id, func(row Row, id int64) int { return cmp.Compare(row.ID, id) })
}

// without returns the layer without an object.
func (r *Rows) without(id int64) *Rows {
	next := *r
	if j, ok := r.overlaid(id); ok {
		next.over = slices.Delete(slices.Clone(r.over), j, j+1)
	}
	if i, ok := r.packed.find(id); ok && !r.isDead(i) {
		k := sort.Search(len(r.dead), func(k int) bool { return r.dead[k] >= i })
		next.dead = slices.Insert(slices.Clone(r.dead), k, i)
	}
	return &next
}

// with returns the layer with an object put in or in another's place.
func (r *Rows) with(row Row) *Rows {
	next := r.without(row.ID)
	j, _ := next.overlaid(row.ID)
	next.over = slices.Insert(slices.Clone(next.over), j, row)
	return next
}

// overgrown tells that the overlay costs more than packing anew.
func (r *Rows) overgrown() bool {
	return len(r.over)+len(r.dead) > max(1024, r.packed.len()/256)
}

// repacked returns the same layer with an empty overlay.
func (r *Rows) repacked() (*Rows, error) {
	p := newPacking(r.layer, r.Len())
	next := &Rows{layer: r.layer, areas: make([]int32, 0, r.Len())}
	for row := range r.All() {
		if err := p.add(row.ID, []byte(row.Body)); err != nil {
			return nil, err
		}
		next.areas = append(next.areas, row.Area)
	}
	var err error
	next.packed, err = p.done()
	return next, err
}

// placed returns the layer with every row's area found in the basic network.
func (r *Rows) placed(basic *Network) *Rows {
	next := *r
	next.areas = make([]int32, r.packed.len())
	for i := range next.areas {
		next.areas[i] = r.areaOf(basic, r.packed.body(i))
	}
	next.over = slices.Clone(r.over)
	for j := range next.over {
		next.over[j].Area = r.areaOf(basic, next.over[j].Body)
	}
	return &next
}

// areaOf is the basic network's area that holds an object. Base features belong
// to none: a street runs through many.
func (r *Rows) areaOf(basic *Network, body string) int32 {
	if r.layer == geo.Base {
		return coverage.NoArea
	}
	return basic.AreaAt(record.Anchor(body))
}
