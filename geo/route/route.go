// Package route turns a location into the one area that answers for it, with
// its reasons.
package route

import (
	"slices"

	"onegrid/geo"
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

// What to do with a point outside the jurisdiction.
const (
	Reject      = "reject"  // say so; also when OnOutside is empty
	TakeNearest = "nearest" // the nearest area within MaxM answers
)

// BorderReachM is how far from a point its nearest border is looked for. A grid
// is a few hundred metres wide; only in the middle of a large area of a high
// level is there no border to tell of.
const BorderReachM = 5000

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

// Has reports whether there is an area.
func (p Place) Has() bool { return p.Network != nil && p.Area >= 0 }

// Grid returns the area's record. It panics when there is none.
func (p Place) Grid() *geo.Grid { return &p.Network.Grids[p.Area] }

// Answer is what the world says. Fill it again and again: its slices are reused.
type Answer struct {
	Status Status
	Owner  Place // the area that answers; inside the jurisdiction always there
	Grid   Place // the finest basic grid at the point
	Others []Place
	Border locate.Border
	Has    bool // Border is known
	Region coverage.Region

	towers []towers // by stacked network: kept from call to call
}

// Locate answers q on w into a. It allocates nothing once a's slices have grown.
//
// The owner is the basic network's area at the point, at the level asked for or,
// where that level does not exist, at the nearest one above it.
func Locate(w *world.World, q *Request, a *Answer) {
	basic := w.Basic()
	a.Status, a.Has, a.Region = Outside, false, coverage.Exterior
	a.Others = a.Others[:0]
	a.Grid = Place{basic, coverage.NoArea}
	a.Owner = a.Grid
	if basic == nil || basic.Index == nil {
		return // no edition yet: nothing is inside
	}
	region, onBorder := basic.Index.Find(q.Point)
	area := basic.Coverage.AreaOf(region)
	a.Region = region
	if area >= 0 {
		a.Status = Inside
		a.own(area, q.Level)
		a.border(q, onBorder)
	} else if q.OnOutside == TakeNearest {
		a.snap(q)
	}
	others(w, q, a)
}

// own makes area the grid, and its ancestor at the level asked for the owner.
func (a *Answer) own(area int32, level int) {
	a.Grid.Area = area
	a.Owner.Area = Ancestor(a.Grid.Network.Coverage.Areas(), area, level)
}

// Ancestor returns the area at a level, or at the nearest level above, in the
// chain of area; area itself when level is negative.
func Ancestor(areas []coverage.Area, area int32, level int) int32 {
	if level < 0 {
		return area
	}
	for int(areas[area].Level) > level && areas[area].Parent >= 0 {
		area = areas[area].Parent
	}
	return area
}

// border works out the owner's nearest border, if it was asked for or is needed
// to tell a border of the owner from one between two of its own grids.
func (a *Answer) border(q *Request, onBorder bool) {
	n := a.Owner.Network
	level := int(n.Coverage.Areas()[a.Owner.Area].Level)
	inner := a.Owner.Area != a.Grid.Area
	switch {
	case q.Border:
		a.Border, a.Has = n.Index.Border(q.Point, level, BorderReachM)
		if onBorder && inner {
			onBorder = a.Has && a.Border.DistanceM == 0
		}
	case onBorder && inner:
		b, near := n.Index.Border(q.Point, level, 1)
		onBorder = near && b.DistanceM == 0
	}
	if onBorder {
		a.Status = OnBorder
	}
}

// snap gives a point outside to the nearest area, if one is near enough. The
// border that it was measured to is kept, asked for or not: it is the reason.
func (a *Answer) snap(q *Request) {
	n := a.Grid.Network
	finest := len(n.Spec.Levels) - 1
	b, near := n.Index.Border(q.Point, finest, q.MaxM)
	if !near {
		return
	}
	area := n.Coverage.AreaOf(b.Beyond)
	if area < 0 { // between a lake that is nobody's and the outside
		return
	}
	a.Status, a.Region = Nearest, b.Beyond
	a.Border, a.Has = b, true
	a.own(area, q.Level)
}

// others lists the areas of the other networks at the point, in the scheme's
// order.
func others(w *world.World, q *Request, a *Answer) {
	for i, n := range w.Networks() {
		if n == a.Grid.Network || !wanted(q.Networks, n.Spec.ID) {
			continue
		}
		if n.Spec.Kind == geo.Stacked {
			a.stacked(w, n, i, q.Point)
			continue
		}
		if n.Index == nil {
			continue
		}
		region, _ := n.Index.Find(q.Point)
		if area := n.Coverage.AreaOf(region); area >= 0 {
			a.Others = append(a.Others, Place{n, area})
		}
	}
}

// wanted reports whether a network is asked for.
func wanted(networks []string, id string) bool {
	return networks == nil || slices.Contains(networks, id)
}
