package vtile_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/vtile"
	"onegrid/geo/vtile/mvt"
	"onegrid/geo/world"
)

const wide = vtile.Extent + 2*vtile.Buffer

func TestLevelsOfACutCoverageSumToTheSame(t *testing.T) {
	t.Run("city", func(t *testing.T) { sums(t, city(t, 12), 16) })
	t.Run("birmingham", func(t *testing.T) { sums(t, birmingham(t), 13+3*long()) })
}

// long is 1 when the long forms of tests are asked for.
func long() int {
	if os.Getenv("ONEGRID_LONG") != "" {
		return 1
	}
	return 0
}

// sums draws all tiles of a basic network. In each, the areas of a level's
// polygons sum to exactly what those of every other level sum to, and to the
// whole tile where it lies within the city; and every border between two grids
// is there once in either direction.
func sums(t *testing.T, w *world.World, to int) {
	a := vtile.NewAtlas(w, nil)
	set := a.Tileset("grids")
	var levels []string
	for _, l := range w.Basic().Spec.DrawnLevels() {
		levels = append(levels, l.ID)
	}
	tiles, full := 0, 0
	tilesOf(a, set, 0, uint8(to), func(at vtile.Tile, data []byte) {
		tiles++
		tile := strict(t, at.String(), data)
		top := int64(-1)
		for _, id := range levels {
			l := tile.Layer(id)
			if l == nil {
				continue
			}
			var sum int64
			for _, f := range l.Features {
				for _, r := range f.Parts {
					sum += mvt.Area2(r)
				}
			}
			if top < 0 {
				top = sum
			}
			if sum != top {
				t.Fatalf("%s: the areas of level %s sum to %d, those of %s to %d", at, id, sum, levels[0], top)
			}
			paired(t, at, l)
		}
		if top == 2*wide*wide {
			full++
		}
		if top > 2*wide*wide {
			t.Fatalf("%s: the areas sum to %d, more than the tile", at, top)
		}
	})
	t.Logf("%d tiles, of which %d lie within the city", tiles, full)
	if full == 0 {
		t.Error("no tile lay within the city: nothing was shown")
	}
}

type side struct{ a, b mvt.XY }

// paired wants every side of a layer's polygons that another runs along to be
// run along once, the other way round, by one polygon.
func paired(t *testing.T, at vtile.Tile, l *mvt.Layer) {
	t.Helper()
	seen := map[side]uint64{}
	for _, f := range l.Features {
		for _, r := range f.Parts {
			for i, p := range r {
				s := side{p, r[(i+1)%len(r)]}
				if other, twice := seen[s]; twice {
					t.Fatalf("%s %s: grids %d and %d both have %v on the same hand", at, l.Name, f.ID, other, s)
				}
				seen[s] = f.ID
			}
		}
	}
	for s, id := range seen {
		if other, ok := seen[side{s.b, s.a}]; ok && other == id {
			t.Fatalf("%s %s: grid %d has %v on both hands", at, l.Name, id, s)
		}
	}
}

func TestIDsAreTheSameInAllTiles(t *testing.T) {
	parts := cityParts(t, 8, 1)
	w, err := world.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{} // layer and code to id
	check := func(w *world.World) {
		a := vtile.NewAtlas(w, nil)
		for _, set := range a.Tilesets() {
			tilesOf(a, set, 10, 16, func(at vtile.Tile, data []byte) {
				for _, l := range strict(t, at.String(), data).Layers {
					ids := map[uint64]bool{}
					for _, f := range l.Features {
						if !f.HasID || ids[f.ID] {
							t.Fatalf("%s %s %s: id %d is not there, or twice", set.ID, at, l.Name, f.ID)
						}
						ids[f.ID] = true
						code, ok := f.Properties["code"].(string)
						if !ok {
							continue
						}
						// A layer's name without the tileset that onepicture puts before it.
						name := l.Name[strings.LastIndexByte(l.Name, ':')+1:] + " " + code
						id := fmt.Sprint(f.ID)
						if was, ok := codes[name]; ok && was != id {
							t.Fatalf("%s %s: %s has id %s, elsewhere %s", set.ID, at, name, id, was)
						}
						codes[name] = id
					}
				}
			})
		}
	}
	check(w)
	// Another edition: borders and objects elsewhere, the same codes and ids.
	if w, err = world.New(cityParts(t, 8, 2)); err != nil {
		t.Fatal(err)
	}
	check(w)
}

// birmingham makes a world of the real partition of the test data.
func birmingham(t testing.TB) *world.World {
	t.Helper()
	dir := filepath.Join(os.Getenv("ONEGRID_TESTDATA"), "birmingham")
	if os.Getenv("ONEGRID_TESTDATA") == "" {
		t.Skip("ONEGRID_TESTDATA is not set: no real partition")
	}
	n := geo.Network{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "lad"}, {ID: "msoa"}, {ID: "lsoa"}, {ID: "oa", Enclaves: true}}}
	grids := hierarchy(t, filepath.Join(dir, "hierarchy.csv"))
	file, err := os.Open(filepath.Join(dir, "oa.geojson.gz"))
	if err != nil {
		t.Skip(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var fc struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.NewDecoder(z).Decode(&fc); err != nil {
		t.Fatal(err)
	}
	var shapes []coverage.Shape
	for i, f := range fc.Features {
		var m [][][][2]float64
		if f.Geometry.Type == "Polygon" {
			m = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &m[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &m)
		}
		if err != nil {
			t.Fatal(err)
		}
		shapes = append(shapes, coverage.Shape{Code: f.Properties["OA11CD"].(string), Shape: onLattice(t, m), Row: i + 1})
	}
	areas, err := coverage.AreasOf(n, grids)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := coverage.Build(n, areas, shapes, coverage.Policy{GapWidthM: 1})
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.New(world.Parts{Seq: 1, At: time.Unix(1700000000, 0),
		Scheme:   geo.Scheme{Name: geo.Plain("Birmingham"), Networks: []geo.Network{n}},
		Networks: []world.Part{{ID: "basic", Coverage: c, Grids: grids}}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func hierarchy(t testing.TB, path string) []geo.Grid {
	file, err := os.Open(path)
	if err != nil {
		t.Skip(err)
	}
	defer file.Close()
	seen := map[string]bool{}
	var out []geo.Grid
	lines := bufio.NewScanner(file)
	for first := true; lines.Scan(); first = false {
		if first {
			continue
		}
		codes := strings.Split(strings.TrimSpace(lines.Text()), ",")
		for i, level := range []string{"oa", "lsoa", "msoa", "lad"} {
			if seen[codes[i]] {
				continue
			}
			seen[codes[i]] = true
			g := geo.Grid{ID: int64(len(out) + 1), Code: codes[i], Network: "basic", Level: level}
			if i < 3 {
				g.Parent = codes[i+1]
			}
			out = append(out, g)
		}
	}
	return out
}

func onLattice(t testing.TB, m [][][][2]float64) lattice.MultiPolygon {
	var out lattice.MultiPolygon
	for _, poly := range m {
		var p lattice.Polygon
		for _, ring := range poly {
			var r lattice.Ring
			for _, c := range ring[:len(ring)-1] {
				q, err := lattice.FromDegrees(c[0], c[1])
				if err != nil {
					t.Fatal(err)
				}
				r = append(r, q)
			}
			p = append(p, r)
		}
		out = append(out, p)
	}
	return out
}
