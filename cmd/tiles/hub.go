package main

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"

	"onegrid/geo/access"
)

// event is one server-sent event, as each page is to be told it. seq is -1 for one
// that a page need not remember.
type event struct {
	seq int64
	// to writes it out for who has a sight; nil for who is told nothing. What many
	// are told is written once.
	to func(access.Sight) []byte
}

// toAll is an event that all are told alike.
func toAll(kind string, seq int64, data any) event {
	text := written(kind, seq, data)
	return event{seq, func(access.Sight) []byte { return text }}
}

// toEach is an event that turns on who is told. It is written once for each set of
// classes; those whose sight is narrowed have theirs written for them.
func toEach(kind string, seq int64, data func(access.Sight) any) event {
	var texts sync.Map // by access.Sight
	return event{seq, func(sight access.Sight) []byte {
		if text, ok := texts.Load(sight); ok {
			return text.([]byte)
		}
		var text []byte
		if d := data(sight); d != nil {
			text = written(kind, seq, d)
		}
		if !sight.Narrowed() {
			texts.Store(sight, text)
		}
		return text
	}}
}

func written(kind string, seq int64, data any) []byte {
	body, err := json.Marshal(data)
	if err != nil {
		panic(err) // maps of plain values
	}
	b := append([]byte("event: "), kind...)
	if seq >= 0 {
		b = strconv.AppendInt(append(b, "\nid: "...), seq, 10)
	}
	b = append(append(b, "\ndata: "...), body...)
	return append(b, "\n\n"...)
}

// kept is how many events wait in memory for pages that are behind.
const kept = 8192

// hub keeps the latest events. Each page reads them at its own pace and from its
// own place, so a slow one costs nothing and delays nobody; one that is behind
// by more than what is kept is told to reload.
type hub struct {
	mu     sync.Mutex
	events []event
	first  uint64 // number of events[0], counted from the start
	floor  int64  // changes up to this one cannot be told any more, or not wholly
	seq    int64  // of the last change
	more   chan struct{}
	beats  uint64
	pages  int
	closed bool
	ended  context.Context // when it was closed
	end    context.CancelFunc
}

func newHub(seq int64) *hub {
	h := &hub{floor: seq - 1, seq: seq, more: make(chan struct{})}
	h.ended, h.end = context.WithCancel(context.Background())
	return h
}

// tell adds the events of a change. anew: changes are not known one by one, and
// every page has to reload.
func (h *hub) tell(events []event, seq int64, anew bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if anew {
		h.first += uint64(len(h.events)) + 1 // a number that no page is at
		h.events, h.floor = nil, seq-1
	} else {
		h.events = append(h.events, events...)
	}
	if over := len(h.events) - kept; over > kept/4 { // amortised
		h.floor = h.events[over-1].seq
		h.events = append([]event(nil), h.events[over:]...)
		h.first += uint64(over)
	}
	h.seq = seq
	h.wake()
}

// tick wakes all pages, which then say how fresh the data are.
func (h *hub) tick() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beats++
	h.wake()
}

func (h *hub) wake() {
	if !h.closed {
		close(h.more)
		h.more = make(chan struct{})
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		close(h.more)
		h.closed = true
		h.end()
	}
}

// enter counts a page in, unless there are too many.
func (h *hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.pages >= mostStreams {
		return false
	}
	h.pages++
	return true
}

func (h *hub) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pages--
}

func (h *hub) listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.pages
}

// position is where a page goes on that has seen events up to a change: -1 for
// none, and then it begins with what comes next. A change may have several
// events, of which the page need not have seen all: it gets them again. missed
// tells that some are no longer there, or that its number is not of this log.
func (h *hub) position(seen int64) (at uint64, missed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	end := h.first + uint64(len(h.events))
	if seen < 0 {
		return end, false
	}
	if seen <= h.floor || seen > h.seq {
		return end, true
	}
	i, _ := slices.BinarySearchFunc(h.events, seen, func(e event, seq int64) int { return cmp.Compare(e.seq, seq) })
	return h.first + uint64(i), false
}

type hubState uint8

const (
	hubOpen hubState = iota
	hubLost
	hubClosed
)

// batch is how many events are written at once.
const batch = 256

// since returns the events from a place on, some at a time, and the place after
// them. If the place is gone, the page is at the end.
func (h *hub) since(at uint64) (events []event, next uint64, state hubState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	end := h.first + uint64(len(h.events))
	switch {
	case h.closed:
		return nil, at, hubClosed
	case at < h.first:
		return nil, end, hubLost
	}
	events = h.events[at-h.first:]
	events = events[:min(len(events), batch)]
	return events, at + uint64(len(events)), hubOpen
}

// wait returns when there is more than the place at, or a tick; false when the
// page has gone.
func (h *hub) wait(ctx context.Context, at uint64) bool {
	h.mu.Lock()
	more, ready := h.more, h.closed || at != h.first+uint64(len(h.events))
	h.mu.Unlock()
	if ready {
		return ctx.Err() == nil
	}
	select {
	case <-more:
	case <-ctx.Done():
	}
	return ctx.Err() == nil // of two that come together neither is first
}

// ticked tells that there was a tick since the last time it was asked with the
// same count.
func (h *hub) ticked(seen *uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := *seen
	*seen = h.beats
	return was != h.beats
}

// changed is closed at the next event or tick.
func (h *hub) changed() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.more
}
