// Package follow keeps a process's world current: it builds the first one from
// a store and then applies the store's change log, in one goroutine.
package follow

import (
	"context"
	"log/slog"
	"time"

	"onegrid/geo"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// Log is what following needs of a store.
type Log interface {
	// Read feeds what came after a position, or everything when the log does
	// not continue it, in one transaction.
	Read(ctx context.Context, after record.Position, to record.Feed) error
	// Version changes whenever something was committed. It is asked at every
	// poll.
	Version(ctx context.Context) (int64, error)
	// Committed is signalled after a commit of this process.
	Committed() <-chan struct{}
}

// Options say how to follow. The zero value is for production.
type Options struct {
	Poll time.Duration // between looks at the store; 0 is 20 ms
	Log  *slog.Logger  // nil is slog.Default()

	// OnChange is called after each new world is live, in order, by the one
	// following goroutine: it must not wait long. changes are what led from old
	// to new; nil when the store could not be continued and was read anew.
	OnChange func(old, new *world.World, changes []geo.Change)
}

// Follower keeps a world current until its context ends.
type Follower struct{ _ struct{} }

// Run builds the first world, stores it in live, and follows the log in a
// goroutine of its own until ctx ends. The error is of the first reading; later
// ones leave the last world in force and show in Status.
func Run(ctx context.Context, log Log, live *world.Live, o Options) (*Follower, error) {
	panic("todo")
}

// Status tells how a follower does.
type Status struct {
	Seq     int64     // of the world in force
	Seen    time.Time // when the store last answered: the world was current then
	Behind  time.Time // since when the store has not answered; zero if it does
	Err     error     // why, nil if it does
	Reloads int       // how often the log did not continue and was read anew
}

// Status may be asked by any goroutine.
func (f *Follower) Status() Status { panic("todo") }

// Await returns when the live world holds the change seq: what a writer asks to
// read what it wrote. The error is ctx's, or Unavailable after the end.
func (f *Follower) Await(ctx context.Context, seq int64) error { panic("todo") }

// Done is closed when following has ended.
func (f *Follower) Done() <-chan struct{} { panic("todo") }
