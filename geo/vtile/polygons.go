package vtile

import "onegrid/geo/coverage"

// polygons are rings in one arena; once grouped, each outer ring is followed by
// its holes. The interior is on the right of a walker on the screen, where y
// grows downwards: an outer ring has a positive area by the surveyor's formula,
// a hole a negative one. Rings have no closing repeat.
type polygons struct {
	points []coverage.Pixel
	rings  []ring
}

type ring struct {
	first, count int
	outer        bool
}

func (g *polygons) clear() { g.points, g.rings = g.points[:0], g.rings[:0] }

func (g *polygons) of(r ring) []coverage.Pixel { return g.points[r.first : r.first+r.count] }

func (g *polygons) add(pts []coverage.Pixel, outer bool) {
	g.rings = append(g.rings, ring{first: len(g.points), count: len(pts), outer: outer})
	g.points = append(g.points, pts...)
}

// begin opens a ring, whose points are then appended.
func (g *polygons) begin() { g.rings = append(g.rings, ring{first: len(g.points)}) }

// finish ends it and sees which way it turns.
func (g *polygons) finish() {
	r := &g.rings[len(g.rings)-1]
	r.count = len(g.points) - r.first
	r.outer = area2(g.points[r.first:]) > 0
}

// group writes the rings out, each outer ring with its holes after it.
func (g *polygons) group(dst *polygons) {
	outers, holes := 0, 0
	for _, r := range g.rings {
		if r.outer {
			outers++
		} else {
			holes++
		}
	}
	for i, r := range g.rings {
		if !r.outer {
			continue
		}
		dst.add(g.of(r), true)
		if holes == 0 {
			continue
		}
		for _, h := range g.rings {
			if !h.outer && (outers == 1 || g.home(h) == i) {
				dst.add(g.of(h), false)
			}
		}
	}
}

// home returns the ring that a hole lies in: the smallest of the outer ones
// around it.
func (g *polygons) home(h ring) int {
	best, least := -1, int64(0)
	for i, r := range g.rings {
		if !r.outer {
			continue
		}
		pts := g.of(r)
		a := area2(pts)
		if (best < 0 || a < least) && within(g.points[h.first], g.points[h.first+1], pts) {
			best, least = i, a
		}
	}
	return best
}

// holds tells whether a place that is on no ring is inside: of an odd number of
// rings.
func (g *polygons) holds(p coverage.Pixel) bool {
	in := false
	for _, r := range g.rings {
		if within(p, p, g.of(r)) {
			in = !in
		}
	}
	return in
}

// area2 is twice a ring's area by the surveyor's formula. The differences are
// taken first, so that the products are small.
func area2(pts []coverage.Pixel) int64 {
	if len(pts) < 3 {
		return 0
	}
	var sum int64
	o := pts[0]
	for i := 1; i+1 < len(pts); i++ {
		ax, ay := int64(pts[i].X-o.X), int64(pts[i].Y-o.Y)
		bx, by := int64(pts[i+1].X-o.X), int64(pts[i+1].Y-o.Y)
		sum += ax*by - ay*bx
	}
	return sum
}

// within tells that the middle of the segment from a to b is inside a ring. The
// middle must not lie on the ring. It is judged on doubled coordinates, where it
// is a whole number.
func within(a, b coverage.Pixel, pts []coverage.Pixel) bool {
	mx, my := int64(a.X)+int64(b.X), int64(a.Y)+int64(b.Y)
	in := false
	p := pts[len(pts)-1]
	for _, q := range pts {
		py, qy := 2*int64(p.Y), 2*int64(q.Y)
		if (py > my) != (qy > my) {
			// The ring's edge crosses the level line east of the middle?
			side := 2*(int64(q.X)-int64(p.X))*(my-py) - (qy-py)*(mx-2*int64(p.X))
			if (side > 0) == (qy > py) {
				in = !in
			}
		}
		p = q
	}
	return in
}

// onSegment tells that p lies on the segment from a to b, ends included.
func onSegment(p, a, b coverage.Pixel) bool {
	if p.X < min(a.X, b.X) || p.X > max(a.X, b.X) || p.Y < min(a.Y, b.Y) || p.Y > max(a.Y, b.Y) {
		return false
	}
	return cross(a, b, p) == 0
}

// cross is twice the area of a triangle, positive when p lies to the right of
// a walker on the screen from a to b.
func cross(a, b, p coverage.Pixel) int64 {
	return int64(b.X-a.X)*int64(p.Y-a.Y) - int64(b.Y-a.Y)*int64(p.X-a.X)
}
