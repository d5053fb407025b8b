// Package locate answers which region of a coverage a point lies in: exactly,
// in some tens of nanoseconds, without allocating.
//
// # The cell index
//
// Cells of one size lie over the coverage. A cell that no border touches holds
// the number of its one region. A mixed cell holds the region at its middle and
// the few stretches of border that run through it:
//
//	+--------|------+
//	|   A   /|      |     The path from the middle m to the query q goes along the
//	|      / m      |     spine and then level. It crosses the border once, so q is
//	| q---/--+  B   |     not in the region of m but on the border's other side.
//	|    /   |      |     Each stretch carries label = left XOR right, and the answer
//	+---/----|------+     is the region of m XOR the labels of all that is crossed.
//
// From one side of a border to the other, its label takes the region on this
// side out and puts the one on that side in; so the order of the crossings does
// not matter, and no polygon is ever visited.
//
// # Ties
//
// A query q stands for q + (e, e²): an infinitesimal step east and a far smaller
// one north. A point on a border thus belongs to the region on its east, or
// along an east-west line to that on its north; a corner to exactly one region.
// The middles are such points, too, and so are the corners of paths. Then no
// vertex lies level with a query: one of the same latitude is below it; and none
// lies on a spine: one of the same longitude is west of it. What is left is a
// query or a path's corner in line with a border a-b, which counts by the sign of
// a.y - b.y; this is never 0, for a level border crosses no level path.
//
// # After operations
//
// A planner's operation touches few regions of many, and the next lookup comes at
// once. So the index of the state before stays, and over it lies a small one of
// what was touched (patch.go), until one of the whole has been made beside.
//
// All is exact in 64 bits as long as the coverage spans no more than
// lattice.MaxSpan; see that package.
package locate

import (
	"unsafe"

	"onegrid/geo"
	"onegrid/geo/coverage"
)

// Index is a cell index over one coverage. What it answers never changes once it
// is built, and any number of goroutines may ask; where nearest borders are asked
// for often, it comes to remember which ones can be.
type Index struct {
	grid
	cells []uint32 // by row and column: a region, or mixed | index into heads
	heads []head   // of the mixed cells
	words []uint32 // the borders in them; see encode.go
	owned []uint64 // a bit a region: it has an area
	arcs  []sides
	tiers []tier   // what levels of border lie in blocks of cells; see tier.go
	lists *listing // which borders can be nearest where; see shortlist.go
	patch *patch   // what answers instead of all these after operations; see patch.go
}

// sides of an arc, in its direction.
type sides struct {
	left, right coverage.Region
	level       uint8
}

// Options bound the index. The zero value chooses by the data.
type Options struct {
	MaxBytes int // of memory; 0 means a default by the data
}

// planar is what the index reads of a coverage.
type planar interface {
	Regions() int
	AreaOf(coverage.Region) int32
	Arcs() int
	Arc(i int) coverage.Arc
	ArcLevel(i int) int
}

// New builds the index. It is Invalid for a coverage that spans more than
// lattice.MaxSpan, and TooLarge for one beyond the index's numbers: 2^24 arcs,
// 2^31 regions.
func New(c *coverage.Coverage, o Options) (*Index, error) { return build(c, o) }

func build(c planar, o Options) (*Index, error) {
	if c.Arcs() > maxArcs || c.Regions() > mixed {
		return nil, geo.Errorf(geo.TooLarge, "%d borders and %d regions are more than one index holds: the limits are %d and %d",
			c.Arcs(), c.Regions(), maxArcs, mixed)
	}
	size := survey(c)
	if err := size.bounds.CheckSpan(); err != nil {
		return nil, geo.Errorf(geo.Invalid, "%v", err).Where(size.bounds.Min)
	}
	x := &Index{grid: size.choose(o.MaxBytes)}
	x.owned = make([]uint64, (c.Regions()+63)/64)
	for r := range c.Regions() {
		if c.AreaOf(coverage.Region(r)) >= 0 {
			x.owned[r/64] |= 1 << (r % 64)
		}
	}
	x.arcs = make([]sides, c.Arcs())
	for i := range x.arcs {
		a := c.Arc(i)
		x.arcs[i] = sides{a.Left, a.Right, uint8(min(c.ArcLevel(i), 254))}
	}
	if err := x.fill(c, size); err != nil {
		return nil, err
	}
	x.lists = x.newListing(c)
	return x, nil
}

// isOwned says whether a region has an area: it is neither the exterior nor a
// gap nor a declared void.
func (x *Index) isOwned(r coverage.Region) bool {
	if x.patch != nil {
		return x.patch.owned(r)
	}
	return int(r/64) < len(x.owned) && x.owned[r/64]>>(r%64)&1 != 0
}

// Bytes is the memory that the index holds, with the lists of nearest borders
// made so far.
func (x *Index) Bytes() int {
	if x.patch != nil {
		return x.patch.bytes()
	}
	return x.built() + x.lists.held()
}

// built is the memory of what is built at once.
func (x *Index) built() int {
	n := 4*cap(x.cells) + int(unsafe.Sizeof(head{}))*cap(x.heads) + 4*cap(x.words) + 8*cap(x.owned) + int(unsafe.Sizeof(sides{}))*cap(x.arcs) + int(unsafe.Sizeof(*x))
	for _, t := range x.tiers {
		n += cap(t.least)
	}
	return n
}

var _ planar = (*coverage.Coverage)(nil)
