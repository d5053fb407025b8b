package main

import (
	"cmp"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
)

// enter takes a caller's share of what runs at once: Unavailable where there is no
// more of it. leave is called when it is over.
func enter(shares *server.Shares[string], c *access.Caller, what string) (leave func(), err error) {
	owner := ownerOf(c)
	if c.IsLocal() {
		owner = "" // anybody on this machine
	}
	ok, whole := shares.Enter(owner)
	switch {
	case ok:
		return func() { shares.Leave(owner) }, nil
	case whole:
		return nil, geo.Errorf(geo.Unavailable, "as many %s are under way as there may be", what)
	}
	return nil, geo.Errorf(geo.Unavailable, "as many %s of this caller are under way as one may have", what)
}

// ownerOf is for whom a caller's doings count: sessions of one key are one caller.
func ownerOf(c *access.Caller) string { return cmp.Or(c.Of, c.ID) }
