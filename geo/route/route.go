// Package route turns a location into the one area that answers for it, with
// its reasons.
package route

import (
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
	"onegrid/geo/world"
)

// Status says how a point lies to the grids.
type Status string

// The statuses that a point without accuracy can have.
const (
	Inside   Status = "inside"
	OnBorder Status = "on_border"
	Nearest  Status = "nearest"
	Outside  Status = "outside"
)

// Request is one question.
type Request struct {
	Point     lattice.Point // WGS84
	Level     int           // index of the level that must answer, -1 for the finest
	Networks  []string      // whose grids to list besides; nil for all
	OnOutside string        // "reject" or "nearest"
	MaxM      float64       // for nearest
	Border    bool          // work out the nearest border
}

// Place is an area of a network, by number.
type Place struct {
	Network *world.Network
	Area    int32 // coverage.NoArea when there is none
}

// Answer is what the world says. Fill it again and again: its slices are reused.
type Answer struct {
	Status Status
	Owner  Place // the area that answers; inside the jurisdiction always there
	Grid   Place // the finest basic grid at the point
	Others []Place
	Border locate.Border
	Has    bool // Border is known
	Region coverage.Region
}

// Locate answers q on w into a. It allocates nothing once a's slices have grown.
func Locate(w *world.World, q *Request, a *Answer) { panic("todo") }
