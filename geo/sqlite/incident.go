package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strconv"

	"onegrid/geo"
)

// opened is what OpenIncident answers.
type opened struct {
	in    geo.Incident
	seq   int64
	again bool
}

// OpenIncident keeps an incident; it is durable when this returns. ID, Received
// and State are the store's to set. With a key that was used before, nothing is
// written: the incident as it is now and the seq of that time come back, and
// again is true; Conflict if the key was for another incident (another point,
// category, source or code). Denied if the actor may not report there.
func (s *Store) OpenIncident(ctx context.Context, by geo.Actor, in geo.Incident, key string) (out geo.Incident, seq int64, again bool, err error) {
	w, err := s.forWriting(by)
	if err != nil {
		return out, 0, false, err
	}
	res := &opened{}
	err = w.write(ctx, false, func(t *tx) (err error) {
		*res, err = t.openIncident(by, in, key)
		return err
	})
	if err != nil { // on a cancelled wait, res may still be written to
		return geo.Incident{}, 0, false, err
	}
	return res.in, res.seq, res.again, nil
}

func (t *tx) openIncident(by geo.Actor, in geo.Incident, key string) (opened, error) {
	if key != "" {
		before, found, err := t.byKey(key)
		if err != nil {
			return opened{}, err
		}
		if found {
			if !sameReport(&before.in, &in) {
				return opened{}, geo.Errorf(geo.Conflict, "the key %q was used for another incident, %d", key, before.in.ID).On("idempotency-key", key)
			}
			return before, t.mayHandle(by, &before.in)
		}
	}
	if err := t.mayHandle(by, &in); err != nil {
		return opened{}, err
	}
	l := t.layer(geo.Incidents)
	in.ID, in.State, in.Received = l.next, "open", t.now
	if in.At.IsZero() {
		in.At = t.now
	}
	body, err := json.Marshal(&in)
	if err != nil {
		return opened{}, geo.Errorf(geo.Invalid, "the incident cannot be written: %v", err)
	}
	l.next++
	l.rows++
	seq, err := t.log(change{by: by, do: "incident.open", kind: geo.Incidents, object: strconv.FormatInt(in.ID, 10), op: "put", body: body})
	if err != nil {
		return opened{}, err
	}
	if err := t.exec("write the incident", `INSERT INTO incidents (id, state, seq, body) VALUES (?, ?, ?, ?)`, in.ID, in.State, seq, body); err != nil {
		return opened{}, err
	}
	if key != "" {
		if err := t.exec("write the key", `INSERT INTO keys (key, incident, seq, at) VALUES (?, ?, ?, ?)`, key, in.ID, seq, t.now.UnixMicro()); err != nil {
			return opened{}, err
		}
	}
	return opened{in: in, seq: seq}, nil
}

// byKey returns what a key was used for.
func (t *tx) byKey(key string) (opened, bool, error) {
	var body []byte
	o := opened{again: true}
	found, err := t.scan("look up the key",
		`SELECT k.seq, i.body FROM keys k JOIN incidents i ON i.id = k.incident WHERE k.key = ?`, []any{key}, &o.seq, &body)
	if err == nil && found {
		err = wrap("read the incident", json.Unmarshal(body, &o.in))
	}
	return o, found, err
}

// sameReport tells whether two incidents are one report sent twice. What the
// server fills in (times, owner) may differ.
func sameReport(a, b *geo.Incident) bool {
	return a.Point == b.Point && a.Category == b.Category && a.Source == b.Source && a.Code == b.Code
}

// CloseIncident closes an incident. Closing a closed one changes nothing and
// returns the seq that closed it. Denied if the actor may not move it.
func (s *Store) CloseIncident(ctx context.Context, by geo.Actor, id int64) (int64, error) {
	w, err := s.forWriting(by)
	if err != nil {
		return 0, err
	}
	seq := new(int64)
	err = w.write(ctx, false, func(t *tx) (err error) {
		*seq, err = t.closeIncident(by, id)
		return err
	})
	if err != nil {
		return 0, err
	}
	return *seq, nil
}

func (t *tx) closeIncident(by geo.Actor, id int64) (int64, error) {
	var state string
	var seq int64
	var body []byte
	found, err := t.scan("find the incident", `SELECT state, seq, body FROM incidents WHERE id = ?`, []any{id}, &state, &seq, &body)
	switch {
	case err != nil:
		return 0, err
	case !found:
		return 0, noIncident(id)
	}
	var in geo.Incident
	if err := json.Unmarshal(body, &in); err != nil {
		return 0, wrap("read the incident", err)
	}
	if err := t.mayHandle(by, &in); err != nil {
		return 0, err
	}
	if state == "closed" {
		return seq, nil
	}
	in.State = "closed"
	if body, err = json.Marshal(&in); err != nil {
		return 0, wrap("write the incident", err)
	}
	seq, err = t.log(change{by: by, do: "incident.close", kind: geo.Incidents, object: strconv.FormatInt(id, 10), op: "put", body: body})
	if err != nil {
		return 0, err
	}
	t.layer(geo.Incidents).rows--
	return seq, t.exec("write the incident", `UPDATE incidents SET state = ?, seq = ?, body = ? WHERE id = ?`, in.State, seq, body, id)
}

func noIncident(id int64) error {
	return geo.Errorf(geo.NotFound, "there is no incident %d", id).On("id", strconv.FormatInt(id, 10))
}

// Incident returns an incident, open or closed.
func (s *Store) Incident(ctx context.Context, id int64) (in geo.Incident, err error) {
	db, err := s.reader.pool()
	if err != nil {
		return in, err
	}
	var body []byte
	err = db.QueryRowContext(ctx, `SELECT body FROM incidents WHERE id = ?`, id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return in, noIncident(id)
	}
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	return in, wrap("read the incident", err)
}

// Incidents returns incidents in the order of their ids, which is that in which
// they were kept: those after an id, at most limit. state is open, closed, or
// empty for both.
func (s *Store) Incidents(ctx context.Context, state string, after int64, limit int) ([]geo.Incident, error) {
	db, err := s.reader.pool()
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT body FROM incidents WHERE id > ?1 AND (?2 = '' OR state = ?2) ORDER BY id LIMIT ?3`, after, state, limit)
	if err != nil {
		return nil, wrap("list the incidents", err)
	}
	defer rows.Close()
	var list []geo.Incident
	for rows.Next() {
		var body []byte
		var in geo.Incident
		if err := rows.Scan(&body); err != nil {
			return nil, wrap("list the incidents", err)
		}
		if err := json.Unmarshal(body, &in); err != nil {
			return nil, wrap("list the incidents", err)
		}
		list = append(list, in)
	}
	return list, wrap("list the incidents", rows.Err())
}
