package citygen

import (
	"slices"
)

// islands are the sets of faces that make up an island each.
func (m *planar) islands() [][]int32 {
	var out [][]int32
	seen := map[int32]bool{}
	for f := range int32(len(m.faces)) {
		if f == outside || m.faces[f].zone != island || seen[f] {
			continue
		}
		seen[f] = true
		set := []int32{f}
		for i := 0; i < len(set); i++ {
			m.around(set[i], func(h half) {
				if g := m.face[h.twin()]; m.faces[g].zone == island && !seen[g] {
					seen[g] = true
					set = append(set, g)
				}
			})
		}
		out = append(out, set)
	}
	return out
}

// flood gives the water to grids of the street with the longest shore, by their
// own shore, so that no street ends in the middle of the lake. Each island is a
// grid: the waters around it go to one other grid, in whose community it is, so
// that it lies in that grid like an egg in a nest.
func (v *division) flood(m *planar, isles [][]int32) {
	var waters []int32
	for f := range m.faces {
		if f != outside && m.faces[f].zone == water {
			waters = append(waters, int32(f))
		}
	}
	give := func(faces []int32, g int32) {
		for _, f := range faces {
			v.grid[f] = g
			v.faces[g] = append(v.faces[g], f)
		}
	}
	street := func(g int32) int32 { return v.street[v.community[g]] }
	lakeside := v.longest(m, waters, street, nil)
	mine := func(g int32) bool { return street(g) == lakeside }
	self := func(g int32) int32 { return g }
	for _, isle := range isles {
		around := m.watersAround(isle)
		g := v.longest(m, around, self, mine)
		if g < 0 { // a long lake: another street's shore
			g = v.longest(m, around, self, nil)
		}
		give(around, g)
		v.isles = append(v.isles, int32(len(v.community)))
		v.community = append(v.community, v.community[g])
		v.faces = append(v.faces, nil)
		give(isle, v.isles[len(v.isles)-1])
	}
	for _, may := range []func(int32) bool{mine, nil} {
		for range len(waters) { // waters off the shore follow those on it
			for _, f := range waters {
				if v.grid[f] < 0 {
					if g := v.longest(m, []int32{f}, self, may); g >= 0 {
						give([]int32{f}, g)
					}
				}
			}
		}
	}
}

// watersAround are the faces of water that an island touches.
func (m *planar) watersAround(isle []int32) []int32 {
	var out []int32
	for _, f := range isle {
		m.around(f, func(h half) {
			if g := m.face[h.twin()]; m.faces[g].zone == water && !slices.Contains(out, g) {
				out = append(out, g)
			}
		})
	}
	slices.Sort(out)
	return out
}

// longest is the key of the grids with which the faces share most of their
// border, -1 if there are none; only grids that may are counted.
func (v *division) longest(m *planar, faces []int32, key func(grid int32) int32, may func(grid int32) bool) int32 {
	length := map[int32]float64{}
	for _, f := range faces {
		m.around(f, func(h half) {
			if g := v.grid[m.face[h.twin()]]; g >= 0 && !slices.Contains(v.isles, g) && (may == nil || may(g)) {
				length[key(g)] += m.stretch(h, 0, m.size(h)-1)
			}
		})
	}
	best := int32(-1)
	for k, l := range length {
		if best < 0 || l > length[best] || l == length[best] && k < best {
			best = k
		}
	}
	return best
}
