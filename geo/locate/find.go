package locate

import (
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Region returns the region that the semi-open rule gives to p, the exterior
// included: the plain rule, without the outer border's exception.
func (x *Index) Region(p lattice.Point) coverage.Region {
	r, _ := x.plain(p)
	return r
}

// Find returns the region that owns p. On the outer border, where the plain rule
// gives what is nobody's (the exterior, or a declared void), the first owned
// region counter-clockwise from east answers. onBorder tells that p lies exactly
// on a border.
func (x *Index) Find(p lattice.Point) (r coverage.Region, onBorder bool) {
	r, onBorder = x.plain(p)
	if onBorder && !x.isOwned(r) {
		r = x.firstOwned(p, r)
	}
	return r, onBorder
}

// plain answers by the semi-open rule alone.
func (x *Index) plain(p lattice.Point) (r coverage.Region, onBorder bool) {
	px, py := x.at(p)
	if !x.inBox(px, py) {
		return coverage.Exterior, false
	}
	cell := x.cells[int(py>>x.high)*x.cols+int(px>>x.wide)]
	if cell < mixed {
		return coverage.Region(cell), false
	}
	h := &x.heads[cell-mixed]
	square := (py>>(x.high-squareShift)&7)<<3 | px>>(x.wide-squareShift)&7
	if h.look>>square&1 == 0 {
		other := uint32(h.beyond >> square & 1)
		return coverage.Region(h.region ^ h.label&-other), false
	}
	qx, qy := x.fromCentre(px, py)
	if h.words&wide == 0 {
		r, onBorder = near(x.words[h.words:], h.region, qx, qy)
	} else {
		r, onBorder = far(x.words[h.words&^wide:], h.region, qx, qy)
	}
	if onBorder {
		onBorder = x.onBorder(p)
	}
	return r, onBorder
}

// fromCentre doubles a place and takes it relative to its cell's centre, which
// is odd: neither number is ever 0.
func (g *grid) fromCentre(px, py int64) (qx, qy int64) {
	return (px&(1<<g.wide-1))*2 - 1<<g.wide - 1, (py&(1<<g.high-1))*2 - 1<<g.high - 1
}

// near answers in a mixed cell: the region at its centre XOR the labels of the
// stretches that the line from the centre 0 to the query q crosses an odd number
// of times. suspect is true when a sign had to be taken from the rule for ties:
// only then can q be on a border.
//
// A segment a-b is crossed when a and b lie on different sides of the line 0-q,
// and 0 and q on different sides of the line a-b. With the cross products
// A = q x a, B = q x b and C = a x b, these are the signs of A and B, and of C
// and C + A - B. A tie takes the sign of something else: adding that sign's
// bit, 0 or -1, to the number leaves every other number's sign as it is.
func near(words []uint32, region uint32, qx, qy int64) (r coverage.Region, suspect bool) {
	var tied int64
	for {
		label, n := words[0], int(words[1]&maxStretch)
		vertices := words[2 : 2+n]
		ax, ay := unpack(vertices[0])
		a := qx*ay - qy*ax
		tied |= zero(a)
		aSide := a + ay>>63
		var crossed int64
		for _, v := range vertices[1:] {
			bx, by := unpack(v)
			b := qx*by - qy*bx
			bSide := b + by>>63
			tied |= zero(b)
			if aSide^bSide < 0 {
				c := ax*by - ay*bx
				q := c + a - b
				crossed ^= (c + (ay-by)>>63) ^ (q + tie(ax, ay, bx, by))
				tied |= zero(q)
			}
			ax, ay, a, aSide = bx, by, b, bSide
		}
		region ^= label & uint32(crossed>>63)
		if label < more {
			return coverage.Region(region &^ more), tied < 0
		}
		words = words[2+n:]
	}
}

// far is near for a wide cell.
func far(words []uint32, region uint32, qx, qy int64) (r coverage.Region, suspect bool) {
	var tied int64
	for {
		label, n := words[0], int(words[1]&maxStretch)
		vertices := words[2 : 2+2*n]
		ax, ay := double(vertices[0]), double(vertices[1])
		a := qx*ay - qy*ax
		tied |= zero(a)
		aSide := a + ay>>63
		var crossed int64
		for i := 2; i < len(vertices); i += 2 {
			bx, by := double(vertices[i]), double(vertices[i+1])
			b := qx*by - qy*bx
			bSide := b + by>>63
			tied |= zero(b)
			if aSide^bSide < 0 {
				c := ax*by - ay*bx
				q := c + a - b
				crossed ^= (c + (ay-by)>>63) ^ (q + tie(ax, ay, bx, by))
				tied |= zero(q)
			}
			ax, ay, a, aSide = bx, by, b, bSide
		}
		region ^= label & uint32(crossed>>63)
		if label < more {
			return coverage.Region(region &^ more), tied < 0
		}
		words = words[2+2*n:]
	}
}

// unpack returns a near vertex doubled and relative to the centre.
func unpack(v uint32) (x, y int64) {
	return int64(int16(v))*2 - 1, int64(int32(v)>>16)*2 - 1
}

// double does so for a coordinate of a far vertex.
func double(v uint32) int64 { return int64(int32(v))*2 - 1 }

// tie is the sign of ay - by, or if that is 0 of bx - ax: -1 for negative, else
// 0. Differences of doubled coordinates are even and below 2^33, so that the
// first, 2^30 times, outweighs half of the second.
func tie(ax, ay, bx, by int64) int64 {
	return ((ay-by)<<30 + (bx-ax)>>1) >> 63
}

// zero has the sign bit set iff v is 0.
func zero(v int64) int64 { return (v - 1) ^ v }

// onBorder looks slowly whether p lies on a segment of its cell.
func (x *Index) onBorder(p lattice.Point) bool {
	px, py := x.at(p)
	for s := range x.segments(px, py) {
		if s.through() {
			return true
		}
	}
	return false
}

// firstOwned finds the first owned region counter-clockwise from east around p,
// which lies on a border of r. There r holds the directions just above east; it
// is left at the first segment that goes out from p, and each changes the region
// by its label.
func (x *Index) firstOwned(p lattice.Point, r coverage.Region) coverage.Region {
	px, py := x.at(p)
	last := ray{1, 0} // due east as a start; due east as a segment comes last
	start := true
	for region := r; ; {
		next, label, found := ray{}, coverage.Region(0), false
		for s := range x.segments(px, py) {
			if !s.through() {
				continue
			}
			for _, out := range [2]ray{{s.ax, s.ay}, {s.bx, s.by}} {
				if out == (ray{}) || !start && !last.before(out) {
					continue
				}
				switch {
				case !found || out.before(next):
					next, label, found = out, s.label, true
				case !next.before(out): // the same direction: only in an unsound coverage
					label ^= s.label
				}
			}
		}
		if !found {
			return r
		}
		region ^= label
		if x.isOwned(region) {
			return region
		}
		last, start = next, false
	}
}

// ray is a direction out of a point.
type ray struct{ x, y int64 }

// before orders directions counter-clockwise from just above east to due east.
func (a ray) before(b ray) bool {
	if ha, hb := a.half(), b.half(); ha != hb {
		return ha < hb
	}
	return a.x*b.y-a.y*b.x > 0
}

// half is 0 above, 1 due west and below, 2 due east: within each, directions
// differ by less than half a turn.
func (a ray) half() int {
	switch {
	case a.y > 0:
		return 0
	case a.y < 0 || a.x < 0:
		return 1
	}
	return 2
}
