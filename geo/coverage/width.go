package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// measured is a face or several in metres, as people read it. Borders between
// the faces are left out.
type measured struct {
	areaM2, perimeterM float64
	sides              [][4]float64 // x1, y1, x2, y2 in metres from the first point
	circleM            float64      // diameter of a circle that was found to fit
}

// measure measures faces that belong together.
func (s *settler) measure(faces ...uint32) *measured {
	m := &measured{}
	o := s.anchor[faces[0]]
	east, north := lattice.ScaleAt(o.Y)
	inside := func(face uint32) bool {
		for _, f := range faces {
			if f == face {
				return true
			}
		}
		return false
	}
	if len(faces) > 8 {
		set := make(map[uint32]bool, len(faces))
		for _, f := range faces {
			set[f] = true
		}
		inside = func(face uint32) bool { return set[face] }
	}
	area, low, high := 0.0, o.Y, o.Y
	for _, face := range faces {
		area += float64(s.area2[face]) / 2
		for _, h := range s.halvesOf(face) {
			if inside(s.left[h^1]) {
				continue
			}
			verts := s.of(h >> 1)
			for i := 1; i < len(verts); i++ {
				p, q := s.lw.points[verts[i-1]], s.lw.points[verts[i]]
				low, high = min(low, p.Y, q.Y), max(high, p.Y, q.Y)
				side := [4]float64{
					float64(int64(p.X)-int64(o.X)) * east, float64(int64(p.Y)-int64(o.Y)) * north,
					float64(int64(q.X)-int64(o.X)) * east, float64(int64(q.Y)-int64(o.Y)) * north}
				m.sides = append(m.sides, side)
				m.perimeterM += math.Hypot(side[2]-side[0], side[3]-side[1])
			}
		}
	}
	// By the scale halfway up, an area of kilometres is right, too.
	east, north = lattice.ScaleAt(int32((int64(low) + int64(high)) >> 1))
	m.areaM2 = area * east * north
	return m
}

// widthM is about how wide a face is: the diameter of a circle that was found to
// fit in, or what area and perimeter say. For a triangle and a circle the ratio
// of both is exactly the widest circle's diameter, for a strip it is up to twice
// its width; a circle never holds more than the face.
func (m *measured) widthM() float64 {
	return max(m.circleM, min(4*m.areaM2/m.perimeterM, 2*math.Sqrt(m.areaM2/math.Pi)))
}

// searchBudget is how many distances to sides all searches of one Build may ask
// for: about a second's worth, a thousand times what a city needs.
const searchBudget = 1 << 26

// narrow tells whether no circle of a diameter above limitM fits in: that is the
// width that decides, since neither a long thin tail nor a ragged edge changes
// it. Three bounds decide most cases: a face that is smaller than the circle is
// narrow, one that fits between two parallels that close together is narrow, and
// one whose area is more than perimeter times radius is not (the points nearer
// to the sides than the radius cover at most that, but for a little more around
// holes, which errs towards listing). Else the ground is searched in squares,
// halved until they are a 64th of the limit. When the budget of searches is
// used up, the answer is "wide", which is listed and harms nobody.
func (m *measured) narrow(limitM float64, budget *int) bool {
	if limitM <= 0 || 2*m.areaM2 > limitM*m.perimeterM {
		return false
	}
	if 4*m.areaM2 < math.Pi*limitM*limitM || m.between() <= limitM {
		return true
	}
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, s := range m.sides {
		for axis := range 2 {
			lo[axis] = min(lo[axis], s[axis], s[axis+2])
			hi[axis] = max(hi[axis], s[axis], s[axis+2])
		}
	}
	type square struct{ x, y, half float64 }
	stack := []square{{(lo[0] + hi[0]) / 2, (lo[1] + hi[1]) / 2, max(hi[0]-lo[0], hi[1]-lo[1]) / 2}}
	for len(stack) > 0 {
		if *budget -= len(m.sides); *budget < 0 {
			return false
		}
		q := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		depth := m.depth(q.x, q.y)
		if 2*depth > limitM {
			m.circleM = max(m.circleM, 2*depth)
			return false
		}
		if 2*(depth+q.half*math.Sqrt2) <= limitM || q.half < limitM/128 {
			continue
		}
		h := q.half / 2
		stack = append(stack, square{q.x - h, q.y - h, h}, square{q.x + h, q.y - h, h},
			square{q.x - h, q.y + h, h}, square{q.x + h, q.y + h, h})
	}
	return true
}

// between is the distance of two parallels that hold the face between them: along
// the line from one vertex to the one farthest from it.
func (m *measured) between() float64 {
	x, y := m.sides[0][0], m.sides[0][1]
	farX, farY, far := 0.0, 0.0, 0.0
	for _, s := range m.sides {
		if d := math.Hypot(s[0]-x, s[1]-y); d > far {
			farX, farY, far = s[0]-x, s[1]-y, d
		}
		if d := math.Hypot(s[2]-x, s[3]-y); d > far {
			farX, farY, far = s[2]-x, s[3]-y, d
		}
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range m.sides {
		for _, off := range [...]float64{(s[0]-x)*farY - (s[1]-y)*farX, (s[2]-x)*farY - (s[3]-y)*farX} {
			lo, hi = min(lo, off/far), max(hi, off/far)
		}
	}
	return hi - lo
}

// depth is the distance from a place to the nearest side, negative outside.
func (m *measured) depth(x, y float64) float64 {
	nearest, inside := math.Inf(1), false
	for _, s := range m.sides {
		if (s[1] > y) != (s[3] > y) && x < s[0]+(y-s[1])*(s[2]-s[0])/(s[3]-s[1]) {
			inside = !inside
		}
		dx, dy := s[2]-s[0], s[3]-s[1]
		t := ((x-s[0])*dx + (y-s[1])*dy) / (dx*dx + dy*dy)
		t = max(0, min(1, t))
		ex, ey := s[0]+t*dx-x, s[1]+t*dy-y
		nearest = min(nearest, ex*ex+ey*ey)
	}
	if nearest = math.Sqrt(nearest); inside {
		return nearest
	}
	return -nearest
}
