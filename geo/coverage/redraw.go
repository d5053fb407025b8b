package coverage

import "onegrid/geo/lattice"

// Within this package, a planar map is made in steps that other stories may
// reuse on any whole-number lattice (a zoom's pixels, say):
//
//	noded    edges with labels -> segments that meet only at their ends
//	arrange  segments          -> chains, faces, and the labels of each face
//	dissolve faces with owners -> borders between regions
//	assemble borders           -> a canonical Coverage
//
// redraw is all of them at once for borders that already have their sides.

// redraw makes the coverage whose arc i runs along chain(i), on the same or on
// another lattice: chains are snapped together wherever they meet, what
// collapses vanishes, and every face keeps the area (or the void, or the gap) of
// the region around which its chains ran. Arcs whose chain is nil or has
// collapsed to a point are left out. The ends of chains that met at a node must
// still meet. Regions are numbered anew. Where chains cross and so claim a face
// twice, it goes to the region that comes first; where they leave one without a
// claimant, it becomes a gap.
func redraw(c *Coverage, chain func(arc int) []lattice.Point) (*Coverage, error) {
	var edges []edge
	for i := range c.Arcs() {
		a := c.arcs.at(i)
		p := chain(i)
		for _, r := range [...]Region{a.left, a.right} {
			if r == Exterior {
				continue // being outside is having no label
			}
			for k := 1; k < len(p); k++ {
				edges = append(edges, edge{p[k-1], p[k], int32(r)})
			}
		}
	}
	lw, err := noded(edges)
	if err != nil {
		return nil, err
	}
	f, err := arrange(lw)
	if err != nil {
		return nil, err
	}
	owner := make([]int32, f.count)
	owner[0] = outsideOwner
	for face := 1; face < f.count; face++ {
		owner[face] = NoArea
		if in := f.labelsIn(uint32(face)); len(in) > 0 {
			owner[face] = c.AreaOf(Region(in[0]))
		}
	}
	borders, areaOf := dissolve(f, owner)
	return assemble(c.Areas(), borders, areaOf)
}
