package sqlite

import (
	"context"
	"encoding/json"
	"strconv"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
)

// Objects are the objects of one layer.
type Objects = record.Objects

// table is what the store needs to know of a layer's objects, one by one. Its
// functions work on copies: the caller's objects stay as they are.
type table struct {
	name string
	n    int
	code func(i int) string
	// body is an object's row; entry the JSON that the log keeps of it.
	body  func(dst []byte, i int, id int64) ([]byte, error)
	entry func(i int, id int64) ([]byte, error)
}

func tableOf(o *Objects) (table, error) {
	switch o.Layer {
	case geo.Estates:
		return records(o.Estates, func(x *geo.Estate) (*string, *int64) { return &x.Code, &x.ID }, record.AppendEstate).named("estates"), nil
	case geo.Buildings:
		t := records(o.Buildings, func(x *geo.Building) (*string, *int64) { return &x.Code, &x.ID }, appendBuilding)
		return t.named("buildings"), nil
	case geo.Devices:
		return records(o.Devices, func(x *geo.Device) (*string, *int64) { return &x.Code, &x.ID }, record.AppendDevice).named("devices"), nil
	case geo.Sites:
		return records(o.Sites, func(x *geo.Site) (*string, *int64) { return &x.Code, &x.ID }, record.AppendSite).named("sites"), nil
	case geo.Base:
		return records(o.Base, func(x *geo.BaseFeature) (*string, *int64) { return &x.Code, &x.ID }, record.AppendBase).named("base"), nil
	case geo.Posts:
		t := records(o.Posts, func(x *geo.Post) (*string, *int64) { return &x.Code, &x.ID }, nil)
		t.body = func(_ []byte, i int, id int64) ([]byte, error) { return t.entry(i, id) }
		return t.named("posts"), nil
	}
	return table{}, noObjects(o.Layer)
}

func noObjects(l geo.Layer) error {
	return geo.Errorf(geo.Invalid, "%q is not a layer of objects", l).On("layer", string(l))
}

func (t table) named(name string) table {
	t.name = name
	return t
}

func records[T any](all []T, key func(*T) (code *string, id *int64), write func([]byte, *T) []byte) table {
	withID := func(i int, id int64) *T {
		x := all[i]
		_, at := key(&x)
		*at = id
		return &x
	}
	return table{
		n:     len(all),
		code:  func(i int) string { code, _ := key(&all[i]); return *code },
		body:  func(dst []byte, i int, _ int64) ([]byte, error) { return write(dst, &all[i]), nil },
		entry: func(i int, id int64) ([]byte, error) { return json.Marshal(withID(i, id)) },
	}
}

// appendBuilding gives a building that came without an interior point one.
func appendBuilding(dst []byte, b *geo.Building) []byte {
	if b.Interior == (lattice.Point{}) {
		inside := *b
		inside.Interior = record.Interior(b.Shape)
		b = &inside
	}
	return record.AppendBuilding(dst, b)
}

// Load replaces a layer whole, in one transaction, with one entry in the log.
// Ids are kept by code. Conflict names a code that comes twice.
func (s *Store) Load(ctx context.Context, by geo.Actor, objects Objects) error {
	w, err := s.forWriting(by)
	if err != nil {
		return err
	}
	t, err := tableOf(&objects)
	if err != nil {
		return err
	}
	return w.write(ctx, true, func(tx *tx) error {
		if err := by.Allowed(geo.Subject{Layer: objects.Layer, Whole: true}); err != nil {
			return err
		}
		return tx.loadLayer(by, objects.Layer, t)
	})
}

func (t *tx) loadLayer(by geo.Actor, name geo.Layer, rows table) error {
	ids, err := t.idsByCode(name, rows)
	if err != nil {
		return err
	}
	if err := t.exec("empty "+rows.name, `DELETE FROM `+rows.name); err != nil {
		return err
	}
	insert := `INSERT INTO ` + rows.name + ` (id, code, body) VALUES (?, ?, ?)`
	var body []byte
	for i := range rows.n {
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if body, err = rows.body(body[:0], i, ids[i]); err != nil {
			return err
		}
		if err := t.exec("write "+rows.name, insert, ids[i], rows.code(i), body); err != nil {
			return atRow(err, rows, i)
		}
	}
	l := t.layer(name)
	l.rows = int64(rows.n)
	_, err = t.log(change{by: by, do: string(name) + ".load", kind: name, op: "load",
		body: []byte(`{"rows":` + strconv.Itoa(rows.n) + `}`), detail: map[string]any{"rows": rows.n}})
	return err
}

// idsByCode returns each object's id: the one it had, else the next.
func (t *tx) idsByCode(name geo.Layer, rows table) ([]int64, error) {
	l := t.layer(name)
	l.dirty = true
	ids := make([]int64, rows.n)
	for i := range ids {
		if rows.code(i) == "" {
			return nil, withoutCode(rows, i)
		}
		found := false
		if l.rows > 0 {
			var err error
			if found, err = t.idOf(rows.name, rows.code(i), &ids[i]); err != nil {
				return nil, err
			}
		}
		if !found {
			ids[i] = l.next
			l.next++
		}
	}
	return ids, nil
}

func (t *tx) idOf(table, code string, id *int64) (bool, error) {
	return t.scan("find "+code, `SELECT id FROM `+table+` WHERE code = ?`, []any{code}, id)
}

func withoutCode(rows table, i int) error {
	e := geo.Errorf(geo.Invalid, "an object of %s has no code", rows.name).On("code", "")
	e.Row = i + 1
	return e
}

// atRow names the object at fault: a constraint that fails is a code that is
// there twice.
func atRow(err error, rows table, i int) error {
	if geo.KindOf(err) != geo.Conflict {
		return err
	}
	e := geo.Errorf(geo.Conflict, "code %q of %s is there twice", rows.code(i), rows.name).On("code", rows.code(i))
	e.Row = i + 1
	return e
}
