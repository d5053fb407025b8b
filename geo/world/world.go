// Package world holds everything a city knows at one moment: an immutable
// snapshot that readers load once a request, and Live, which holds the current
// one. The next world shares with the last whatever did not change.
package world

import (
	"iter"
	"sync/atomic"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// World never changes once published.
type World struct {
	seq       int64
	at        time.Time
	scheme    *geo.Scheme
	edition   geo.Edition
	networks  []*Network
	basic     *Network // one of networks; nil while the scheme has none
	revisions map[geo.Layer]int64
	rows      map[geo.Layer]*Rows // the static layers
	devices   *moving[geo.Device]
	incidents *moving[geo.Incident]
	posts     *posts
	tally     tally
}

// Live holds the current world. One goroutine stores; any number load.
type Live struct{ p atomic.Pointer[World] }

// Load returns the current world, never nil after the first Store.
func (l *Live) Load() *World { return l.p.Load() }

// Store publishes w.
func (l *Live) Store(w *World) { l.p.Store(w) }

// Seq is the last change that the world holds.
func (w *World) Seq() int64 { return w.seq }

// At is the time of the last change.
func (w *World) At() time.Time { return w.at }

// Revision is the seq of the last change that touched a layer.
func (w *World) Revision(l geo.Layer) int64 { return w.revisions[l] }

// Scheme is the deployment's setting.
func (w *World) Scheme() *geo.Scheme { return w.scheme }

// Edition is the one in force; its ID is 0 before the first.
func (w *World) Edition() geo.Edition { return w.edition }

// Networks returns the networks in the scheme's order.
func (w *World) Networks() []*Network { return w.networks }

// Network returns one network, nil if there is none.
func (w *World) Network(id string) *Network {
	for _, n := range w.networks {
		if n.Spec.ID == id {
			return n
		}
	}
	return nil
}

// Basic returns the basic network.
func (w *World) Basic() *Network { return w.basic }

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

// Figures counts what an area of the basic network holds. The counts are kept
// with every change; the area in m² is measured when first asked for.
func (w *World) Figures(area int32) Figures {
	f := w.Counts(area)
	f.AreaM2 = w.basic.AreaM2(area)
	return f
}

// Counts is Figures without the area in m², which takes a while the first time.
func (w *World) Counts(area int32) Figures {
	c := w.tally.of(area)
	return Figures{
		Households: int(c.households),
		Units:      int(c.units),
		Buildings:  int(c.buildings),
		Devices:    int(c.devices),
		Cameras:    int(c.cameras),
		Sites:      int(c.sites),
		Open:       int(c.open),
	}
}

// Objects of one layer, in a spatial index. All and Search give them in a
// stable order (by ID). The values are the caller's to read, not to change.
//
// The layer accessors below each return such a set; T is a pointer to the noun.
// Nouns of static layers are decoded when asked for; Rows gives them without.
type Objects[T any] interface {
	Len() int
	ByID(id int64) (T, bool)
	ByCode(code string) (T, bool)
	Area(id int64) int32 // area of the basic network that holds it, NoArea outside
	All() iter.Seq[T]
	Search(box lattice.Box) iter.Seq[T]
}

// Devices is the layer of cameras, gates and sensors.
func (w *World) Devices() Objects[*geo.Device] { return w.devices }

// Incidents holds the open ones.
func (w *World) Incidents() Objects[*geo.Incident] { return w.incidents }
