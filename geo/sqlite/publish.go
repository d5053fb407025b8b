package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"onegrid/geo"
)

// Publish appends an edition in which the named networks have new states, in
// one transaction; networks that are not named keep theirs. Grids keep their ids
// by code, whichever edition they were in. Denied if the actor may not change a
// grid that is different afterwards.
func (s *Store) Publish(ctx context.Context, by geo.Actor, note string, pubs []geo.Publication) (geo.Edition, error) {
	w, err := s.forWriting(by)
	if err != nil {
		return geo.Edition{}, err
	}
	var edition geo.Edition
	err = w.write(ctx, true, func(t *tx) (err error) {
		p := publishing{tx: t, by: by, note: note}
		edition, err = p.publish(pubs)
		return err
	})
	return edition, err
}

// publishing is one edition on its way into the store.
type publishing struct {
	*tx
	by      geo.Actor
	note    string
	edition int64
}

func (p *publishing) publish(pubs []geo.Publication) (geo.Edition, error) {
	if err := p.check(pubs); err != nil {
		return geo.Edition{}, err
	}
	if err := p.mayPublish(pubs); err != nil {
		return geo.Edition{}, err
	}
	if err := p.open(); err != nil {
		return geo.Edition{}, err
	}
	// Grids that leave one network may join another: first all that end.
	next := make([]map[string]*geo.Grid, len(pubs))
	for i := range pubs {
		next[i] = byCode(pubs[i].Grids)
		if err := p.endGrids(&pubs[i], next[i]); err != nil {
			return geo.Edition{}, err
		}
	}
	for i := range pubs {
		if err := p.network(&pubs[i], next[i]); err != nil {
			return geo.Edition{}, err
		}
	}
	return readEdition(p.ctx, p.conn)
}

func byCode(grids []geo.Grid) map[string]*geo.Grid {
	m := make(map[string]*geo.Grid, len(grids))
	for i := range grids {
		m[grids[i].Code] = &grids[i]
	}
	return m
}

// check refuses what does not fit the scheme or itself.
func (p *publishing) check(pubs []geo.Publication) error {
	scheme, _, err := readScheme(p.ctx, p.conn)
	if err != nil {
		return err
	}
	if len(pubs) == 0 {
		return geo.Errorf(geo.Invalid, "an edition without a network")
	}
	seen := map[string]string{} // network by grid code
	named := map[string]bool{}
	for i := range pubs {
		pub := &pubs[i]
		n := scheme.Network(pub.Network)
		if n == nil {
			return geo.Errorf(geo.Invalid, "the scheme has no network %q", pub.Network).On("network", pub.Network)
		}
		if named[pub.Network] {
			return geo.Errorf(geo.Invalid, "network %s is named twice", pub.Network).On("network", pub.Network)
		}
		named[pub.Network] = true
		if drawn := n.Kind != geo.Stacked; drawn != (len(pub.Chunks) > 0) {
			return geo.Errorf(geo.Invalid, "network %s is %s: it comes with a coverage exactly if it is drawn", n.ID, n.Kind).On("network", n.ID)
		}
		if err := checkGrids(n, pub, seen); err != nil {
			return err
		}
	}
	return nil
}

func checkGrids(n *geo.Network, pub *geo.Publication, seen map[string]string) error {
	for i := range pub.Grids {
		g := &pub.Grids[i]
		other, twice := seen[g.Code]
		switch {
		case g.Code == "":
			return geo.Errorf(geo.Invalid, "a grid of network %s has no code", n.ID).On("code", "")
		case g.Network != "" && g.Network != n.ID:
			return geo.Errorf(geo.Invalid, "grid %s says network %s, but is published in %s", g.Code, g.Network, n.ID).On("network", g.Network)
		case n.LevelIndex(g.Level) < 0:
			return geo.Errorf(geo.Invalid, "grid %s: network %s has no level %q", g.Code, n.ID, g.Level).On("level", g.Level)
		case twice:
			return geo.Errorf(geo.Conflict, "code %s is there twice, in %s and %s", g.Code, other, n.ID).On("code", g.Code)
		}
		seen[g.Code] = n.ID
	}
	return nil
}

// open begins the edition and ends the one before.
func (p *publishing) open() error {
	var last int64
	if _, err := p.scan("read the editions", `SELECT coalesce(max(id), 0) FROM editions`, nil, &last); err != nil {
		return err
	}
	p.edition = last + 1
	now := p.now.UnixMicro()
	if err := p.exec("end the edition before", `UPDATE editions SET effective_to = ? WHERE id = ?`, now, last); err != nil {
		return err
	}
	return p.exec("write the edition", `INSERT INTO editions (id, published_at, effective_from, actor, note) VALUES (?, ?, ?, ?, ?)`,
		p.edition, now, now, p.by.ID, p.note)
}

// endGrids ends the rows of a network's grids that are gone or different, and
// takes those that stay as they are out of next.
func (p *publishing) endGrids(pub *geo.Publication, next map[string]*geo.Grid) error {
	was, err := p.inForce(pub.Network)
	if err != nil {
		return err
	}
	for _, row := range was {
		if g := next[row.code]; g != nil {
			body, err := gridBody(*g, row.id, pub.Network)
			if err != nil {
				return err
			}
			if bytes.Equal(body, row.body) {
				delete(next, row.code)
				continue
			}
		}
		if err := p.exec("end grid "+row.code, `UPDATE grids SET until = ? WHERE id = ? AND until IS NULL`, p.edition, row.id); err != nil {
			return err
		}
	}
	return nil
}

type gridRow struct {
	id   int64
	code string
	body []byte
}

func (p *publishing) inForce(network string) ([]gridRow, error) {
	rows, err := p.conn.QueryContext(p.ctx, `SELECT id, code, body FROM grids WHERE network = ? AND until IS NULL`, network)
	if err != nil {
		return nil, wrap("read the grids", err)
	}
	defer rows.Close()
	var out []gridRow
	for rows.Next() {
		var r gridRow
		if err := rows.Scan(&r.id, &r.code, &r.body); err != nil {
			return nil, wrap("read the grids", err)
		}
		out = append(out, r)
	}
	return out, wrap("read the grids", rows.Err())
}

func gridBody(g geo.Grid, id int64, network string) ([]byte, error) {
	g.ID, g.Network = id, network
	return json.Marshal(&g)
}

// network writes one network's state: its chunks, its new and changed grids,
// and its entry in the log.
func (p *publishing) network(pub *geo.Publication, changed map[string]*geo.Grid) error {
	hashes, err := p.chunks(pub.Chunks)
	if err != nil {
		return err
	}
	for i := range pub.Grids {
		if changed[pub.Grids[i].Code] == nil {
			continue
		}
		if err := p.grid(pub.Network, &pub.Grids[i]); err != nil {
			return err
		}
	}
	l := p.layer(geo.GridsOf(pub.Network))
	l.rows = int64(len(pub.Grids))
	note, err := json.Marshal(map[string]any{"edition": p.edition, "hash": pub.Hash})
	if err != nil {
		return err
	}
	seq, err := p.log(change{by: p.by, do: "grids.publish", kind: geo.GridsOf(pub.Network), object: strconv.FormatInt(p.edition, 10), op: "publish",
		body: note, detail: map[string]any{"network": pub.Network}})
	if err != nil {
		return err
	}
	return p.exec("write the state", `INSERT INTO states (network, edition, seq, hash, chunks) VALUES (?, ?, ?, ?, ?)`,
		pub.Network, p.edition, seq, pub.Hash, hashes)
}

// chunks keeps what is not there yet and returns the hashes as JSON.
func (p *publishing) chunks(chunks [][]byte) ([]byte, error) {
	hashes := make([]string, len(chunks))
	for i, c := range chunks {
		sum := sha256.Sum256(c)
		hashes[i] = hex.EncodeToString(sum[:])
		if err := p.exec("write a chunk", `INSERT INTO chunks (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING`, hashes[i], c); err != nil {
			return nil, err
		}
	}
	return json.Marshal(hashes)
}

// gridIDs is the counter of grids' ids: codes, and so ids, are one space over
// all networks.
const gridIDs geo.Layer = "grids"

func (p *publishing) grid(network string, g *geo.Grid) error {
	var id int64
	found, err := p.scan("find "+g.Code, `SELECT id FROM grids WHERE code = ? LIMIT 1`, []any{g.Code}, &id)
	if err != nil {
		return err
	}
	if !found {
		l := p.layer(gridIDs)
		id = l.next
		l.next, l.dirty = l.next+1, true
	}
	body, err := gridBody(*g, id, network)
	if err != nil {
		return err
	}
	err = p.exec("write grid "+g.Code, `INSERT INTO grids (id, since, network, code, body) VALUES (?, ?, ?, ?, ?)`,
		id, p.edition, network, g.Code, body)
	if geo.KindOf(err) == geo.Conflict {
		return geo.Errorf(geo.Conflict, "code %s is in use in another network", g.Code).On("code", g.Code)
	}
	return err
}
