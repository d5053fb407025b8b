package main

import (
	"sync"
	"time"
)

// quiet is for how long nobody has to ask for a single place until batches take the
// last processor too.
const quiet = time.Second

// slots are what all batches together compute on: every processor while nobody asks
// for a single place, and one less from then on for a while. What computes goes on
// for ten milliseconds before Go looks whether a request has come, and single ones
// are not to wait for that behind bulk.
type slots struct {
	always chan struct{} // one for each processor but the last; the only one
	last   chan struct{} // one for the last
	asked  func() int64  // how many single requests there ever were
	now    func() time.Time

	mu   sync.Mutex
	seen int64
	at   time.Time // when more of them were seen
}

func newSlots(processors int, asked func() int64) *slots {
	return &slots{
		always: make(chan struct{}, max(1, processors-1)), last: make(chan struct{}, min(1, processors-1)),
		asked: asked, now: time.Now,
	}
}

// most is how many there are.
func (s *slots) most() int { return cap(s.always) + cap(s.last) }

// take waits for a slot. Who has computed gives it back.
func (s *slots) take() (give func()) {
	last := s.last
	if s.busy() {
		last = nil // nobody can take it
	}
	select {
	case s.always <- struct{}{}:
		return func() { <-s.always }
	case last <- struct{}{}:
		return func() { <-s.last }
	}
}

// busy reports whether single places were asked for a short while ago.
func (s *slots) busy() bool {
	now, asked := s.now(), s.asked()
	s.mu.Lock()
	defer s.mu.Unlock()
	if asked != s.seen {
		s.seen, s.at = asked, now
	}
	return now.Sub(s.at) < quiet
}
