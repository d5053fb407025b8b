package sqlite

import (
	"context"

	"onegrid/geo"
)

// Put writes single objects of a layer, new ones or changed ones by code, each
// with its entry in the log, in one transaction. It returns the last seq.
func (s *Store) Put(ctx context.Context, actor string, objects Objects) (seq int64, err error) {
	w, err := s.forWriting()
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
		for i := range rows.n {
			if seq, err = t.put(actor, objects.Layer, rows, i); err != nil {
				return err
			}
		}
		return nil
	})
	return seq, err
}

func (t *tx) put(actor string, name geo.Layer, rows table, i int) (int64, error) {
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
	return t.log(actor, name, rows.code(i), "put", entry)
}

// Delete removes objects of a layer by code, in one transaction. NotFound names
// a code that is not there, and nothing is removed.
func (s *Store) Delete(ctx context.Context, actor string, layer geo.Layer, codes ...string) (seq int64, err error) {
	w, err := s.forWriting()
	if err != nil {
		return 0, err
	}
	rows, err := tableOf(&Objects{Layer: layer})
	if err != nil {
		return 0, err
	}
	err = w.write(ctx, true, func(t *tx) (err error) {
		for _, code := range codes {
			if seq, err = t.remove(actor, layer, rows.name, code); err != nil {
				return err
			}
		}
		return nil
	})
	return seq, err
}

func (t *tx) remove(actor string, name geo.Layer, table, code string) (int64, error) {
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
	return t.log(actor, name, code, "delete", nil)
}
