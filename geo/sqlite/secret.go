package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"

	"onegrid/geo"
)

// processSecret is by what the programs of a deployment know each other.
const processSecret = "process"

// makeSecret makes what is not there yet. A store of the first version may be one
// that everybody reads: before it holds a secret, it is its owner's alone.
func makeSecret(ctx context.Context, db *sql.DB, path string) error {
	var is bool
	err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM secrets WHERE name = ?)`, processSecret).Scan(&is)
	if err == nil && !is {
		if err := keepToOwner(path); err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, `INSERT INTO secrets (name, value) VALUES (?, ?)`, processSecret, rand.Text()+rand.Text())
	}
	return wrap("make the store's secret", err)
}

// secretTime is for how long a reader waits for whoever made the store.
const secretTime = 5 * time.Second

// ProcessSecret is by what the programs that share the store know each other. It
// is made when the store is first opened for writing: a reader that comes in
// between waits for a moment.
func (s *Store) ProcessSecret(ctx context.Context) (secret string, err error) {
	db, err := s.reader.pool()
	if err != nil {
		return "", err
	}
	for end := time.Now().Add(secretTime); ; {
		err = db.QueryRowContext(ctx, `SELECT value FROM secrets WHERE name = ?`, processSecret).Scan(&secret)
		if !errors.Is(err, sql.ErrNoRows) {
			return secret, wrap("read the store's secret", err)
		}
		if time.Now().After(end) {
			return "", geo.Errorf(geo.Unavailable, "the store has no secret yet: open it once for writing")
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
