package vtile

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/record"
	"onegrid/geo/world"
)

// The static layers: what of an object is written, and from which zoom on.

// The zooms from which on they are drawn. The base map is from the first.
const (
	estateZoom   = 12
	buildingZoom = 13
	siteZoom     = objectZoom
)

var buildingKeys = []string{"code", "name", "name_en", "storeys", "height", "households", "use", "stacked"}

const householdsKey, stackedKey = 5, 7 // of buildingKeys

var estateKeys = []string{"code", "name", "name_en", "managed"}
var siteKeys = []string{"code", "name", "name_en", "kind"}

func buildingsOf(w *world.World) []*stock {
	s := newStocker("buildings", polygonType, buildingZoom, buildingKeys...)
	towers := stackedIn(w)
	for row := range w.Rows(geo.Buildings).All() {
		b := record.ReadBuilding(row.Body)
		s.shaper.load(b.Shape)
		s.object(row.ID, 0,
			s.dict.unique(b.Code), s.dict.text(b.Name.In("zh")), s.dict.text(b.Name.Has("en")),
			s.dict.count(b.Storeys), s.dict.measure(b.HeightM), s.dict.count(b.Households),
			s.dict.text(b.Use), s.dict.count(towers[b.Code]))
	}
	s.hiding = discreet(w)
	return []*stock{s.done()}
}

// householdClass is that of how many households a building has. The public is told
// those of areas: were it told those of buildings with many, it would know what is
// left for the others.
const householdClass = geo.ClassInternal

// discreet hides what of buildings is not for everybody: their households, and how
// many grids of stacked networks are in them from who does not see all of those.
func discreet(w *world.World) func(access.Sight) func([]uint32) {
	networks := stackedNetworks(w)
	return func(by access.Sight) func([]uint32) {
		hidden := func(id string) bool { return !by.Network(id) }
		households, grids := by.Classes.Has(householdClass), !slices.ContainsFunc(networks, hidden)
		if households && grids {
			return nil
		}
		return func(values []uint32) {
			if !households {
				values[householdsKey] = 0
			}
			if !grids {
				values[stackedKey] = 0
			}
		}
	}
}

// stackedNetworks are the ids of the networks whose grids are in buildings.
func stackedNetworks(w *world.World) (ids []string) {
	for _, n := range w.Networks() {
		if n.Spec.Kind == geo.Stacked {
			ids = append(ids, n.Spec.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// stackedIn counts the grids of stacked networks by their buildings.
func stackedIn(w *world.World) map[string]int {
	n := map[string]int{}
	for _, net := range w.Networks() {
		if net.Spec.Kind != geo.Stacked {
			continue
		}
		for i := range net.Grids {
			if code := net.Grids[i].Building; code != "" {
				n[code]++
			}
		}
	}
	return n
}

func estatesOf(w *world.World) []*stock {
	s := newStocker("estates", polygonType, estateZoom, estateKeys...)
	for row := range w.Rows(geo.Estates).All() {
		e := record.ReadEstate(row.Body)
		s.shaper.load(e.Shape)
		s.object(row.ID, 0,
			s.dict.unique(e.Code), s.dict.text(e.Name.In("zh")), s.dict.text(e.Name.Has("en")),
			s.dict.flag(e.PropertyManager != ""))
	}
	return []*stock{s.done()}
}

func sitesOf(w *world.World) []*stock {
	s := newStocker("sites", pointType, siteZoom, siteKeys...)
	for row := range w.Rows(geo.Sites).All() {
		o := record.ReadSite(row.Body)
		s.shaper.point(o.Point)
		s.object(row.ID, 0,
			s.dict.unique(o.Code), s.dict.text(o.Name.In("zh")), s.dict.text(o.Name.Has("en")),
			s.dict.text(o.Kind))
	}
	return []*stock{s.done()}
}

// baseLayers are the base map's, from the ground up. Kinds that stand in several
// geometries go to the layer of their kind's usual one.
var baseLayers = []struct {
	name  string
	kind  byte
	kinds []string
}{
	{"land", polygonType, []string{"land"}},
	{"green", polygonType, []string{"green"}},
	{"water", polygonType, []string{"water"}},
	{"waterway", lineType, []string{"waterway"}},
	{"rail", lineType, []string{"rail"}},
	{"street", lineType, []string{"street", "bridge"}},
	{"place", pointType, []string{"place"}},
}

// firstZoom is from which zoom on a kind and class of base feature is drawn.
// What is not named is drawn from zoom 12.
func firstZoom(kind, class string) uint8 {
	switch kind {
	case "land", "water", "green":
		return 0 // thinned by size alone
	case "street", "bridge":
		switch class {
		case "motorway":
			return 6
		case "primary":
			return 8
		case "secondary":
			return 10
		case "tertiary":
			return 11
		case "residential":
			return 13
		case "service", "path":
			return 14
		}
	case "rail":
		return 9
	case "waterway":
		return 10
	case "place":
		switch class {
		case "city":
			return 3
		case "district", "town":
			return 8
		case "street", "village":
			return 11
		}
	}
	return 12
}

func baseOf(w *world.World) []*stock {
	makers := make([]*stocker, len(baseLayers))
	for i, l := range baseLayers {
		makers[i] = newStocker(l.name, l.kind, 0, "class", "name", "name_en")
	}
	for row := range w.Rows(geo.Base).All() {
		b := record.ReadBase(row.Body)
		s := baseLayer(makers, b)
		if s == nil {
			continue
		}
		class := b.Class
		if class == "" {
			class = b.Kind
		}
		s.shaper.load(b.Shape)
		s.object(row.ID, firstZoom(b.Kind, b.Class),
			s.dict.text(class), s.dict.text(b.Name.In("zh")), s.dict.text(b.Name.Has("en")))
	}
	out := make([]*stock, len(makers))
	for i, s := range makers {
		out[i] = s.done()
	}
	return out
}

// baseLayer is the layer of a base feature, nil for one that no layer draws: of
// a kind that is not known, or of another geometry than its layer has.
func baseLayer(makers []*stocker, b record.Base) *stocker {
	for i, l := range baseLayers {
		if l.kind == geometryTypes[b.Geometry] && slices.Contains(l.kinds, b.Kind) {
			return makers[i]
		}
	}
	return nil
}

var geometryTypes = map[byte]byte{record.PointShape: pointType, record.LineShape: lineType, record.AreaShape: polygonType}
