package coverage

import "onegrid/geo"

// settle gives every face an owner.
func settle(n geo.Network, p Policy, o *outlines, f *faces) []int32 {
	owner := make([]int32, f.count)
	for face := range owner {
		owner[face] = NoArea
		if in := f.labelsIn(uint32(face)); len(in) > 0 {
			owner[face] = o.labels[in[0]].area
		}
	}
	owner[0] = outsideOwner
	return owner
}
