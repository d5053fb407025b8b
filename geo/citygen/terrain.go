package citygen

import (
	"math"
)

// terrain is the land before anyone built on it, and where people will want to
// live.
type terrain struct {
	radius  float64 // of a circle as large as the jurisdiction, metres
	outline []vec   // counter-clockwise
	lo, hi  vec
	lake    []vec // counter-clockwise, nil where there is none
	isles   [][]vec
	river   []vec // or stream: from border to border, through the lake's place
	shores  [][]vec
	// lakeAxis is the direction in which the lake is long.
	lakeAxis vec
	ring     []vec // the ring road's course
	railway  []vec
	// promenade is the course of the road around the lake.
	promenade []vec

	quarter   float64 // size of quarters with a grain of their own
	shorePull float64 // how far from water streets follow it
	bank      float64 // metres from a river's middle to dry ground
	grains    []grain
	centre    vec // the business district
	oldTown   vec
	hearts    []heart
	rural     noise
	wishes    raster  // raw, everywhere
	scale     float64 // to grids a km²
	base      float64
	tight     float64 // the densest that a city gets, grids a km²
	hills     []hill
}

// heart is a place around which density rises.
type heart struct {
	at     vec
	radius float64
	weight float64
}

type hill struct {
	at     vec
	radius float64
}

const pointEvery = 10.0 // metres between points of natural lines

// newTerrain lays out the land of the figures, in one of its variants.
func newTerrain(f *Figures, variant int) *terrain {
	t := &terrain{
		radius: math.Sqrt(f.AreaKM2 * 1e6 / math.Pi),
		rural:  noise(mix(uint64(f.Seed) + 5)),
	}
	r := chanceOf(f.Seed, 1, uint64(variant))
	if f.Terrain == Lake {
		t.lakeCity(r, f.Towns)
	} else {
		t.hillStreet(r)
	}
	t.lo, t.hi = boxAround(t.outline)
	return t
}

func boxAround(vs []vec) (lo, hi vec) {
	lo, hi = vs[0], vs[0]
	for _, v := range vs {
		lo = vec{min(lo.x, v.x), min(lo.y, v.y)}
		hi = vec{max(hi.x, v.x), max(hi.y, v.y)}
	}
	return lo, hi
}

// blob is a closed curve around c with semi-axes a and b, turned, with bays:
// harmonics of falling amplitude.
func blob(r *chance, c vec, a, b, turn, rough float64, harmonics int) []vec {
	type wave struct{ k, amp, phase float64 }
	var waves []wave
	for k := 2; k <= harmonics; k++ {
		waves = append(waves, wave{float64(k), rough / math.Pow(float64(k), 1.5) * r.in(0.3, 1), r.in(0, 2*math.Pi)})
	}
	n := int(2*math.Pi*math.Max(a, b)/pointEvery) * 2
	out := make([]vec, n)
	for i := range out {
		phi := 2 * math.Pi * float64(i) / float64(n)
		k := 1.0
		for _, w := range waves {
			k += w.amp * math.Cos(w.k*phi+w.phase)
		}
		out[i] = c.add(vec{a * k * math.Cos(phi), b * k * math.Sin(phi)}.turned(turn))
	}
	round := walk(closed(out), pointEvery)
	return round[:len(round)-1]
}

// lakeCity composes a district around a lake: a river from the north-west runs
// into it and leaves to the south-east, the business district stands on the
// north shore, the old town to the east, towns further out.
func (t *terrain) lakeCity(r *chance, towns int) {
	R := t.radius
	t.outline = blob(r, vec{}, R*1.14, R*0.85, 0.1, 0.27, 60)
	c := vec{0.02 * R, -0.12 * R}
	axis := -0.3
	t.lakeAxis = bearing(axis)
	t.lake = blob(r, c, 0.36*R, 0.155*R, axis, 0.22, 12)
	west, east := c.add(vec{-0.35 * R, 0}.turned(axis)), c.add(vec{0.35 * R, 0}.turned(axis))
	in := meander(r, t.edge(vec{-0.78, 0.62}), t.shoreNear(west), 0.05*R, 2.2)
	out := meander(r, t.shoreNear(east), t.edge(vec{0.93, -0.45}), 0.04*R, 1.6)
	t.river = append(in, out...)
	t.isles = [][]vec{blob(r, c.add(vec{0.1 * R, 0.005 * R}.turned(axis)), 0.05*R, 0.032*R, axis+0.4, 0.2, 7)}
	if R > 3000 { // room enough for homes on a second one
		t.isles = append(t.isles, blob(r, c.add(vec{-0.15 * R, 0.012 * R}.turned(axis)), 0.036*R, 0.032*R, axis, 0.2, 7))
	}
	t.shores = [][]vec{closed(t.lake), in, out}
	t.ring = blob(r, vec{0.03 * R, 0.01 * R}, 0.66*R, 0.5*R, 0.08, 0.1, 5)
	t.promenade = offset(closed(t.lake), func(int) float64 { return -min(160, 0.03*R) })
	t.railway = meander(r, t.edge(vec{0.4, 0.92}), t.edge(vec{0.52, -0.86}), 0.035*R, 0.9)

	t.bank = traits[river].halfWidth + 14
	t.quarter, t.shorePull = min(2300, 0.36*R), min(520, 0.09*R)
	t.centre = c.add(vec{-0.02 * R, 0.3 * R}.turned(axis))
	t.oldTown = vec{0.56 * R, 0.2 * R}
	t.grains = []grain{{t.oldTown, 0.13 * R, 0.5, 2.5}, {t.centre, 0.14 * R, axis, 3}}
	t.hearts = []heart{
		{t.centre, 0.2 * R, 0.3}, {t.oldTown, 0.15 * R, 0.55},
		{c, 0.62 * R, 0.42}, // all around the lake
		{vec{-0.42 * R, 0.18 * R}, 0.15 * R, 0.7},
		{vec{0.22 * R, 0.56 * R}, 0.12 * R, 0.65},
		{vec{-0.1 * R, -0.46 * R}, 0.15 * R, 0.6},
	}
	for i := range max(towns, 1) {
		at := bearing(-2.4 + 2*math.Pi*float64(i)/float64(max(towns, 1)) + r.in(-0.2, 0.2))
		t.hearts = append(t.hearts, heart{vec{at.x * 0.87 * R, at.y * 0.62 * R}, 0.06 * R, 0.6})
	}
	for range 9 {
		at := bearing(r.in(0, 2*math.Pi)).mul(r.in(0.8, 1.0) * R)
		t.hills = append(t.hills, hill{vec{at.x * 1.1, at.y * 0.85}, r.in(0.1, 0.2) * R})
	}
	t.base, t.tight = 0.03, 30
}

// hillStreet composes an inner-city street: dense blocks between a wooded hill
// in the north-west and a stream.
func (t *terrain) hillStreet(r *chance) {
	R := t.radius
	t.outline = blob(r, vec{}, R*1.2, R*0.85, 0.08, 0.16, 14)
	t.river = meander(r, t.edge(vec{0.35, 1}), t.edge(vec{0.15, -1}), 0.1*R, 1.3)
	t.shores = [][]vec{t.river}
	t.bank = traits[stream].halfWidth + 10
	t.quarter, t.shorePull = 0.9*R, 0.2*R
	t.centre = vec{0.35 * R, 0.1 * R}
	t.oldTown = vec{-0.2 * R, -0.45 * R}
	t.grains = []grain{{t.oldTown, 0.3 * R, 0.35, 1.5}}
	t.hearts = []heart{{vec{}, 2 * R, 0.8}, {t.oldTown, 0.4 * R, 0.5}, {t.centre, 0.4 * R, 0.5}}
	t.hills = []hill{{vec{-0.75 * R, 0.45 * R}, 0.42 * R}}
	t.base, t.tight = 0.3, 25
}

// edge is the vertex of the outline farthest in a direction.
func (t *terrain) edge(dir vec) vec {
	dir = dir.unit()
	best := t.outline[0]
	for _, v := range t.outline {
		if v.unit().dot(dir) > best.unit().dot(dir) {
			best = v
		}
	}
	return best
}

func (t *terrain) shoreNear(p vec) vec { return t.lake[nearest(t.lake, p)] }

// nearest is the index of the vertex nearest to p.
func nearest(ring []vec, p vec) int {
	best := 0
	for i, v := range ring {
		if v.dist(p) < ring[best].dist(p) {
			best = i
		}
	}
	return best
}

// meander winds from a to b with bends of some amplitude, straight at both ends.
func meander(r *chance, a, b vec, amplitude, bends float64) []vec {
	d := b.sub(a)
	side := d.unit().left()
	p1, p2, a2 := r.in(0, 6), r.in(0, 6), r.in(0.25, 0.5)
	n := int(d.len()/pointEvery) * 2
	path := make([]vec, n+1)
	for i := range path {
		t := float64(i) / float64(n)
		window := rise(0, 0.12, t) * rise(1, 0.88, t)
		off := math.Sin(2*math.Pi*bends*t+p1) + a2*math.Sin(2*math.Pi*2.7*bends*t+p2)
		path[i] = a.add(d.mul(t)).add(side.mul(off * amplitude * window))
	}
	return walk(path, pointEvery)
}

// raw is the wish to live at p, before scaling.
func (t *terrain) raw(p vec) float64 {
	d := t.base * (1 + 0.6*t.rural.at(p.x/900, p.y/900))
	for _, h := range t.hearts {
		d += h.weight * bell(p.dist(h.at)/h.radius)
	}
	for _, h := range t.hills {
		d *= 1 - 0.97*bell(p.dist(h.at)/h.radius)
	}
	if t.lake != nil { // where offices stand fewer people live
		d *= 1 - 0.72*bell(p.dist(t.centre)/(0.13*t.radius))
	}
	return d * (1 + 0.25*t.rural.at(p.x/420+50, p.y/420))
}

// density is grids a km² at p.
func (t *terrain) density(p vec) float64 {
	return min(t.tight, t.wishes.at(p)*t.scale)
}

// fit sets the scale so that the whole land holds about so many grids.
func (t *terrain) fit(grids int) {
	t.wishes = newRaster(t.lo, t.hi, max(50, t.radius/220), t.raw)
	var raws []float64
	step := t.radius / 60
	for y := t.lo.y; y < t.hi.y; y += step {
		for x := t.lo.x; x < t.hi.x; x += step {
			p := vec{x, y}
			if inPoly(p, t.outline) && (t.lake == nil || !inPoly(p, t.lake)) {
				raws = append(raws, t.wishes.at(p))
			}
		}
	}
	cell := step * step / 1e6
	t.scale = 1
	for range 30 { // the ceiling makes the sum concave: repeat until it settles
		sum := 0.0
		for _, v := range raws {
			sum += min(t.tight, v*t.scale) * cell
		}
		t.scale *= float64(grids) / sum
	}
}
