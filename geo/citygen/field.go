package citygen

import "math"

// field is the direction of the streets everywhere: a cross of four directions,
// kept as the cosine and sine of four times the angle, so that it blends without
// a seam. Each quarter of the city has a grain of its own, mostly near the
// cardinal directions as new quarters have; along water, streets follow the
// shore.
type field struct {
	cos, sin raster
	wave     noise
}

// grain is a pull on the field around a place.
type grain struct {
	at     vec
	radius float64
	angle  float64
	weight float64
}

func newField(t *terrain, seed int64) *field {
	q := quarters{seed: seed, size: t.quarter}
	shore := thin(t.shores, 90)
	size := t.hi.sub(t.lo)
	f := &field{wave: noise(mix(uint64(seed) + 77))}
	f.cos = newRaster(t.lo, t.hi, max(60, math.Sqrt(size.x*size.y)/180), func(vec) float64 { return 0 })
	f.sin = f.cos
	f.sin.v = make([]float32, len(f.cos.v))
	for k := range f.cos.v {
		p := f.cos.place(k)
		c, s := q.pull(p)
		for _, g := range t.grains {
			w := g.weight * bell(p.dist(g.at)/g.radius)
			c, s = c+w*math.Cos(4*g.angle), s+w*math.Sin(4*g.angle)
		}
		c, s = pullAlong(p, shore, t.shorePull, c, s)
		l := math.Hypot(c, s) + 1e-9
		f.cos.v[k], f.sin.v[k] = float32(c/l), float32(s/l)
	}
	return f
}

// raster is a function of the plane, known at the corners of square cells and
// blended between them.
type raster struct {
	lo   vec
	cell float64
	w, h int
	v    []float32
}

func newRaster(lo, hi vec, cell float64, of func(vec) float64) raster {
	r := raster{lo: lo.sub(vec{2 * cell, 2 * cell}), cell: cell}
	r.w, r.h = int((hi.x-lo.x)/cell)+6, int((hi.y-lo.y)/cell)+6
	r.v = make([]float32, r.w*r.h)
	for k := range r.v {
		r.v[k] = float32(of(r.place(k)))
	}
	return r
}

func (r *raster) place(k int) vec {
	return r.lo.add(vec{float64(k%r.w) * r.cell, float64(k/r.w) * r.cell})
}

func (r *raster) at(p vec) float64 {
	x, y := (p.x-r.lo.x)/r.cell, (p.y-r.lo.y)/r.cell
	i, j := min(r.w-2, max(0, int(x))), min(r.h-2, max(0, int(y)))
	tx, ty := min(1, max(0, x-float64(i))), min(1, max(0, y-float64(j)))
	k := j*r.w + i
	a := float64(r.v[k])*(1-tx) + float64(r.v[k+1])*tx
	b := float64(r.v[k+r.w])*(1-tx) + float64(r.v[k+r.w+1])*tx
	return a*(1-ty) + b*ty
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
func (f *field) angle(p vec) float64 { return math.Atan2(f.sin.at(p), f.cos.at(p)) / 4 }

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
