package citygen

import "math"

// packer sets buildings into a plot, none on another, none over the wall.
type packer struct {
	plot   *plot
	r      *chance
	room   float64 // stretches the space between buildings; 1 is dense
	boxes  []box
	out    []body
	greens []box // sports fields

	focus vec     // what is built lies within reach of here
	reach float64 // metres; 0 is everywhere
	limit int     // most buildings; 0 is any
}

// fits tells whether a box lies in the plot with a margin, and so far from all
// that stands there.
func (p *packer) fits(b box, margin, gap float64) bool {
	if p.limit > 0 && len(p.out) >= p.limit {
		return false
	}
	if p.reach > 0 && b.c.dist(p.focus) > p.reach {
		return false
	}
	g := b.grown(gap)
	for _, o := range p.boxes {
		if g.overlaps(o) {
			return false
		}
	}
	g = b.grown(margin)
	ring := p.plot.ring
	for i, a := range ring {
		if g.cut(a, ring[(i+1)%len(ring)]) {
			return false
		}
	}
	return inPoly(b.c, ring)
}

// place puts up a building on a box.
func (p *packer) place(b box, f footprint, kind body) {
	kind.box = b
	for _, ring := range f {
		out := make([]vec, len(ring))
		for i, v := range ring {
			out[i] = b.world(v)
		}
		kind.rings = append(kind.rings, out)
	}
	p.boxes = append(p.boxes, b)
	p.out = append(p.out, kind)
}

// pitch sets a sports field into a corner of the plot, as large as there is room for.
func (p *packer) pitch(u vec) {
	lo, hi := boxAround(p.plot.ring)
	for _, size := range []vec{{52, 34}, {38, 25}, {17, 10}} {
		for range 24 {
			b := box{vec{p.r.in(lo.x, hi.x), p.r.in(lo.y, hi.y)}, u.left(), size.x, size.y}
			if p.fits(b, 6, 0) {
				p.boxes, p.greens = append(p.boxes, b), append(p.greens, b)
				return
			}
		}
	}
}

// inhabited tells whether there are homes on the plot.
func (p *packer) inhabited() bool {
	for i := range p.out {
		if p.out[i].flats > 0 {
			return true
		}
	}
	return false
}

// lone makes room for one point block on a plot too narrow for rows.
func (p *packer) lone() {
	p.out, p.boxes, p.reach, p.limit = nil, nil, 0, 0
	u := p.facing()
	lo, hi := boxAround(p.plot.ring)
	for size := 24.0; size > 7; size -= 3 {
		for range 60 {
			b := box{vec{p.r.in(lo.x, hi.x), p.r.in(lo.y, hi.y)}, u, size / 2, size * 0.42}
			if p.fits(b, 1.5, 0) {
				p.place(b, tower(size, size*0.84), body{use: "residential", storeys: 18, doors: 1, flats: 4})
				return
			}
		}
	}
}

// item is a building that a row may take: its size and what it is.
type item struct {
	w, d float64
	f    func() footprint // made only once there is room
	kind body
}

// rows fills the plot with rows of items facing a direction, from the south on.
func (p *packer) rows(u vec, margin, pitch, gap float64, choose func() item) {
	lo, hi := vec{math.Inf(1), math.Inf(1)}, vec{math.Inf(-1), math.Inf(-1)}
	for _, q := range p.plot.ring {
		x, y := q.dot(u), q.dot(u.left())
		lo, hi = vec{min(lo.x, x), min(lo.y, y)}, vec{max(hi.x, x), max(hi.y, y)}
	}
	if p.reach > 0 {
		f := vec{p.focus.dot(u), p.focus.dot(u.left())}
		lo = vec{max(lo.x, f.x-p.reach), max(lo.y, f.y-p.reach)}
		hi = vec{min(hi.x, f.x+p.reach), min(hi.y, f.y+p.reach)}
	}
	for y := lo.y + margin; y < hi.y; {
		from, to := p.span(u, y+margin)
		x := max(lo.x, from) + margin + p.r.in(0, gap)
		empty := true
		for misses := 0; x < min(hi.x, to)-margin; {
			it := choose()
			b := box{u.mul(x + it.w/2).add(u.left().mul(y + it.d/2)), u, it.w / 2, it.d / 2}
			if p.fits(b, margin, min(gap, 9)) {
				p.place(b, it.f(), it.kind)
				x += it.w + gap
				misses, empty = 0, false
				continue
			}
			misses++
			x += 3 + 0.4*float64(min(misses, 12))
		}
		if y += pitch; empty { // a corner too narrow for this row; soon try again
			y += 5 - pitch
		}
	}
}

// span is how far the plot reaches along the level y in the directions u and left
// of u.
func (p *packer) span(u vec, y float64) (from, to float64) {
	from, to = math.Inf(1), math.Inf(-1)
	v := u.left()
	for i, a := range p.plot.ring {
		b := p.plot.ring[(i+1)%len(p.plot.ring)]
		ay, by := a.dot(v)-y, b.dot(v)-y
		if (ay > 0) != (by > 0) {
			x := a.lerp(b, ay/(ay-by)).dot(u)
			from, to = min(from, x), max(to, x)
		}
	}
	return from, to
}

// front sets a strip of buildings along the sides of the plot that face a street
// of some class, leaving the middle of each side free for a gate.
func (p *packer) front(depth float64, lengths [2]float64, odds float64, kind body) {
	n := len(p.plot.ring)
	for i := range n {
		c := p.plot.sides[i].class
		a, b := p.plot.ring[i], p.plot.ring[(i+1)%n]
		l := a.dist(b)
		if !c.street() || c == service || c == motorway || l < 44 || !p.r.odds(odds) {
			continue
		}
		u := b.sub(a).unit()
		gate := l / 2
		for x := 3.0; x < l; {
			w := p.r.in(lengths[0], lengths[1])
			if x < gate+9 && x+w > gate-9 && l > 70 {
				if w = gate - 9 - x; w < lengths[0]*0.7 {
					x = gate + 9
					continue
				}
			}
			at := box{a.add(u.mul(x + w/2)).add(u.left().mul(depth/2 + 0.6)), u, w / 2, depth / 2}
			if x+w > l-3 {
				break
			}
			if p.fits(at, 0.4, 5) {
				k := kind
				k.storeys += p.r.intn(2)
				p.place(at, rectangle(w, depth), k)
				x += w + p.r.in(4, 9)
			} else {
				x += 5
			}
		}
	}
}

// facing is the direction of the rows: along the longest side if that faces
// south well enough, else nearer to due south.
func (p *packer) facing() vec {
	n := len(p.plot.ring)
	var best vec
	for i, a := range p.plot.ring {
		if d := p.plot.ring[(i+1)%n].sub(a); d.len() > best.len() {
			best = d
		}
	}
	a := math.Atan2(best.y, best.x)
	a -= math.Pi / 2 * math.Round(a/(math.Pi/2)) // within 45° of east
	if math.Abs(a) > 0.38 && p.r.odds(0.6) {
		a *= 0.25
	}
	return bearing(a)
}
