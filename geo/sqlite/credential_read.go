package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"onegrid/geo"
)

// Credentials returns all credentials, those that no longer hold too, the oldest
// first, and a revision that changes with them. Sessions that have been over for a
// day are forgotten.
func (s *Store) Credentials(ctx context.Context) ([]geo.Credential, int64, error) {
	db, opened, err := s.reader.opening()
	if err != nil {
		return nil, 0, err
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, 0, wrap("read the credentials", err)
	}
	defer tx.Rollback() // nothing to keep
	revision, err := revisionOf(ctx, tx, opened)
	if err != nil {
		return nil, 0, err
	}
	all, err := readCredentials(ctx, tx)
	return all, revision, wrap("read the credentials", err)
}

// CredentialsRevision changes with every write to the credentials, and when there
// is another store at the path. It costs some twenty microseconds.
func (s *Store) CredentialsRevision(ctx context.Context) (int64, error) {
	if _, err := s.reader.version(ctx); err != nil { // which looks for another file
		return 0, err
	}
	db, opened, err := s.reader.opening()
	if err != nil {
		return 0, err
	}
	return revisionOf(ctx, db, opened)
}

func revisionOf(ctx context.Context, q queryer, opened int64) (revision int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(revision), 0) FROM credentials`).Scan(&revision)
	return opened<<32 + revision, wrap("look at the credentials", err)
}

func readCredentials(ctx context.Context, q queryer) ([]geo.Credential, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, kind, of, name, role, scope, rate, created, expires, revoked, hash FROM credentials ORDER BY created, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []geo.Credential
	for rows.Next() {
		var c geo.Credential
		var scope, hash []byte
		var created int64
		var expires, revoked *int64
		if err := rows.Scan(&c.ID, &c.Kind, &c.Of, &c.Name, &c.Role, &scope, &c.Rate, &created, &expires, &revoked, &hash); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(scope, &c.Scope); err != nil {
			return nil, wrap("read the scope of "+c.ID, err)
		}
		if copy(c.Hash[:], hash) != len(c.Hash) {
			return nil, geo.Errorf(geo.Internal, "the hash of %s is not of %d bytes", c.ID, len(c.Hash))
		}
		c.Created, c.Expires, c.Revoked = micros(created), timeOf(expires), timeOf(revoked)
		out = append(out, c)
	}
	return out, rows.Err()
}
