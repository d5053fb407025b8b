// Package world holds everything a city knows at one moment: an immutable
// snapshot that readers load once a request, and Live, which holds the current
// one.
package world

import (
	"iter"
	"sync/atomic"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// World never changes once published.
type World struct{ _ struct{} }

// Live holds the current world. One goroutine stores; any number load.
type Live struct{ p atomic.Pointer[World] }

// Load returns the current world, never nil after the first Store.
func (l *Live) Load() *World { return l.p.Load() }

// Store publishes w.
func (l *Live) Store(w *World) { l.p.Store(w) }

// Seq is the last change that the world holds; At its time.
func (w *World) Seq() int64    { panic("todo") }
func (w *World) At() time.Time { panic("todo") }

// Revision is the seq of the last change that touched a layer.
func (w *World) Revision(l geo.Layer) int64 { panic("todo") }

// Scheme is the deployment's setting.
func (w *World) Scheme() *geo.Scheme { panic("todo") }

// Edition is the one in force; its ID is 0 before the first.
func (w *World) Edition() geo.Edition { panic("todo") }

// Networks returns the networks in the scheme's order.
func (w *World) Networks() []*Network { panic("todo") }

// Network returns one network, nil if there is none.
func (w *World) Network(id string) *Network { panic("todo") }

// Basic returns the basic network.
func (w *World) Basic() *Network { panic("todo") }

// Network is a network at the edition in force. Areas are numbered as in its
// coverage; grids of a stacked network are numbered likewise without one.
type Network struct {
	Spec     *geo.Network
	Coverage *coverage.Coverage // nil for a stacked network, and before the first edition
	Index    *locate.Index      // likewise
	Grids    []geo.Grid         // by area number; all of one network, of every level
	Revision int64              // seq at which it last changed
	// further fields are private
}

// Find returns the area of a code.
func (n *Network) Find(code string) (area int32, ok bool) { panic("todo") }

// Parent returns the parent of an area, -1 at the top.
func (n *Network) Parent(area int32) int32 { panic("todo") }

// Children returns the areas whose parent is area (-1: the tops), by number.
func (n *Network) Children(area int32) []int32 { panic("todo") }

// Label is where an area's name stands: its pole of inaccessibility.
func (n *Network) Label(area int32) lattice.Point { panic("todo") }

// InBuilding returns the areas of a stacked network in a building.
func (n *Network) InBuilding(code string) []int32 { panic("todo") }

// Figures are what an area holds, all of its descendants included.
type Figures struct {
	Households int     `json:"households"`
	Units      int     `json:"units"`
	Buildings  int     `json:"buildings"`
	Devices    int     `json:"devices"`
	Cameras    int     `json:"cameras"`
	Sites      int     `json:"sites"`
	Open       int     `json:"open_incidents"`
	AreaM2     float64 `json:"area_m2"`
}

// Figures counts what an area of the basic network holds.
func (w *World) Figures(area int32) Figures { panic("todo") }

// Objects of one layer, in a spatial index. All and Search give them in a
// stable order (by ID). The values are the caller's to read, not to change.
//
// The layer accessors below each return such a set; T is a pointer to the noun.
type Objects[T any] interface {
	Len() int
	ByID(id int64) (T, bool)
	ByCode(code string) (T, bool)
	Area(id int64) int32 // area of the basic network that holds it, NoArea outside
	All() iter.Seq[T]
	Search(box lattice.Box) iter.Seq[T]
}

// The layers. Incidents holds the open ones.
func (w *World) Buildings() Objects[*geo.Building] { panic("todo") }
func (w *World) Estates() Objects[*geo.Estate]     { panic("todo") }
func (w *World) Devices() Objects[*geo.Device]     { panic("todo") }
func (w *World) Sites() Objects[*geo.Site]         { panic("todo") }
func (w *World) Base() Objects[*geo.BaseFeature]   { panic("todo") }
func (w *World) Incidents() Objects[*geo.Incident] { panic("todo") }

// Posts returns the posts that answer for a code (grid, building or unit) at a
// time, by ID.
func (w *World) Posts(code string, at time.Time) []*geo.Post { panic("todo") }
