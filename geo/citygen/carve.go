package citygen

import (
	"container/heap"
	"context"
	"math"
)

// carver lays the streets, level by level: each cuts the faces that are too
// large for it, the largest first, across their longer side, and goes on through
// the next face as long as that is too large as well. So great streets run
// through and small ones end at them.
type carver struct {
	*planar
	land  *terrain
	field *field
	seed  int64

	dividers [service + 1]*divider // made when asked for
}

// level is one generation of streets.
type level struct {
	class class
	// target is the area above which a face is cut, by the density in it.
	target   func(density float64) float64
	wobble   float64 // amplitude of bends, radians
	wave     float64 // their length, metres
	snap     float64
	gap      float64
	clear    float64
	minAngle float64
	family   bool // faces after this level are whole blocks
}

var levels = []level{
	{class: primary, wobble: 0.16, wave: 1500, snap: 170, gap: 150, clear: 60, minAngle: 0.75,
		target: func(d float64) float64 { return min(3.2e6, 0.75e6+3e6/(1+d)) }},
	{class: secondary, wobble: 0.16, wave: 800, snap: 95, gap: 85, clear: 45, minAngle: 0.75,
		target: func(d float64) float64 { return max(0.28e6, 2.6e6/d) }},
	{class: tertiary, wobble: 0.18, wave: 500, snap: 60, gap: 55, clear: 32, minAngle: 0.8, family: true,
		target: func(d float64) float64 { return max(0.115e6, 1.7e6/d) }},
	{class: residential, wobble: 0.16, wave: 300, snap: 36, gap: 34, clear: 26, minAngle: 0.85,
		target: func(d float64) float64 { return max(0.056e6, 1.2e6/d) }},
	{class: service, wobble: 0.1, wave: 260, snap: 24, gap: 22, clear: 22, minAngle: 0.9,
		target: func(d float64) float64 { return max(0.026e6, 0.66e6/d) }},
}

func (c *carver) carve(ctx context.Context) error {
	c.avenues()
	for i := range levels {
		l := &levels[i]
		q := &faceQueue{c: c, level: l}
		for f := int32(1); f < int32(len(c.faces)); f++ {
			q.offer(f)
		}
		for n := 0; q.Len() > 0; n++ {
			if n%64 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			f := heap.Pop(q).(queued)
			if f.area != c.faces[f.id].area { // a street went on through it meanwhile
				q.offer(f.id)
				continue
			}
			before := int32(len(c.faces))
			if !c.split(f.id, l) {
				continue
			}
			q.offer(f.id)
			for g := before; g < int32(len(c.faces)); g++ {
				q.offer(g)
			}
		}
		if l.family {
			for f := range c.faces {
				c.faces[f].family = int32(f)
			}
		}
	}
	for f := range c.faces { // what nobody built on in the hills stays wood
		fc := &c.faces[f]
		if f != outside && fc.zone == land && fc.area > 50_000 && c.land.upland(c.middle(int32(f))) {
			fc.zone = upland
		}
	}
	return nil
}

// tooLarge tells whether a level's streets cut a face.
func (c *carver) tooLarge(f int32, l *level) bool {
	fc := &c.faces[f]
	if f == outside || fc.zone == water || fc.zone == upland {
		return false
	}
	if fc.zone == island {
		return l.class == residential && fc.area > 0.09e6
	}
	if fc.area < 0.5*l.target(c.land.tight) {
		return false
	}
	target := l.target(c.densityOf(f))
	if l.class >= residential { // old quarters have small blocks
		target *= 1 - 0.5*c.old(c.middle(f))
	}
	return fc.area > target
}

// densityOf is about the mean density in a face, grids a km².
func (c *carver) densityOf(f int32) float64 {
	m := c.middle(f)
	sum, n := 2*c.land.density(m), 2.0
	c.around(f, func(h half) {
		for i := 0; i < c.size(h)-1; i += 16 {
			sum += c.land.density(c.vec(c.at(h, i)).lerp(m, 0.35))
			n++
		}
	})
	return sum / n
}

// middle is the centroid of a face.
func (c *planar) middle(f int32) vec {
	o := c.vec(c.origin(c.faces[f].first))
	var sum vec
	area := 0.0
	c.around(f, func(h half) {
		a := c.vec(c.at(h, 0)).sub(o)
		for i := 1; i < c.size(h); i++ {
			b := c.vec(c.at(h, i)).sub(o)
			k := a.cross(b)
			area += k
			sum = sum.add(a.add(b).mul(k))
			a = b
		}
	})
	return o.add(sum.mul(1 / (3 * area)))
}

// old is 1 in the middle of the old town and falls to 0 around it.
func (c *carver) old(p vec) float64 { return bell(p.dist(c.land.oldTown) / (0.12 * c.land.radius)) }

// manner is how the level's streets are laid.
func (c *carver) manner(l *level) *manner {
	wobble, wave := l.wobble, l.wave
	return &manner{
		class: l.class, step: pointEvery, snap: l.snap, gap: l.gap, clear: l.clear, minAngle: l.minAngle,
		steer: func(p, heading vec) vec {
			w := wobble
			if near := c.old(p); near > 0.1 && l.class >= tertiary {
				return c.field.steer(p, heading, w*(1+2.2*near), min(wave, 140))
			}
			return c.field.steer(p, heading, w, wave)
		},
		balanced: func(f int32, part float64) bool {
			share := part / c.faces[f].area
			return share > 0.24 && share < 0.76
		},
	}
}

// split cuts a face by a street of a level: from a junction in the middle of a
// long side if there is one, so that streets go on across; else through the
// middle. Several places and both directions are tried.
func (c *carver) split(f int32, l *level) bool {
	w := c.manner(l)
	mid := c.middle(f)
	angle := c.field.angle(mid)
	u := bearing(angle)
	lo, hi := c.extent(f, mid, u)
	if hi.y-lo.y > hi.x-lo.x { // u along the longer side
		u = u.left()
		lo, hi = c.extent(f, mid, u)
	}
	id := c.newLine(l.class)
	r := chanceOf(c.seed, 2, uint64(id))
	wanted := func(g int32) bool { return c.tooLarge(g, l) }
	done := func(h half) bool {
		c.goOn(h, id, w, wanted)
		c.goOn(h.twin(), id, w, wanted)
		return true
	}
	if s, ok := c.junctionAt(f, mid, u, (hi.x-lo.x)*0.2, w); ok {
		if h, ok := c.across(f, &s, vec{}, c.inward(s), id, w); ok {
			return done(h)
		}
	}
	centre := mid.add(u.mul((lo.x + hi.x) / 2)) // of the extent; u is a unit vector
	for try := range 7 {
		along := u.mul((hi.x - lo.x) * r.in(-0.05, 0.05) * float64(try+1))
		dir := u.left()
		if try >= 5 {
			dir = u
			along = u.left().mul((hi.y - lo.y) * r.in(-0.2, 0.2))
		}
		seed := mid.lerp(centre, 0.5).add(along)
		if !c.contains(f, seed) {
			if seed = mid.add(along); !c.contains(f, seed) {
				continue
			}
		}
		if h, ok := c.across(f, nil, seed, dir, id, w); ok {
			return done(h)
		}
	}
	c.lines = c.lines[:id]
	return false
}

// extent is the box of a face around mid in the directions u and left of u.
func (c *carver) extent(f int32, mid, u vec) (lo, hi vec) {
	lo, hi = vec{math.Inf(1), math.Inf(1)}, vec{math.Inf(-1), math.Inf(-1)}
	v := u.left()
	c.around(f, func(h half) {
		for i := 0; i < c.size(h)-1; i += 3 {
			d := c.vec(c.at(h, i)).sub(mid)
			x, y := d.dot(u), d.dot(v)
			lo = vec{min(lo.x, x), min(lo.y, y)}
			hi = vec{max(hi.x, x), max(hi.y, y)}
		}
	})
	return lo, hi
}

// junctionAt finds a junction on the border of a face, near the middle of a long
// side, where three ways meet and the fourth would lead inwards.
func (c *carver) junctionAt(f int32, mid, u vec, within float64, w *manner) (best spot, ok bool) {
	nearest := within
	c.around(f, func(h half) {
		off := math.Abs(c.vec(c.origin(h)).sub(mid).dot(u))
		if off >= nearest {
			return
		}
		out := c.outOf(h)
		if len(out) != 3 {
			return
		}
		for _, o := range out {
			if c.class(o).barrier(w.class) {
				return
			}
		}
		s := spot{h, 0}
		in := c.inward(s)
		if math.Abs(in.dot(u)) < 0.6 && c.opens(s, in, 1.1) {
			nearest, best, ok = off, s, true
		}
	})
	return best, ok
}

// inward is the direction from a spot into its face, halving the angle.
func (c *carver) inward(s spot) vec {
	a, b := c.ahead(s, 28), c.behind(s, 28)
	d := a.unit().sub(b.unit()).unit().left() // left of the way through
	if sum := a.add(b); sum.len() > 0.5 {     // a real corner: its middle
		d = sum.unit()
		if a.cross(b) < 0 {
			d = d.mul(-1)
		}
	}
	return d
}

// faceQueue holds faces that a level may cut, largest first.
type faceQueue struct {
	c     *carver
	level *level
	items []queued
}

type queued struct {
	id   int32
	area float64
}

func (q *faceQueue) offer(f int32) {
	if q.c.tooLarge(f, q.level) {
		heap.Push(q, queued{f, q.c.faces[f].area})
	}
}

func (q *faceQueue) Len() int { return len(q.items) }
func (q *faceQueue) Less(i, j int) bool {
	a, b := q.items[i], q.items[j]
	return a.area > b.area || a.area == b.area && a.id < b.id
}
func (q *faceQueue) Swap(i, j int) { q.items[i], q.items[j] = q.items[j], q.items[i] }
func (q *faceQueue) Push(x any)    { q.items = append(q.items, x.(queued)) }
func (q *faceQueue) Pop() any {
	x := q.items[len(q.items)-1]
	q.items = q.items[:len(q.items)-1]
	return x
}
