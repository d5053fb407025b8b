package sqlite

import (
	"context"
	"encoding/json"

	"onegrid/geo"
)

// SetScheme writes the scheme's next revision. Older ones stay, with the time
// from which each counted.
func (s *Store) SetScheme(ctx context.Context, by geo.Actor, scheme geo.Scheme) (seq int64, err error) {
	w, err := s.forWriting(by)
	if err != nil {
		return 0, err
	}
	return w.setScheme(ctx, by, scheme)
}

func (w *writer) setScheme(ctx context.Context, by geo.Actor, scheme geo.Scheme) (seq int64, err error) {
	err = w.write(ctx, true, func(t *tx) (err error) {
		if err := by.Allowed(geo.Subject{Layer: geo.Scheming, Whole: true}); err != nil {
			return err
		}
		var revision int64
		if _, err = t.scan("read the scheme", `SELECT coalesce(max(revision), 0) FROM schemes`, nil, &revision); err != nil {
			return err
		}
		scheme.Revision = revision + 1
		body, err := json.Marshal(&scheme)
		if err != nil {
			return geo.Errorf(geo.Invalid, "the scheme cannot be written: %v", err)
		}
		seq, err = t.log(change{by: by, do: "scheme.set", kind: geo.Scheming, op: "put", body: body, detail: map[string]any{"revision": scheme.Revision}})
		if err != nil {
			return err
		}
		return t.exec("write the scheme", `INSERT INTO schemes (revision, seq, at, body) VALUES (?, ?, ?, ?)`,
			scheme.Revision, seq, t.now.UnixMicro(), body)
	})
	return seq, err
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
