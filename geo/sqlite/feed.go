package sqlite

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"onegrid/geo"
	"onegrid/geo/record"
)

// Read feeds what came after a position, or everything when the log does not
// continue it, in one transaction.
func (s *Store) Read(ctx context.Context, after record.Position, to record.Feed) error {
	return s.reader.snapshot(ctx, func(tx *sql.Tx) error {
		f := feeding{ctx: ctx, tx: tx, to: to}
		return f.read(after)
	})
}

// feeding is one reading.
type feeding struct {
	ctx context.Context
	tx  *sql.Tx
	to  record.Feed
}

func (f *feeding) read(after record.Position) error {
	end, at, err := f.end()
	if err != nil {
		return err
	}
	goesOn, err := f.continues(after, end)
	if err != nil {
		return err
	}
	if err := f.to.Begin(end, micros(at), !goesOn); err != nil {
		return err
	}
	if !goesOn {
		return f.everything()
	}
	if end.Seq == after.Seq {
		return nil
	}
	return f.since(after.Seq)
}

// end is the position of the log's last entry.
func (f *feeding) end() (p record.Position, at int64, err error) {
	if err := f.tx.QueryRowContext(f.ctx, `SELECT id FROM store`).Scan(&p.Store); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return p, 0, geo.Errorf(geo.Unavailable, "the store has been emptied: it does not even have a name")
		}
		return p, 0, err
	}
	var hash []byte
	err = f.tx.QueryRowContext(f.ctx, `SELECT seq, at, hash FROM changes ORDER BY seq DESC LIMIT 1`).Scan(&p.Seq, &at, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return p, 0, nil
	}
	p.Hash = hex.EncodeToString(hash)
	return p, at, err
}

// continues tells that the log goes on from a position: it is the same store's,
// its entry of that number is the same, and no later one is missing.
func (f *feeding) continues(after, end record.Position) (bool, error) {
	if after.Store != end.Store || after.Seq == 0 || after.Seq > end.Seq {
		return false, nil
	}
	var hash []byte
	err := f.tx.QueryRowContext(f.ctx, `SELECT hash FROM changes WHERE seq = ?`, after.Seq).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return hex.EncodeToString(hash) == after.Hash, err
}

// everything feeds all that is in force.
func (f *feeding) everything() error {
	if err := f.scheme(); err != nil {
		return err
	}
	if err := f.networks(0); err != nil {
		return err
	}
	for _, l := range [...]geo.Layer{geo.Buildings, geo.Base, geo.Estates, geo.Sites, geo.Devices, geo.Posts, geo.Incidents} {
		if err := f.layer(l); err != nil {
			return err
		}
	}
	return nil
}

// since feeds what changed after a seq: what was replaced, whole, then the
// entries of the log.
func (f *feeding) since(seq int64) error {
	replaced, err := f.replaced(seq)
	if err != nil {
		return err
	}
	published := false
	for _, l := range replaced {
		switch {
		case l == geo.Scheming:
			err = f.scheme()
		case strings.HasPrefix(string(l), string(geo.GridsOf(""))):
			published = true
		}
		if err != nil {
			return err
		}
	}
	if published {
		if err := f.networks(seq); err != nil {
			return err
		}
	}
	for _, l := range replaced {
		if _, isTable := tables[l]; isTable {
			if err := f.layer(l); err != nil {
				return err
			}
		}
	}
	return f.changes(seq)
}

// replaced lists the layers that were written whole after a seq.
func (f *feeding) replaced(seq int64) ([]geo.Layer, error) {
	rows, err := f.tx.QueryContext(f.ctx, `SELECT DISTINCT kind FROM changes WHERE seq > ? AND (op IN ('load', 'publish') OR kind = ?) ORDER BY kind`, seq, string(geo.Scheming))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []geo.Layer
	for rows.Next() {
		var l geo.Layer
		if err := rows.Scan(&l); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, rows.Err()
}

func (f *feeding) scheme() error {
	scheme, seq, err := readScheme(f.ctx, f.tx)
	if err != nil {
		return err
	}
	return f.to.Scheme(seq, scheme)
}

// networks feeds the edition, and the states of networks that changed after a
// seq.
func (f *feeding) networks(after int64) error {
	edition, err := readEdition(f.ctx, f.tx)
	if err != nil {
		return err
	}
	if err := f.to.Edition(edition); err != nil {
		return err
	}
	for _, state := range edition.Networks {
		seq, err := seqOf(f.ctx, f.tx, state)
		if err != nil {
			return err
		}
		if seq <= after {
			continue
		}
		if err := f.network(state, seq); err != nil {
			return err
		}
	}
	return nil
}

func (f *feeding) network(state geo.NetworkState, seq int64) error {
	n, err := readNetwork(f.ctx, f.tx, state, seq,
		`SELECT body FROM grids WHERE network = ? AND until IS NULL ORDER BY id`, state.Network)
	if err != nil {
		return err
	}
	return f.to.Network(n)
}

// readNetwork reads a state's coverage, and the grids that a query selects.
func readNetwork(ctx context.Context, tx *sql.Tx, state geo.NetworkState, seq int64, grids string, args ...any) (record.Network, error) {
	n := record.Network{State: state, Seq: seq}
	for _, hash := range state.Chunks {
		var body []byte
		if err := tx.QueryRowContext(ctx, `SELECT body FROM chunks WHERE hash = ?`, hash).Scan(&body); err != nil {
			return n, wrap("read chunk "+hash, err)
		}
		n.Chunks = append(n.Chunks, body)
	}
	rows, err := tx.QueryContext(ctx, grids, args...)
	if err != nil {
		return n, err
	}
	defer rows.Close()
	var body sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&body); err != nil {
			return n, err
		}
		var g geo.Grid
		if err := json.Unmarshal(body, &g); err != nil {
			return n, wrap("read a grid of "+state.Network, err)
		}
		n.Grids = append(n.Grids, g)
	}
	return n, rows.Err()
}

func seqOf(ctx context.Context, tx *sql.Tx, state geo.NetworkState) (seq int64, err error) {
	err = tx.QueryRowContext(ctx, `SELECT seq FROM states WHERE network = ? AND edition = ?`, state.Network, state.Since).Scan(&seq)
	return seq, err
}

// tables are the layers kept as one table each, and what of it is in force.
var tables = map[geo.Layer]string{
	geo.Estates:   `SELECT id, body FROM estates ORDER BY id`,
	geo.Buildings: `SELECT id, body FROM buildings ORDER BY id`,
	geo.Devices:   `SELECT id, body FROM devices ORDER BY id`,
	geo.Sites:     `SELECT id, body FROM sites ORDER BY id`,
	geo.Posts:     `SELECT id, body FROM posts ORDER BY id`,
	geo.Base:      `SELECT id, body FROM base ORDER BY id`,
	geo.Incidents: `SELECT id, body FROM incidents WHERE state = 'open' ORDER BY id`,
}

func (f *feeding) layer(l geo.Layer) error {
	var seq, n int64
	err := f.tx.QueryRowContext(f.ctx, `SELECT seq, rows FROM layers WHERE layer = ?`, string(l)).Scan(&seq, &n)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := f.to.Layer(l, seq, int(n)); err != nil {
		return err
	}
	rows, err := f.tx.QueryContext(f.ctx, tables[l])
	if err != nil {
		return err
	}
	defer rows.Close()
	var id int64
	var body sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &body); err != nil {
			return err
		}
		if err := f.to.Row(id, body); err != nil {
			return err
		}
	}
	return rows.Err()
}
