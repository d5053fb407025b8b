package coverage

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"sync/atomic"

	"onegrid/geo/lattice"
)

// order is all areas, or all arcs, of a coverage by number, in the order in which
// they are stored, cut into the chunks in which they are stored. An operation
// makes a new order that shares all chunks but those around what it touched, and
// so what was found about them: their hashes.
type order struct {
	kind   *sequence
	chunks []*chunk
}

type chunk struct {
	ids []uint32
	sum atomic.Pointer[[32]byte]
}

// sequence is one of the two orders.
type sequence struct {
	of      func(c *Coverage) *atomic.Pointer[order]
	count   func(c *Coverage) int
	compare func(c *Coverage, i uint32, d *Coverage, j uint32) int
	mark    func(c *Coverage, i uint32) bool // a chunk begins here
	size    func(c *Coverage, i uint32) int  // in a chunk, roughly, in bytes
	append  func(b []byte, c *Coverage, ids []uint32) []byte
}

// byCode has the areas by level and code.
var byCode = &sequence{
	of:    func(c *Coverage) *atomic.Pointer[order] { return &c.codes },
	count: func(c *Coverage) int { return c.areas.len() },
	compare: func(c *Coverage, i uint32, d *Coverage, j uint32) int {
		a, b := c.area(int32(i)), d.area(int32(j))
		return cmp.Or(cmp.Compare(a.Level, b.Level), strings.Compare(a.Code, b.Code))
	},
	mark:   func(c *Coverage, i uint32) bool { return mix(hashString(c.area(int32(i)).Code))%areasPerChunk == 0 },
	size:   func(c *Coverage, i uint32) int { return len(c.area(int32(i)).Code) },
	append: appendAreas,
}

// byPlace has the arcs in the Z-order of where they start; those of one node by
// their second points.
var byPlace = &sequence{
	of:    func(c *Coverage) *atomic.Pointer[order] { return &c.places },
	count: func(c *Coverage) int { return c.Arcs() },
	compare: func(c *Coverage, i uint32, d *Coverage, j uint32) int {
		p, q := c.pointsOf(i), d.pointsOf(j)
		return cmp.Or(cmp.Compare(zkey(p[0]), zkey(q[0])), lattice.Compare(p[1], q[1]))
	},
	mark:   func(c *Coverage, i uint32) bool { return mix(zkey(c.pointsOf(i)[0]))%arcsPerChunk == 0 },
	size:   func(c *Coverage, i uint32) int { return 4 * len(c.pointsOf(i)) },
	append: appendArcs,
}

// order returns one of the orders of a coverage, and finds it when it is first
// asked for.
func (c *Coverage) order(kind *sequence) *order {
	slot := kind.of(c)
	if o := slot.Load(); o != nil {
		return o
	}
	o := c.sorted(kind)
	slot.Store(o)
	return o
}

// sorted finds an order.
func (c *Coverage) sorted(kind *sequence) *order {
	ids := make([]uint32, kind.count(c))
	for i := range ids {
		ids[i] = uint32(i)
	}
	compare := func(i, j uint32) int { return kind.compare(c, i, c, j) }
	if !slices.IsSortedFunc(ids, compare) {
		slices.SortFunc(ids, compare)
	}
	return &order{kind, kind.cut(c, nil, ids)}
}

// cut appends the chunks of a run of numbers that begins where a chunk does. A
// chunk ends where the next is marked to begin, or when it is full, so the same
// run is always cut at the same places.
func (s *sequence) cut(c *Coverage, chunks []*chunk, ids []uint32) []*chunk {
	for from := 0; from < len(ids); {
		to, size := from+1, s.size(c, ids[from])
		for to < len(ids) && size < chunkBytes && !s.mark(c, ids[to]) {
			size += s.size(c, ids[to])
			to++
		}
		chunks = append(chunks, &chunk{ids: ids[from:to:to]})
		from = to
	}
	return chunks
}

// sumOf returns the hash of a chunk.
func (s *sequence) sumOf(c *Coverage, k *chunk) [32]byte {
	if sum := k.sum.Load(); sum != nil {
		return *sum
	}
	sum := sha256.Sum256(s.append(nil, c, k.ids))
	k.sum.Store(&sum)
	return sum
}

// at returns the number of the chunk that holds, or would hold, item i of d.
func (o *order) at(c, d *Coverage, i uint32) int {
	k, found := slices.BinarySearchFunc(o.chunks, i, func(k *chunk, i uint32) int {
		return o.kind.compare(c, k.ids[0], d, i)
	})
	if !found {
		k--
	}
	return max(0, k)
}

// find returns the item for which compare gives 0, comparing items with it.
func (o *order) find(compare func(id uint32) int) (uint32, bool) {
	k, found := slices.BinarySearchFunc(o.chunks, struct{}{}, func(k *chunk, _ struct{}) int { return compare(k.ids[0]) })
	if !found {
		k--
	}
	if k < 0 {
		return 0, false
	}
	ids := o.chunks[k].ids
	i, found := slices.BinarySearchFunc(ids, struct{}{}, func(id uint32, _ struct{}) int { return compare(id) })
	if !found {
		return 0, false
	}
	return ids[i], true
}

// patched returns the order of d, which came of c by an operation: old are the
// items of c that are no longer there, that are others or that have other
// numbers, and fresh those of d in their place.
func (o *order) patched(c, d *Coverage, old, fresh []uint32) *order {
	touched := map[int]bool{}
	gone := make(map[uint32]bool, len(old))
	for _, i := range old {
		gone[i] = true
		touched[o.at(c, c, i)] = true
	}
	slices.SortFunc(fresh, func(i, j uint32) int { return o.kind.compare(d, i, d, j) })
	for _, i := range fresh {
		touched[o.at(c, d, i)] = true
	}
	out := &order{o.kind, make([]*chunk, 0, len(o.chunks)+2)}
	for k := 0; k < len(o.chunks); {
		to := k + 1
		for to < len(o.chunks) && !o.begins(c, to, gone) {
			to++
		}
		run := false
		for i := k; i < to; i++ {
			run = run || touched[i]
		}
		if !run {
			out.chunks = append(out.chunks, o.chunks[k:to]...)
			k = to
			continue
		}
		var ids []uint32
		for _, chunk := range o.chunks[k:to] {
			for _, i := range chunk.ids {
				if !gone[i] {
					ids = append(ids, i)
				}
			}
		}
		n := len(fresh)
		if to < len(o.chunks) {
			n, _ = slices.BinarySearchFunc(fresh, o.chunks[to].ids[0], func(i, j uint32) int { return o.kind.compare(d, i, c, j) })
		}
		out.chunks = o.kind.cut(d, out.chunks, o.kind.merge(c, ids, d, fresh[:n]))
		fresh, k = fresh[n:], to
	}
	out.chunks = o.kind.cut(d, out.chunks, fresh) // where there was nothing before
	return out
}

// begins tells whether chunk k still begins where it says so: its first item is
// marked and stays.
func (o *order) begins(c *Coverage, k int, gone map[uint32]bool) bool {
	first := o.chunks[k].ids[0]
	return !gone[first] && o.kind.mark(c, first)
}

// merge joins two lists in order: of items that are the same in c and d, and of
// items of d.
func (s *sequence) merge(c *Coverage, ids []uint32, d *Coverage, fresh []uint32) []uint32 {
	out := make([]uint32, 0, len(ids)+len(fresh))
	for len(ids) > 0 && len(fresh) > 0 {
		if s.compare(c, ids[0], d, fresh[0]) < 0 {
			out, ids = append(out, ids[0]), ids[1:]
		} else {
			out, fresh = append(out, fresh[0]), fresh[1:]
		}
	}
	return append(append(out, ids...), fresh...)
}

// AreaByCode returns the index of a code's area.
func (c *Coverage) AreaByCode(code string) (int32, bool) {
	o := c.order(byCode)
	for level := 0; level <= c.lowest(o); level++ {
		i, ok := o.find(func(id uint32) int {
			a := c.area(int32(id))
			return cmp.Or(cmp.Compare(int(a.Level), level), strings.Compare(a.Code, code))
		})
		if ok {
			return int32(i), true
		}
	}
	return NoArea, false
}

// lowest returns the level of the last area, -1 where there is none.
func (c *Coverage) lowest(o *order) int {
	if len(o.chunks) == 0 {
		return -1
	}
	ids := o.chunks[len(o.chunks)-1].ids
	return int(c.area(int32(ids[len(ids)-1])).Level)
}

// Encode returns the state in chunks whose content depends only on the state, so
// that editions share the chunks that did not change.
func (c *Coverage) Encode() [][]byte {
	chunks := [][]byte{c.header()}
	for _, kind := range [...]*sequence{byCode, byPlace} {
		for _, k := range c.order(kind).chunks {
			chunks = append(chunks, kind.append(nil, c, k.ids))
		}
	}
	return chunks
}

// Hash is the SHA-256 of the state, independent of how it was reached: of the
// hashes of the chunks, so that an operation rehashes only what it changed.
func (c *Coverage) Hash() [32]byte {
	return c.hash.do(func() [32]byte {
		header := sha256.Sum256(c.header())
		sums := header[:]
		for _, kind := range [...]*sequence{byCode, byPlace} {
			for _, k := range c.order(kind).chunks {
				sum := kind.sumOf(c, k)
				sums = append(sums, sum[:]...)
			}
		}
		return sha256.Sum256(sums)
	})
}

func (c *Coverage) header() []byte {
	b := binary.AppendUvarint([]byte(magic), uint64(c.areas.len()))
	b = binary.AppendUvarint(b, uint64(c.Arcs()))
	return binary.AppendUvarint(b, uint64(c.Regions()))
}
