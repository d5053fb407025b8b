package sqlite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"onegrid/geo"
)

// SetScheme writes the scheme's next revision. Older ones stay, with the time
// from which each counted. Where it says something else of tokens than before, the
// sessions that were opened with tokens end: who may do what was decided by rules
// that no longer count.
func (s *Store) SetScheme(ctx context.Context, by geo.Actor, scheme geo.Scheme) (seq int64, err error) {
	w, err := s.forWriting(by)
	if err != nil {
		return 0, err
	}
	return w.setScheme(ctx, by, scheme)
}

func (w *writer) setScheme(ctx context.Context, by geo.Actor, scheme geo.Scheme) (seq int64, err error) {
	err = w.write(ctx, true, func(t *tx) (err error) {
		seq, err = t.setScheme(by, scheme)
		return err
	})
	return seq, err
}

func (t *tx) setScheme(by geo.Actor, scheme geo.Scheme) (int64, error) {
	if err := by.Allowed(geo.Subject{Layer: geo.Scheming, Whole: true}); err != nil {
		return 0, err
	}
	var revision int64
	var before []byte
	if _, err := t.scan("read the scheme", `SELECT revision, body FROM schemes ORDER BY revision DESC LIMIT 1`, nil, &revision, &before); err != nil {
		return 0, err
	}
	scheme.Revision = revision + 1
	detail := map[string]any{"revision": scheme.Revision}
	if before != nil {
		same, err := sameTokens(before, &scheme)
		if err != nil {
			return 0, err
		}
		if !same {
			if detail["sessions"], err = t.endSessions(`of GLOB ?`, geo.SignedIn+"*"); err != nil {
				return 0, err
			}
		}
	}
	body, err := json.Marshal(&scheme)
	if err != nil {
		return 0, geo.Errorf(geo.Invalid, "the scheme cannot be written: %v", err)
	}
	seq, err := t.log(change{by: by, do: "scheme.set", kind: geo.Scheming, op: "put", body: body, detail: detail})
	if err != nil {
		return 0, err
	}
	return seq, t.exec("write the scheme", `INSERT INTO schemes (revision, seq, at, body) VALUES (?, ?, ?, ?)`,
		scheme.Revision, seq, t.now.UnixMicro(), body)
}

// sameTokens reports whether a scheme says of tokens what the one that is stored
// does.
func sameTokens(stored []byte, scheme *geo.Scheme) (bool, error) {
	var before geo.Scheme
	if err := json.Unmarshal(stored, &before); err != nil {
		return false, wrap("read the scheme", err)
	}
	was, err1 := json.Marshal(before.Tokens())
	is, err2 := json.Marshal(scheme.Tokens())
	if err := errors.Join(err1, err2); err != nil {
		return false, geo.Errorf(geo.Invalid, "the scheme cannot be written: %v", err)
	}
	return bytes.Equal(was, is), nil
}

// Scheme returns the scheme in force.
func (s *Store) Scheme(ctx context.Context) (geo.Scheme, error) {
	db, err := s.reader.pool()
	if err != nil {
		return geo.Scheme{}, err
	}
	scheme, _, err := readScheme(ctx, db)
	return scheme, err
}

func readScheme(ctx context.Context, q queryer) (scheme geo.Scheme, seq int64, err error) {
	var body []byte
	err = q.QueryRowContext(ctx, `SELECT seq, body FROM schemes ORDER BY revision DESC LIMIT 1`).Scan(&seq, &body)
	if err == nil {
		err = json.Unmarshal(body, &scheme)
	}
	return scheme, seq, wrap("read the scheme", err)
}
