package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"onegrid/geo"
)

// Editions returns all editions, the first first.
func (s *Store) Editions(ctx context.Context) ([]geo.Edition, error) {
	var out []geo.Edition
	err := s.reader.snapshot(ctx, func(tx *sql.Tx) (err error) {
		out, err = readEditions(ctx, tx, 0)
		return err
	})
	return out, err
}

// readEdition returns the last edition, the zero one before the first.
func readEdition(ctx context.Context, q queryer) (geo.Edition, error) {
	var last int64
	if err := q.QueryRowContext(ctx, `SELECT coalesce(max(id), 0) FROM editions`).Scan(&last); err != nil || last == 0 {
		return geo.Edition{}, wrap("read the editions", err)
	}
	all, err := readEditions(ctx, q, last)
	if err != nil {
		return geo.Edition{}, err
	}
	return all[len(all)-1], nil
}

// readEditions returns the editions from one on, each with every network's
// state in it.
func readEditions(ctx context.Context, q queryer, from int64) ([]geo.Edition, error) {
	states, err := readStates(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id, published_at, effective_from, effective_to, actor, note FROM editions WHERE id >= ? ORDER BY id`, from)
	if err != nil {
		return nil, wrap("read the editions", err)
	}
	defer rows.Close()
	var out []geo.Edition
	for rows.Next() {
		var e geo.Edition
		var published, since int64
		var until *int64
		if err := rows.Scan(&e.ID, &published, &since, &until, &e.Actor, &e.Note); err != nil {
			return nil, wrap("read the editions", err)
		}
		e.PublishedAt, e.EffectiveFrom = micros(published), micros(since)
		if until != nil {
			at := micros(*until)
			e.EffectiveTo = &at
		}
		e.Networks = inEdition(states, e.ID)
		out = append(out, e)
	}
	return out, wrap("read the editions", rows.Err())
}

func micros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// readStates returns every state of every network, by network and edition.
func readStates(ctx context.Context, q queryer) ([]geo.NetworkState, error) {
	rows, err := q.QueryContext(ctx, `SELECT network, edition, hash, chunks FROM states ORDER BY network, edition`)
	if err != nil {
		return nil, wrap("read the states", err)
	}
	defer rows.Close()
	var out []geo.NetworkState
	for rows.Next() {
		var s geo.NetworkState
		var chunks []byte
		if err := rows.Scan(&s.Network, &s.Since, &s.Hash, &chunks); err != nil {
			return nil, wrap("read the states", err)
		}
		if err := json.Unmarshal(chunks, &s.Chunks); err != nil {
			return nil, wrap("read the state of "+s.Network, err)
		}
		out = append(out, s)
	}
	return out, wrap("read the states", rows.Err())
}

// inEdition picks each network's latest state up to an edition.
func inEdition(states []geo.NetworkState, edition int64) []geo.NetworkState {
	var out []geo.NetworkState
	for _, s := range states {
		switch {
		case s.Since > edition:
		case len(out) > 0 && out[len(out)-1].Network == s.Network:
			out[len(out)-1] = s
		default:
			out = append(out, s)
		}
	}
	return out
}
