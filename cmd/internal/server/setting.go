package server

import (
	"sync/atomic"

	"onegrid/geo"
	"onegrid/geo/world"
)

// Setting is the deployment's scheme as it is at the time: who may come in has to
// be known before there is a world, and follows it from then on.
type Setting struct {
	first geo.Scheme
	live  atomic.Pointer[world.Live]
}

// NewSetting begins with the scheme that the store has.
func NewSetting(first geo.Scheme) *Setting { return &Setting{first: first} }

// Follow goes by a world's from now on, which has been stored.
func (s *Setting) Follow(live *world.Live) { s.live.Store(live) }

// Scheme is the scheme now.
func (s *Setting) Scheme() *geo.Scheme {
	if live := s.live.Load(); live != nil {
		return live.Load().Scheme()
	}
	return &s.first
}
