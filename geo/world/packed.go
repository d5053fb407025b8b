package world

import (
	"hash/maphash"
	"slices"

	"onegrid/geo"
	"onegrid/geo/boxtree"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

// packed is a static layer at the time when it was read whole: records in an
// arena by ascending id, their boxes in a tree, their codes in a hash table. It never changes; see Rows for what happened since.
type packed struct {
	arena
	ids   []int64
	tree  *boxtree.Tree
	rows  []int32 // by place in the tree
	codes codeTable
}

func (p *packed) len() int { return len(p.ids) }

// find returns the row of an id.
func (p *packed) find(id int64) (int32, bool) {
	i, ok := slices.BinarySearch(p.ids, id)
	return int32(i), ok
}

// search appends the rows whose boxes meet box, in no order.
func (p *packed) search(box lattice.Box, buf []int32) []int32 {
	from := len(buf)
	buf = p.tree.Search(box, buf)
	for i, place := range buf[from:] {
		buf[from+i] = p.rows[place]
	}
	return buf
}

// packing is a layer that is being read.
type packing struct {
	layer geo.Layer
	ids   []int64
	filling
}

func newPacking(l geo.Layer, rows int) *packing {
	rows = min(rows, 1<<24) // a hint, not a promise
	return &packing{
		layer:   l,
		ids:     make([]int64, 0, rows),
		filling: filling{arena: arena{at: make([]uint32, 0, rows)}},
	}
}

func (p *packing) add(id int64, body []byte) error {
	if n := len(p.ids); n > 0 && p.ids[n-1] >= id {
		return geo.Errorf(geo.Internal, "layer %s: row %d does not come after row %d", p.layer, id, p.ids[n-1])
	}
	if err := p.filling.add(body); err != nil {
		return err
	}
	p.ids = append(p.ids, id)
	return nil
}

// done packs what was read. Every record is checked once here, so that the
// views, which cannot fail, are only made of sound ones.
func (p *packing) done() (*packed, error) {
	out := &packed{arena: p.filling.done(), ids: p.ids}
	boxes := make([]lattice.Box, len(p.ids))
	for i, id := range p.ids {
		var err error
		if boxes[i], err = record.Check(p.layer, id, out.body(i)); err != nil {
			return nil, err
		}
	}
	out.tree, out.rows = boxtree.New(boxes)
	out.codes = newCodeTable(out)
	return out, nil
}

// codeTable finds a row by its code: open addressing over row numbers, at most
// half full. The codes themselves stay in the arena.
type codeTable struct {
	seed  maphash.Seed
	slots []uint32 // row+1, 0 when free
}

func newCodeTable(p *packed) codeTable {
	size := 2
	for size < 2*p.len() {
		size *= 2
	}
	t := codeTable{seed: maphash.MakeSeed(), slots: make([]uint32, size)}
	for i := range p.ids {
		k := t.slot(record.Code(p.body(i)))
		for t.slots[k] != 0 {
			k = (k + 1) & (size - 1)
		}
		t.slots[k] = uint32(i) + 1
	}
	return t
}

func (t *codeTable) slot(code string) int {
	return int(maphash.String(t.seed, code) & uint64(len(t.slots)-1))
}

// find returns the row of a code.
func (p *packed) findCode(code string) (int32, bool) {
	t := &p.codes
	for k := t.slot(code); t.slots[k] != 0; k = (k + 1) & (len(t.slots) - 1) {
		row := t.slots[k] - 1
		if record.Code(p.body(int(row))) == code {
			return int32(row), true
		}
	}
	return 0, false
}
