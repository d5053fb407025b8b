package sqlite

import (
	"bytes"
	"encoding/json"
	"slices"

	"onegrid/geo"
)

// What a write concerns is asked within its transaction: between a handler's look
// at the world and the write somebody may have moved the area elsewhere.

// mayHandle asks whether an actor may report or move an incident.
func (t *tx) mayHandle(by geo.Actor, in *geo.Incident) error {
	if by.May == nil {
		return nil
	}
	chain, err := t.chainOf(in)
	if err != nil {
		return err
	}
	s := geo.Subject{Layer: geo.Incidents, Network: in.Network}
	if len(chain) > 0 {
		s.Chains = [][]string{chain}
	}
	return by.Allowed(s)
}

// chainOf returns the chain of an incident's owner, as it hangs now. Where the
// owner is of another network, that of the basic grid counts: subtrees are of the
// basic network.
func (t *tx) chainOf(in *geo.Incident) ([]string, error) {
	owner, err := t.above(in.Owner)
	if err != nil || in.Grid == "" || in.Grid == in.Owner {
		return codes(owner), err
	}
	grid, err := t.above(in.Grid)
	if err != nil {
		return nil, err
	}
	if len(grid) > 0 && (len(owner) == 0 || grid[0].Network != owner[0].Network) {
		return codes(grid), nil
	}
	return codes(owner), nil
}

// above returns a grid and all above it. A grid that is gone hangs where it hung
// last.
func (t *tx) above(code string) (chain []geo.Grid, err error) {
	for code != "" && !slices.ContainsFunc(chain, func(g geo.Grid) bool { return g.Code == code }) {
		var body []byte
		found, err := t.scan("find "+code, `SELECT body FROM grids WHERE code = ? ORDER BY since DESC LIMIT 1`, []any{code}, &body)
		if err != nil || !found {
			return chain, err
		}
		var g geo.Grid
		if err := json.Unmarshal(body, &g); err != nil {
			return nil, wrap("read grid "+code, err)
		}
		chain = append(chain, g)
		code = g.Parent
	}
	return chain, nil
}

func codes(chain []geo.Grid) (out []string) {
	for i := range chain {
		out = append(out, chain[i].Code)
	}
	return out
}

// mayPublish asks, network by network, whether the actor may change what is
// different afterwards.
func (p *publishing) mayPublish(pubs []geo.Publication) error {
	if p.by.May == nil {
		return nil
	}
	for i := range pubs {
		d, err := p.difference(&pubs[i])
		if err != nil {
			return err
		}
		if err := p.by.Allowed(d.subject); err != nil {
			return err
		}
	}
	return nil
}

// difference is what one network's publication changes.
type difference struct {
	subject       geo.Subject
	before, after map[string]*geo.Grid
	seen          map[string]bool // chains, by what they are of
}

// difference compares a network's publication with what is in force.
func (p *publishing) difference(pub *geo.Publication) (*difference, error) {
	rows, err := p.inForce(pub.Network)
	if err != nil {
		return nil, err
	}
	d := &difference{
		subject: geo.Subject{Layer: geo.GridsOf(pub.Network), Network: pub.Network},
		before:  make(map[string]*geo.Grid, len(rows)), after: byCode(pub.Grids), seen: map[string]bool{},
	}
	for _, row := range rows {
		g := new(geo.Grid)
		if err := json.Unmarshal(row.body, g); err != nil {
			return nil, wrap("read grid "+row.code, err)
		}
		d.before[row.code] = g
	}
	for _, row := range rows {
		if err := d.compare(row, pub.Network); err != nil {
			return nil, err
		}
	}
	for i := range pub.Grids {
		if g := &pub.Grids[i]; d.before[g.Code] == nil {
			d.hangs(g, d.after)
		}
	}
	reshaped, err := p.reshaped(pub)
	for _, code := range reshaped {
		d.concerns(code)
	}
	return d, err
}

// compare notes what became of a grid that was in force. Who takes a grid away,
// or hangs it elsewhere, acts on what it hangs on: the top of a subtree is not its
// own to move.
func (d *difference) compare(row gridRow, network string) error {
	was, is := d.before[row.code], d.after[row.code]
	if is == nil {
		d.hangs(was, d.before)
		return nil
	}
	if was.Parent != is.Parent || was.Level != is.Level || was.Building != is.Building {
		d.hangs(was, d.before)
		d.hangs(is, d.after)
	}
	body, err := gridBody(*is, row.id, network)
	if err == nil && !bytes.Equal(body, row.body) {
		d.concerns(row.code)
	}
	return err
}

// hangs notes what a grid hangs on, in one of the two states.
func (d *difference) hangs(g *geo.Grid, in map[string]*geo.Grid) {
	if g.Parent == "" {
		d.subject.Whole = true
		return
	}
	d.add(g.Parent, in)
}

// concerns notes an area itself, before and after.
func (d *difference) concerns(code string) {
	d.add(code, d.before)
	d.add(code, d.after)
}

func (d *difference) add(code string, in map[string]*geo.Grid) {
	var chain []string
	for g := in[code]; g != nil && !slices.Contains(chain, g.Code); g = in[g.Parent] {
		chain = append(chain, g.Code)
	}
	key, err := json.Marshal(chain)
	if err == nil && len(chain) > 0 && !d.seen[string(key)] {
		d.seen[string(key)] = true
		d.subject.Chains = append(d.subject.Chains, chain)
	}
}

// reshaped returns the areas that a publication draws otherwise than what is in
// force: all of them where it does not say.
func (p *publishing) reshaped(pub *geo.Publication) ([]string, error) {
	before, err := p.chunksInForce(pub.Network)
	if err != nil || slices.EqualFunc(before, pub.Chunks, bytes.Equal) {
		return nil, err
	}
	if pub.Reshaped != nil && before != nil {
		return pub.Reshaped(before)
	}
	all := make([]string, len(pub.Grids))
	for i := range all {
		all[i] = pub.Grids[i].Code
	}
	return all, nil
}

// chunksInForce reads the coverage that a network has now; nil before its first.
func (p *publishing) chunksInForce(network string) ([][]byte, error) {
	var list []byte
	found, err := p.scan("read the state of "+network, `SELECT chunks FROM states WHERE network = ? ORDER BY edition DESC LIMIT 1`, []any{network}, &list)
	if err != nil || !found {
		return nil, err
	}
	var hashes []string
	if err := json.Unmarshal(list, &hashes); err != nil {
		return nil, wrap("read the state of "+network, err)
	}
	var out [][]byte
	for _, hash := range hashes {
		var body []byte
		if _, err := p.scan("read chunk "+hash, `SELECT body FROM chunks WHERE hash = ?`, []any{hash}, &body); err != nil {
			return nil, err
		}
		out = append(out, body)
	}
	return out, nil
}
