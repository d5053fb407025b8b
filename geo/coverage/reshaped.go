package coverage

import (
	"slices"

	"onegrid/geo/lattice"
)

// ReshapedSince returns the areas, by code and sorted, whose ground is not what it
// was in an earlier state, which is given as Encode wrote it. Areas that only one
// of both has are left out, and so are those that have no ground of their own in
// either. The answer is exact: ground is the same if it is so to the last unit,
// however many vertices stand on a straight border.
func (c *Coverage) ReshapedSince(chunks [][]byte) ([]string, error) {
	old, err := Decode(chunks)
	if err != nil {
		return nil, err
	}
	m := match(old, c)
	var out []string
	for now := range int32(len(c.Areas())) {
		code := c.area(now).Code
		if was, ok := old.AreaByCode(code); ok && !m.sameGround(was, now) {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out, nil
}

// sameGround compares what two areas have of their own: by the regions that are
// drawn alike where that is all of them, else by their outlines.
func (m *matching) sameGround(was, now int32) bool {
	before, after := m.old.RegionsOf(was), m.new.RegionsOf(now)
	alike := len(before) == len(after)
	for _, r := range before {
		alike = alike && m.alikeOld[r] && m.new.AreaOf(m.alike[r]) == now
	}
	if alike {
		return true
	}
	if len(before) == 0 || len(after) == 0 {
		return false
	}
	return slices.EqualFunc(outlineOf(m.old, was), outlineOf(m.new, now), slices.Equal[lattice.Ring])
}

// outlineOf returns the rings around an area in the one form that any drawing of
// the same ground has: without vertices on straight lines, each from its least
// vertex on, in order.
func outlineOf(c *Coverage, area int32) []lattice.Ring {
	var rings []lattice.Ring
	for _, polygon := range c.Polygons(area) {
		for _, r := range polygon {
			rings = append(rings, bare(r))
		}
	}
	slices.SortFunc(rings, func(a, b lattice.Ring) int { return slices.CompareFunc(a, b, byPoint) })
	return rings
}

// bare returns the corners of a ring, the least first.
func bare(r lattice.Ring) lattice.Ring {
	var out lattice.Ring
	for i, p := range r {
		if lattice.Orient(r[(i+len(r)-1)%len(r)], p, r[(i+1)%len(r)]) != 0 {
			out = append(out, p)
		}
	}
	first := 0
	for i := range out {
		if byPoint(out[i], out[first]) < 0 {
			first = i
		}
	}
	return append(slices.Clone(out[first:]), out[:first]...)
}

func byPoint(p, q lattice.Point) int {
	switch {
	case p == q:
		return 0
	case less(p, q):
		return -1
	}
	return 1
}
