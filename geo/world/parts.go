package world

import (
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
)

// Parts are what a world can be made of directly: in tests, demos and one-off
// commands, which have no store. Objects without an id get one by their place.
type Parts struct {
	Seq       int64
	At        time.Time
	Scheme    geo.Scheme
	Edition   geo.Edition
	Networks  []Part
	Estates   []geo.Estate
	Buildings []geo.Building
	Devices   []geo.Device
	Sites     []geo.Site
	Posts     []geo.Post
	Base      []geo.BaseFeature
	Incidents []geo.Incident
}

// Part is one network's state.
type Part struct {
	ID       string
	Coverage *coverage.Coverage // nil for a stacked network
	Grids    []geo.Grid         // in any order
}

// New makes a world of its parts.
func New(p Parts) (*World, error) { panic("todo") }

// Apply returns the world after the changes, which must follow its own: single
// objects put and deleted. What replaces a whole layer (load, publish, scheme)
// does not fit in a change and comes by a Builder. Untouched layers are shared.
func (w *World) Apply(changes []geo.Change) (*World, error) { panic("todo") }
