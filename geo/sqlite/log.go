package sqlite

import (
	"context"

	"onegrid/geo"
)

func (f *feeding) changes(after int64) error {
	return eachChange(f.ctx, f.tx, after, -1, f.to.Change)
}

// Changes returns the log after a seq, limit entries at most.
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]geo.Change, error) {
	db, err := s.reader.pool()
	if err != nil {
		return nil, err
	}
	var out []geo.Change
	err = eachChange(ctx, db, after, limit, func(c geo.Change) error {
		out = append(out, c)
		return nil
	})
	return out, wrap("read the log", err)
}

func eachChange(ctx context.Context, q queryer, after int64, limit int, do func(geo.Change) error) error {
	rows, err := q.QueryContext(ctx, `SELECT seq, at, actor, kind, object, op, body FROM changes WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var c geo.Change
		var at int64
		if err := rows.Scan(&c.Seq, &at, &c.Actor, &c.Kind, &c.Object, &c.Op, &c.Body); err != nil {
			return err
		}
		c.At = micros(at)
		if err := do(c); err != nil {
			return err
		}
	}
	return rows.Err()
}
