package citygen

import "onegrid/geo/lattice"

// outlines reads the shape of every owner off the map: owner is by face,
// negative for nobody's. What lies between two faces of one owner is left out.
// Outer rings run counter-clockwise, holes clockwise.
func (m *planar) outlines(owner []int32, n int) []lattice.MultiPolygon {
	out := make([]lattice.MultiPolygon, n)
	holes := make([][]lattice.Ring, n)
	done := make([]bool, len(m.next))
	inner := func(h half) bool { return owner[m.face[h]] == owner[m.face[h.twin()]] }
	for h := range half(len(m.next)) {
		o := owner[m.face[h]]
		if done[h] || o < 0 || inner(h) {
			continue
		}
		var ring lattice.Ring
		for g := h; !done[g]; {
			done[g] = true
			for i := range m.size(g) - 1 {
				ring = append(ring, m.at(g, i))
			}
			g = m.next[g]
			for inner(g) { // turn on around the node, within the owner's faces
				g = m.next[g.twin()]
			}
		}
		for _, r := range simpleRings(ring) {
			if lattice.Winding(r) > 0 {
				out[o] = append(out[o], lattice.Polygon{r})
			} else {
				holes[o] = append(holes[o], r)
			}
		}
	}
	for o, hs := range holes {
		for _, hole := range hs {
			for i := range out[o] {
				if len(out[o]) == 1 || lattice.Side(lattice.MultiPolygon{out[o][i][:1]}, hole[0]) >= 0 {
					out[o][i] = append(out[o][i], hole)
					break
				}
			}
		}
	}
	return out
}

// simpleRings parts a ring that meets itself at vertices into rings that do not.
func simpleRings(ring lattice.Ring) []lattice.Ring {
	at := make(map[lattice.Point]int, len(ring))
	var out []lattice.Ring
	var open lattice.Ring
	for _, p := range ring {
		if k, again := at[p]; again {
			loop := append(lattice.Ring{}, open[k:]...)
			for _, q := range loop {
				delete(at, q)
			}
			out = append(out, loop)
			open = open[:k]
		}
		at[p] = len(open)
		open = append(open, p)
	}
	return append(out, open)
}
