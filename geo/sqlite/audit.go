package sqlite

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"onegrid/geo"
)

// trail is the end of the audit. It is read anew in every transaction, since
// another process may have written to it.
type trail struct {
	number int64
	hash   []byte
}

// record appends an act to the audit, in the transaction of what was done.
func (t *tx) record(a geo.Act) error {
	detail, err := detailOf(a.Detail)
	if err != nil {
		t.broken = true // what was done has no entry
		return err
	}
	if t.trail == nil {
		end := &trail{hash: make([]byte, sha256.Size)}
		if _, err := t.scan("read the audit's end", `SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1`, nil, &end.number, &end.hash); err != nil {
			return err
		}
		t.trail = end
	}
	if a.At.IsZero() {
		a.At = t.now
	}
	number, at := t.trail.number+1, a.At.UnixMicro()
	hash := chained(t.trail.hash, number, at, a.Actor, string(a.Role), a.Do, a.Object, a.Seq, detail)
	err = t.exec("append to the audit", `INSERT INTO audit (number, at, actor, role, do, object, seq, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		number, at, a.Actor, string(a.Role), a.Do, a.Object, a.Seq, detail, hash)
	if err == nil {
		t.trail = &trail{number, hash}
	}
	return err
}

// detailOf writes an act's detail: JSON with sorted keys, or nothing.
func detailOf(detail map[string]any) (string, error) {
	if len(detail) == 0 {
		return "", nil
	}
	b, err := json.Marshal(detail)
	if err != nil {
		return "", geo.Errorf(geo.Internal, "an act's detail cannot be written: %v", err)
	}
	return string(b), nil
}

// Record keeps acts that change nothing in the store itself: all of them or none.
// An act without a time is of now.
func (s *Store) Record(ctx context.Context, acts ...geo.Act) error {
	details := make([]string, len(acts))
	for i, a := range acts {
		var err error
		if details[i], err = detailOf(a.Detail); err != nil { // before anything is written
			return err
		}
		if a.Actor == "" || a.Do == "" {
			return geo.Errorf(geo.Invalid, "an act says who did what; %q by %q does not", a.Do, a.Actor).On("actor", a.Actor)
		}
	}
	return s.apart(ctx, func(t *tx) error {
		for _, a := range acts {
			if err := t.record(a); err != nil {
				return err
			}
		}
		return nil
	})
}

// Audit returns the audit after an entry's number, limit entries at most.
func (s *Store) Audit(ctx context.Context, after int64, limit int) ([]geo.Entry, error) {
	db, err := s.reader.pool()
	if err != nil {
		return nil, err
	}
	var out []geo.Entry
	err = eachEntry(ctx, db, after, limit, func(e *entry) error {
		read, err := e.read()
		out = append(out, read)
		return err
	})
	return out, wrap("read the audit", err)
}

// AuditEnd returns the number and the hash of the audit's last entry; 0 and ""
// where there is none.
func (s *Store) AuditEnd(ctx context.Context) (number int64, head string, err error) {
	db, err := s.reader.pool()
	if err != nil {
		return 0, "", err
	}
	err = db.QueryRowContext(ctx, `SELECT number, lower(hex(hash)) FROM audit ORDER BY number DESC LIMIT 1`).Scan(&number, &head)
	if errors.Is(err, errNoRows) {
		err = nil
	}
	return number, head, wrap("read the audit", err)
}
