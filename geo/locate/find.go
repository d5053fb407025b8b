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
//
// Whether a cell is mixed is a toss-up, and a wrong guess of the processor's costs
// as much as the rest of the lookup; so it is not asked. A cell that no border
// touches goes by heads[0], which adds nothing to its region.
func (x *Index) plain(p lattice.Point) (r coverage.Region, onBorder bool) {
	px, py := x.at(p)
	if !x.inBox(px, py) {
		if x.patch != nil { // which has no box: the others need not ask
			return x.patch.plain(p)
		}
		return coverage.Exterior, false
	}
	// No size is 64 or more; the compiler knows it only if told.
	col, row := px>>((x.wide-squareShift)&63), py>>((x.high-squareShift)&63) // of squares
	cell := x.cells[int(row>>squareShift)*x.cols+int(col>>squareShift)]
	isMixed := uint32(int32(cell) >> 31) // all bits, or none
	h := &x.heads[cell&(isMixed&^mixed)]
	square := uint64(row&7<<3 | col&7)
	if h.look>>square&1 == 0 {
		other := uint32(h.beyond >> square & 1)
		return coverage.Region(cell&^isMixed ^ h.region ^ h.label&-other), false
	}
	r, onBorder = x.walk(h, px, py)
	if onBorder {
		onBorder = x.onBorder(p)
	}
	return r, onBorder
}

// walk answers in a mixed cell: the region at its middle XOR the labels of the
// stretches that the path from there to the place crosses an odd number of times.
// suspect is true when a sign had to be taken from the rule for ties, or a vertex
// lies level with the place: only then can this be on a border.
//
// Places are relative to the middle. The path goes along the spine from 0, 0 to
// the corner 0, qy, and then level to q = qx, qy. Where borders cross the spine is
// written down. A segment a-b crosses the level line through q if a and b lie on
// different sides of it, which most do not; and then it crosses the path if q and
// the corner lie on different sides of a-b, which the signs of two cross products
// tell:
//
//	(b - a) x (q - a)    and    (b - a) x (corner - a) = (b - a) x (q - a) + (b - a).y qx
//
// Adding the tie's bit, 0 or -1, to a product leaves any sign but that of 0 as
// it is.
func (x *Index) walk(h *head, px, py int64) (r coverage.Region, suspect bool) {
	halfX, halfY := int64(1)<<((x.wide-1)&63), int64(1)<<((x.high-1)&63)
	qx, qy := px&(2*halfX-1)-halfX, py&(2*halfY-1)-halfY
	region, at := h.region, h.words&^wide
	for spine := x.words[at-2*h.spine : at]; len(spine) >= 2; spine = spine[2:] {
		above := int64(int32(spine[0]))
		region ^= spine[1] & uint32(((qy-above)^(0-above))>>63)
	}
	// Of a near vertex y is the upper half of its word, of a far one its second.
	width, shift := 1, 16
	if h.words&wide != 0 {
		width, shift = 2, 0
	}
	var tied int64 // its sign bit says so
	for words := x.words[at:]; ; {
		label, n := words[0], int(words[1]&maxStretch)*width
		vertices := words[2 : 2+n]
		var crossed int64
		ay := int64(int32(vertices[width-1])>>(shift&31)) - qy
		tied |= zero(ay)
		for i := 2*width - 1; i < len(vertices); i += width {
			by := int64(int32(vertices[i])>>(shift&31)) - qy
			tied |= zero(by)
			if (ay-1)^(by-1) < 0 { // one of them is above q
				ax, bx := int64(int16(vertices[i-1])), int64(int16(vertices[i]))
				if width == 2 {
					ax, bx = int64(int32(vertices[i-3])), int64(int32(vertices[i-1]))
				}
				q := (by-ay)*(ax-qx) - (bx-ax)*ay
				corner := q + (by-ay)*qx
				tied |= zero(q)
				tie := (ay - by) >> 63
				crossed ^= (q + tie) ^ (corner + tie)
			}
			ay = by
		}
		region ^= label & uint32(crossed>>63)
		if label < more {
			return coverage.Region(region &^ more), tied < 0
		}
		words = words[2+n:]
	}
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
// which lies on a border of r; it is r if there is none.
func (x *Index) firstOwned(p lattice.Point, r coverage.Region) coverage.Region {
	if x.patch != nil {
		return x.patch.firstOwned(p, r)
	}
	if owned, _, ok := x.turn(p, x.isOwned); ok {
		return owned
	}
	return r
}

// turn looks around p counter-clockwise from east for the first region that is
// owned, and says from which direction on it lies there. The region of p itself
// holds the directions just above east; it is left at the first segment that goes
// out from p, and each changes the region by its label.
func (x *Index) turn(p lattice.Point, owned func(coverage.Region) bool) (r coverage.Region, from ray, ok bool) {
	px, py := x.at(p)
	if !x.inBox(px, py) {
		return coverage.Exterior, ray{}, false
	}
	r = x.Region(p)
	last := ray{1, 0} // due east as a start; due east as a segment comes last
	for start := true; ; start = false {
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
			return r, ray{}, false
		}
		if r ^= label; owned(r) {
			return r, next, true
		}
		last = next
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
