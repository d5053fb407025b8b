// Package lattice is the ground that every exact decision stands on: points
// whose coordinates are whole numbers of 1e-7 degree (about a centimetre), and
// predicates on them that are right for every input, without an epsilon.
//
// X is longitude and Y is latitude, in that order, everywhere. A coordinate is
// stored in 32 bits and computed with in 64. The twice-area of a triangle in a
// box of W by H is at most W*H, so with a deployment that spans less than 150
// degrees each way (MaxSpan) the orientation of three points, doubled
// coordinates included, fits: (2*1.5e9)^2 = 9.0e18 < 2^63. Intermediate
// products may wrap; their difference does not, since it fits.
package lattice

// Scale is the number of lattice units in a degree.
const Scale = 10_000_000

// MaxSpan is the largest width or height of a deployment, in lattice units.
const MaxSpan = 150 * Scale

// Point is a place on the lattice: X is longitude and Y latitude, in units of
// 1e-7 degree of WGS84 (equal to CGCS2000 here).
type Point struct{ X, Y int32 }

// Box is a closed rectangle: both corners belong to it. An empty box has
// Min.X > Max.X.
type Box struct{ Min, Max Point }

// Ring is a closed chain of points without the closing repeat.
type Ring = []Point

// Polygon is an outer ring followed by its holes.
type Polygon = []Ring

// MultiPolygon is a set of polygons.
type MultiPolygon = []Polygon
