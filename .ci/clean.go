//go:build ignore

// Compares geoapi clean with mapshaper's -clean on one file, Birmingham with each
// polygon's vertices moved by up to 2 m, and prints a table: time from file to
// file, vertices added, areas in parts that were not so before, and what GEOS's
// coverage validator says.
//
//	npm install --prefix DIR mapshaper@0.7.70
//	go run .ci/clean.go -mapshaper DIR/node_modules/.bin/mapshaper [-runs 3] [-move 2] [-keep DIR]
//
// It needs bin/geoapi (make build), ONEGRID_TESTDATA, Node, and web/node_modules
// with geos-wasm. Without mapshaper only onegrid is told.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

type ring = [][2]float64

type feature struct {
	Type       string         `json:"type"`
	Properties map[string]any `json:"properties"`
	Geometry   *geometry      `json:"geometry"`
}

type geometry struct {
	Type     string          `json:"type"`
	Raw      json.RawMessage `json:"coordinates"`
	polygons [][]ring
}

func main() {
	log.SetFlags(0)
	mapshaper := flag.String("mapshaper", os.Getenv("ONEGRID_MAPSHAPER"), "mapshaper's program")
	runs := flag.Int("runs", 3, "runs of each; the fastest is told")
	move := flag.Float64("move", 2, "metres that vertices are moved by at most, each way")
	keep := flag.String("keep", "", "folder in which the files are left")
	modules := flag.String("modules", "web/node_modules", "folder that holds geos-wasm")
	flag.Parse()

	dir := *keep
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "onegrid-clean-"); err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
	}
	features := read(filepath.Join(os.Getenv("ONEGRID_TESTDATA"), "birmingham", "oa.geojson.gz"))
	jitter(features, *move)
	in := filepath.Join(dir, "dirty.geojson")
	write(in, features)
	parts := map[string]bool{}
	for _, f := range features {
		parts[f.Properties["OA11CD"].(string)] = len(f.Geometry.polygons) > 1
	}

	fmt.Printf("Birmingham, %d areas with %d vertices, moved by up to %g m each way.\n\n", len(features), vertices(features), *move)
	fmt.Println("| cleaner | time | vertices added | areas lost | new multiparts | GEOS: polygons at fault |")
	fmt.Println("| --- | ---: | ---: | ---: | ---: | ---: |")
	// Two vertices of one place, each moved by up to m both ways, are at most 2√2 m
	// apart.
	gap := fmt.Sprintf("%.2f", 2*math.Sqrt2**move+0.35)
	row := func(name, out string, program string, args ...string) {
		best := time.Duration(math.MaxInt64)
		for range *runs {
			start := time.Now()
			if said, err := exec.Command(program, args...).CombinedOutput(); err != nil {
				log.Fatalf("%s: %v\n%s", name, err, said)
			}
			best = min(best, time.Since(start))
		}
		cleaned := read(out)
		lost, multi := len(features), 0
		for _, f := range cleaned {
			if f.Geometry == nil {
				continue
			}
			lost--
			if len(f.Geometry.polygons) > 1 && !parts[f.Properties["OA11CD"].(string)] {
				multi++
			}
		}
		fmt.Printf("| %s | %.2f s | %+d | %d | %d | %s |\n", name, best.Seconds(), vertices(cleaned)-vertices(features), lost, multi, judge(*modules, cleaned))
	}
	ours, theirs := filepath.Join(dir, "onegrid.geojson"), filepath.Join(dir, "mapshaper.geojson")
	row("onegrid", ours, "bin/geoapi", "clean", in, ours, "--code", "OA11CD", "--gap-width", gap)
	if *mapshaper == "" {
		fmt.Println("\nmapshaper was not given; see the head of .ci/clean.go.")
		return
	}
	row("mapshaper -clean", theirs, *mapshaper, in, "-clean", "-o", theirs, "force")
}

// jitter moves the vertices of each polygon by themselves.
func jitter(features []feature, m float64) {
	random := rand.New(rand.NewPCG(2016, 11))
	for _, f := range features {
		for _, polygon := range f.Geometry.polygons {
			for _, r := range polygon {
				for i := range r[:len(r)-1] {
					lon := (random.Float64()*2 - 1) * m / 111_320 / math.Cos(r[i][1]*math.Pi/180)
					lat := (random.Float64()*2 - 1) * m / 111_320
					r[i] = [2]float64{math.Round((r[i][0]+lon)*1e7) / 1e7, math.Round((r[i][1]+lat)*1e7) / 1e7}
				}
				r[len(r)-1] = r[0]
			}
		}
	}
}

func vertices(features []feature) (n int) {
	for _, f := range features {
		if f.Geometry == nil {
			continue
		}
		for _, polygon := range f.Geometry.polygons {
			for _, r := range polygon {
				n += len(r) - 1
			}
		}
	}
	return n
}

func read(path string) []feature {
	raw, err := os.ReadFile(path)
	if err != nil {
		log.Fatal(err)
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	if filepath.Ext(path) == ".gz" {
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			log.Fatal(err)
		}
		in = json.NewDecoder(z)
	}
	var file struct{ Features []feature }
	if err := in.Decode(&file); err != nil {
		log.Fatalf("%s: %v", path, err)
	}
	for i := range file.Features {
		g := file.Features[i].Geometry
		switch {
		case g == nil:
		case g.Type == "Polygon":
			g.polygons = make([][]ring, 1)
			err = json.Unmarshal(g.Raw, &g.polygons[0])
		default:
			err = json.Unmarshal(g.Raw, &g.polygons)
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	return file.Features
}

func write(path string, features []feature) {
	for _, f := range features {
		f.Geometry.Type = "MultiPolygon"
		f.Geometry.Raw, _ = json.Marshal(f.Geometry.polygons)
	}
	b, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": features})
	if err == nil {
		err = os.WriteFile(path, b, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// judge asks GEOS whether the polygons are a coverage: no overlaps, and shared
// borders that match vertex for vertex.
func judge(modules string, features []feature) string {
	modules, err := filepath.Abs(modules)
	if err != nil {
		log.Fatal(err)
	}
	var input bytes.Buffer
	for _, f := range features {
		if f.Geometry != nil {
			wkb := appendWKB(nil, f.Geometry.polygons)
			input.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(wkb))))
			input.Write(wkb)
		}
	}
	command := exec.Command("node", "geo/coverage/testdata/validator/validate.mjs", modules, "0")
	command.Stdin = &input
	out, err := command.Output()
	var said struct{ Invalid []int }
	if err != nil || json.Unmarshal(out, &said) != nil {
		return "not asked"
	}
	return fmt.Sprint(len(said.Invalid))
}

func appendWKB(b []byte, polygons [][]ring) []byte {
	le := binary.LittleEndian
	head := func(kind, count int) {
		b = le.AppendUint32(le.AppendUint32(append(b, 1), uint32(kind)), uint32(count))
	}
	head(6, len(polygons))
	for _, polygon := range polygons {
		head(3, len(polygon))
		for _, r := range polygon {
			b = le.AppendUint32(b, uint32(len(r)))
			for _, p := range r {
				b = le.AppendUint64(le.AppendUint64(b, math.Float64bits(p[0])), math.Float64bits(p[1]))
			}
		}
	}
	return b
}
