package coverage

import "onegrid/geo/lattice"

// below returns, for each point, the segment of noded linework met first on the
// way straight down from it, an infinitesimal step to its east so that vertical
// segments and ends do not count; unset where there is none. No point may lie
// inside a segment. It says no where segments lie over each other too densely.
func below(lw *linework, from []lattice.Point) (found []uint32, ok bool) {
	found = make([]uint32, len(from))
	rays := make([]boxed, len(from))
	floor := int32(1<<31 - 1)
	for _, p := range lw.points {
		floor = min(floor, p.Y)
	}
	for i, p := range from {
		found[i] = unset
		rays[i] = boxed{lattice.Point{X: p.X, Y: floor}, p, uint32(i)}
	}
	ok = joinTwo(rays, lw.boxes(), func(ray, s uint32) bool {
		a, b := lw.ends(s)
		p := from[ray]
		if a.X <= p.X && p.X < b.X && lattice.Cross(a, b, p) > 0 {
			if old := found[ray]; old == unset || lw.above(s, old) {
				found[ray] = s
			}
		}
		return true
	})
	return found, ok
}

// above tells whether s runs above t where both pass.
func (l *linework) above(s, t uint32) bool {
	a, b := l.ends(s)
	c, d := l.ends(t)
	if a.X < c.X {
		return leftOf(a, b, c, d) < 0
	}
	return leftOf(c, d, a, b) > 0
}

// leftOf is positive where the segment p-q, which begins beside a-b and does not
// cross it, lies left of it.
func leftOf(a, b, p, q lattice.Point) int64 {
	if o := lattice.Cross(a, b, p); o != 0 {
		return o
	}
	return lattice.Cross(a, b, q)
}

// boxes returns the box of every segment.
func (l *linework) boxes() []boxed {
	out := make([]boxed, len(l.segs))
	for i, s := range l.segs {
		out[i] = boxOf(l.points[s.u], l.points[s.v], uint32(i))
	}
	return out
}
