package access

import (
	"crypto/sha256"
	"sync"
	"time"

	"onegrid/geo"
)

// verified remembers the tokens that hold, by their hash, until they expire or the
// scheme's rules are others: checking a signature costs more than a lookup.
type verified struct {
	mu      sync.Mutex
	setting *geo.OIDC // by whose rules
	at      map[[sha256.Size]byte]geo.Credential
}

// mostVerified bounds the memory.
const mostVerified = 10_000

func (v *verified) get(setting *geo.OIDC, token [sha256.Size]byte, now time.Time) (geo.Credential, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	c, ok := v.at[token]
	return c, ok && v.setting == setting && c.Holds(now)
}

func (v *verified) put(setting *geo.OIDC, token [sha256.Size]byte, c geo.Credential, now time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.setting != setting {
		v.setting = setting
		clear(v.at)
	}
	if len(v.at) >= mostVerified {
		v.forget(now)
	}
	v.at[token] = c
}

// forget makes room: those that are over go, and if that is few, some others, who
// are checked again when they come.
func (v *verified) forget(now time.Time) {
	for token, c := range v.at {
		if !c.Holds(now) {
			delete(v.at, token)
		}
	}
	for token := range v.at {
		if len(v.at) <= mostVerified*9/10 {
			return
		}
		delete(v.at, token)
	}
}
