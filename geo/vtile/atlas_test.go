package vtile_test

import (
	"math"
	"testing"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/vtile/mvt"
	"onegrid/geo/world"
)

// everything is seen by whoever sees all.
var everything = access.Sight{Classes: access.AllClasses}

// tilesOf calls f for every tile of a tileset's zooms that meets the city.
func tilesOf(a *vtile.Atlas, set *vtile.Tileset, from, to uint8, f func(vtile.Tile, []byte)) {
	b := a.Bounds()
	for z := max(set.MinZoom, from); z <= min(set.MaxZoom, to); z++ {
		for _, t := range vtile.Cover(b, z) {
			if data := a.Append(nil, set, everything, t); len(data) > 0 {
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

// Borders are the sides of the areas, each drawn once, at the highest level that
// it parts: a level's polygons have exactly the sides of their own and the
// higher levels' borders. Only what lies well within a tile is compared, for at
// its rim polygons are closed along it.
func TestBordersAreTheSidesOfTheAreas(t *testing.T) {
	type side struct{ a, b mvt.XY }
	well := func(p mvt.XY) bool { return p.X >= 0 && p.X <= 4096 && p.Y >= 0 && p.Y <= 4096 }
	sides := func(l *mvt.Layer, of func(f mvt.Feature) bool) map[side]int {
		out := map[side]int{}
		for _, f := range l.Features {
			if !of(f) {
				continue
			}
			for _, part := range f.Parts {
				for i, p := range part {
					if i+1 == len(part) && f.Type != mvt.Polygon {
						break
					}
					q := part[(i+1)%len(part)]
					if !well(p) || !well(q) {
						continue
					}
					if q.X < p.X || q.X == p.X && q.Y < p.Y {
						p, q = q, p
					}
					out[side{p, q}]++
				}
			}
		}
		return out
	}
	a := vtile.NewAtlas(city(t, 8), nil)
	compared := 0
	tilesOf(a, a.Tileset("grids"), 14, 16, func(at vtile.Tile, data []byte) {
		tile := strict(t, at.String(), data)
		borders := tile.Layer("borders")
		if borders == nil {
			return
		}
		for s, n := range sides(borders, func(mvt.Feature) bool { return true }) {
			if n != 1 {
				t.Fatalf("%s: %v is drawn %d times", at, s, n)
			}
		}
		for rank, level := range []string{"district", "street", "grid"} {
			layer := tile.Layer(level)
			if layer == nil {
				continue
			}
			drawn := sides(borders, func(f mvt.Feature) bool { return f.Properties["rank"].(uint64) <= uint64(rank) })
			areas := sides(layer, func(mvt.Feature) bool { return true })
			for s := range areas {
				if drawn[s] == 0 {
					t.Fatalf("%s: the side %v of a %s is no border", at, s, level)
				}
			}
			for s := range drawn {
				if areas[s] == 0 {
					t.Fatalf("%s: the border %v is no side of a %s", at, s, level)
				}
			}
			compared += len(areas)
		}
	})
	if compared < 1000 {
		t.Errorf("only %d sides were compared", compared)
	}
}

// A camera's view is a sector of its range about its bearing.
func TestViewsAreSectors(t *testing.T) {
	w := city(t, 8)
	a := vtile.NewAtlas(w, nil)
	const z = 16
	byCode := map[string]*geo.Device{}
	for d := range w.Devices().All() {
		byCode[d.Code] = d
	}
	far := map[string]float64{}
	tilesOf(a, a.Tileset("devices"), z, z, func(at vtile.Tile, data []byte) {
		l := strict(t, at.String(), data).Layer("views")
		if l == nil {
			return
		}
		for _, f := range l.Features {
			code := f.Properties["code"].(string)
			d := byCode[code]
			x, y := mercator(d.Point, z)
			metre := 4096 * math.Exp2(z) / (2 * math.Pi * 6378137 * math.Cos(d.Point.Lat()*math.Pi/180)) // units
			for _, ring := range f.Parts {
				for _, p := range ring {
					dx, dy := float64(at.X)*4096+float64(p.X)-x, float64(at.Y)*4096+float64(p.Y)-y
					r := math.Hypot(dx, dy)
					far[code] = max(far[code], r/metre)
					if r < 20 { // near its middle a direction is not to be told from pixels
						continue
					}
					off := math.Mod(math.Atan2(dx, -dy)*180/math.Pi-d.View.BearingDeg+900, 360) - 180
					if slack := 180 / math.Pi * 2 / r; math.Abs(off) > d.View.AngleDeg/2+slack {
						t.Errorf("%s looks %.1f° beside its bearing, its half angle is %.1f°", code, off, d.View.AngleDeg/2)
					}
				}
			}
		}
	})
	looking := 0
	for code, d := range byCode {
		if d.View == nil {
			continue
		}
		looking++
		if got := far[code]; math.Abs(got-d.View.RangeM) > 0.01*d.View.RangeM+0.5 {
			t.Errorf("%s sees %.1f m far, want %.1f", code, got, d.View.RangeM)
		}
	}
	if looking == 0 || looking != len(far) {
		t.Errorf("%d cameras have a view, %d are drawn with one", looking, len(far))
	}
}
