package lattice

import (
	"cmp"
	"slices"
)

// Interior returns a lattice point strictly inside a shape filled even-odd: the
// middle of the widest stretch on a level line. Lines are tried at the half of
// the shape's height, then at quarters, eighths and so on, then all of them. ok
// is false where the shape is so thin that it holds no lattice point; p then is
// its first vertex.
func Interior(m MultiPolygon) (p Point, ok bool) {
	box := BoxOfShape(m)
	if box.Empty() {
		return Point{}, false
	}
	low, high := int64(box.Min.Y), box.Height()
	try := func(y int64) bool {
		p, ok = widest(m, int32(y))
		return ok
	}
	for parts := int64(2); parts <= 64 && parts <= high; parts *= 2 {
		for k := int64(1); k < parts; k += 2 {
			if try(low + high*k/parts) {
				return p, true
			}
		}
	}
	const most = 4096 // rows of a shape too thin for the lines above
	for y := low + 1; y < low+high && y < low+most; y++ {
		if try(y) {
			return p, true
		}
	}
	return firstVertex(m), false
}

// firstVertex of a shape that has any; polygons and rings may be empty.
func firstVertex(m MultiPolygon) Point {
	for _, polygon := range m {
		for _, ring := range polygon {
			if len(ring) > 0 {
				return ring[0]
			}
		}
	}
	return Point{}
}

// widest finds the widest stretch of the line at y that is inside, and its
// middle if that is strictly inside.
func widest(m MultiPolygon, y int32) (best Point, ok bool) {
	var xs []int64
	for _, polygon := range m {
		for _, ring := range polygon {
			for i, b := range ring {
				a := ring[(i+len(ring)-1)%len(ring)]
				if (a.Y > y) != (b.Y > y) {
					xs = append(xs, crossing(a, b, y))
				}
			}
		}
	}
	slices.Sort(xs)
	type stretch struct{ from, to int64 }
	var inside []stretch
	for i := 0; i+1 < len(xs); i += 2 {
		inside = append(inside, stretch{xs[i], xs[i+1]})
	}
	slices.SortStableFunc(inside, func(a, b stretch) int { return cmp.Compare(b.to-b.from, a.to-a.from) })
	for _, s := range inside[:min(len(inside), 4)] {
		p := Point{X: int32((s.from + s.to) >> 1), Y: y}
		if Side(m, p) > 0 {
			return p, true
		}
	}
	return Point{}, false
}

// crossing is the x at which the edge ab meets the line at y, rounded down. The
// product of two differences below 2^31 fits in 64 bits.
func crossing(a, b Point, y int32) int64 {
	dx, dy, up := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y), int64(y)-int64(a.Y)
	if dy < 0 {
		dy, up = -dy, -up
	}
	n := dx * up
	q := n / dy
	if n%dy < 0 {
		q--
	}
	return int64(a.X) + q
}
