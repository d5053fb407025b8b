package vtile

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Touch is what changed of a tileset: some tiles of all zooms, or all tiles. It
// holds on to no world.
type Touch struct {
	Set     *Tileset // as it is after the change
	All     bool
	strokes []stroke
}

// stroke is what one object or one area's counts touch, for those who see it.
type stroke struct {
	class   geo.Class
	network string   // whose it is; "" for nobody's
	areas   []string // where it is: the area's code and all above it
	own     bool     // for those alone whose subtree is the first of areas
	figures scale    // of counts: how they are told
	tiles   []Tile
}

// scale says to whom a stroke matters: counts that moved matter to those who are
// told them so.
type scale uint8

const (
	always scale = iota
	exact
	rough
)

// Tiles are those that changed for a sight, by zoom, row and column, each once.
// Of a sight for which all changed there is nothing to list.
func (t *Touch) Tiles(by access.Sight) []Tile {
	by, ok := t.Set.Sight(by)
	if !ok {
		return nil
	}
	told := rough
	if t.Set.exactly(by) {
		told = exact
	}
	var out []Tile
	for i := range t.strokes {
		if p := &t.strokes[i]; p.seen(by) && (p.figures == always || p.figures == told) {
			out = append(out, p.tiles...)
		}
	}
	slices.SortFunc(out, func(s, t Tile) int {
		return cmp.Or(cmp.Compare(s.Z, t.Z), cmp.Compare(s.Y, t.Y), cmp.Compare(s.X, t.X))
	})
	return slices.Compact(out)
}

func (p *stroke) seen(by access.Sight) bool {
	if p.own && by.Subtree != p.areas[0] {
		return false
	}
	return by.Classes.Has(p.class) && (p.network == "" || by.Network(p.network)) && by.Holds(p.areas)
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
			if strokes := a.touched(before, set, changes); len(strokes) > 0 {
				out = append(out, Touch{Set: set, strokes: strokes})
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

func (a *Atlas) touched(before *Atlas, set *Tileset, changes []geo.Change) []stroke {
	f := finder{was: before, is: a, areas: map[int32]bool{}}
	for _, c := range changes {
		switch {
		case c.Kind != layerOf(set):
		case c.Kind == geo.Devices:
			f.device(c)
		default:
			f.incident(c)
		}
	}
	f.counts(layerOf(set))
	return f.strokes
}

// finder gathers what single changes touch.
type finder struct {
	was, is *Atlas
	strokes []stroke
	areas   map[int32]bool // whose counts may have moved
	d       drawer
}

func (f *finder) device(c geo.Change) {
	old, _ := f.was.world.Devices().ByCode(c.Object)
	now, _ := f.is.world.Devices().ByCode(c.Object)
	points, views := old == nil || now == nil || !drawnAlike(old, now), old == nil || now == nil || !seesAlike(old, now)
	for _, in := range []struct {
		*geo.Device
		atlas *Atlas
	}{{old, f.was}, {now, f.is}} {
		if in.Device == nil {
			continue
		}
		area := in.atlas.world.Devices().Area(in.ID)
		where := f.chain(area)
		if points {
			f.count(area)
			f.strokes = append(f.strokes, stroke{class: geo.ClassInternal, areas: where, tiles: pointTiles(in.Point)})
		}
		if views && in.View != nil {
			f.strokes = append(f.strokes, stroke{class: geo.ClassRestricted, areas: where, tiles: f.view(in.Device)})
		}
	}
}

func drawnAlike(a, b *geo.Device) bool {
	return a.ID == b.ID && a.Code == b.Code && a.Point == b.Point && a.Kind == b.Kind && a.State == b.State &&
		a.Name.In("zh") == b.Name.In("zh")
}

func seesAlike(a, b *geo.Device) bool {
	if a.View == nil || b.View == nil {
		return a.View == b.View
	}
	return a.ID == b.ID && a.Point == b.Point && *a.View == *b.View
}

func (f *finder) incident(c geo.Change) {
	var head struct {
		ID int64 `json:"id"`
	}
	if json.Unmarshal(c.Body, &head) != nil {
		return // the world would not have taken it
	}
	for _, a := range []*Atlas{f.was, f.is} {
		if in, ok := a.world.Incidents().ByID(head.ID); ok {
			area := a.world.Incidents().Area(in.ID)
			f.count(area)
			f.strokes = append(f.strokes, stroke{class: geo.ClassRestricted, network: in.Network, areas: f.chain(area), tiles: pointTiles(in.Point)})
		}
	}
}

// chain is the code of an area and those of all above it.
func (f *finder) chain(area int32) (codes []string) {
	n := f.is.world.Basic()
	for ; area >= 0; area = n.Parent(area) {
		codes = append(codes, n.Grids[area].Code)
	}
	return codes
}

// pointTiles are the tiles that a place is in.
func pointTiles(p lattice.Point) (tiles []Tile) {
	b := coverage.Project(p)
	for z := uint8(objectZoom); z <= MaxZoom; z++ {
		tiles = append(tiles, tileOf(b.At(z), z))
	}
	return tiles
}

func tileOf(p coverage.Pixel, z uint8) Tile {
	return Tile{Z: z, X: uint32(p.X / Extent), Y: uint32(p.Y / Extent)}
}

// view returns the tiles in which something of a camera's view is left.
func (f *finder) view(o *geo.Device) (tiles []Tile) {
	for z := uint8(objectZoom); z <= MaxZoom; z++ {
		if !f.d.sector(o.Point, o.View, z) {
			continue
		}
		for _, t := range cover(coverage.PixelBoxOf(boxOf(f.d.whole.points)), z, Buffer) {
			f.d.faces.clear()
			f.d.cutWhole(t.frame())
			if len(f.d.faces.rings) > 0 {
				tiles = append(tiles, t)
			}
		}
	}
	return tiles
}

// count notes that what is counted of an area may have moved, and of all above.
func (f *finder) count(area int32) {
	for n := f.is.world.Basic(); area >= 0; area = n.Parent(area) {
		f.areas[area] = true
	}
}

// counts adds the tiles with the labels of the areas whose counts moved: as they
// are, and as the public is told them.
func (f *finder) counts(layer geo.Layer) {
	n := f.is.basic()
	if n == nil || len(f.areas) == 0 {
		return
	}
	was, is := f.was.tallies[layer].get(), f.is.tallies[layer].get()
	for _, a := range slices.Sorted(maps.Keys(f.areas)) {
		if was.exact[a] != is.exact[a] {
			f.labels(n, a, exact)
		}
		if was.told[a] != is.told[a] {
			f.labels(n, a, rough)
		}
	}
}

// labels adds the tiles with an area's counts: for all at the zooms that count by
// its level, for those whose subtree it is from farther away too.
func (f *finder) labels(n *network, area int32, told scale) {
	level := int(n.net.Coverage.Areas()[area].Level)
	place := coverage.Project(n.net.Label(area))
	all := stroke{class: geo.ClassPublic, network: n.net.Spec.ID, areas: f.chain(area), figures: told}
	own := all
	own.own = true
	for z := uint8(0); z < objectZoom; z++ {
		switch counted := n.countedLevel(z); {
		case counted == level:
			all.tiles = append(all.tiles, tileOf(place.At(z), z))
		case counted < level:
			own.tiles = append(own.tiles, tileOf(place.At(z), z))
		}
	}
	for _, p := range []stroke{all, own} {
		if p.tiles != nil {
			f.strokes = append(f.strokes, p)
		}
	}
}
