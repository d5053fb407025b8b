package coverage

import "onegrid/geo/lattice"

// Within this package, a planar map is made in three steps that other stories
// may reuse on any whole-number lattice (a zoom's pixels, say):
//
//	node     edges with labels   -> segments that meet only at their ends
//	arrange  segments            -> chains, faces, and the labels of each face
//	assemble chains with owners  -> a canonical Coverage
//
// redraw is all three at once for borders that already have their sides.

// redraw makes the coverage whose arc i runs along chain(i), on the same or on
// another lattice: chains are snapped together wherever they meet, what
// collapses vanishes, and every face keeps the area (or the void, or the gap) of
// the region around which its chains ran. Arcs whose chain is nil or has
// collapsed to a point are left out. The ends of chains that met at a node must
// still meet. A face that the new chains claim twice or not at all, which
// happens only where they cross, goes to the longest border.
func redraw(c *Coverage, chain func(arc int) []lattice.Point) (*Coverage, error) {
	panic("todo")
}
