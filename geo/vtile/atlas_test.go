package vtile_test

import (
	"math"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/vtile/mvt"
	"onegrid/geo/world"
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

// From far, each area that has devices or open incidents is counted once, at one
// level a zoom, and the counts are what going through all of them gives.
func TestCountsAreThoseOfTheAreasThatAnswer(t *testing.T) {
	w := city(t, 8)
	a := vtile.NewAtlas(w, nil)
	levels := map[string]bool{}
	for _, c := range []struct {
		set, layer string
		want       map[string]map[string]uint64 // by code, by attribute
	}{
		{"devices", "device_counts", recount(w, func(count func(p lattice.Point, attributes ...string)) {
			for d := range w.Devices().All() {
				count(d.Point, "devices", when(d.Kind == "camera", "cameras"), when(d.State == "alert", "alerts"))
			}
		})},
		{"incidents", "incident_counts", recount(w, func(count func(p lattice.Point, attributes ...string)) {
			for in := range w.Incidents().All() {
				count(in.Point, "open", when(in.Urgency == "urgent", "urgent"))
			}
		})},
	} {
		for z := uint8(0); z < 14; z++ {
			seen, level := map[string]bool{}, ""
			tilesOf(a, a.Tileset(c.set), z, z, func(at vtile.Tile, data []byte) {
				l := strict(t, c.set+" "+at.String(), data).Layer(c.layer)
				if l == nil {
					return
				}
				for _, f := range l.Features {
					code := f.Properties["code"].(string)
					if seen[code] {
						t.Errorf("%s z%d: %s is counted twice", c.set, z, code)
					}
					seen[code] = true
					if is := f.Properties["level"].(string); level == "" {
						level = is
					} else if is != level {
						t.Errorf("%s z%d: levels %s and %s", c.set, z, level, is)
					}
					for k, n := range c.want[code] {
						if f.Properties[k] != n {
							t.Errorf("%s z%d: %s has %v %s, want %d", c.set, z, code, f.Properties[k], k, n)
						}
					}
				}
			})
			for _, g := range w.Basic().Grids {
				if g.Level == level && len(c.want[g.Code]) > 0 && !seen[g.Code] {
					t.Errorf("%s z%d: %s is not counted", c.set, z, g.Code)
				}
			}
			levels[level] = true
		}
	}
	if !levels["district"] || !levels["street"] {
		t.Errorf("only %v were counted at any zoom", levels)
	}
}

func when(is bool, attribute string) string {
	if is {
		return attribute
	}
	return ""
}

// recount counts objects for the grid that each lies in and for all above it.
func recount(w *world.World, each func(count func(p lattice.Point, attributes ...string))) map[string]map[string]uint64 {
	n := w.Basic()
	byCode := map[string]geo.Grid{}
	for _, g := range n.Grids {
		byCode[g.Code] = g
	}
	out := map[string]map[string]uint64{}
	each(func(p lattice.Point, attributes ...string) {
		area := n.Coverage.AreaOf(n.Index.Region(p))
		if area < 0 {
			return
		}
		for g, ok := n.Grids[area], true; ok; g, ok = byCode[g.Parent] {
			if out[g.Code] == nil {
				out[g.Code] = map[string]uint64{}
			}
			for _, k := range attributes {
				if k != "" {
					out[g.Code][k]++
				}
			}
		}
	})
	return out
}

// From near, each point stands once, in the one tile that holds it, where
// Mercator's formula puts it.
func TestPointsStandOnceWhereTheyAre(t *testing.T) {
	w := city(t, 8)
	a := vtile.NewAtlas(w, nil)
	points := map[string]map[uint64]lattice.Point{"devices": {}, "incidents": {}, "sites": {}}
	for d := range w.Devices().All() {
		points["devices"][uint64(d.ID)] = d.Point
	}
	for in := range w.Incidents().All() {
		points["incidents"][uint64(in.ID)] = in.Point
	}
	for s := range w.Sites().All() {
		points["sites"][uint64(s.ID)] = s.Point
	}
	for set, want := range points {
		for z := uint8(14); z <= 16; z++ {
			seen := map[uint64]bool{}
			tilesOf(a, a.Tileset(set), z, z, func(at vtile.Tile, data []byte) {
				l := strict(t, set+" "+at.String(), data).Layer(set)
				if l == nil {
					return
				}
				for _, f := range l.Features {
					if seen[f.ID] {
						t.Errorf("%s z%d: %d stands twice", set, z, f.ID)
					}
					seen[f.ID] = true
					x, y := mercator(want[f.ID], z)
					dx := float64(at.X)*4096 + float64(f.Parts[0][0].X) - x
					dy := float64(at.Y)*4096 + float64(f.Parts[0][0].Y) - y
					if math.Abs(dx) > 0.6 || math.Abs(dy) > 0.6 {
						t.Errorf("%s z%d: %d is %.2f, %.2f units off", set, z, f.ID, dx, dy)
					}
				}
			})
			if len(seen) != len(want) {
				t.Errorf("%s z%d: %d of %d", set, z, len(seen), len(want))
			}
		}
	}
}

// mercator is a place in units of a tile, from the world's north-west corner.
func mercator(p lattice.Point, z uint8) (x, y float64) {
	size := 4096 * math.Exp2(float64(z))
	return (p.Lon() + 180) / 360 * size, (1 - math.Asinh(math.Tan(p.Lat()*math.Pi/180))/math.Pi) / 2 * size
}

// A name is written by its label, and a label is in one tile of a zoom.
func TestLabelsStandOnce(t *testing.T) {
	a := vtile.NewAtlas(city(t, 8), nil)
	total := 0
	for z := uint8(0); z <= 16; z++ {
		seen := map[string]bool{}
		tilesOf(a, a.Tileset("grids"), z, z, func(at vtile.Tile, data []byte) {
			if l := strict(t, "grids "+at.String(), data).Layer("labels"); l != nil {
				for _, f := range l.Features {
					code := f.Properties["code"].(string)
					if seen[code] {
						t.Errorf("z%d: %s is named twice", z, code)
					}
					seen[code] = true
				}
			}
		})
		total += len(seen)
		if z == 16 && len(seen) != 1+8+64 {
			t.Errorf("z16 names %d areas", len(seen))
		}
	}
	if total == 0 {
		t.Error("nothing is named")
	}
}
