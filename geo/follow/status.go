package follow

import (
	"context"
	"time"

	"onegrid/geo"
	"onegrid/geo/world"
)

// Status tells how a follower does.
type Status struct {
	Seq     int64     // of the world in force
	Seen    time.Time // when the store last answered: the world was current then
	Behind  time.Time // since when the store has not answered; zero if it does
	Err     error     // why, nil if it does
	Reloads int       // how often the log did not continue and was read anew
}

// Status may be asked by any goroutine.
func (f *Follower) Status() Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.status
}

// saw notes how a look at the store went, and logs when that turns.
func (f *Follower) saw(err error) {
	now := time.Now()
	f.mu.Lock()
	was := f.status
	s := &f.status
	s.Err = err
	if err == nil {
		s.Seen, s.Behind = now, time.Time{}
	} else if s.Behind.IsZero() {
		s.Behind = now
	}
	f.mu.Unlock()
	switch {
	case err != nil && was.Err == nil:
		f.o.Log.Error("the store does not answer; the last world stays in force", "seq", was.Seq, "err", err)
	case err == nil && was.Err != nil:
		f.o.Log.Info("the store answers again", "away", now.Sub(was.Behind))
	}
}

// turned notes a new world and wakes those who wait for it.
func (f *Follower) turned(w *world.World, reloaded bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.status.Seq = w.Seq()
	if reloaded {
		f.status.Reloads++
	}
	close(f.turn)
	f.turn = make(chan struct{})
}

// Await returns when the live world holds the change seq: what a writer asks to
// read what it wrote. The error is ctx's, or Unavailable after the end.
func (f *Follower) Await(ctx context.Context, seq int64) error {
	for {
		f.mu.Lock()
		there, turn := f.status.Seq >= seq, f.turn
		f.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-turn:
		case <-ctx.Done():
			return ctx.Err()
		case <-f.done:
			return geo.Errorf(geo.Unavailable, "the store is not followed any more")
		}
	}
}
