// Package record is the compact form of the city's objects: what a store keeps
// in a row and what the world holds in its arenas, byte for byte the same, so
// that a million buildings go from the disk into memory without being taken
// apart. It also names what passes between a store and those who follow it.
package record

import (
	"time"

	"onegrid/geo"
)

// Position is a place in one store's log. Store tells stores apart, Hash is the
// running hash of the log up to Seq: a log that was restored from an older copy
// and written on has the same numbers but not the same hash.
type Position struct {
	Store string
	Seq   int64
	Hash  string
}

// Network is a network's state as a store keeps it.
type Network struct {
	State  geo.NetworkState
	Seq    int64    // of the change that brought it
	Chunks [][]byte // the encoded coverage; none for a stacked network
	Grids  []geo.Grid
}

// Feed takes what a store reads out, in one transaction and in this order:
// Begin; Scheme, Edition, Network, and Layer with its Rows, for whatever was
// replaced as a whole (everything, if whole); then the Changes since the
// reader's position, none if whole. The first error ends the reading.
type Feed interface {
	// Begin tells the position that the reading brings its reader to, and the
	// time of that change. whole: everything follows, forget what you have.
	Begin(to Position, at time.Time, whole bool) error
	Scheme(seq int64, s geo.Scheme) error
	Edition(e geo.Edition) error
	Network(n Network) error
	// Layer opens a layer whose rows follow, all of them, by ascending id.
	Layer(l geo.Layer, seq int64, rows int) error
	// Row is a row of the layer opened last. body is the feed's only during the
	// call.
	Row(id int64, body []byte) error
	Change(c geo.Change) error
}
