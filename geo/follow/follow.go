// Package follow keeps a process's world current: it builds the first one from
// a store and then applies the store's change log, in one goroutine.
//
// Whatever happens to the store, the last world stays in force, and Status says
// how old it is. A store that was put in the other's place is not followed: its
// log does not go on from ours.
package follow

import (
	"context"
	"log/slog"
	"sync"
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
type Follower struct {
	log  Log
	live *world.Live
	o    Options
	done chan struct{}

	at      record.Position // of the live world
	version int64           // of the store when it was last read

	mu     sync.Mutex
	status Status
	turn   chan struct{} // closed when a new world is live
}

// Run builds the first world, stores it in live, and follows the log in a
// goroutine of its own until ctx ends. The error is of the first reading; later
// ones leave the last world in force and show in Status.
func Run(ctx context.Context, log Log, live *world.Live, o Options) (*Follower, error) {
	if o.Poll == 0 {
		o.Poll = 20 * time.Millisecond
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	f := &Follower{log: log, live: live, o: o, done: make(chan struct{}), turn: make(chan struct{})}
	var err error
	if f.version, err = log.Version(ctx); err != nil {
		return nil, err
	}
	b := world.NewBuilder(nil, true)
	first, err := read(ctx, log, f.at, b, nil)
	if err != nil {
		b.Abandon()
		return nil, err
	}
	w, err := b.World()
	if err != nil {
		return nil, err
	}
	live.Store(w)
	f.at = first.to
	f.status = Status{Seq: w.Seq(), Seen: time.Now()}
	go f.run(ctx)
	return f, nil
}

// Done is closed when following has ended.
func (f *Follower) Done() <-chan struct{} { return f.done }

// longestPause is between looks at a store that does not answer.
const longestPause = time.Second

func (f *Follower) run(ctx context.Context) {
	defer close(f.done)
	pause := f.o.Poll
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-f.log.Committed():
		}
		err := f.look(ctx)
		if ctx.Err() != nil {
			return
		}
		f.saw(err)
		if pause = f.o.Poll; err != nil {
			pause = min(longestPause, max(pause, 2*f.behind()))
		}
		timer.Reset(pause)
	}
}

// behind is how long the store has not answered: the longer, the rarer we ask.
func (f *Follower) behind() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Since(f.status.Behind)
}

// look reads what is new, if anything is.
func (f *Follower) look(ctx context.Context) error {
	version, err := f.log.Version(ctx)
	if err != nil {
		return err
	}
	if version == f.version {
		return f.refused()
	}
	if err := f.advance(ctx); err != nil {
		if !refuses(err) {
			return err
		}
		f.version = version // the same again would be refused again
		return err
	}
	f.version = version
	return nil
}

// refused is the refusal that still stands, if any: nothing was committed since.
func (f *Follower) refused() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if refuses(f.status.Err) {
		return f.status.Err
	}
	return nil
}

// advance makes the next world and puts it in force.
func (f *Follower) advance(ctx context.Context) error {
	old := f.live.Load()
	b := world.NewBuilder(old, false)
	var next *world.World
	var r *reading
	err := quietly(func(q *quiet) (err error) {
		if r, err = read(ctx, f.log, f.at, b, q); err != nil || !r.news(f.at) {
			return err
		}
		next, err = b.World()
		return err
	})
	if err != nil || next == nil {
		return err
	}
	if r.whole {
		if err := f.mayReplace(old, next, r.to); err != nil {
			return err
		}
	}
	f.live.Store(next)
	f.at = r.to
	f.turned(next, r.whole)
	if f.o.OnChange != nil {
		f.o.OnChange(old, next, changesOf(b, r))
	}
	return nil
}

func changesOf(b *world.Builder, r *reading) []geo.Change {
	if r.whole {
		return nil
	}
	return b.Changes()
}
