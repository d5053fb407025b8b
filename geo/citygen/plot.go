package citygen

import (
	"math"
)

// plot is the land within a block that may be built on: the block's outline
// moved inwards, from each street by as much as its class asks for, with
// straight sides as walls have.
type plot struct {
	face  int32
	ring  []vec // counter-clockwise
	sides []side
	area  float64
}

// side is what lies beyond the i-th side of a plot, from ring[i] on.
type side struct {
	h     half
	class class
}

// wall is an edge of a block on its way to becoming a side of a plot.
type wall struct {
	a, b vec
	dist float64
	side side
}

// plotOf makes the plot of a block; ok is false where the block is too narrow.
func (m *planar) plotOf(f int32) (plot, bool) {
	ring := m.vecs(m.ring(f))
	for _, tolerance := range []float64{2, 5, 11} {
		walls := m.walls(f, tolerance)
		if p, ok := inset(walls); ok && polyArea(p.ring) > 500 && within(p.ring, ring, 2.5) {
			p.face, p.area = f, polyArea(p.ring)
			return p, true
		}
	}
	return m.roundPlot(f, ring)
}

// walls simplifies the border of a face to straight edges within a tolerance.
func (m *planar) walls(f int32, tolerance float64) []wall {
	var out []wall
	m.around(f, func(h half) {
		n := m.size(h)
		chain := make([]vec, n)
		for i := range chain {
			chain[i] = m.vec(m.at(h, i))
		}
		cl := m.class(h)
		kept := straighten(chain, tolerance)
		for i := 1; i < len(kept); i++ {
			w := wall{kept[i-1], kept[i], cl.plotLine(), side{h, cl}}
			if k := len(out) - 1; k >= 0 && out[k].dist == w.dist && aligned(out[k], w) {
				out[k].b = w.b
				continue
			}
			out = append(out, w)
		}
	})
	if k := len(out) - 1; k > 3 && out[k].dist == out[0].dist && aligned(out[k], out[0]) {
		out[0].a = out[k].a
		out = out[:k]
	}
	return out
}

func aligned(a, b wall) bool {
	return a.b.sub(a.a).unit().dot(b.b.sub(b.a).unit()) > 0.9985
}

// straighten keeps the points of a chain that stand out by more than a tolerance
// (Douglas and Peucker).
func straighten(chain []vec, tolerance float64) []vec {
	last := len(chain) - 1
	far, at := tolerance, 0
	for i := 1; i < last; i++ {
		if d := segDist(chain[i], chain[0], chain[last]); d > far {
			far, at = d, i
		}
	}
	if at == 0 {
		return []vec{chain[0], chain[last]}
	}
	head := straighten(chain[:at+1], tolerance)
	return append(head[:len(head)-1], straighten(chain[at:], tolerance)...)
}

// inset moves walls inwards by their distances and lets each end where it meets
// the next. A wall that vanishes on the way (its ends have passed each other) is
// taken out, the worst first, and its neighbours meet instead.
func inset(walls []wall) (plot, bool) {
	for len(walls) >= 3 {
		n := len(walls)
		ring := make([]vec, n)
		for i, w := range walls {
			ring[i] = corner(walls[(i+n-1)%n], w)
		}
		worst, least := -1, 2.0
		for i, w := range walls {
			if l := ring[(i+1)%n].sub(ring[i]).dot(w.b.sub(w.a).unit()); l < least {
				worst, least = i, l
			}
		}
		if worst < 0 {
			p := plot{ring: ring}
			for _, w := range walls {
				p.sides = append(p.sides, w.side)
			}
			return p, simple(ring)
		}
		walls = append(append([]wall{}, walls[:worst]...), walls[worst+1:]...)
	}
	return plot{}, false
}

// corner is where two moved walls meet.
func corner(w, x wall) vec {
	u, v := w.b.sub(w.a).unit(), x.b.sub(x.a).unit()
	c := u.cross(v)
	if math.Abs(c) < 0.06 {
		return w.b.lerp(x.a, 0.5).add(u.add(v).unit().left().mul(max(w.dist, x.dist)))
	}
	p, q := w.a.add(u.left().mul(w.dist)), x.a.add(v.left().mul(x.dist))
	return p.add(u.mul(q.sub(p).cross(v) / c))
}

// simple tells whether no two sides of a ring that are not neighbours meet.
func simple(ring []vec) bool {
	n := len(ring)
	for i := range n {
		for j := i + 2; j < n; j++ {
			if i == 0 && j == n-1 {
				continue
			}
			if crosses(ring[i], ring[i+1], ring[j], ring[(j+1)%n]) {
				return false
			}
		}
	}
	return polyArea(ring) > 0
}

func crosses(a, b, c, d vec) bool {
	o := func(p, q, r vec) bool { return q.sub(p).cross(r.sub(p)) > 0 }
	return o(a, b, c) != o(a, b, d) && o(c, d, a) != o(c, d, b)
}

// within tells whether a ring lies in another, everywhere at least so far from
// its border.
func within(ring, in []vec, margin float64) bool {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		lo, hi := boxAround([]vec{a, b})
		for j, p := range in {
			q := in[(j+1)%len(in)]
			if max(p.x, q.x) < lo.x-margin || min(p.x, q.x) > hi.x+margin || max(p.y, q.y) < lo.y-margin || min(p.y, q.y) > hi.y+margin {
				continue
			}
			if crosses(a, b, p, q) || segDist(a, p, q) < margin || segDist(b, p, q) < margin ||
				segDist(p, a, b) < margin || segDist(q, a, b) < margin {
				return false
			}
		}
	}
	return inPoly(ring[0], in)
}

// roundPlot is the last resort for an awkward block: an octagon around the point
// that is farthest from its border.
func (m *planar) roundPlot(f int32, ring []vec) (plot, bool) {
	lo, hi := boxAround(ring)
	best, far := vec{}, 0.0
	for j := range 12 {
		for i := range 12 {
			p := vec{lo.x + (hi.x-lo.x)*(float64(i)+0.5)/12, lo.y + (hi.y-lo.y)*(float64(j)+0.5)/12}
			if inPoly(p, ring) {
				if d := m.clearance(f, p); d > far {
					best, far = p, d
				}
			}
		}
	}
	widest := 0.0
	m.around(f, func(h half) { widest = max(widest, m.class(h).plotLine()) })
	radius := far - min(widest, 0.45*far) - 1
	if radius < 11 {
		return plot{}, false
	}
	p := plot{face: f}
	h := m.faces[f].first
	for k := range 8 {
		p.ring = append(p.ring, best.add(bearing(float64(k)*math.Pi/4+0.39).mul(radius)))
		p.sides = append(p.sides, side{h, service})
	}
	p.area = polyArea(p.ring)
	return p, true
}
