package server

import (
	"net/netip"
	"sync/atomic"

	"onegrid/geo"
	"onegrid/geo/access"
)

// What one address may ask for where no key bounds it, and how much may be under
// way at once. A page that opens asks for some hundred files; whoever errs in a
// key twenty times in a row does not do so by hand.
const (
	unnamedRate, unnamedBurst = 100, 1_000
	failingRate, failingBurst = 1, 20

	mostSingle  = 512
	mostUnnamed = 128 // of those of one address: whoever reads slowly there keeps only its own kind out
	mostBulk    = 32
)

// limits bound requests that no caller's own bucket does.
type limits struct {
	proxies          access.Proxies
	unnamed, failing *access.Addresses
	single, bulk     lane
	strangers        *Shares[netip.Prefix] // of the single ones, by address
}

func newLimits(proxies access.Proxies) *limits {
	return &limits{
		proxies: proxies,
		unnamed: access.NewAddresses(unnamedRate, unnamedBurst),
		failing: access.NewAddresses(failingRate, failingBurst),
		single:  lane{most: mostSingle},
		bulk:    lane{most: mostBulk},

		strangers: NewShares[netip.Prefix](mostSingle, mostUnnamed),
	}
}

// lane counts what is under way. Bulk has one of its own, so that it never keeps
// single requests out.
type lane struct {
	most      int64
	now, ever atomic.Int64
}

// enter says no if the lane is full.
func (l *lane) enter() bool {
	if l.now.Add(1) > l.most {
		l.now.Add(-1)
		return false
	}
	l.ever.Add(1)
	return true
}

func (l *lane) leave() { l.now.Add(-1) }

// Singles is how many single requests there ever were: neither streams nor bulk.
func (f *Frame) Singles() int64 { return f.limits.single.ever.Load() }

func full() error { return geo.Errorf(geo.Unavailable, "too many requests are under way: try again") }
