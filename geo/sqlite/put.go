package sqlite

import (
	"context"

	"onegrid/geo"
)

// Put writes single objects of a layer, new ones or changed ones by code, each
// with its entry in the log, in one transaction. It returns the last seq. Objects
// hang in no chain: who is limited to a subtree is refused.
func (s *Store) Put(ctx context.Context, by geo.Actor, objects Objects) (seq int64, err error) {
	w, err := s.forWriting(by)
	if err != nil {
		return 0, err
	}
	rows, err := tableOf(&objects)
	if err != nil {
		return 0, err
	}
	for i := range rows.n {
		if rows.code(i) == "" {
			return 0, withoutCode(rows, i)
		}
	}
	err = w.write(ctx, true, func(t *tx) (err error) {
		if err := by.Allowed(geo.Subject{Layer: objects.Layer}); err != nil {
			return err
		}
		for i := range rows.n {
			if seq, err = t.put(by, objects.Layer, rows, i); err != nil {
				return err
			}
		}
		return nil
	})
	return seq, err
}

func (t *tx) put(by geo.Actor, name geo.Layer, rows table, i int) (int64, error) {
	l := t.layer(name)
	var id int64
	found, err := t.idOf(rows.name, rows.code(i), &id)
	if err != nil {
		return 0, err
	}
	if !found {
		id = l.next
		l.next++
		l.rows++
	}
	body, err := rows.body(nil, i, id)
	if err != nil {
		return 0, err
	}
	err = t.exec("write "+rows.name, `INSERT INTO `+rows.name+` (id, code, body) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body`, id, rows.code(i), body)
	if err != nil {
		return 0, err
	}
	entry, err := rows.entry(i, id)
	if err != nil {
		return 0, err
	}
	return t.log(change{by: by, do: string(name) + ".put", kind: name, object: rows.code(i), op: "put", body: entry})
}

// Delete removes objects of a layer by code, in one transaction. NotFound names
// a code that is not there, and nothing is removed.
func (s *Store) Delete(ctx context.Context, by geo.Actor, layer geo.Layer, codes ...string) (seq int64, err error) {
	w, err := s.forWriting(by)
	if err != nil {
		return 0, err
	}
	rows, err := tableOf(&Objects{Layer: layer})
	if err != nil {
		return 0, err
	}
	err = w.write(ctx, true, func(t *tx) (err error) {
		if err := by.Allowed(geo.Subject{Layer: layer}); err != nil {
			return err
		}
		for _, code := range codes {
			if seq, err = t.remove(by, layer, rows.name, code); err != nil {
				return err
			}
		}
		return nil
	})
	return seq, err
}

func (t *tx) remove(by geo.Actor, name geo.Layer, table, code string) (int64, error) {
	var id int64
	found, err := t.idOf(table, code, &id)
	if err != nil {
		return 0, err
	}
	if !found {
		return 0, geo.Errorf(geo.NotFound, "%s has no object %q", table, code).On("code", code)
	}
	if err := t.exec("remove from "+table, `DELETE FROM `+table+` WHERE id = ?`, id); err != nil {
		return 0, err
	}
	t.layer(name).rows--
	return t.log(change{by: by, do: string(name) + ".delete", kind: name, object: code, op: "delete"})
}
