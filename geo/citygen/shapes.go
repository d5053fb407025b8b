package citygen

import "math"

// footprint is the outline of a building around its own middle: x along its
// front, y away from it (north, where it faces south). The first ring is the
// outer one, counter-clockwise; others are courtyards.
type footprint [][]vec

// body is a building that has been placed.
type body struct {
	rings   footprint // on the plane
	box     box
	use     string
	storeys int // as its kind has them; households may change it
	doors   int // stairwells
	flats   int // on a floor; 0 where nobody lives
}

// box is a rectangle with its middle, its direction and half its width and depth.
type box struct {
	c, u   vec
	hw, hd float64
}

func (b box) grown(by float64) box { return box{b.c, b.u, b.hw + by, b.hd + by} }

// local brings a point to the box's own axes.
func (b box) local(p vec) vec {
	d := p.sub(b.c)
	return vec{d.dot(b.u), d.dot(b.u.left())}
}

func (b box) world(p vec) vec { return b.c.add(b.u.mul(p.x)).add(b.u.left().mul(p.y)) }

// cut tells whether the segment pq touches the box.
func (b box) cut(p, q vec) bool {
	p, q = b.local(p), b.local(q)
	lo, hi := 0.0, 1.0
	clip := func(a, d, half float64) bool { // |a + t d| <= half
		if d == 0 {
			return a >= -half && a <= half
		}
		t0, t1 := (-half-a)/d, (half-a)/d
		if t0 > t1 {
			t0, t1 = t1, t0
		}
		lo, hi = max(lo, t0), min(hi, t1)
		return lo <= hi
	}
	return clip(p.x, q.x-p.x, b.hw) && clip(p.y, q.y-p.y, b.hd)
}

// overlaps tells whether two boxes share a point (separating axes).
func (b box) overlaps(o box) bool {
	d := o.c.sub(b.c)
	if r := b.hw + b.hd + o.hw + o.hd; d.dot(d) > r*r {
		return false
	}
	for _, axis := range [...]vec{b.u, b.u.left(), o.u, o.u.left()} {
		span := func(x box) float64 {
			return x.hw*abs(x.u.dot(axis)) + x.hd*abs(x.u.left().dot(axis))
		}
		if abs(d.dot(axis)) > span(b)+span(o) {
			return false
		}
	}
	return true
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}

func rectangle(w, d float64) footprint {
	return footprint{{{-w / 2, -d / 2}, {w / 2, -d / 2}, {w / 2, d / 2}, {-w / 2, d / 2}}}
}

// slab is a row of n stairwells, every second one set back a little.
func slab(n int, w, d float64) footprint {
	if n < 2 {
		return rectangle(w, d)
	}
	const step = 1.4
	var south, north []vec
	for i := range n {
		x0, x1 := -w/2+w*float64(i)/float64(n), -w/2+w*float64(i+1)/float64(n)
		off := 0.0
		if i%2 == 1 {
			off = step
		}
		south = append(south, vec{x0, -d/2 + off}, vec{x1, -d/2 + off})
		north = append(north, vec{x0, d/2 - step + off}, vec{x1, d/2 - step + off})
	}
	return footprint{append(south, reversed(north)...)}
}

// tower is a point block with wings: light from four sides.
func tower(w, d float64) footprint {
	a, b := w*0.29, d*0.27
	x, y := w/2, d/2
	return footprint{{
		{-a, -y}, {a, -y}, {a, -b}, {x, -b}, {x, b}, {a, b}, {a, y}, {-a, y}, {-a, b}, {-x, b}, {-x, -b}, {-a, -b},
	}}
}

// butterfly is a tower whose wings open to the south.
func butterfly(w, d float64) footprint {
	x, y := w/2, d/2
	return footprint{{
		{-x, -y}, {-x * 0.35, -y}, {-x * 0.25, -y * 0.2}, {x * 0.25, -y * 0.2}, {x * 0.35, -y}, {x, -y},
		{x, y * 0.25}, {x * 0.45, y}, {-x * 0.45, y}, {-x, y * 0.25},
	}}
}

// ell, cee and court are wings of a depth t along two, three and four sides.
func ell(w, d, t float64) footprint {
	x, y := w/2, d/2
	return footprint{{{-x, -y}, {-x + t, -y}, {-x + t, y - t}, {x, y - t}, {x, y}, {-x, y}}}
}

func cee(w, d, t float64) footprint {
	x, y := w/2, d/2
	return footprint{{{-x, -y}, {-x + t, -y}, {-x + t, y - t}, {x - t, y - t}, {x - t, -y}, {x, -y}, {x, y}, {-x, y}}}
}

func court(w, d, t float64) footprint {
	x, y := w/2, d/2
	return footprint{rectangle(w, d)[0], {{-x + t, -y + t}, {-x + t, y - t}, {x - t, y - t}, {x - t, -y + t}}}
}

// eee is a school: three wings off a spine.
func eee(w, d, t float64) footprint {
	x, y, h := w/2, d/2, t/2
	return footprint{{
		{-x, -y}, {-x + t, -y}, {-x + t, y - t}, {-h, y - t}, {-h, -y}, {h, -y}, {h, y - t}, {x - t, y - t}, {x - t, -y}, {x, -y}, {x, y}, {-x, y},
	}}
}

// chamfered is a large hall with its corners cut.
func chamfered(w, d, t float64) footprint {
	x, y := w/2, d/2
	return footprint{{{-x + t, -y}, {x - t, -y}, {x, -y + t}, {x, y - t}, {x - t, y}, {-x + t, y}, {-x, y - t}, {-x, -y + t}}}
}

// rounded is the box with its short ends rounded, as a running track is.
func (b box) rounded() []vec {
	var out []vec
	r := min(b.hd, b.hw)
	for k := range 13 {
		out = append(out, b.world(vec{b.hw - r, 0}.add(bearing(-math.Pi/2+math.Pi*float64(k)/12).mul(r))))
	}
	for k := range 13 {
		out = append(out, b.world(vec{r - b.hw, 0}.add(bearing(math.Pi/2+math.Pi*float64(k)/12).mul(r))))
	}
	return out
}
