package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"

	"onegrid/geo"
	"onegrid/geo/record"
)

// Past returns a network as it was, is or will be in an edition: its coverage and
// its grids. NotFound if there is no such edition, or no such network in it.
func (s *Store) Past(ctx context.Context, network string, edition int64) (record.Network, error) {
	var out record.Network
	err := s.reader.snapshot(ctx, func(tx *sql.Tx) error {
		editions, err := readEditions(ctx, tx, edition)
		if err != nil {
			return err
		}
		if len(editions) == 0 || editions[0].ID != edition {
			return geo.Errorf(geo.NotFound, "there is no edition %d", edition).On("edition", strconv.FormatInt(edition, 10))
		}
		i := slices.IndexFunc(editions[0].Networks, func(s geo.NetworkState) bool { return s.Network == network })
		if i < 0 {
			return geo.Errorf(geo.NotFound, "edition %d has no network %q", edition, network).On("network", network)
		}
		out, err = readPast(ctx, tx, editions[0].Networks[i], edition)
		return err
	})
	return out, err
}

func readPast(ctx context.Context, tx *sql.Tx, state geo.NetworkState, edition int64) (record.Network, error) {
	n := record.Network{State: state}
	err := tx.QueryRowContext(ctx, `SELECT seq FROM states WHERE network = ? AND edition = ?`, state.Network, state.Since).Scan(&n.Seq)
	if err != nil {
		return n, err
	}
	for _, hash := range state.Chunks {
		var body []byte
		if err := tx.QueryRowContext(ctx, `SELECT body FROM chunks WHERE hash = ?`, hash).Scan(&body); err != nil {
			return n, wrap("read chunk "+hash, err)
		}
		n.Chunks = append(n.Chunks, body)
	}
	rows, err := tx.QueryContext(ctx, `SELECT body FROM grids WHERE network = ? AND since <= ? AND (until IS NULL OR until > ?) ORDER BY id`,
		state.Network, edition, edition)
	if err != nil {
		return n, err
	}
	defer rows.Close()
	for rows.Next() {
		var body []byte
		var g geo.Grid
		if err := rows.Scan(&body); err != nil {
			return n, err
		}
		if err := json.Unmarshal(body, &g); err != nil {
			return n, wrap("read a grid of "+state.Network, err)
		}
		n.Grids = append(n.Grids, g)
	}
	return n, rows.Err()
}
