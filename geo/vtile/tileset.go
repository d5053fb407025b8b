package vtile

import (
	"onegrid/geo"
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
	Layers  []LayerSpec

	beside bool // a network's that lies over the basic one
	draw   func(*drawer, Tile)
}

// LayerSpec describes a layer, as TileJSON does.
type LayerSpec struct {
	ID       string            `json:"id"`
	Geometry string            `json:"geometry_type"` // point, line or polygon
	MinZoom  uint8             `json:"minzoom"`
	MaxZoom  uint8             `json:"maxzoom"`
	Fields   map[string]string `json:"fields"` // attribute to type: String, Number or Boolean
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
	return LayerSpec{ID: id, Geometry: geometry, MinZoom: from, MaxZoom: to, Fields: fields}
}

// stockSet is the tileset of a static layer.
func (a *Atlas) stockSet(id string, layer geo.Layer, from uint8, name geo.Text) *Tileset {
	stocks := a.stocks[layer]
	s := &Tileset{ID: id, Name: name, Revision: stocks.revision, Whole: true, MinZoom: from, MaxZoom: MaxZoom}
	s.draw = func(d *drawer, t Tile) {
		if t.Z < from {
			return
		}
		for _, one := range stocks.get() {
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
	net := a.networks[n.Spec.ID]
	s.draw = func(d *drawer, t Tile) {
		if ready := net.get(); ready != nil {
			ready.draw(d, t)
		}
	}
	for _, l := range n.Spec.DrawnLevels() {
		s.Layers = append(s.Layers, spec(l.ID, "polygon", 0, MaxZoom, areaKeys))
	}
	s.Layers = append(s.Layers,
		spec("borders", "line", 0, MaxZoom, borderKeys),
		spec("labels", "point", 0, MaxZoom, labelKeys))
	return s
}

// liveSet is the tileset of a layer that changes object by object.
func (a *Atlas) liveSet(id string, layer geo.Layer, name geo.Text, draw func(*drawer, Tile)) *Tileset {
	s := &Tileset{ID: id, Name: name, Revision: a.liveRevision(layer), MaxZoom: MaxZoom, draw: draw}
	if layer == geo.Devices {
		s.Layers = []LayerSpec{
			spec("devices", "point", objectZoom, MaxZoom, deviceKeys),
			spec("views", "polygon", objectZoom, MaxZoom, viewKeys),
			spec("device_counts", "point", 0, objectZoom-1, deviceCountKeys),
		}
	} else {
		s.Layers = []LayerSpec{
			spec("incidents", "point", objectZoom, MaxZoom, incidentKeys),
			spec("incident_counts", "point", 0, objectZoom-1, incidentCountKeys),
		}
	}
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
	s.draw = func(d *drawer, t Tile) {
		for i, p := range parts {
			d.w.rename = renames[i]
			p.draw(d, t)
		}
		d.w.rename = nil
	}
	return s
}
