package record

import "onegrid/geo/lattice"

// Interior returns the point by which a shape is placed: one strictly inside, see
// lattice.Interior. A shape too thin to hold a lattice point has its first
// vertex, an empty one (0, 0).
func Interior(m lattice.MultiPolygon) lattice.Point {
	p, _ := lattice.Interior(m)
	return p
}
