package citygen

import "math"

// field is the direction of the streets everywhere: a cross of four directions,
// kept as the cosine and sine of four times the angle, so that it blends without
// a seam. Each quarter of the city has a grain of its own, mostly near the
// cardinal directions as new quarters have; along water, streets follow the
// shore.
type field struct {
	lo   vec
	cell float64
	w, h int
	c, s []float32
	wave noise
}

// grain is a pull on the field around a place.
type grain struct {
	at     vec
	radius float64
	angle  float64
	weight float64
}

func newField(t *terrain, seed int64) *field {
	f := &field{lo: t.lo.sub(vec{500, 500}), wave: noise(mix(uint64(seed) + 77))}
	size := t.hi.sub(t.lo).add(vec{1000, 1000})
	f.cell = max(60, math.Sqrt(size.x*size.y)/220)
	f.w, f.h = int(size.x/f.cell)+2, int(size.y/f.cell)+2
	f.c, f.s = make([]float32, f.w*f.h), make([]float32, f.w*f.h)
	q := quarters{seed: seed, size: t.quarter}
	shore := thin(t.shores, 90)
	for j := range f.h {
		for i := range f.w {
			p := f.lo.add(vec{float64(i) * f.cell, float64(j) * f.cell})
			c, s := q.pull(p)
			for _, g := range t.grains {
				w := g.weight * bell(p.dist(g.at)/g.radius)
				c, s = c+w*math.Cos(4*g.angle), s+w*math.Sin(4*g.angle)
			}
			c, s = pullAlong(p, shore, t.shorePull, c, s)
			l := math.Hypot(c, s) + 1e-9
			f.c[j*f.w+i], f.s[j*f.w+i] = float32(c/l), float32(s/l)
		}
	}
	return f
}

// pullAlong turns the field towards the tangent of the nearest water's edge.
func pullAlong(p vec, shores [][]vec, reach, c, s float64) (float64, float64) {
	best, dir := reach*1.8, vec{}
	for _, line := range shores {
		for k := 1; k < len(line); k++ {
			if d := segDist(p, line[k-1], line[k]); d < best {
				best, dir = d, line[k].sub(line[k-1])
			}
		}
	}
	if dir == (vec{}) {
		return c, s
	}
	a := math.Atan2(dir.y, dir.x)
	w := 4 * bell(best/reach)
	return c + w*math.Cos(4*a), s + w*math.Sin(4*a)
}

// thin keeps points at least every so many metres.
func thin(lines [][]vec, step float64) [][]vec {
	out := make([][]vec, len(lines))
	for i, l := range lines {
		out[i] = walk(l, step)
	}
	return out
}

// angle is one of the four directions at p; the others follow by right angles.
func (f *field) angle(p vec) float64 {
	x, y := (p.x-f.lo.x)/f.cell, (p.y-f.lo.y)/f.cell
	i, j := min(f.w-2, max(0, int(x))), min(f.h-2, max(0, int(y)))
	tx, ty := min(1, max(0, x-float64(i))), min(1, max(0, y-float64(j)))
	k := j*f.w + i
	mixed := func(v []float32) float64 {
		a := float64(v[k])*(1-tx) + float64(v[k+1])*tx
		b := float64(v[k+f.w])*(1-tx) + float64(v[k+f.w+1])*tx
		return a*(1-ty) + b*ty
	}
	return math.Atan2(mixed(f.s), mixed(f.c)) / 4
}

// steer returns the direction at p nearest to a heading, with a bend of some
// amplitude (radians) and wavelength (metres) on top.
func (f *field) steer(p, heading vec, amplitude, wavelength float64) vec {
	a := f.angle(p)
	if amplitude > 0 {
		a += amplitude * f.wave.at(p.x/wavelength, p.y/wavelength)
	}
	d := bearing(a)
	if x, y := d.dot(heading), d.left().dot(heading); math.Abs(x) < math.Abs(y) {
		if y > 0 {
			return d.left()
		}
		return d.left().mul(-1)
	} else if x < 0 {
		return d.mul(-1)
	}
	return d
}

// quarters are jittered cells, each with a grain.
type quarters struct {
	seed int64
	size float64
}

func (q quarters) pull(p vec) (c, s float64) {
	ci, cj := math.Floor(p.x/q.size), math.Floor(p.y/q.size)
	for j := cj - 1; j <= cj+1; j++ {
		for i := ci - 1; i <= ci+1; i++ {
			r := chanceOf(q.seed, 11, uint64(int64(i)), uint64(int64(j)))
			at := vec{(i + r.in(0.15, 0.85)) * q.size, (j + r.in(0.15, 0.85)) * q.size}
			// most quarters within 14° of the cardinal directions, some far off
			a := r.in(-0.25, 0.25)
			if r.odds(0.33) {
				a = r.in(-0.7, 0.7)
			}
			w := bell(p.dist(at) / (0.55 * q.size))
			c, s = c+w*math.Cos(4*a), s+w*math.Sin(4*a)
		}
	}
	return c, s
}
