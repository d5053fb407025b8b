package access

import (
	"context"
	"errors"
	"sync"
	"time"

	"onegrid/geo"
)

// memory is a store of credentials in memory.
type memory struct {
	mu       sync.Mutex
	all      []geo.Credential
	revision int64
	reads    int // of all
	away     bool
}

var errAway = errors.New("the store is away")

func (m *memory) Credentials(context.Context) ([]geo.Credential, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	if m.away {
		return nil, 0, errAway
	}
	return append([]geo.Credential(nil), m.all...), m.revision, nil
}

func (m *memory) CredentialsRevision(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away {
		return 0, errAway
	}
	return m.revision, nil
}

func (m *memory) ProcessSecret(context.Context) (string, error) { return "a secret of tests", nil }

// add makes a credential and returns it with its secret.
func (m *memory) add(c geo.Credential) (geo.Credential, string) {
	id, secret, hash := NewSecret()
	c.ID, c.Hash = id, hash
	if c.Kind == "" {
		c.Kind = geo.Key
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, c)
	m.revision++
	return c, secret
}

// revoke ends a credential and the sessions opened with it.
func (m *memory) revoke(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.all {
		if m.all[i].ID == id || m.all[i].Of == id {
			m.all[i].Revoked = time.Now()
		}
	}
	m.revision++
}

func (m *memory) goAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
}

// empty stands for another store that came in its place.
func (m *memory) empty() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all, m.revision = nil, 0
}

// secretless is a store that holds no secret.
type secretless struct{ *memory }

func (secretless) ProcessSecret(context.Context) (string, error) { return "", nil }
