// Package sqlite is the embedded store: one file, one writing process, any
// number of readers. Every write is one transaction that changes tables and
// appends to the log.
package sqlite

import (
	"context"

	"onegrid/geo"
	"onegrid/geo/record"
)

// Store is an open store file.
type Store struct{ _ struct{} }

// Create makes a new store for a city at path and opens it for writing. It
// refuses an existing file: Conflict.
func Create(ctx context.Context, path string, scheme geo.Scheme) (*Store, error) { panic("todo") }

// Open opens an existing store for writing. Only one process may: Conflict
// names the pid and the address of the one that has it.
func Open(ctx context.Context, path string) (*Store, error) { panic("todo") }

// OpenReader opens an existing store for reading and following only.
func OpenReader(ctx context.Context, path string) (*Store, error) { panic("todo") }

// Holder tells which process has the store at path open for writing, and the
// loopback address of its API, empty until it is known.
func Holder(path string) (pid int, addr string, ok bool) { panic("todo") }

// SetAddress tells other processes where the API of this writer listens.
func (s *Store) SetAddress(addr string) error { panic("todo") }

// Close ends the store. Writes that were not answered may or may not be kept.
func (s *Store) Close() error { panic("todo") }

// Objects are the objects of one layer: Layer names it, and only its slice is
// read.
type Objects struct {
	Layer     geo.Layer
	Estates   []geo.Estate
	Buildings []geo.Building
	Devices   []geo.Device
	Sites     []geo.Site
	Posts     []geo.Post
	Base      []geo.BaseFeature
}

// Publish appends an edition in which the named networks have new states, in
// one transaction. Grids keep their ids by code.
func (s *Store) Publish(ctx context.Context, actor, note string, pubs []geo.Publication) (geo.Edition, error) {
	panic("todo")
}

// Load replaces a layer whole, in one transaction. Ids are kept by code.
func (s *Store) Load(ctx context.Context, actor string, objects Objects) error { panic("todo") }

// Put writes single objects of a layer, new ones or changed ones by code, each
// with its entry in the log. It returns the last seq.
func (s *Store) Put(ctx context.Context, actor string, objects Objects) (seq int64, err error) {
	panic("todo")
}

// Delete removes objects of a layer by code.
func (s *Store) Delete(ctx context.Context, actor string, layer geo.Layer, codes ...string) (seq int64, err error) {
	panic("todo")
}

// SetScheme writes the scheme's next revision.
func (s *Store) SetScheme(ctx context.Context, actor string, scheme geo.Scheme) (seq int64, err error) {
	panic("todo")
}

// OpenIncident keeps an incident; it is durable when this returns. With a key
// that was used before, nothing is written: the incident of that time and its
// seq come back, and again is true; Conflict if it was for another incident
// (another point, category, source or code).
func (s *Store) OpenIncident(ctx context.Context, in geo.Incident, key string) (out geo.Incident, seq int64, again bool, err error) {
	panic("todo")
}

// CloseIncident closes an incident. Closing a closed one changes nothing and
// returns the seq that closed it.
func (s *Store) CloseIncident(ctx context.Context, id int64, actor string) (seq int64, err error) {
	panic("todo")
}

// Incident returns an incident, open or closed.
func (s *Store) Incident(ctx context.Context, id int64) (geo.Incident, error) { panic("todo") }

// Editions returns all editions, the first first.
func (s *Store) Editions(ctx context.Context) ([]geo.Edition, error) { panic("todo") }

// Changes returns the log after a seq, limit entries at most.
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]geo.Change, error) {
	panic("todo")
}

// Read feeds what came after a position, or everything when the log does not
// continue it, in one transaction.
func (s *Store) Read(ctx context.Context, after record.Position, to record.Feed) error {
	panic("todo")
}

// Version changes whenever something was committed, by any process. It is cheap
// enough to be asked every 20 ms.
func (s *Store) Version(ctx context.Context) (int64, error) { panic("todo") }

// Committed is signalled after a commit of this process.
func (s *Store) Committed() <-chan struct{} { panic("todo") }
