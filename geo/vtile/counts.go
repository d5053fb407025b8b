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
type figures [3]uint32

// tally is what is counted of each area that is drawn of the basic network: as it
// is, and as the public is told it.
type tally struct{ exact, told []figures }

// tallyOf counts a live layer.
func tallyOf(w *world.World, layer geo.Layer) *tally {
	n := w.Basic()
	exact := make([]figures, len(n.Coverage.Areas()))
	for a := range exact {
		c := w.Counts(int32(a))
		if layer == geo.Devices {
			exact[a] = figures{uint32(c.Devices), uint32(c.Cameras)}
		} else {
			exact[a] = figures{uint32(c.Open)}
		}
	}
	count := func(area int32, kind int) {
		for ; area >= 0; area = n.Parent(area) {
			exact[area][kind]++
		}
	}
	if layer == geo.Devices {
		for o := range w.Devices().All() {
			if o.State == StateAlert {
				count(w.Devices().Area(o.ID), 2)
			}
		}
	} else {
		for o := range w.Incidents().All() {
			if urgent(o.Urgency) {
				count(w.Incidents().Area(o.ID), 1)
			}
		}
	}
	return &tally{exact, toldOf(exact, n.Parent)}
}

// toldOf returns figures as the public is told them: in steps of access.FewerThan,
// so that of no area more is known than a step says. Where the areas of a level
// held nearly as many more as their steps hide, the area above would tell it: five
// that hold 4 each are told 0, and theirs would be told 20. So an area is told no more
// than all its parts but one can hold, by what they are told. Each of them may then
// still hold the least or the most of its step, whatever is told of the others.
//
// Areas come after those above them.
func toldOf(exact []figures, parent func(area int32) int32) []figures {
	const step, hidden = access.FewerThan, access.FewerThan - 1
	told := make([]figures, len(exact))
	parts := make([]struct { // of each area
		n   uint32
		sum figures
	}, len(exact))
	for a := len(exact) - 1; a >= 0; a-- {
		up := parent(int32(a))
		if up >= 0 {
			parts[up].n++
		}
		for k, n := range exact[a] {
			if p := &parts[a]; p.n > 0 {
				n = min(n, p.sum[k]+hidden*(p.n-1))
			}
			n -= n % step
			if told[a][k] = n; up >= 0 {
				parts[up].sum[k] += n
			}
		}
	}
	return told
}

// drawCounts writes a live tileset's counts.
func (a *Atlas) drawCounts(d *drawer, t Tile, set *Tileset) {
	n := a.basic()
	if n == nil || !d.sight.Classes.Has(geo.ClassPublic) || !d.sight.Network(n.net.Spec.ID) {
		return
	}
	tally, exactly := a.tallies[layerOf(set)].get(), set.exactly(d.sight)
	of := tally.told
	if exactly {
		of = tally.exact
	}
	n.drawCounts(d, t, set.counts, of, exactly)
}

// drawCounts writes the figures of the areas that a zoom counts by, at their
// labels. An area without objects is left out, and so is one of which the figures
// may not be told.
func (n *network) drawCounts(d *drawer, t Tile, c counting, of []figures, exactly bool) {
	counted := n.counted(t.Z, d.sight.Subtree)
	d.w.begin(c.layer, c.keys, nil)
	n.labels().in(d, t, func(a int32, place coverage.Pixel) {
		if !counted(a) || !d.view.InSubtree(a) {
			return
		}
		f := of[a]
		if f[0] == 0 {
			return
		}
		d.w.text(0, n.net.Grids[a].Level)
		d.w.text(1, n.net.Grids[a].Code)
		for k := range c.keys[2:] {
			if exactly || f[k] > 0 { // what is not told is not 0
				d.w.uint(byte(k+2), uint64(f[k]))
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
