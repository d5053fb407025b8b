// Package locate answers which region of a coverage a point lies in: exactly,
// in some tens of nanoseconds, without allocating.
package locate

import (
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Index is a cell index over one coverage. It never changes once built and may
// be read by any number of goroutines.
type Index struct{ _ struct{} }

// Options bound the index. The zero value chooses by the data.
type Options struct {
	MaxBytes int // of memory; 0 means a default by the data
}

// New builds the index.
func New(c *coverage.Coverage, o Options) (*Index, error) { panic("todo") }

// Region returns the region that the semi-open rule gives to p, the exterior
// included: the plain rule, without the outer border's exception.
func (x *Index) Region(p lattice.Point) coverage.Region { panic("todo") }

// Find returns the region that owns p. On the outer border, where the plain rule
// gives the exterior, the first owned region counter-clockwise from east
// answers. onBorder tells that p lies exactly on a border.
func (x *Index) Find(p lattice.Point) (r coverage.Region, onBorder bool) { panic("todo") }

// Border is the border nearest to a point.
type Border struct {
	Arc        int             // index in the coverage
	DistanceM  float64         // on the ellipsoid
	BearingDeg float64         // from the point to the nearest place, clockwise from north
	At         lattice.Point   // the nearest place, to the nearest lattice point
	Beyond     coverage.Region // on the other side
	Side       string          // which side of the border the point is on: "east" ...
}

// Border returns the border nearest to p among arcs whose level is at most
// level (an area of a higher level has fewer borders), within maxM metres.
func (x *Index) Border(p lattice.Point, level int, maxM float64) (Border, bool) { panic("todo") }

// Bytes is the memory that the index holds.
func (x *Index) Bytes() int { panic("todo") }
