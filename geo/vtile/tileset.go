package vtile

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/world"
)

// Tileset is one family of tiles.
type Tileset struct {
	ID   string
	Name geo.Text
	// Revision changes whenever a tile may have: the seq of the last change of
	// what is drawn.
	Revision int64
	// Whole tells that changes come to all its tiles at once, by an edition or an
	// import. Tiles of a revision are then never to be mixed with another's.
	Whole   bool
	MinZoom uint8
	MaxZoom uint8
	Layers  []LayerSpec // all of them: see LayersOf

	beside bool // a network's that lies over the basic one
	turns  turns
	counts counting // of a live tileset
	draw   func(*Atlas, *drawer, Tile)
}

// LayerSpec describes a layer, as TileJSON does.
type LayerSpec struct {
	ID       string            `json:"id"`
	Class    geo.Class         `json:"class"`         // who may see it
	Geometry string            `json:"geometry_type"` // point, line or polygon
	MinZoom  uint8             `json:"minzoom"`
	MaxZoom  uint8             `json:"maxzoom"`
	Fields   map[string]string `json:"fields"` // attribute to type: String, Number or Boolean

	network string // whose areas it tells of; "" for none
}

func spec(id, geometry string, from, to uint8, keys []string) LayerSpec {
	fields := map[string]string{}
	for _, k := range keys {
		switch k {
		case "rank", "storeys", "height", "households", "stacked", "at", "devices", "cameras", "alerts", "open", "urgent":
			fields[k] = "Number"
		case "managed":
			fields[k] = "Boolean"
		default:
			fields[k] = "String"
		}
	}
	return LayerSpec{ID: id, Class: geo.ClassPublic, Geometry: geometry, MinZoom: from, MaxZoom: to, Fields: fields}
}

// of is the layer as one of a class.
func (l LayerSpec) of(c geo.Class) LayerSpec {
	l.Class = c
	return l
}

// tells is the layer as one that tells of a network's areas.
func (l LayerSpec) tells(network string) LayerSpec {
	l.network = network
	return l
}

// stockSet is the tileset of a static layer.
func (a *Atlas) stockSet(id string, layer geo.Layer, from uint8, name geo.Text) *Tileset {
	s := &Tileset{ID: id, Name: name, Revision: a.stocks[layer].revision, Whole: true, MinZoom: from, MaxZoom: MaxZoom}
	s.turns.classes = access.SetOf(geo.ClassPublic)
	s.draw = func(a *Atlas, d *drawer, t Tile) {
		if t.Z < from {
			return
		}
		for _, one := range a.stocks[layer].get() {
			one.draw(d, t)
		}
	}
	switch layer {
	case geo.Base:
		for _, l := range baseLayers {
			geometry := map[byte]string{pointType: "point", lineType: "line", polygonType: "polygon"}[l.kind]
			s.Layers = append(s.Layers, spec(l.name, geometry, 0, MaxZoom, []string{"class", "name", "name_en"}))
		}
	case geo.Estates:
		s.Layers = []LayerSpec{spec("estates", "polygon", from, MaxZoom, estateKeys)}
	case geo.Buildings:
		s.Layers = []LayerSpec{spec("buildings", "polygon", from, MaxZoom, buildingKeys)}
		s.turns.classes |= access.SetOf(householdClass)
		s.turns.networks = stackedNetworks(a.world)
	case geo.Sites:
		s.Layers = []LayerSpec{spec("sites", "point", from, MaxZoom, siteKeys)}
	}
	return s
}

// networkSet is the tileset of a network: grids for the basic one, by its id for
// the others.
func (a *Atlas) networkSet(n *world.Network, basic bool) *Tileset {
	id, name := n.Spec.ID, n.Spec.Name
	if basic {
		id = "grids"
		if len(name) == 0 {
			name = text("Grids", "网格")
		}
	}
	if len(name) == 0 {
		name = geo.Plain(id)
	}
	s := &Tileset{ID: id, Name: name, Revision: n.Revision, Whole: true, MaxZoom: MaxZoom}
	s.beside = !basic
	s.turns = turns{classes: access.SetOf(geo.ClassPublic), networks: []string{n.Spec.ID}}
	network := n.Spec.ID
	s.draw = func(a *Atlas, d *drawer, t Tile) {
		if ready := a.networks[network].get(); ready != nil {
			ready.draw(d, t)
		}
	}
	for _, l := range n.Spec.DrawnLevels() {
		s.Layers = append(s.Layers, spec(l.ID, "polygon", 0, MaxZoom, areaKeys).tells(network))
	}
	s.Layers = append(s.Layers,
		spec("borders", "line", 0, MaxZoom, borderKeys).tells(network),
		spec("labels", "point", 0, MaxZoom, labelKeys).tells(network))
	return s
}

// deviceSet is the tileset of the devices.
func (a *Atlas) deviceSet() *Tileset {
	s := a.liveSet(geo.Devices, text("Devices", "设备"), (*Atlas).drawDevices)
	s.counts = counting{layer: "device_counts", keys: deviceCountKeys, of: geo.ClassInternal}
	s.turns.classes = access.AllClasses
	s.Layers = []LayerSpec{
		spec("devices", "point", objectZoom, MaxZoom, deviceKeys).of(geo.ClassInternal),
		spec("views", "polygon", objectZoom, MaxZoom, viewKeys).of(geo.ClassRestricted),
		spec("device_counts", "point", 0, objectZoom-1, deviceCountKeys).tells(a.basicID()),
	}
	if id := a.basicID(); id != "" {
		s.turns.networks = []string{id}
	}
	return s
}

// incidentSet is the tileset of the incidents, each of which is its owner's
// network's.
func (a *Atlas) incidentSet() *Tileset {
	s := a.liveSet(geo.Incidents, text("Incidents", "事件"), (*Atlas).drawIncidents)
	s.counts = counting{layer: "incident_counts", keys: incidentCountKeys, of: geo.ClassRestricted}
	s.turns.classes = access.SetOf(geo.ClassPublic, geo.ClassRestricted)
	s.Layers = []LayerSpec{
		spec("incidents", "point", objectZoom, MaxZoom, incidentKeys).of(geo.ClassRestricted),
		spec("incident_counts", "point", 0, objectZoom-1, incidentCountKeys).tells(a.basicID()),
	}
	for _, n := range a.world.Networks() {
		s.turns.networks = append(s.turns.networks, n.Spec.ID)
	}
	slices.Sort(s.turns.networks)
	return s
}

// liveSet is the tileset of a layer that changes object by object.
func (a *Atlas) liveSet(layer geo.Layer, name geo.Text, draw func(*Atlas, *drawer, Tile)) *Tileset {
	s := &Tileset{ID: string(layer), Name: name, Revision: a.liveRevision(layer), MaxZoom: MaxZoom, draw: draw}
	s.turns.place = true
	return s
}

// compose is the tileset of several: a tile is theirs one after the other, which
// is what a vector tile of all their layers is. Two layers of a tile must not
// have one name, but all networks' are alike, and a level may be called street:
// the layers of networks other than the basic one, and layers of a name that is
// taken, have their tileset's id before theirs, as in "sanitation:borders".
func compose(id string, name geo.Text, parts []*Tileset) *Tileset {
	s := &Tileset{ID: id, Name: name, Whole: true, MaxZoom: MaxZoom}
	taken := map[string]bool{}
	renames := make([]map[string]string, len(parts))
	for i, p := range parts {
		s.Revision = max(s.Revision, p.Revision)
		renames[i] = map[string]string{}
		for _, l := range p.Layers {
			if plain := l.ID; p.beside || taken[plain] {
				l.ID = p.ID + ":" + plain
				renames[i][plain] = l.ID
			}
			taken[l.ID] = true
			s.Layers = append(s.Layers, l)
		}
	}
	s.turns = merged(parts)
	s.draw = func(a *Atlas, d *drawer, t Tile) {
		for i, p := range parts {
			if _, ok := p.Sight(d.sight); !ok {
				continue
			}
			d.w.rename = renames[i]
			p.draw(a, d, t)
		}
		d.w.rename = nil
	}
	return s
}
