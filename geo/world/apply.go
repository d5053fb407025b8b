package world

import (
	"encoding/json"
	"strconv"

	"onegrid/geo"
	"onegrid/geo/record"
)

// Apply returns the world after the changes, which must follow its own: single
// objects put and deleted. What replaces a whole layer (load, publish, scheme)
// does not fit in a change and comes by a Builder. Untouched layers are shared.
func (w *World) Apply(changes []geo.Change) (*World, error) {
	if len(changes) == 0 {
		return w, nil
	}
	b := NewBuilder(w, false)
	last := changes[len(changes)-1]
	if err := b.Begin(record.Position{Seq: last.Seq}, last.At, false); err != nil {
		return nil, err
	}
	for _, c := range changes {
		if err := b.Change(c); err != nil {
			return nil, err
		}
	}
	return b.World()
}

// apply carries out the single changes on the layers that were not replaced.
func (b *Builder) apply() error {
	e := editing{b: b, posts: map[string]*geo.Post{}}
	for i := range b.changes {
		c := &b.changes[i]
		if b.fresh[c.Kind] || c.Op == "publish" || c.Op == "load" || c.Kind == geo.Scheming {
			if !b.brought(c) {
				return geo.Errorf(geo.Internal, "change %d (%s %s) came without what it brings", c.Seq, c.Op, c.Kind)
			}
			continue
		}
		if err := e.one(c); err != nil {
			return &geo.Error{Kind: geo.Internal, Message: "change " + strconv.FormatInt(c.Seq, 10), Err: err}
		}
	}
	return e.done()
}

// brought tells that the feed had the whole part that a change stands for.
func (b *Builder) brought(c *geo.Change) bool {
	if c.Op == "publish" {
		for _, p := range b.networks {
			if geo.GridsOf(p.State.Network) == c.Kind {
				return true
			}
		}
		return false
	}
	return b.fresh[c.Kind]
}

// editing is the state of applying single changes: layers are copied for
// writing once, however many changes touch them.
type editing struct {
	b         *Builder
	devices   *edit[geo.Device]
	incidents *edit[geo.Incident]
	posts     map[string]*geo.Post // nil for a deleted one
}

func (e *editing) one(c *geo.Change) error {
	switch {
	case c.Kind == geo.Devices:
		return e.device(c)
	case c.Kind == geo.Incidents:
		return e.incident(c)
	case c.Kind == geo.Posts:
		return e.post(c)
	case isStatic(c.Kind):
		return e.static(c)
	}
	return geo.Errorf(geo.Internal, "%s is not a layer of objects", c.Kind)
}

func (e *editing) device(c *geo.Change) error {
	if e.devices == nil {
		e.devices = e.b.next.devices.edit()
	}
	if c.Op == "delete" {
		if d, ok := e.devices.ByCode(c.Object); ok {
			e.countMover(e.devices.get(d.ID).area, countsOfDevice(d).negative())
			e.devices.del(d.ID)
		}
		return nil
	}
	d := &geo.Device{}
	if err := json.Unmarshal(c.Body, d); err != nil {
		return err
	}
	if old := e.devices.get(d.ID); old != nil {
		e.countMover(old.area, countsOfDevice(old.obj).negative())
	}
	o := moverOfDevice(d)
	o.area = e.b.next.basic.AreaAt(o.at)
	e.devices.put(o)
	e.countMover(o.area, countsOfDevice(d))
	return nil
}

// incident puts an open incident and takes a closed one off the map.
func (e *editing) incident(c *geo.Change) error {
	if e.incidents == nil {
		e.incidents = e.b.next.incidents.edit()
	}
	in := &geo.Incident{}
	if err := json.Unmarshal(c.Body, in); err != nil {
		return err
	}
	if old := e.incidents.get(in.ID); old != nil {
		e.countMover(old.area, counts{open: -1})
		e.incidents.del(in.ID)
	}
	if in.State != "open" {
		return nil
	}
	o := moverOfIncident(in)
	o.area = e.b.next.basic.AreaAt(o.at)
	e.incidents.put(o)
	e.countMover(o.area, counts{open: 1})
	return nil
}

func (e *editing) countMover(area int32, c counts) {
	if area >= 0 {
		e.b.next.tally.add(e.b.next.basic, area, c)
	}
}

func (e *editing) post(c *geo.Change) error {
	if c.Op == "delete" {
		e.posts[c.Object] = nil
		return nil
	}
	p := &geo.Post{}
	if err := json.Unmarshal(c.Body, p); err != nil {
		return err
	}
	e.posts[p.Code] = p
	return nil
}

func (e *editing) static(c *geo.Change) error {
	rows := e.b.next.rows[c.Kind]
	if c.Op == "delete" {
		if row, ok := rows.FindCode(c.Object); ok {
			e.countMover(row.Area, countsOfRow(c.Kind, row.Body).negative())
			e.b.next.rows[c.Kind] = rows.without(row.ID)
		}
		return nil
	}
	id, body, err := record.FromJSON(c.Kind, c.Body)
	if err != nil {
		return err
	}
	row := Row{ID: id, Body: string(body), Area: rows.areaOf(e.b.next.basic, string(body))}
	if row.box, err = record.Check(c.Kind, id, row.Body); err != nil {
		return err
	}
	if old, ok := rows.Find(id); ok {
		e.countMover(old.Area, countsOfRow(c.Kind, old.Body).negative())
	}
	e.countMover(row.Area, countsOfRow(c.Kind, row.Body))
	e.b.next.rows[c.Kind] = rows.with(row)
	return nil
}

// done ends the copies, and packs a layer whose overlay has grown too large.
func (e *editing) done() error {
	w := e.b.next
	if e.devices != nil {
		w.devices = e.devices.done()
	}
	if e.incidents != nil {
		w.incidents = e.incidents.done()
	}
	if len(e.posts) > 0 {
		w.posts = w.posts.changed(e.posts)
	}
	for l, r := range w.rows {
		if r.overgrown() {
			packed, err := r.repacked()
			if err != nil {
				return err
			}
			w.rows[l] = packed
		}
	}
	return nil
}

func moverOfDevice(d *geo.Device) *mover[geo.Device] {
	return &mover[geo.Device]{id: d.ID, code: d.Code, at: d.Point, obj: d}
}

func moverOfIncident(in *geo.Incident) *mover[geo.Incident] {
	return &mover[geo.Incident]{id: in.ID, code: in.Code, at: in.Point, obj: in}
}
