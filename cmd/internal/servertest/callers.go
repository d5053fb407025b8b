package servertest

import (
	"context"
	"testing"

	"onegrid/geo"
	"onegrid/geo/access"
)

// Callers is a store of credentials in memory.
type Callers struct{ all []geo.Credential }

// Credentials are those that were made.
func (c *Callers) Credentials(context.Context) ([]geo.Credential, int64, error) {
	return c.all, int64(len(c.all)), nil
}

// CredentialsRevision changes with each.
func (c *Callers) CredentialsRevision(context.Context) (int64, error) { return int64(len(c.all)), nil }

// ProcessSecret is the same for all.
func (c *Callers) ProcessSecret(context.Context) (string, error) { return "between us", nil }

// OneOfEach makes a key of each role, and the directory that knows them.
func (c *Callers) OneOfEach(t testing.TB) (bearers map[geo.Role]string, d *access.Directory) {
	t.Helper()
	bearers = map[geo.Role]string{}
	for _, role := range geo.Roles {
		id, text, hash := access.NewSecret()
		c.all = append(c.all, geo.Credential{ID: id, Kind: geo.Key, Role: role, Rate: 1e6, Hash: hash})
		bearers[role] = text
	}
	d, err := access.NewDirectory(t.Context(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return bearers, d
}
