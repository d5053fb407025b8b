package vtile_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// Devices and incidents come, move, change and go; after each change each sight
// has exactly those tiles named that are not the same to it, byte for byte.
func TestExactlyTheTilesThatChangedAreNamed(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 12))
	w := city(t, 6)
	a := vtile.NewAtlas(w, nil)
	bounds := a.Bounds()
	draw := func(a *vtile.Atlas, id string, by access.Sight) map[vtile.Tile][]byte {
		out := map[vtile.Tile][]byte{}
		for z := uint8(0); z <= vtile.MaxZoom; z++ {
			for _, at := range vtile.Cover(bounds, z) {
				out[at] = a.Append(nil, a.Tileset(id), by, at)
			}
		}
		return out
	}
	public, internal, restricted := access.SetOf(geo.ClassPublic), access.SetOf(geo.ClassInternal), access.SetOf(geo.ClassRestricted)
	sights := []access.Sight{
		everything, {Classes: public}, {Classes: public | internal}, {Classes: internal}, {Classes: restricted},
		{Classes: access.AllClasses, Subtree: "S01"}, {Classes: public, Subtree: "S02"}, {Classes: access.AllClasses, Subtree: "G0303"}, {Classes: access.AllClasses, Subtree: "D"},
		{Classes: access.AllClasses, Networks: ",basic,"}, {Classes: access.AllClasses, Subtree: "S03", Networks: ",special,"},
	}
	type picture struct {
		set string
		by  access.Sight
	}
	was := map[picture]map[vtile.Tile][]byte{}
	for _, id := range []string{"devices", "incidents"} {
		for _, by := range sights {
			was[picture{id, by}] = draw(a, id, by)
		}
	}
	named := map[picture]int{}
	for step := range 40 {
		c := changeOf(t, rng, w, bounds)
		next, err := w.Apply([]geo.Change{c})
		if err != nil {
			t.Fatal(err)
		}
		b := vtile.NewAtlas(next, a)
		touches := b.Since(a, []geo.Change{c})
		for p := range was {
			told := map[vtile.Tile]bool{}
			for _, touch := range touches {
				if touch.All {
					t.Fatalf("step %d: %s %s: all tiles of %s are named", step, c.Op, c.Body, touch.Set.ID)
				}
				if touch.Set.ID != p.set {
					continue
				}
				for _, at := range touch.Tiles(p.by) {
					told[at] = true
					named[p]++
				}
			}
			is := draw(b, p.set, p.by)
			for at, data := range is {
				if changed := !bytes.Equal(was[p][at], data); changed != told[at] {
					t.Fatalf("step %d: %s %s: %+v: tile %s changed: %v, named: %v", step, c.Op, c.Body, p, at, changed, told[at])
				}
			}
			was[p] = is
		}
		w, a = next, b
	}
	for p := range was {
		if _, ok := a.Tileset(p.set).Sight(p.by); ok && named[p] == 0 {
			t.Logf("%+v: nothing changed", p)
		}
	}
}

func changeOf(t *testing.T, rng *rand.Rand, w *world.World, b lattice.Box) geo.Change {
	c := geo.Change{Seq: w.Seq() + 1, At: time.Now(), Op: "put"}
	place := lattice.Point{X: b.Min.X + rng.Int32N(b.Max.X-b.Min.X), Y: b.Min.Y + rng.Int32N(b.Max.Y-b.Min.Y)}
	var body any
	if rng.IntN(2) == 0 {
		c.Kind = geo.Incidents
		in := geo.Incident{ID: 1 + rng.Int64N(40), Point: place, At: time.Unix(1700000000+int64(w.Seq()), 0), Category: "fire", State: "open",
			Network: []string{"", "basic", "special"}[rng.IntN(3)]}
		if rng.IntN(3) == 0 {
			in.Urgency = "urgent"
		}
		if old, ok := w.Incidents().ByID(in.ID); ok && rng.IntN(2) == 0 {
			in = *old
			in.State = "closed"
		}
		c.Object = strconv.FormatInt(in.ID, 10)
		body = in
	} else {
		c.Kind = geo.Devices
		var all []*geo.Device
		for d := range w.Devices().All() {
			all = append(all, d)
		}
		d := *all[rng.IntN(len(all))]
		switch rng.IntN(4) {
		case 0:
			d.State = []string{"ok", "alert", "off"}[rng.IntN(3)]
		case 1:
			d.Point = place
		case 2:
			d.View = &geo.View{BearingDeg: rng.Float64() * 360, AngleDeg: 90, RangeM: 100}
		default:
			c.Op = "delete"
		}
		c.Object = d.Code
		body = d
	}
	if c.Op == "put" {
		var err error
		if c.Body, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// An edition moves what is counted where: all tiles of counts and objects are
// named, though no device and no incident changed.
func TestAnEditionRedrawsWhatIsCountedByIt(t *testing.T) {
	a := vtile.NewAtlas(city(t, 4), nil)
	parts := cityParts(t, 4, 2) // other borders
	parts.Seq++
	next, err := world.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, touch := range vtile.NewAtlas(next, a).Since(a, []geo.Change{{Seq: parts.Seq, Kind: geo.GridsOf("basic"), Op: "publish", Object: "2"}}) {
		all[touch.Set.ID] = touch.All
	}
	for _, id := range []string{"grids", "onepicture", "devices", "incidents"} {
		if !all[id] {
			t.Errorf("not all of %s is named", id)
		}
	}
}
