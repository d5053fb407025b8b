package vtile_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"onegrid/geo/vtile"
	"onegrid/geo/vtile/mvt"
)

// summary is what every reader must find in a tile: features, and places of
// their geometry, by layer.
type summary map[string][3]int64 // features, sum of ids, places

// other is a tile for other readers, with what ours found in it.
type other struct {
	name string
	at   vtile.Tile
	data []byte
	ids  []uint64
	want summary
}

// read draws the tiles of a tileset and has ours read them.
func read(t *testing.T, a *vtile.Atlas, id string, from uint8) []other {
	var out []other
	tilesOf(a, a.Tileset(id), from, 16, func(at vtile.Tile, data []byte) {
		o := other{name: id, at: at, data: data}
		tile := strict(t, id+" "+at.String(), data)
		for _, l := range tile.Layers {
			for _, f := range l.Features {
				o.ids = append(o.ids, f.ID)
			}
		}
		o.want = summaryOf(tile)
		out = append(out, o)
	})
	return out
}

// real are the tiles of the real footprints, drawn once for all tests.
var real struct {
	once  sync.Once
	tiles []other
}

func shinjukuTiles(t *testing.T) []other {
	w := shinjuku(t)
	real.once.Do(func() { real.tiles = read(t, vtile.NewAtlas(w, nil), "buildings", 13) })
	return real.tiles
}

// tilesForOthers are tiles of every tileset of a city, and of real footprints
// where they are; at most so many, if that is not 0.
func tilesForOthers(t *testing.T, most int) []other {
	var out []other
	a := vtile.NewAtlas(city(t, 6), nil)
	for _, set := range a.Tilesets() {
		out = append(out, read(t, a, set.ID, 9)...)
	}
	if os.Getenv("ONEGRID_TESTDATA") != "" {
		out = append(out, shinjukuTiles(t)...)
	}
	for most > 0 && len(out) > most { // every few of them
		kept := out[:0]
		for i := 0; i < len(out); i += 2 {
			kept = append(kept, out[i])
		}
		out = kept
	}
	return out
}

func summaryOf(tile *mvt.Tile) summary {
	s := summary{}
	for _, l := range tile.Layers {
		n := s[l.Name]
		for _, f := range l.Features {
			n[0]++
			n[1] += int64(f.ID)
			for _, p := range f.Parts {
				n[2] += int64(len(p))
				if f.Type == mvt.Polygon {
					n[2]++ // other readers close rings
				}
			}
		}
		s[l.Name] = n
	}
	return s
}

func TestMapboxReadsTheSame(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	modules := os.Getenv("ONEGRID_NODE_MODULES")
	if modules == "" {
		modules = filepath.Join("..", "..", "web", "node_modules")
	}
	modules, _ = filepath.Abs(modules)
	if _, err := os.Stat(filepath.Join(modules, "@mapbox", "vector-tile")); err != nil {
		t.Skipf("no @mapbox/vector-tile: %v (npm ci in web brings it)", err)
	}
	tiles := tilesForOthers(t, 0)
	dir := t.TempDir()
	for i, o := range tiles {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), o.data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const script = `
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const [modules, dir, count] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(createRequire(modules + "/x.js").resolve(name)));
const { VectorTile } = await load("@mapbox/vector-tile");
const pbf = await load("pbf");
const Pbf = pbf.PbfReader ?? pbf.default;
const out = [];
for (let i = 0; i < Number(count); i++) {
  const tile = new VectorTile(new Pbf(readFileSync(dir + "/" + i)));
  const layers = {};
  for (const [name, layer] of Object.entries(tile.layers)) {
    const n = [layer.length, 0, 0];
    for (let k = 0; k < layer.length; k++) {
      const f = layer.feature(k);
      n[1] += f.id;
      for (const part of f.loadGeometry()) n[2] += part.length;
      f.toGeoJSON(0, 0, 16);
    }
    layers[name] = n;
  }
  out.push(layers);
}
console.log(JSON.stringify(out));
`
	file := filepath.Join(dir, "read.mjs")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	var said, fault bytes.Buffer
	cmd := exec.Command(node, file, modules, dir, fmt.Sprint(len(tiles)))
	cmd.Stdout, cmd.Stderr = &said, &fault
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, fault.String())
	}
	var got []summary
	if err := json.Unmarshal(said.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for i, o := range tiles {
		same(t, o, got[i])
	}
	t.Logf("%d tiles", len(tiles))
}

func TestOrbReadsTheSame(t *testing.T) {
	tiles := tilesForOthers(t, 0)
	for _, o := range tiles {
		layers, err := orbmvt.Unmarshal(o.data)
		if err != nil {
			t.Fatalf("%s %s: %v", o.name, o.at, err)
		}
		got := summary{}
		for _, l := range layers {
			n := got[l.Name]
			for _, f := range l.Features {
				n[0]++
				n[1] += int64(f.ID.(float64))
			}
			n[2] = o.want[l.Name][2] // it is asked for what it keeps: features and ids
			got[l.Name] = n
		}
		same(t, o, got)
	}
	t.Logf("%d tiles", len(tiles))
}

func same(t *testing.T, o other, got summary) {
	t.Helper()
	if len(got) != len(o.want) {
		t.Fatalf("%s %s: layers %v, ours %v", o.name, o.at, got, o.want)
	}
	for layer, n := range o.want {
		if got[layer] != n {
			t.Fatalf("%s %s: layer %s: features, ids and places %v, ours %v", o.name, o.at, layer, got[layer], n)
		}
	}
}

// GDAL reads the tiles without a word of complaint, feature for feature. It
// takes a while for each, so there are few of them but in the long form.
func TestGDALReadsTheSame(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("no ogrinfo (Debian's gdal-bin)")
	}
	most := 24
	if long() > 0 {
		most = 0
	}
	tiles := tilesForOthers(t, most)
	dir := t.TempDir()
	for _, o := range tiles {
		path := filepath.Join(dir, fmt.Sprintf("%s-%d-%d-%d.mvt", o.name, o.at.Z, o.at.X, o.at.Y))
		if err := os.WriteFile(path, o.data, 0o600); err != nil {
			t.Fatal(err)
		}
		// Not clipped to the tile: GDAL would leave out what is in the buffer alone.
		out, err := exec.Command(ogrinfo, "-ro", "-al", "-so", "-oo", "CLIP=NO", path).CombinedOutput()
		text := string(out)
		if err != nil || strings.Contains(text, "ERROR") || strings.Contains(text, "Warning") {
			t.Fatalf("%s %s: %v: %s", o.name, o.at, err, text)
		}
		for layer, n := range o.want {
			_, rest, found := strings.Cut(text, "\nLayer name: "+layer+"\n")
			_, rest, _ = strings.Cut(rest, "Feature Count: ")
			count, _, _ := strings.Cut(rest, "\n")
			if !found || count != fmt.Sprint(n[0]) {
				t.Fatalf("%s %s: layer %s: %s features, ours %d", o.name, o.at, layer, count, n[0])
			}
		}
	}
	t.Logf("%d tiles", len(tiles))
}
