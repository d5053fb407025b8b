// Package coverage is a network at one edition: a planar map of nodes, arcs and
// regions in which a border between two grids is stored once, so that an
// overlap cannot be written down and a gap cannot hide.
//
// Build makes one of polygons: edges are snapped onto the lattice and noded
// (node.go), faces found (chain.go, face.go) and given to the areas that claim
// them; what is left over or claimed twice is settled by a policy and reported
// (settle.go). Check looks for faults without trusting any of that.
//
// Apply does an operation (op_*.go): it makes another coverage that shares with
// the one before whatever it did not touch (vector.go), and says what it did
// touch. Within it, a sketch (sketch.go) holds the piece that is redrawn, a weave
// (weave.go) puts it in, and a draft (draft.go, finish.go) keeps the numbers in
// order. Hash, Measure and Simplify go on from there at the cost of the change.
package coverage

import (
	"sync/atomic"

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
// goroutines. An operation makes another one, which shares with it whatever the
// operation did not touch (see vector).
type Coverage struct {
	areas   vector[entry]
	arcs    vector[arc]
	nodes   vector[node]
	regions vector[region]

	points int // of all arcs
	bounds lattice.Box

	list once[[]Area]
	hash once[[32]byte]

	codes, places atomic.Pointer[order] // see order
}

// entry is an area and what lies under it: areas, or ground.
type entry struct {
	Area
	children []int32
	regions  []Region
}

type arc struct {
	points      []lattice.Point
	left, right Region
	from, to    int32
	next        [2]HalfArc // of each direction: how the boundary of the region on its left goes on
	box         lattice.Box
}

type node struct {
	at  lattice.Point
	out HalfArc // one that leaves it
}

type region struct {
	area  int32
	rings [][]HalfArc // see Boundary
}

// Regions returns how many regions there are, the exterior included.
func (c *Coverage) Regions() int { return c.regions.len() }

// AreaOf returns the area that a region belongs to: the finest, NoArea or Void.
func (c *Coverage) AreaOf(r Region) int32 { return c.regions.at(int(r)).area }

// RegionsOf returns the regions of a finest area; none for an area that has
// children. Not to be changed.
func (c *Coverage) RegionsOf(area int32) []Region {
	return c.areas.at(int(area)).regions
}

// Arcs returns how many arcs there are.
func (c *Coverage) Arcs() int { return c.arcs.len() }

// Arc returns one arc. Its points are shared and not to be changed.
func (c *Coverage) Arc(i int) Arc {
	a := c.arcs.at(i)
	return Arc{a.points, a.left, a.right, a.from, a.to}
}

// ArcLevel returns the highest level (the smallest index) at which the two
// sides of an arc differ.
func (c *Coverage) ArcLevel(i int) int {
	a := c.arcs.at(i)
	return int(c.parted(c.AreaOf(a.left), c.AreaOf(a.right)))
}

// Boundary returns the rings of a region: outer first, then holes. No ring
// passes a node twice; two rings may touch at one. The exterior has only holes.
// Not to be changed.
func (c *Coverage) Boundary(r Region) [][]HalfArc { return c.regions.at(int(r)).rings }

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

func (c *Coverage) pointsOf(i uint32) []lattice.Point { return c.arcs.at(int(i)).points }

// leftOf returns the region that a half-arc bounds.
func (c *Coverage) leftOf(h HalfArc) Region {
	if h&1 == 0 {
		return c.arcs.at(int(h >> 1)).left
	}
	return c.arcs.at(int(h >> 1)).right
}

// tail returns the node at which a half-arc starts.
func (c *Coverage) tail(h HalfArc) int32 {
	if h&1 == 0 {
		return c.arcs.at(int(h >> 1)).from
	}
	return c.arcs.at(int(h >> 1)).to
}

// next returns the half-arc with which the boundary of the region left of h goes
// on.
func (c *Coverage) next(h HalfArc) HalfArc { return c.arcs.at(int(h >> 1)).next[h&1] }

// around returns the half-arcs that leave a node, clockwise.
func (c *Coverage) around(v int32) []HalfArc {
	first := c.nodes.at(int(v)).out
	out := []HalfArc{first}
	for h := c.next(first ^ 1); h != first; h = c.next(h ^ 1) {
		out = append(out, h)
	}
	return out
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
