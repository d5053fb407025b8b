package vtile

import (
	"sync"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// Atlas draws one world. It never changes and may be used by any number of
// goroutines. What a layer needs is made ready when it is first drawn, and then
// kept for the atlases of the worlds that have the same layer.
type Atlas struct {
	world    *world.World
	sets     []*Tileset
	byID     map[string]*Tileset
	stocks   map[geo.Layer]*later[[]*stock]
	networks map[string]*later[*network]
	tallies  map[geo.Layer]*later[*tally] // of the live layers
	drawers  *sync.Pool
}

// later is made when it is first asked for.
type later[T any] struct {
	revision int64
	get      func() T
}

func keep[T any](old *later[T], revision int64, ready func() T) *later[T] {
	if old != nil && old.revision == revision {
		return old
	}
	return &later[T]{revision: revision, get: sync.OnceValue(ready)}
}

// NewAtlas makes the atlas of a world. before, which may be nil, is an atlas of
// an earlier world, whose layers are kept where they did not change.
func NewAtlas(w *world.World, before *Atlas) *Atlas {
	if before == nil {
		before = &Atlas{drawers: &sync.Pool{New: func() any { return &drawer{} }}}
	}
	a := &Atlas{world: w, drawers: before.drawers, byID: map[string]*Tileset{}}
	a.networks = map[string]*later[*network]{}
	for _, n := range w.Networks() {
		if n.Spec.Kind == geo.Stacked {
			continue
		}
		a.networks[n.Spec.ID] = keep(before.networks[n.Spec.ID], n.Revision,
			func() *network { return newNetwork(n) })
	}
	a.stocks = map[geo.Layer]*later[[]*stock]{}
	for layer, ready := range map[geo.Layer]func(*world.World) []*stock{
		geo.Base: baseOf, geo.Estates: estatesOf, geo.Buildings: buildingsOf, geo.Sites: sitesOf,
	} {
		a.stocks[layer] = keep(before.stocks[layer], revisionOf(w, layer), func() []*stock { return ready(w) })
	}
	a.tallies = map[geo.Layer]*later[*tally]{}
	for _, layer := range []geo.Layer{geo.Devices, geo.Incidents} {
		a.tallies[layer] = keep(before.tallies[layer], a.liveRevision(layer), func() *tally { return tallyOf(w, layer) })
	}
	a.catalogue()
	return a
}

// revisionOf is a static layer's revision: buildings tell of the stacked grids
// in them, so they change with those.
func revisionOf(w *world.World, layer geo.Layer) int64 {
	r := w.Revision(layer)
	if layer == geo.Buildings {
		for _, n := range w.Networks() {
			if n.Spec.Kind == geo.Stacked {
				r = max(r, n.Revision)
			}
		}
	}
	return r
}

// liveRevision is that of a layer whose objects come and go. They are counted by
// the basic network's areas, so it changes with those.
func (a *Atlas) liveRevision(layer geo.Layer) int64 {
	r := a.world.Revision(layer)
	if b := a.world.Basic(); b != nil {
		r = max(r, b.Revision)
	}
	return r
}

// World is what the atlas draws.
func (a *Atlas) World() *world.World { return a.world }

// Tilesets returns the tilesets in the order of the catalogue.
func (a *Atlas) Tilesets() []*Tileset { return a.sets }

// Tileset returns a tileset, nil if there is none of this id.
func (a *Atlas) Tileset(id string) *Tileset { return a.byID[id] }

// Bounds is the box around the city: of its networks, and before the first
// edition of its buildings.
func (a *Atlas) Bounds() lattice.Box {
	b := lattice.EmptyBox()
	for _, n := range a.world.Networks() {
		if n.Coverage != nil {
			b = b.Union(n.Coverage.Bounds())
		}
	}
	if b.Empty() {
		for row := range a.world.Rows(geo.Buildings).All() {
			b = b.Union(record.ReadBuilding(row.Body).Shape.Bounds())
		}
	}
	return b
}

// Append appends a tile's bytes to buf, as a sight has it: what it does not see is
// not in it. Nothing is appended for an empty tile. Tiles of the same atlas and of
// sights that are the same to the tileset (see Tileset.Sight) are the same, byte
// for byte.
func (a *Atlas) Append(buf []byte, set *Tileset, by access.Sight, t Tile) []byte {
	by, ok := set.Sight(by)
	if !ok {
		return buf
	}
	d := a.drawers.Get().(*drawer)
	defer a.drawers.Put(d)
	d.start(t, buf)
	if d.sight = by; set.turns.place {
		d.view = by.On(a.world)
	}
	set.draw(a, d, t)
	buf = d.w.buf
	d.w.buf, d.view = nil, access.View{}
	return buf
}

// catalogue lists the tilesets.
func (a *Atlas) catalogue() {
	w := a.world
	basic := w.Basic()
	base := a.stockSet("base", geo.Base, 0, text("Base map", "底图"))
	whole := []*Tileset{base}
	a.add(base)
	for _, n := range w.Networks() {
		if _, drawn := a.networks[n.Spec.ID]; !drawn {
			continue
		}
		s := a.networkSet(n, n == basic)
		a.add(s)
		whole = append(whole, s)
	}
	for _, s := range []*Tileset{
		a.stockSet("estates", geo.Estates, estateZoom, text("Estates", "小区")),
		a.stockSet("buildings", geo.Buildings, buildingZoom, text("Buildings", "楼栋")),
		a.stockSet("sites", geo.Sites, siteZoom, text("Sites", "场所")),
	} {
		a.add(s)
		whole = append(whole, s)
	}
	a.add(a.deviceSet())
	a.add(a.incidentSet())
	a.add(compose("onepicture", text("One picture", "一张图"), whole))
}

func text(en, zh string) geo.Text { return geo.Text{"en": en, "zh": zh} }

func (a *Atlas) add(s *Tileset) {
	a.sets = append(a.sets, s)
	a.byID[s.ID] = s
}

// basic draws the basic network, nil before it has areas.
func (a *Atlas) basic() *network {
	b := a.world.Basic()
	if b == nil {
		return nil
	}
	return a.networks[b.Spec.ID].get()
}

// basicID is the basic network's, "" where there is none.
func (a *Atlas) basicID() string {
	if b := a.world.Basic(); b != nil {
		return b.Spec.ID
	}
	return ""
}

func (a *Atlas) drawDevices(d *drawer, t Tile) {
	if t.Z < objectZoom {
		a.drawCounts(d, t, a.byID[string(geo.Devices)])
		return
	}
	if d.sight.Classes.Has(geo.ClassInternal) {
		d.drawDevices(a.world, t)
	}
	if d.sight.Classes.Has(geo.ClassRestricted) {
		d.drawViews(a.world, t)
	}
}

func (a *Atlas) drawIncidents(d *drawer, t Tile) {
	if t.Z < objectZoom {
		a.drawCounts(d, t, a.byID[string(geo.Incidents)])
	} else if d.sight.Classes.Has(geo.ClassRestricted) {
		d.drawIncidents(a.world, t)
	}
}
