package sqlite

import (
	"context"
	"database/sql"
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
		state := editions[0].Networks[i]
		seq, err := seqOf(ctx, tx, state)
		if err != nil {
			return err
		}
		out, err = readNetwork(ctx, tx, state, seq,
			`SELECT body FROM grids WHERE network = ? AND since <= ? AND (until IS NULL OR until > ?) ORDER BY id`, network, edition, edition)
		return err
	})
	return out, err
}
