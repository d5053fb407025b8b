package citygen

import (
	"math"

	"onegrid/geo/lattice"
)

// vec is a place or a direction on the city's plane: metres east and north of
// its middle. The plane is for design only; what is decided is decided on the
// lattice.
type vec struct{ x, y float64 }

func (a vec) add(b vec) vec             { return vec{a.x + b.x, a.y + b.y} }
func (a vec) sub(b vec) vec             { return vec{a.x - b.x, a.y - b.y} }
func (a vec) mul(k float64) vec         { return vec{a.x * k, a.y * k} }
func (a vec) dot(b vec) float64         { return a.x*b.x + a.y*b.y }
func (a vec) cross(b vec) float64       { return a.x*b.y - a.y*b.x }
func (a vec) len() float64              { return math.Sqrt(a.x*a.x + a.y*a.y) }
func (a vec) dist(b vec) float64        { return a.sub(b).len() }
func (a vec) left() vec                 { return vec{-a.y, a.x} }
func (a vec) lerp(b vec, t float64) vec { return vec{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }

func (a vec) unit() vec {
	if l := a.len(); l > 0 {
		return a.mul(1 / l)
	}
	return vec{1, 0}
}

// turned returns a turned counter-clockwise by an angle in radians.
func (a vec) turned(by float64) vec {
	s, c := math.Sincos(by)
	return vec{a.x*c - a.y*s, a.x*s + a.y*c}
}

// bearing is a unit vector at an angle counter-clockwise from east.
func bearing(angle float64) vec {
	s, c := math.Sincos(angle)
	return vec{c, s}
}

// frame lays the plane on the lattice.
type frame struct {
	origin lattice.Point
	ux, uy float64 // metres a lattice unit
}

// metresPerDegree on a sphere of the IUGG mean radius.
const metresPerDegree = 6371008.8 * math.Pi / 180

func newFrame(lon, lat float64) frame {
	return frame{
		origin: lattice.Point{X: int32(math.Round(lon * lattice.Scale)), Y: int32(math.Round(lat * lattice.Scale))},
		ux:     metresPerDegree / lattice.Scale * math.Cos(lat*math.Pi/180),
		uy:     metresPerDegree / lattice.Scale,
	}
}

func (f frame) point(v vec) lattice.Point {
	return lattice.Point{
		X: f.origin.X + int32(math.Round(v.x/f.ux)),
		Y: f.origin.Y + int32(math.Round(v.y/f.uy)),
	}
}

func (f frame) vec(p lattice.Point) vec {
	return vec{float64(p.X-f.origin.X) * f.ux, float64(p.Y-f.origin.Y) * f.uy}
}

func (f frame) points(vs []vec) []lattice.Point {
	out := make([]lattice.Point, len(vs))
	for i, v := range vs {
		out[i] = f.point(v)
	}
	return out
}

func (f frame) vecs(ps []lattice.Point) []vec {
	out := make([]vec, len(ps))
	for i, p := range ps {
		out[i] = f.vec(p)
	}
	return out
}

// segDist is the distance from p to the segment ab.
func segDist(p, a, b vec) float64 {
	d := b.sub(a)
	l := d.dot(d)
	if l == 0 {
		return p.dist(a)
	}
	t := min(1, max(0, p.sub(a).dot(d)/l))
	return p.dist(a.add(d.mul(t)))
}

// closed is a ring with its first place again at the end.
func closed[T any](ring []T) []T { return append(ring[:len(ring):len(ring)], ring[0]) }

// polyArea is positive for counter-clockwise rings, in square metres.
func polyArea(ring []vec) float64 {
	s := 0.0
	for i, a := range ring {
		s += a.cross(ring[(i+1)%len(ring)])
	}
	return s / 2
}

// inPoly tells whether p is inside a ring.
func inPoly(p vec, ring []vec) bool {
	in := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(b.x-a.x)*(p.y-a.y)/(b.y-a.y) {
			in = !in
		}
	}
	return in
}

// walk resamples a path at about every step metres, both ends kept.
func walk(path []vec, step float64) []vec {
	out := []vec{path[0]}
	need := step
	for i := 1; i < len(path); i++ {
		a, b := path[i-1], path[i]
		l := a.dist(b)
		at := 0.0
		for at+need <= l {
			at += need
			out = append(out, a.lerp(b, at/l))
			need = step
		}
		need -= l - at
	}
	end := path[len(path)-1]
	if out[len(out)-1].dist(end) < step/2 && len(out) > 1 {
		out = out[:len(out)-1]
	}
	return append(out, end)
}
