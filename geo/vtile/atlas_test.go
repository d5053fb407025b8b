package vtile_test

import (
	"testing"

	"onegrid/geo/vtile"
	"onegrid/geo/vtile/mvt"
)

// tilesOf calls f for every tile of a tileset's zooms that meets the city.
func tilesOf(a *vtile.Atlas, set *vtile.Tileset, from, to uint8, f func(vtile.Tile, []byte)) {
	b := a.Bounds()
	for z := max(set.MinZoom, from); z <= min(set.MaxZoom, to); z++ {
		for _, t := range vtile.Cover(b, z) {
			if data := a.Append(nil, set, t); len(data) > 0 {
				f(t, data)
			}
		}
	}
}

func strict(t testing.TB, what string, data []byte) *mvt.Tile {
	t.Helper()
	tile, err := mvt.Read(data)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return tile
}

func TestEveryTileOfACityIsStrictlyValid(t *testing.T) {
	a := vtile.NewAtlas(city(t, 8), nil)
	seen := map[string]int{}
	for _, set := range a.Tilesets() {
		specs := map[string]vtile.LayerSpec{}
		for _, l := range set.Layers {
			specs[l.ID] = l
		}
		tilesOf(a, set, 0, 16, func(at vtile.Tile, data []byte) {
			tile := strict(t, set.ID+" "+at.String(), data)
			for _, l := range tile.Layers {
				seen[set.ID+"/"+l.Name] += len(l.Features)
				spec, ok := specs[l.Name]
				if !ok {
					t.Fatalf("%s %s: layer %q is not in the catalogue", set.ID, at, l.Name)
				}
				for _, f := range l.Features {
					for k := range f.Properties {
						if spec.Fields[k] == "" {
							t.Fatalf("%s %s: layer %q: attribute %q is not in the catalogue", set.ID, at, l.Name, k)
						}
					}
				}
			}
		})
		for id := range specs {
			if seen[set.ID+"/"+id] == 0 {
				t.Errorf("%s: no tile had a feature of layer %q", set.ID, id)
			}
		}
	}
	t.Log(seen)
}

func TestShinjukuIsStrictlyValid(t *testing.T) {
	ids := map[uint8]map[uint64]bool{}
	tiles := shinjukuTiles(t)
	for _, o := range tiles {
		if ids[o.at.Z] == nil {
			ids[o.at.Z] = map[uint64]bool{}
		}
		for _, id := range o.ids {
			ids[o.at.Z][id] = true
		}
	}
	t.Logf("%d tiles; footprints drawn: z13 %d, z14 %d, z15 %d, z16 %d", len(tiles), len(ids[13]), len(ids[14]), len(ids[15]), len(ids[16]))
	if len(ids[16]) != 52061 {
		t.Errorf("%d footprints at z16, want all 52061", len(ids[16]))
	}
}
