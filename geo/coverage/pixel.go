package coverage

import "onegrid/geo/lattice"

// MaxPixelZoom is the finest zoom that has a pixel map. Above it a client
// enlarges.
const MaxPixelZoom = 16

// PixelExtent is the width of a tile in pixels of the pixel lattice.
const PixelExtent = 4096

// Pixel is a place on the pixel lattice of a zoom: WebMercator, the world being
// PixelExtent<<zoom wide and high, X to the east from 180° west, Y to the south
// from the north edge. Tile (x, y) starts at (x*PixelExtent, y*PixelExtent).
type Pixel struct{ X, Y int32 }

// PixelBox is a closed rectangle of pixels, empty when Min.X > Max.X.
type PixelBox struct{ Min, Max Pixel }

// PixelBoxOf is the box of pixels with the corners of a plain one.
func PixelBoxOf(b lattice.Box) PixelBox { return PixelBox{Pixel(b.Min), Pixel(b.Max)} }

// Plain is the box as what all boxes are computed with: it is the same sums for
// pixels as for lattice points.
func (b PixelBox) Plain() lattice.Box {
	return lattice.Box{Min: lattice.Point(b.Min), Max: lattice.Point(b.Max)}
}

// PixelArc is a border between two nodes of a pixel map. Left and Right are the
// finest areas beside it (or NoArea, Void), as a walker on the map from the
// first point to the last sees them; Level is the highest level (the smallest
// index) at which they differ. Its points are Points[First : First+Count] of
// the map, both nodes included.
type PixelArc struct {
	First, Count uint32
	Left, Right  int32
	Level        uint8
	Box          PixelBox
}

// PixelRing is one ring of an area, ready for a vector tile: an outer ring has a
// positive area by the surveyor's formula in pixels (clockwise on the screen),
// a hole a negative one. It touches itself nowhere. Its points are the chains of
// its half-arcs one after the other, each without its last point.
type PixelRing struct {
	Arcs  []HalfArc
	Area2 int64 // twice the signed area, in square pixels
	Box   PixelBox
}

// PixelLoss counts what was too small for a zoom.
type PixelLoss struct {
	Regions int // regions of the coverage of which nothing is left
	Areas   int // areas of any level of which nothing is left
}

// PixelMap is a coverage as a zoom shows it: simplified, rounded to the pixel
// lattice and again a planar map, in which arcs meet only at nodes. Neighbours
// share their borders exactly. It never changes once made and may be read by any
// number of goroutines; nothing that its methods return may be changed.
type PixelMap struct {
	Zoom   uint8
	Points []Pixel
	Arcs   []PixelArc
	Loss   PixelLoss

	hierarchy []Area
	rings     []PixelRing // area after area, level after level
	ringsOf   [][2]uint32 // by area: its first ring and the one past its last
	levels    []pixelLevel
}
