package main

import (
	"encoding/json"
	"maps"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// events are what pages are told of a change, in the order in which they should
// hear it: objects, the edition, tiles. They wait long for pages that are behind,
// and so hold on to no world.
func (s *service) events(before, next *vtile.Atlas, what []vtile.Touch, changes []geo.Change) []event {
	seq := next.World().Seq()
	var out []event
	for _, c := range changes {
		var e event
		switch {
		case c.Op != "put" && c.Op != "delete":
		case c.Kind == geo.Incidents:
			e = incidentEvent(before.World(), next.World(), c)
		case c.Kind == geo.Devices:
			e = deviceEvent(before.World(), next.World(), c)
		}
		if e.to != nil {
			out = append(out, e)
		}
	}
	if before.World().Edition().ID != next.World().Edition().ID {
		edition, sets := editionOf(next.World()), next.Tilesets()
		out = append(out, toEach("edition", seq, func(to access.Sight) any {
			data := maps.Clone(edition)
			data["tilesets"] = s.revisions(sets, to)
			return data
		}))
	}
	if areasOf(before.World()) != areasOf(next.World()) {
		out = append(out, s.reload(seq))
	}
	for _, t := range what {
		out = append(out, toEach("tiles", seq, func(to access.Sight) any { return s.touched(t, to) }))
	}
	return out
}

// reload is the event of new areas: what is in a subtree has become something else,
// though no object has changed, and those whose sight it is have to begin anew.
func (s *service) reload(seq int64) event {
	return event{seq, func(to access.Sight) []byte {
		if to.Subtree == "" {
			return nil
		}
		return s.hello(to, true, seq).to(to)
	}}
}

// touched is what a sight is told of tiles that changed; nil for nothing. Tiles
// are where something happened: of what a caller does not see none is named.
func (s *service) touched(t vtile.Touch, to access.Sight) any {
	seen, ok := t.Set.Sight(to)
	if !ok {
		return nil
	}
	data := map[string]any{"tileset": t.Set.ID, "revision": s.gallery.revision(t.Set, seen), "tiles": "all"}
	if !t.All {
		tiles := t.Tiles(to)
		if len(tiles) == 0 {
			return nil
		}
		data["tiles"] = tileList(tiles)
	}
	return data
}

// tileList are tiles as [z, x, y].
func tileList(tiles []vtile.Tile) [][3]uint32 {
	out := make([][3]uint32, len(tiles))
	for i, tile := range tiles {
		out[i] = [3]uint32{uint32(tile.Z), tile.X, tile.Y}
	}
	return out
}

// sighting is an object as one world has it: the text for those who see it there.
type sighting struct {
	class   geo.Class
	network string   // whose it is; "" for nobody's
	areas   []string // where it is: its area's code and all above it
	text    []byte   // nil: it is not there
}

func (o *sighting) to(by access.Sight) bool {
	return o.text != nil && by.Classes.Has(o.class) && (o.network == "" || by.Network(o.network)) && by.Holds(o.areas)
}

// moved is the event of an object that was there, and is. Who sees it as it is
// hears that; who saw it and does not any more hears that it is gone, and not where
// to.
func moved(seq int64, was, is sighting) event {
	if was.text == nil && is.text == nil { // it came and went at once
		return event{}
	}
	return event{seq, func(by access.Sight) []byte {
		switch {
		case is.to(by):
			return is.text
		case was.to(by):
			return was.text
		}
		return nil
	}}
}

// areasOf is the revision of the areas that subtrees are made of.
func areasOf(w *world.World) int64 {
	if n := w.Basic(); n != nil {
		return n.Revision
	}
	return 0
}

// chain is the code of the area of the basic network at a place and those of all
// above it.
func chain(w *world.World, p lattice.Point) (codes []string) {
	n := w.Basic()
	if n == nil {
		return nil
	}
	for area := n.AreaAt(p); area >= 0; area = n.Parent(area) {
		codes = append(codes, n.Grids[area].Code)
	}
	return codes
}

// feature is a GeoJSON feature.
type feature struct {
	Type       string         `json:"type"`
	ID         int64          `json:"id"`
	Geometry   map[string]any `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

func newFeature(id int64, p lattice.Point, properties map[string]any) feature {
	return feature{"Feature", id, map[string]any{"type": "Point", "coordinates": p}, properties}
}

// incidentFeature is an incident with the attributes of its tile layer, its
// owner and the owner's name.
func incidentFeature(w *world.World, in *geo.Incident) feature {
	p := map[string]any{
		"code": in.Code, "category": in.Category, "urgency": in.Urgency, "state": in.State,
		"at": in.At.Unix(), "grid": in.Grid, "owner": in.Owner,
	}
	network := w.Network(in.Network)
	if network == nil {
		network = w.Basic()
	}
	if network != nil {
		if area, ok := network.Find(in.Owner); ok {
			p["owner_name"] = network.Grids[area].Name
		}
	}
	return newFeature(in.ID, in.Point, p)
}

// incidentEvent tells of an incident that was opened, moved or closed. Of changes
// that come together each tells how it is after all of them: who sees none of what
// it was between would else not hear that it is gone again.
func incidentEvent(before, next *world.World, c geo.Change) event {
	var changed struct {
		ID int64 `json:"id"`
	}
	if json.Unmarshal(c.Body, &changed) != nil {
		return event{}
	}
	var was, is sighting
	if old, ok := before.Incidents().ByID(changed.ID); ok {
		was = incidentSighting(before, old, "delete", c.Seq)
	}
	if now, ok := next.Incidents().ByID(changed.ID); ok {
		is = incidentSighting(next, now, "put", c.Seq)
	}
	return moved(c.Seq, was, is)
}

func incidentSighting(w *world.World, in *geo.Incident, op string, seq int64) sighting {
	return sighting{access.ClassOf(geo.Incidents), in.Network, chain(w, in.Point),
		written("incident", seq, map[string]any{"op": op, "feature": incidentFeature(w, in)})}
}

// deviceEvent tells of a device that is new, changed or gone.
func deviceEvent(before, next *world.World, c geo.Change) event {
	var was, is sighting
	if old, ok := before.Devices().ByCode(c.Object); ok {
		was = deviceSighting(before, old, "delete", c.Seq)
	}
	if now, ok := next.Devices().ByCode(c.Object); ok {
		is = deviceSighting(next, now, "put", c.Seq)
	}
	return moved(c.Seq, was, is)
}

func deviceSighting(w *world.World, d *geo.Device, op string, seq int64) sighting {
	return sighting{access.ClassOf(geo.Devices), "", chain(w, d.Point),
		written("device", seq, map[string]any{"op": op, "feature": newFeature(d.ID, d.Point, map[string]any{
			"code": d.Code, "name": d.Name.In("zh"), "kind": d.Kind, "state": d.State,
		})})}
}

// liveIncidents answers GET /live/incidents.json: the open incidents that the
// caller sees as GeoJSON, and the number of the last change that they hold.
func (s *service) liveIncidents(c *gin.Context) {
	w := s.gallery.atlas().World()
	view := access.Of(c).On(w)
	s.reads.Note(access.Of(c), "live.read", "/live/incidents.json")
	out := struct {
		Type     string    `json:"type"`
		Seq      int64     `json:"seq"`
		Features []feature `json:"features"`
	}{"FeatureCollection", w.Seq(), []feature{}}
	for in := range w.Incidents().All() {
		if view.Incident(in) {
			out.Features = append(out.Features, incidentFeature(w, in))
		}
	}
	answerOwn(c, out)
}
