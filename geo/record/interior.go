package record

import (
	"slices"

	"onegrid/geo/lattice"
)

// Interior returns a point inside a shape filled even-odd: the middle of the
// widest stretch of a level line through its middle. Where the shape is too
// thin to hold a lattice point, it lies on the border or a unit beside it; an
// empty shape has (0, 0).
func Interior(m lattice.MultiPolygon) lattice.Point {
	box := EmptyBox
	for _, poly := range m {
		for _, ring := range poly {
			for _, p := range ring {
				box = extend(box, p)
			}
		}
	}
	if box.Min.X > box.Max.X {
		return lattice.Point{}
	}
	y := int32((int64(box.Min.Y) + int64(box.Max.Y)) >> 1)
	xs := crossings(m, y)
	mid, widest := (int64(box.Min.X)+int64(box.Max.X))>>1, int64(-1)
	for i := 0; i+1 < len(xs); i += 2 {
		if w := xs[i+1] - xs[i]; w > widest {
			mid, widest = (xs[i]+xs[i+1])>>1, w
		}
	}
	return lattice.Point{X: int32(mid), Y: y}
}

// crossings returns where the rings cross a level line, in order: an even
// number. An edge counts when its ends lie on different sides, its upper end
// being the one above the line.
func crossings(m lattice.MultiPolygon, y int32) []int64 {
	var xs []int64
	for _, poly := range m {
		for _, ring := range poly {
			for i, b := range ring {
				a := ring[(i+len(ring)-1)%len(ring)]
				if (a.Y > y) == (b.Y > y) {
					continue
				}
				dx, dy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
				xs = append(xs, int64(a.X)+dx*(int64(y)-int64(a.Y))/dy)
			}
		}
	}
	slices.Sort(xs)
	return xs
}
