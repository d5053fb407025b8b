package server

import "sync"

// Shares bound what is under way at once: in all, and of each owner, so that no one
// of them takes it all.
type Shares[Owner comparable] struct {
	most, each int

	mu  sync.Mutex
	all int
	of  map[Owner]int
}

// NewShares allows so many in all, and so many of each owner.
func NewShares[Owner comparable](most, each int) *Shares[Owner] {
	return &Shares[Owner]{most: most, each: each, of: map[Owner]int{}}
}

// Enter says no if there is one too many, of the owner or, with whole, in all. The
// zero owner is anybody, and may take all. After a yes Leave is called once.
func (s *Shares[Owner]) Enter(owner Owner) (ok, whole bool) {
	var anybody Owner
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.all >= s.most:
		return false, true
	case owner != anybody && s.of[owner] >= s.each:
		return false, false
	}
	s.all++
	s.of[owner]++
	return true, false
}

// Leave ends what Enter began.
func (s *Shares[Owner]) Leave(owner Owner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.of[owner]--; s.of[owner] == 0 {
		delete(s.of, owner)
	}
}

// Len is how many are under way.
func (s *Shares[Owner]) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}
