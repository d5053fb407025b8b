package notify

import (
	"context"
	"sync"

	"onegrid/geo"
	"onegrid/geo/world"
)

// Bounds of what is told one by one.
const (
	// kept is how many events wait in memory for consumers that are a little
	// behind.
	kept = 4096
	// MaxBehind is how many changes a consumer may have missed: farther behind,
	// it is told to reload.
	MaxBehind = 100_000
	// page is how many changes are read from the log at a time.
	page = 1000
)

// Log is what the hub needs of a store: the changes that are no longer in
// memory.
type Log interface {
	Changes(ctx context.Context, after int64, limit int) ([]geo.Change, error)
}

// Hub keeps the latest events for any number of consumers, each of which reads
// at its own pace. A slow consumer costs nothing: it has no queue, only its last
// number.
type Hub struct {
	log  Log
	live *world.Live

	mu     sync.Mutex
	events []Event       // consecutive, the newest last
	seq    int64         // of the newest change told
	gap    int64         // changes up to this one were never told: the store was read anew
	more   chan struct{} // closed when there is more
	closed bool
}

// NewHub makes a hub. log may be nil where there is nothing to read from.
func NewHub(log Log, live *world.Live) *Hub {
	h := &Hub{log: log, live: live, more: make(chan struct{})}
	if w := live.Load(); w != nil {
		h.seq = w.Seq()
	}
	return h
}

// Changed is follow.Options.OnChange: it takes what led from one world to the
// next.
func (h *Hub) Changed(before, after *world.World, changes []geo.Change) {
	events := make([]Event, 0, len(changes))
	for _, c := range changes {
		events = append(events, Of(c, before, after)...)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	if changes == nil {
		h.events, h.gap = nil, after.Seq()
	}
	h.events = append(h.events, events...)
	if len(h.events) > 2*kept { // amortised: the old ones go half at a time
		h.events = append([]Event(nil), latest(h.events)...)
	}
	h.seq = after.Seq()
	close(h.more)
	h.more = make(chan struct{})
}

// latest returns about the last kept events, all of each change.
func latest(events []Event) []Event {
	i := len(events) - kept
	for i > 0 && events[i].Seq == events[i-1].Seq {
		i--
	}
	return events[i:]
}

// Seq is the newest change told.
func (h *Hub) Seq() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seq
}

// Next returns the events after a seq, waiting until there is one. It returns a
// single Reload when the consumer is too far behind, or ahead: then the store
// is not the one it knew. The error is ctx's, or Unavailable when the log cannot
// be read or the hub has ended.
func (h *Hub) Next(ctx context.Context, after int64) ([]Event, error) {
	for {
		h.mu.Lock()
		events, state := h.after(after)
		more, closed, seq := h.more, h.closed, h.seq
		h.mu.Unlock()
		switch {
		case closed:
			return nil, geo.Errorf(geo.Unavailable, "the service is ending")
		case state == reload:
			return []Event{ReloadEvent(seq, h.live.Load().At())}, nil
		case state == past:
			return h.read(ctx, after, seq)
		case len(events) > 0:
			return events, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

type position int

const (
	here   position = iota // in memory
	past                   // in the log
	reload                 // too far behind
)

// after returns the events after a seq, or where else they are. The caller holds
// the lock.
func (h *Hub) after(seq int64) ([]Event, position) {
	switch {
	case seq == h.seq:
		return nil, here
	case seq > h.seq || seq < h.gap || h.seq-seq > MaxBehind:
		return nil, reload
	case len(h.events) == 0 || h.events[0].Seq > seq+1:
		if h.log == nil {
			return nil, reload
		}
		return nil, past
	}
	i := len(h.events)
	for i > 0 && h.events[i-1].Seq > seq {
		i--
	}
	return h.events[i:len(h.events):len(h.events)], here
}

// read reads a page of the log.
func (h *Hub) read(ctx context.Context, after, until int64) ([]Event, error) {
	changes, err := h.log.Changes(ctx, after, page)
	if err != nil {
		return nil, err
	}
	w := h.live.Load()
	var events []Event
	for _, c := range changes {
		if c.Seq > until {
			break // not in the world yet: it comes by memory
		}
		events = append(events, Of(c, nil, w)...)
	}
	if len(events) == 0 { // the log was cut
		return []Event{ReloadEvent(until, w.At())}, nil
	}
	return events, nil
}

// Close ends all waiting.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.closed = true
		close(h.more)
	}
}
