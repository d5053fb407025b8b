package main

import (
	"cmp"
	"slices"

	"onegrid/geo/lattice"
)

// roomiest returns the middle of what a window shows of a shape, for its name, of
// the places that are free; false where it shows hardly any of it.
func roomiest(ground lattice.Box, shape lattice.MultiPolygon, free func(lattice.Point) bool) (lattice.Point, bool) {
	const steps = 12
	box := lattice.BoxOfShape(shape)
	if !ground.Intersects(box) {
		return lattice.Point{}, false
	}
	var sum [2]int64
	var inside []lattice.Point
	for k := range steps * steps {
		p := lattice.Point{
			X: ground.Min.X + int32(ground.Width()*int64(2*(k%steps)+1)/(2*steps)),
			Y: ground.Min.Y + int32(ground.Height()*int64(2*(k/steps)+1)/(2*steps))}
		if box.Contains(p) && free(p) && lattice.Side(shape, p) > 0 {
			inside = append(inside, p)
			sum[0], sum[1] = sum[0]+int64(p.X), sum[1]+int64(p.Y)
		}
	}
	if len(inside) < steps {
		return lattice.Point{}, false
	}
	n := int64(len(inside))
	middle := lattice.Point{X: int32(sum[0] / n), Y: int32(sum[1] / n)}
	return slices.MinFunc(inside, func(a, b lattice.Point) int {
		return cmp.Compare(lattice.DistanceM(a, middle), lattice.DistanceM(b, middle))
	}), true
}
