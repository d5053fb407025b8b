package vtile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/simplify"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// town makes n footprints of eight corners in and around a z14 tile.
func town(t testing.TB, n int) (*world.World, vtile.Tile) {
	t.Helper()
	rng := rand.New(rand.NewPCG(14, uint64(n)))
	tile := vtile.Tile{Z: 14, X: 13046, Y: 6977}
	b := maptile.New(tile.X, tile.Y, maptile.Zoom(tile.Z)).Bound().Pad(0.0005)
	p := world.Parts{Seq: 1, At: time.Unix(1700000000, 0), Scheme: geo.Scheme{
		Name:     geo.Plain("Town"),
		Networks: []geo.Network{{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "grid"}}}},
	}}
	uses := []string{"residential", "office", "shop", "school"}
	for i := range n {
		lon := b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0])
		lat := b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])
		turn := rng.Float64() * math.Pi
		w, h := 0.00005+rng.Float64()*0.0001, 0.00005+rng.Float64()*0.0001
		var ring []lattice.Point
		for _, c := range [][2]float64{{0, 0}, {1, 0}, {1, .4}, {.7, .4}, {.7, .7}, {.9, .7}, {.9, 1}, {0, 1}} {
			x, y := c[0]*w, c[1]*h
			q, err := lattice.FromDegrees(lon+x*math.Cos(turn)-y*math.Sin(turn), lat+x*math.Sin(turn)+y*math.Cos(turn))
			if err != nil {
				t.Fatal(err)
			}
			ring = append(ring, q)
		}
		shape := lattice.MultiPolygon{{ring}}
		p.Buildings = append(p.Buildings, geo.Building{ID: int64(i + 1), Code: fmt.Sprintf("520115001002%06d", i), Shape: shape,
			Interior: record.Interior(shape), Storeys: 1 + rng.IntN(33), HeightM: float64(3 * (1 + rng.IntN(33))), Use: uses[i%4],
			Units: []geo.Unit{{Code: "1", Households: rng.IntN(60)}}})
	}
	w, err := world.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return w, tile
}

// ours draws a tile again and again into one buffer.
func ours(b *testing.B, w *world.World, id string, t vtile.Tile) {
	a := vtile.NewAtlas(w, nil)
	set := a.Tileset(id)
	buf := a.Append(nil, set, everything, t)
	b.SetBytes(int64(len(buf)))
	b.ReportAllocs()
	for b.Loop() {
		buf = a.Append(buf[:0], set, everything, t)
	}
}

func BenchmarkTile(b *testing.B) {
	b.Run("buildings-2000", func(b *testing.B) {
		w, t := town(b, 2100) // some lie beyond the tile's edge
		b.Run("onegrid", func(b *testing.B) { ours(b, w, "buildings", t) })
		b.Run("orb", func(b *testing.B) { theirs(b, buildingFeatures(w, t), t) })
	})
	b.Run("shinjuku", func(b *testing.B) {
		w := shinjuku(b)
		t := vtile.Tile{Z: 14, X: 14549, Y: 6451}
		b.Run("onegrid", func(b *testing.B) { ours(b, w, "buildings", t) })
		b.Run("orb", func(b *testing.B) { theirs(b, buildingFeatures(w, t), t) })
	})
	w := city(b, 40) // 1,600 grids
	middle := lattice.Point{X: origin.X + 20*block, Y: origin.Y + 20*block}
	for _, z := range []uint8{10, 12, 14} {
		t := vtile.Cover(lattice.BoxOf(middle), z)[0]
		b.Run(fmt.Sprintf("grids-z%d", z), func(b *testing.B) {
			b.Run("onegrid", func(b *testing.B) { ours(b, w, "grids", t) })
			b.Run("orb", func(b *testing.B) { theirs(b, gridFeatures(b, w, t), t) })
			// The finest level alone, against all that ours makes.
			b.Run("orb-finest", func(b *testing.B) { theirs(b, map[string][]*geojson.Feature{"grid": gridFeatures(b, w, t)["grid"]}, t) })
		})
	}
	b.Run("onepicture-z14", func(b *testing.B) {
		ours(b, w, "onepicture", vtile.Cover(lattice.BoxOf(middle), 14)[0])
	})
}

// drawnBound is what tiles reach to, in orb's terms.
var drawnBound = orb.Bound{Min: orb.Point{-vtile.Buffer, -vtile.Buffer}, Max: orb.Point{vtile.Extent + vtile.Buffer, vtile.Extent + vtile.Buffer}}

// theirs is orb's pipeline: project, clip, simplify, marshal. It is given, layer
// by layer, only what lies in the tile, copied as it changes what it is given.
func theirs(b *testing.B, given map[string][]*geojson.Feature, t vtile.Tile) {
	b.ReportAllocs()
	tile := maptile.New(t.X, t.Y, maptile.Zoom(t.Z))
	for b.Loop() {
		b.StopTimer()
		copied := map[string]*geojson.FeatureCollection{}
		for layer, features := range given {
			fc := geojson.NewFeatureCollection()
			for _, f := range features {
				g := geojson.NewFeature(orb.Clone(f.Geometry))
				g.ID, g.Properties = f.ID, f.Properties
				fc.Append(g)
			}
			copied[layer] = fc
		}
		b.StartTimer()
		layers := mvt.NewLayers(copied)
		layers.ProjectToTile(tile)
		layers.Clip(drawnBound)
		layers.Simplify(simplify.DouglasPeucker(1.0))
		layers.RemoveEmpty(1.0, 1.0)
		data, err := mvt.Marshal(layers)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
	}
}

func buildingFeatures(w *world.World, t vtile.Tile) map[string][]*geojson.Feature {
	var out []*geojson.Feature
	for o := range w.Buildings().All() {
		f := feature(o.ID, orbShape(o.Shape), geojson.Properties{
			"code": o.Code, "use": o.Use, "storeys": o.Storeys, "height": o.HeightM, "households": o.Households()})
		if drawnIn(f, t) {
			out = append(out, f)
		}
	}
	return map[string][]*geojson.Feature{"buildings": out}
}

// gridFeatures are the layers that our own tile has: the levels that this zoom
// shows, their borders, each once, and the labels.
func gridFeatures(b *testing.B, w *world.World, t vtile.Tile) map[string][]*geojson.Feature {
	a := vtile.NewAtlas(w, nil)
	tile := strict(b, t.String(), a.Append(nil, a.Tileset("grids"), everything, t))
	shown := map[string]bool{} // labels
	for _, f := range tile.Layer("labels").Features {
		shown[f.Properties["code"].(string)] = true
	}
	net, out := w.Basic(), map[string][]*geojson.Feature{}
	put := func(layer string, f *geojson.Feature) {
		if tile.Layer(layer) != nil && drawnIn(f, t) {
			out[layer] = append(out[layer], f)
		}
	}
	for i, g := range net.Grids {
		put(g.Level, feature(g.ID, orbShape(net.Coverage.Polygons(int32(i))),
			geojson.Properties{"code": g.Code, "name": g.Name.In("zh"), "name_en": g.Name["en"], "parent": g.Parent}))
		if shown[g.Code] {
			p := net.Label(int32(i))
			put("labels", feature(g.ID, orb.Point{p.Lon(), p.Lat()},
				geojson.Properties{"level": g.Level, "rank": int(net.Coverage.Areas()[i].Level), "code": g.Code, "name": g.Name.In("zh"), "name_en": g.Name["en"]}))
		}
	}
	for level, l := range net.Spec.Levels {
		if tile.Layer(l.ID) == nil {
			continue
		}
		var all orb.MultiLineString
		for i := range net.Coverage.Arcs() {
			if net.Coverage.ArcLevel(i) == level {
				all = append(all, orbLine(net.Coverage.Arc(i).Points))
			}
		}
		put("borders", feature(level+1, all, geojson.Properties{"level": l.ID, "rank": level}))
	}
	return out
}

func feature(id any, g orb.Geometry, p geojson.Properties) *geojson.Feature {
	return &geojson.Feature{ID: id, Geometry: g, Properties: p}
}

// drawnIn tells that something of a feature is in a tile, and leaves of lines
// only those that are.
func drawnIn(f *geojson.Feature, t vtile.Tile) bool {
	b := maptile.New(t.X, t.Y, maptile.Zoom(t.Z)).Bound()
	b = b.Pad((b.Max[0] - b.Min[0]) * vtile.Buffer / vtile.Extent)
	if lines, ok := f.Geometry.(orb.MultiLineString); ok {
		f.Geometry = orb.MultiLineString(slices.DeleteFunc(lines, func(l orb.LineString) bool { return clip.LineString(b, l.Clone()) == nil }))
	}
	return f.Geometry.Bound().Intersects(b) && clip.Geometry(b, orb.Clone(f.Geometry)) != nil
}

func orbLine(pts []lattice.Point) orb.LineString {
	var out orb.LineString
	for _, p := range pts {
		out = append(out, orb.Point{p.Lon(), p.Lat()})
	}
	return out
}

func orbShape(m lattice.MultiPolygon) orb.Geometry {
	var out orb.MultiPolygon
	for _, p := range m {
		var poly orb.Polygon
		for _, r := range p {
			var ring orb.Ring
			for _, q := range r {
				ring = append(ring, orb.Point{q.Lon(), q.Lat()})
			}
			poly = append(poly, append(ring, ring[0]))
		}
		out = append(out, poly)
	}
	if len(out) == 1 {
		return out[0]
	}
	return out
}
