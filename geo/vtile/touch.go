package vtile

import (
	"cmp"
	"encoding/json"
	"slices"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// Touch is what changed of a tileset: these tiles of all zooms, or all tiles.
type Touch struct {
	Set   *Tileset // as it is after the change
	All   bool
	Tiles []Tile // by zoom, row and column, each once
}

// Since tells which tiles of a are not the same as in the earlier atlas before.
// changes are what led from one world to the next, nil if that is not known.
func (a *Atlas) Since(before *Atlas, changes []geo.Change) []Touch {
	var out []Touch
	for _, set := range a.sets {
		old := before.Tileset(set.ID)
		switch {
		case old == nil:
			out = append(out, Touch{Set: set, All: true})
		case old.Revision == set.Revision:
		case set.Whole || changes == nil || a.redrawn(before, set, changes):
			out = append(out, Touch{Set: set, All: true})
		default:
			if tiles := a.touched(before, set, changes); len(tiles) > 0 {
				out = append(out, Touch{Set: set, Tiles: tiles})
			}
		}
	}
	return out
}

// layerOf is the layer that a live tileset draws.
func layerOf(set *Tileset) geo.Layer { return geo.Layer(set.ID) }

// redrawn tells that all of a live tileset changed: its areas, or the layer as a
// whole.
func (a *Atlas) redrawn(before *Atlas, set *Tileset, changes []geo.Change) bool {
	was, is := before.world.Basic(), a.world.Basic()
	if was == nil || is == nil || was.Revision != is.Revision {
		return true
	}
	return slices.ContainsFunc(changes, func(c geo.Change) bool {
		return c.Kind == layerOf(set) && c.Op != "put" && c.Op != "delete"
	})
}

func (a *Atlas) touched(before *Atlas, set *Tileset, changes []geo.Change) []Tile {
	f := finder{was: before, is: a, tiles: map[Tile]bool{}}
	for _, c := range changes {
		switch {
		case c.Kind != layerOf(set):
		case c.Kind == geo.Devices:
			f.device(c)
		default:
			f.incident(c)
		}
	}
	out := make([]Tile, 0, len(f.tiles))
	for t := range f.tiles {
		out = append(out, t)
	}
	slices.SortFunc(out, func(s, t Tile) int {
		return cmp.Or(cmp.Compare(s.Z, t.Z), cmp.Compare(s.Y, t.Y), cmp.Compare(s.X, t.X))
	})
	return out
}

// finder gathers the tiles that single changes touch.
type finder struct {
	was, is *Atlas
	tiles   map[Tile]bool
	d       drawer
}

// figures are what an object adds to its areas' counts.
type figures struct {
	area           int32
	one, two, more bool // device or incident, camera, alert or urgent
}

func (f *finder) device(c geo.Change) {
	old, _ := f.was.world.Devices().ByCode(c.Object)
	now, _ := f.is.world.Devices().ByCode(c.Object)
	if old != nil && now != nil && drawnAlike(old, now) {
		return
	}
	for _, o := range []*geo.Device{old, now} {
		if o != nil {
			f.point(o.Point)
		}
	}
	if old == nil || now == nil || !seesAlike(old, now) {
		f.view(old)
		f.view(now)
	}
	f.counts(deviceFigures(f.was.world, old), deviceFigures(f.is.world, now))
}

func drawnAlike(a, b *geo.Device) bool {
	return a.ID == b.ID && a.Point == b.Point && a.Kind == b.Kind && a.State == b.State &&
		a.Name.In("zh") == b.Name.In("zh") && seesAlike(a, b)
}

func seesAlike(a, b *geo.Device) bool {
	if a.View == nil || b.View == nil {
		return a.View == b.View
	}
	return a.ID == b.ID && a.Point == b.Point && *a.View == *b.View
}

func deviceFigures(w *world.World, o *geo.Device) figures {
	if o == nil {
		return figures{area: coverage.NoArea}
	}
	return figures{w.Devices().Area(o.ID), true, o.Kind == "camera", o.State == StateAlert}
}

func (f *finder) incident(c geo.Change) {
	var head struct {
		ID int64 `json:"id"`
	}
	if json.Unmarshal(c.Body, &head) != nil {
		return // the world would not have taken it
	}
	old, _ := f.was.world.Incidents().ByID(head.ID)
	now, _ := f.is.world.Incidents().ByID(head.ID)
	for _, o := range []*geo.Incident{old, now} {
		if o != nil {
			f.point(o.Point)
		}
	}
	f.counts(incidentFigures(f.was.world, old), incidentFigures(f.is.world, now))
}

func incidentFigures(w *world.World, o *geo.Incident) figures {
	if o == nil {
		return figures{area: coverage.NoArea}
	}
	return figures{area: w.Incidents().Area(o.ID), one: true, more: urgent(o.Urgency)}
}

// point adds the tiles that a place is in.
func (f *finder) point(p lattice.Point) {
	b := coverage.Project(p)
	for z := uint8(objectZoom); z <= MaxZoom; z++ {
		f.tiles[tileOf(b.At(z), z)] = true
	}
}

func tileOf(p coverage.Pixel, z uint8) Tile {
	return Tile{Z: z, X: uint32(p.X / Extent), Y: uint32(p.Y / Extent)}
}

// view adds the tiles in which something of a camera's view is left.
func (f *finder) view(o *geo.Device) {
	if o == nil || o.View == nil {
		return
	}
	for z := uint8(objectZoom); z <= MaxZoom; z++ {
		if !f.d.sector(o.Point, o.View, z) {
			continue
		}
		for _, t := range cover(coverage.PixelBoxOf(boxOf(f.d.whole.points)), z, Buffer) {
			f.d.faces.clear()
			f.d.cutWhole(t.frame())
			if len(f.d.faces.rings) > 0 {
				f.tiles[t] = true
			}
		}
	}
}

// counts adds the tiles with the labels of the areas whose counts moved.
func (f *finder) counts(old, now figures) {
	if old == now {
		return
	}
	n := f.is.basic()
	if n == nil {
		return
	}
	areas := n.net.Coverage.Areas()
	for z := uint8(0); z < objectZoom; z++ {
		level := n.countedLevel(z)
		was, is := n.up(old.area, level, areas), n.up(now.area, level, areas)
		if was == is && sameFigures(old, now) {
			continue
		}
		for _, a := range []int32{was, is} {
			if a >= 0 {
				f.tiles[tileOf(coverage.Project(n.net.Label(a)).At(z), z)] = true
			}
		}
	}
}

func sameFigures(a, b figures) bool { return a.one == b.one && a.two == b.two && a.more == b.more }

// up is the area of a level that an area lies in, NoArea if there is none.
func (n *network) up(a int32, level int, areas []coverage.Area) int32 {
	for a >= 0 && int(areas[a].Level) > level {
		a = n.net.Parent(a)
	}
	if a >= 0 && int(areas[a].Level) != level {
		return coverage.NoArea
	}
	return a
}
