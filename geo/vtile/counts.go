package vtile

import (
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/coverage"
	"onegrid/geo/world"
)

// counting says how the objects of a live tileset are counted from far.
type counting struct {
	layer string
	keys  []string  // level, code and what is counted
	of    geo.Class // who sees the objects
}

// figures are what is counted of an area: all objects first, then some kinds of
// them.
type figures [3]uint64

// told are figures as the public is told them.
func (f figures) told() figures {
	for i := range f {
		f[i] -= f[i] % access.FewerThan
	}
	return f
}

// countIf counts the objects for which is holds, each in its area of the basic
// network and in all areas above: what the world itself does not count.
func countIf[T any](w *world.World, all world.Objects[*T], id func(*T) int64, is func(*T) bool) []int32 {
	net := w.Basic()
	of := make([]int32, len(net.Grids))
	for o := range all.All() {
		if !is(o) {
			continue
		}
		for a := all.Area(id(o)); a >= 0; a = net.Parent(a) {
			of[a]++
		}
	}
	return of
}

// figures returns what is counted of an area of a live layer.
func (a *Atlas) figures(layer geo.Layer) func(area int32) figures {
	if layer == geo.Devices {
		alerts := a.alerts.get()
		return func(area int32) figures {
			c := a.world.Counts(area)
			return figures{uint64(c.Devices), uint64(c.Cameras), uint64(alerts[area])}
		}
	}
	urgents := a.urgents.get()
	return func(area int32) figures {
		return figures{uint64(a.world.Counts(area).Open), uint64(urgents[area])}
	}
}

// drawCounts writes a live tileset's counts.
func (a *Atlas) drawCounts(d *drawer, t Tile, set *Tileset) {
	n := a.basic()
	if n == nil || !d.sight.Classes.Has(geo.ClassPublic) || !d.sight.Network(n.net.Spec.ID) {
		return
	}
	n.drawCounts(d, t, set.counts, set.exactly(d.sight), a.figures(geo.Layer(set.ID)))
}

// drawCounts writes the figures of the areas that a zoom counts by, at their
// labels. An area without objects is left out, and so is one of which the figures
// may not be told.
func (n *network) drawCounts(d *drawer, t Tile, c counting, exactly bool, of func(area int32) figures) {
	counted := n.counted(t.Z, d.sight.Subtree)
	d.w.begin(c.layer, c.keys, nil)
	n.labels().in(d, t, func(a int32, place coverage.Pixel) {
		if !counted(a) || !d.view.InSubtree(a) {
			return
		}
		f := of(a)
		if !exactly {
			f = f.told()
		}
		if f[0] == 0 {
			return
		}
		d.w.text(0, n.net.Grids[a].Level)
		d.w.text(1, n.net.Grids[a].Code)
		for k := range c.keys[2:] {
			if exactly || f[k] > 0 { // what is not told is not 0
				d.w.uint(byte(k+2), f[k])
			}
		}
		d.w.point(place)
		d.w.put(n.net.Grids[a].ID, pointType)
	})
	d.w.end()
}

// counted returns by which areas a zoom counts: those of one level, and from
// farther away than they have room, the subtree that is looked at, if any.
func (n *network) counted(z uint8, subtree string) func(area int32) bool {
	areas, level := n.net.Coverage.Areas(), n.countedLevel(z)
	top, ok := n.net.Find(subtree)
	if !ok || int(areas[top].Level) <= level {
		top = coverage.NoArea
	}
	return func(a int32) bool { return a == top || int(areas[a].Level) == level }
}

// countedLevel is the level by whose areas a zoom counts: the finest whose areas
// have room for the figures, among the drawn ones.
func (n *network) countedLevel(z uint8) int {
	level := len(n.levels) - 1
	for !n.shows(level, z, widthOfCounts) {
		level--
	}
	return level
}
