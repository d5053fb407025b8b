package world

import (
	"onegrid/geo"
)

// settle finishes the layers that were replaced, finds the areas of their
// objects, of all objects if the areas moved, and counts them.
func (b *Builder) settle(moved bool) error {
	for l, p := range b.packing {
		done, err := p.done()
		if err != nil {
			return err
		}
		if !moved {
			b.countRows(b.next.rows[l], -1)
		}
		b.next.rows[l] = &Rows{layer: l, packed: done}
	}
	for l, r := range b.next.rows {
		if moved || b.fresh[l] {
			b.next.rows[l] = r.placed(b.next.basic)
			b.countRows(b.next.rows[l], +1)
		}
	}
	b.settleDevices(moved)
	b.settleIncidents(moved)
	if b.fresh[geo.Posts] {
		b.next.posts = newPosts(b.posts)
	}
	return nil
}

func (b *Builder) settleDevices(moved bool) {
	b.next.devices = settleMoving(b, b.next.devices, b.devices, b.fresh[geo.Devices], moved, countsOfDevice)
}

func (b *Builder) settleIncidents(moved bool) {
	b.next.incidents = settleMoving(b, b.next.incidents, b.opened, b.fresh[geo.Incidents], moved, countsOfIncident)
}

func settleMoving[T any](b *Builder, was *moving[T], all []*mover[T], fresh, moved bool, of func(*T) counts) *moving[T] {
	if !fresh && !moved {
		return was
	}
	if !moved {
		countMoving(b, was, of, -1)
	}
	var is *moving[T]
	if fresh {
		is = gathered(all, b.next.basic)
	} else {
		is = was.placed(b.next.basic)
	}
	countMoving(b, is, of, +1)
	return is
}

func countsOfIncident(*geo.Incident) counts { return counts{open: 1} }

// countRows adds a whole layer's counts to the tally, or takes them away.
func (b *Builder) countRows(r *Rows, sign int) {
	if r.layer != geo.Buildings && r.layer != geo.Sites {
		return
	}
	alone := make([]counts, len(b.next.areasOfBasic()))
	for row := range r.All() {
		if row.Area >= 0 {
			alone[row.Area] = alone[row.Area].plus(countsOfRow(r.layer, row.Body))
		}
	}
	b.count(alone, sign)
}

func countMoving[T any](b *Builder, m *moving[T], of func(*T) counts, sign int) {
	alone := make([]counts, len(b.next.areasOfBasic()))
	m.ids.all(func(o *mover[T]) bool {
		if o.area >= 0 {
			alone[o.area] = alone[o.area].plus(of(o.obj))
		}
		return true
	})
	b.count(alone, sign)
}

func (b *Builder) count(alone []counts, sign int) {
	if sign < 0 {
		for i := range alone {
			alone[i] = alone[i].negative()
		}
	}
	if len(alone) > 0 {
		b.next.tally.addAll(b.next.basic, alone)
	}
}
