package access

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Addresses bound what comes from one address, where no key does: a bucket each.
// Of IPv6 an address is its network of 64 bits, for anybody has as many within it
// as there are.
type Addresses struct {
	limit rate.Limit
	burst int

	mu sync.Mutex
	at map[netip.Prefix]*rate.Limiter
}

// NewAddresses allows so many a second from each address, and so many at once.
func NewAddresses(perSecond float64, burst int) *Addresses {
	return &Addresses{limit: rate.Limit(perSecond), burst: burst, at: map[netip.Prefix]*rate.Limiter{}}
}

// mostAddresses bounds the memory. Beyond it those are forgotten that have not
// asked for a while; if few are such, all are, or whoever has many addresses would
// have us look through all of them at each request.
const mostAddresses = 10_000

// Take counts one of an address, and says no if that is one too many.
func (a *Addresses) Take(of netip.Addr, now time.Time) bool {
	return a.bucket(of, now).AllowN(now, 1)
}

// Spent reports whether an address has none left, without counting.
func (a *Addresses) Spent(of netip.Addr, now time.Time) bool {
	a.mu.Lock()
	b := a.at[NetworkOf(of)]
	a.mu.Unlock()
	return b != nil && b.TokensAt(now) < 1
}

func (a *Addresses) bucket(of netip.Addr, now time.Time) *rate.Limiter {
	network := NetworkOf(of)
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.at[network]
	if b == nil {
		if len(a.at) >= mostAddresses {
			a.forget(now)
		}
		b = rate.NewLimiter(a.limit, a.burst)
		a.at[network] = b
	}
	return b
}

func (a *Addresses) forget(now time.Time) {
	for network, b := range a.at {
		if b.TokensAt(now) >= float64(a.burst) {
			delete(a.at, network)
		}
	}
	if len(a.at) > mostAddresses*9/10 {
		clear(a.at)
	}
}

// NetworkOf is what counts as one address.
func NetworkOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits) // the zero address has the zero prefix
	return p
}
