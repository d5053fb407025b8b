// Package coverage is a network at one edition: a planar map of nodes, arcs and
// regions in which a border between two grids is stored once, so that an
// overlap cannot be written down and a gap cannot hide.
//
// Build makes one of polygons: edges are snapped onto the lattice and noded
// (node.go), faces found (chain.go, face.go) and given to the areas that claim
// them; what is left over or claimed twice is settled by a policy and reported
// (settle.go). Check looks for faults without trusting any of that.
package coverage

import (
	"sync"

	"onegrid/geo/lattice"
)

// Region is a connected face of the planar map. Region 0 is the exterior.
type Region uint32

// Exterior is the unbounded face and everything else outside.
const Exterior Region = 0

// What a region without an area is.
const (
	NoArea int32 = -1 // the exterior, or a gap
	Void   int32 = -2 // declared to be nobody's: a lake
)

// Arc is a border between two nodes, stored once. Points runs from node to
// node, both included; Left and Right lie beside it in that direction.
type Arc struct {
	Points      []lattice.Point
	Left, Right Region
	From, To    int32 // nodes
}

// HalfArc is an arc in one of its directions: index<<1, the low bit set when it
// runs backwards. The region it bounds lies on its left.
type HalfArc uint32

// Coverage never changes once built, and may be read by any number of
// goroutines.
type Coverage struct {
	areas  []Area
	points []lattice.Point // of all arcs, one after the other
	arcs   []arc           // and one more, which only tells where points ends
	nodes  []lattice.Point
	bounds lattice.Box
	levels []uint8 // of arcs

	areaOf      []int32  // by region
	regions     []Region // of area a: regions[regionFirst[a]:regionFirst[a+1]]
	regionFirst []uint32
	childFirst  []uint32 // children of area a: children[childFirst[a]:childFirst[a+1]]
	children    []int32

	next      []uint32  // by half-arc: the next around the region on its left
	halves    []HalfArc // of all rings: halves[ringFirst[i]:ringFirst[i+1]]
	ringFirst []uint32
	rings     []uint32 // rings of region r: from rings[r] up to rings[r+1]

	once sync.Once
	hash [32]byte
}

type arc struct {
	first       uint32 // of its points
	left, right Region
	from, to    int32
}

// Regions returns how many regions there are, the exterior included.
func (c *Coverage) Regions() int { return len(c.areaOf) }

// AreaOf returns the area that a region belongs to: the finest, NoArea or Void.
func (c *Coverage) AreaOf(r Region) int32 { return c.areaOf[r] }

// RegionsOf returns the regions of a finest area; none for an area that has
// children. Not to be changed.
func (c *Coverage) RegionsOf(area int32) []Region {
	return c.regions[c.regionFirst[area]:c.regionFirst[area+1]]
}

// Arcs returns how many arcs there are.
func (c *Coverage) Arcs() int { return len(c.arcs) - 1 }

// Arc returns one arc. Its points are shared and not to be changed.
func (c *Coverage) Arc(i int) Arc {
	a := c.arcs[i]
	return Arc{c.pointsOf(uint32(i)), a.left, a.right, a.from, a.to}
}

// ArcLevel returns the highest level (the smallest index) at which the two
// sides of an arc differ.
func (c *Coverage) ArcLevel(i int) int { return int(c.levels[i]) }

// Boundary returns the rings of a region: outer first, then holes. No ring
// passes a node twice; two rings may touch at one. The exterior has only holes.
func (c *Coverage) Boundary(r Region) [][]HalfArc {
	from, to := c.rings[r], c.rings[r+1]
	out := make([][]HalfArc, 0, to-from)
	for i := from; i < to; i++ {
		a, b := c.ringFirst[i], c.ringFirst[i+1]
		out = append(out, c.halves[a:b:b])
	}
	return out
}

// Chain returns the points of a half-arc in its own direction. Not to be
// changed.
func (c *Coverage) Chain(h HalfArc) []lattice.Point {
	p := c.pointsOf(uint32(h >> 1))
	if h&1 == 0 {
		return p
	}
	back := make([]lattice.Point, len(p))
	for i := range p {
		back[len(p)-1-i] = p[i]
	}
	return back
}

// Bounds is the box around everything that is not exterior.
func (c *Coverage) Bounds() lattice.Box { return c.bounds }

func (c *Coverage) pointsOf(i uint32) []lattice.Point {
	a, b := c.arcs[i].first, c.arcs[i+1].first
	return c.points[a:b:b]
}

// leftOf returns the region that a half-arc bounds.
func (c *Coverage) leftOf(h HalfArc) Region {
	if h&1 == 0 {
		return c.arcs[h>>1].left
	}
	return c.arcs[h>>1].right
}

// tail returns the node at which a half-arc starts.
func (c *Coverage) tail(h HalfArc) int32 {
	if h&1 == 0 {
		return c.arcs[h>>1].from
	}
	return c.arcs[h>>1].to
}

// appendChain appends the points of a half-arc without its last.
func (c *Coverage) appendChain(dst []lattice.Point, h HalfArc) []lattice.Point {
	p := c.pointsOf(uint32(h >> 1))
	if h&1 == 0 {
		return append(dst, p[:len(p)-1]...)
	}
	for i := len(p) - 1; i > 0; i-- {
		dst = append(dst, p[i])
	}
	return dst
}
