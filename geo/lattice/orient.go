package lattice

// Cross is twice the signed area of the triangle a, b, c: positive when it
// turns left (c lies left of a->b), zero when the three are in line. It is
// exact for any three points of the lattice: the result is at most the area of
// the box around them, 360 by 180 degrees, which is 6.5e18 < 2^63.
func Cross(a, b, c Point) int64 {
	return (int64(b.X)-int64(a.X))*(int64(c.Y)-int64(a.Y)) -
		(int64(b.Y)-int64(a.Y))*(int64(c.X)-int64(a.X))
}

// Orient is the sign of Cross: 1 when c lies left of a->b, -1 right, 0 in line.
func Orient(a, b, c Point) int {
	return sign(Cross(a, b, c))
}

func sign(v int64) int {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// between says whether p, in line with a and b, lies in their box.
func between(a, b, p Point) bool {
	return min(a.X, b.X) <= p.X && p.X <= max(a.X, b.X) &&
		min(a.Y, b.Y) <= p.Y && p.Y <= max(a.Y, b.Y)
}

// OnSegment says whether p lies on the segment ab, its ends included.
func OnSegment(a, b, p Point) bool {
	return between(a, b, p) && Cross(a, b, p) == 0
}

// SegmentsMeet says whether the segments ab and cd, ends included, share a
// point.
func SegmentsMeet(a, b, c, d Point) bool {
	if !BoxOf(a, b).Intersects(BoxOf(c, d)) {
		return false
	}
	// Each segment reaches both sides of the other's line. In line with each
	// other, their boxes decide, which was done.
	return Orient(a, b, c)*Orient(a, b, d) <= 0 && Orient(c, d, a)*Orient(c, d, b) <= 0
}

// SegmentsCross says whether the insides of ab and cd cross at one point, with
// no end of either on the other.
func SegmentsCross(a, b, c, d Point) bool {
	return Orient(a, b, c)*Orient(a, b, d) < 0 && Orient(c, d, a)*Orient(c, d, b) < 0
}

// SideOfRing tells how p lies to a ring filled even-odd: 1 strictly inside, 0 on
// an edge, -1 outside.
func SideOfRing(ring Ring, p Point) int {
	inside := -1
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		// An edge counts when one end is above the level of p and the other is
		// not, so that a vertex at that level counts once; and when it passes
		// east of p.
		if (a.Y > p.Y) != (b.Y > p.Y) {
			switch t := Cross(a, b, p); {
			case t == 0:
				return 0
			case (t > 0) == (b.Y > a.Y):
				inside = -inside
			}
		} else if (a.Y == p.Y || b.Y == p.Y) && OnSegment(a, b, p) {
			return 0
		}
	}
	return inside
}

// Side tells how p lies to a shape filled even-odd: 1 strictly inside, 0 on an
// edge, -1 outside.
func Side(m MultiPolygon, p Point) int {
	side := -1
	for _, polygon := range m {
		for _, ring := range polygon {
			switch SideOfRing(ring, p) {
			case 0:
				return 0
			case 1:
				side = -side
			}
		}
	}
	return side
}
