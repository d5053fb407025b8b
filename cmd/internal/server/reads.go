package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onegrid/geo"
	"onegrid/geo/access"
)

// Of a caller's reads of one kind the first is recorded, then each sampleOne-th,
// and at least one in sampleEvery while there are any.
const (
	sampleOne   = 100
	sampleEvery = time.Minute
)

// How reads reach the audit: gathered, handed on every so often, and dropped and
// counted where none are taken for so long that too many wait.
const (
	handEvery   = time.Second
	lastTimeout = time.Second // of the last, when the program stops
	mostWaiting = 1000
	mostReaders = 10_000 // remembered; beyond it all are forgotten and begin anew
)

// Reads tells the audit of reads of restricted layers, by samples. No reader waits
// for it, and a store that is away stops no answer. A nil *Reads tells nobody.
type Reads struct {
	keep    Keep
	dropped prometheus.Counter

	mu      sync.Mutex
	readers map[readerOf]*reader
	waiting []geo.Act
}

// Keep puts acts into the audit. done tells that they were had, whatever was done
// with them: they are not handed on again.
type Keep func(ctx context.Context, acts []geo.Act) (done bool, err error)

// readerOf is a caller who reads something.
type readerOf struct{ caller, do string }

// reader is how much was read since the last that was recorded.
type reader struct {
	reads int
	at    time.Time
}

// NewReads makes one. dropped counts what was lost.
func NewReads(keep Keep, dropped prometheus.Counter) *Reads {
	return &Reads{keep: keep, dropped: dropped, readers: map[readerOf]*reader{}}
}

// Note notes that a caller reads something: do says of what kind it is, object
// which.
func (a *Reads) Note(c *access.Caller, do, object string) {
	if a != nil && c != nil {
		a.note(c, do, object, time.Now())
	}
}

func (a *Reads) note(c *access.Caller, do, object string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	of := readerOf{c.ID, do}
	r := a.readers[of]
	if r == nil {
		if len(a.readers) >= mostReaders {
			clear(a.readers)
		}
		r = &reader{}
		a.readers[of] = r
	}
	if r.reads++; r.reads < sampleOne && now.Sub(r.at) < sampleEvery {
		return
	}
	if len(a.waiting) >= mostWaiting {
		a.dropped.Inc()
	} else {
		a.waiting = append(a.waiting, geo.Act{
			At: now, Actor: c.ID, Role: c.Role, Do: do, Object: object, Detail: map[string]any{"reads": r.reads},
		})
	}
	*r = reader{at: now}
}

// Run hands on what gathers until ctx ends, and then the rest.
func (a *Reads) Run(ctx context.Context) error {
	if a == nil {
		return nil
	}
	tick := time.NewTicker(handEvery)
	defer tick.Stop()
	for away := false; ; {
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTimeout)
			defer cancel()
			a.hand(last)
			return nil
		}
		err := a.hand(ctx)
		if is := err != nil && ctx.Err() == nil; is != away {
			away = is
			slog.WarnContext(ctx, "the audit of reads", "away", away, "error", err)
		}
	}
}

// hand hands on what waits. Where it is not had it goes on waiting; what is refused
// is dropped.
func (a *Reads) hand(ctx context.Context) error {
	a.mu.Lock()
	acts := a.waiting
	a.mu.Unlock()
	if len(acts) == 0 {
		return nil
	}
	done, err := a.keep(ctx, acts)
	if done {
		a.mu.Lock()
		a.waiting = append([]geo.Act(nil), a.waiting[len(acts):]...)
		a.mu.Unlock()
		if err != nil {
			a.dropped.Add(float64(len(acts)))
		}
	}
	return err
}
