package mvt_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"onegrid/geo/vtile/mvt"
)

// Whatever it is given, Read ends soon, holds no more than it was given several
// times over, and what it accepts keeps the rules that are easy to ask again.
func FuzzRead(f *testing.F) {
	modules := os.Getenv("ONEGRID_NODE_MODULES")
	if modules == "" {
		modules = filepath.Join("..", "..", "..", "web", "node_modules")
	}
	samples, _ := filepath.Glob(filepath.Join(modules, "@mapbox", "mvt-fixtures", "fixtures", "*", "tile.mvt"))
	for _, path := range samples {
		if data, err := os.ReadFile(path); err == nil {
			f.Add(data)
		}
	}
	f.Add(layer(polygon(square(0, 0, 10)...)))
	f.Add(layer(polygon(append(square(0, 0, 10), hole(2, 2, 3)...)...)))
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		tile, err := mvt.Read(data)
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("%d bytes took %v", len(data), took)
		}
		if err != nil {
			return
		}
		names := map[string]bool{}
		for _, l := range tile.Layers {
			if l.Version != 2 || l.Name == "" || names[l.Name] {
				t.Fatalf("layer %q of version %d was accepted", l.Name, l.Version)
			}
			names[l.Name] = true
			for _, feature := range l.Features {
				if feature.Type != mvt.Polygon {
					continue
				}
				for i, ring := range feature.Parts {
					if len(ring) < 3 || i == 0 && mvt.Area2(ring) <= 0 {
						t.Fatalf("ring %v was accepted", ring)
					}
				}
			}
		}
	})
}

// Hostile tiles of a megabyte are refused or read in bounded time and memory.
func TestHostileTilesAreBounded(t *testing.T) {
	const size = 1 << 20
	var zigzag []uint32 // a ring that crosses itself nowhere and whose segments all overlap in x
	zigzag = append(zigzag, 9, 0, 0)
	n := uint32(size / 6)
	zigzag = append(zigzag, n<<3|2)
	for i := range n {
		x := uint32(2 << 12)
		if i%2 == 1 {
			x = x - 1 // back again
		}
		zigzag = append(zigzag, x, 2)
	}
	zigzag = append(zigzag, 15)
	var squares []uint32 // one beside the other
	for range size / 16 {
		squares = append(squares, 9, 4, 0, 26, 2, 0, 0, 2, 1, 0, 15)
	}
	for name, data := range map[string][]byte{
		"zeros":       make([]byte, size),
		"ones":        bytes.Repeat([]byte{0xff}, size),
		"layers":      bytes.Repeat([]byte{0x1a, 0}, size/2),
		"empty names": bytes.Repeat([]byte{0x1a, 4, 0x78, 2, 0x0a, 0}, size/6),
		"features":    layer(bytes.Repeat([]byte{0x12, 7, 0x18, 1, 0x22, 3, 9, 2, 2}, size/9)),
		"keys":        layer(bytes.Repeat([]byte{0x1a, 1, 'k'}, size/3)),
		"values":      layer(bytes.Repeat([]byte{0x22, 2, 0x28, 1}, size/4)),
		"zigzag":      layer(polygon(zigzag...)),
		"squares":     layer(polygon(squares...)),
		"points":      layer(geometry(1, append([]uint32{uint32(size/2)<<3 | 1}, make([]uint32, size)...)...)),
		"huge count":  layer(geometry(1, 1<<29-1<<3|1, 2, 2)),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := mvt.Read(data)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			grown := (after.TotalAlloc - before.TotalAlloc) >> 20
			t.Logf("%d kB: %v, %d MB allocated in all: %v", len(data)>>10, took, grown, err)
			if took > 10*time.Second { // the aim is 0.25 s; a loaded machine is slower
				t.Errorf("took %v", took)
			}
			if grown > 300 {
				t.Errorf("allocated %d MB", grown)
			}
		})
	}
}

func layer(parts ...[]byte) []byte {
	body := []byte{0x78, 2, 0x0a, 1, 'l'}
	for _, p := range parts {
		body = append(body, p...)
	}
	return append(binary.AppendUvarint([]byte{0x1a}, uint64(len(body))), body...)
}

func geometry(kind byte, commands ...uint32) []byte {
	var packed []byte
	for _, c := range commands {
		packed = binary.AppendUvarint(packed, uint64(c))
	}
	body := append([]byte{0x18, kind, 0x22}, binary.AppendUvarint(nil, uint64(len(packed)))...)
	body = append(body, packed...)
	return append(binary.AppendUvarint([]byte{0x12}, uint64(len(body))), body...)
}

func polygon(commands ...uint32) []byte { return geometry(3, commands...) }

// square is an outer ring, hole one that turns the other way.
func square(x, y, w uint32) []uint32 {
	return []uint32{9, 2 * x, 2 * y, 26, 2 * w, 0, 0, 2 * w, 2*w - 1, 0, 15}
}

func hole(x, y, w uint32) []uint32 {
	// from the square's last place, (0, 10), to (x, y)
	return []uint32{9, 2 * x, 2*(10-y) - 1, 26, 0, 2 * w, 2 * w, 0, 0, 2*w - 1, 15}
}

// Each rule on rings, by the smallest tile that breaks it.
func TestRingsThatBreakARule(t *testing.T) {
	ring := func(places ...[2]int32) []uint32 { return rings([][][2]int32{places}) }
	for name, c := range map[string]struct {
		commands []uint32
		valid    bool
	}{
		"square":           {square(0, 0, 10), true},
		"square with hole": {append(square(0, 0, 10), hole(2, 2, 3)...), true},
		"hole first":       {ring([2]int32{0, 0}, [2]int32{0, 9}, [2]int32{9, 9}), false},
		"bow-tie":          {ring([2]int32{0, 0}, [2]int32{9, 9}, [2]int32{20, 0}, [2]int32{20, 30}, [2]int32{0, 8}, [2]int32{19, 8}), false},
		"spike":            {ring([2]int32{0, 0}, [2]int32{9, 0}, [2]int32{20, 0}, [2]int32{9, 0}, [2]int32{9, 9}), false},
		"touches itself":   {ring([2]int32{0, 0}, [2]int32{10, 0}, [2]int32{10, 10}, [2]int32{5, 0}, [2]int32{0, 10}), false},
		"hole outside": {rings([][][2]int32{
			{{0, 0}, {9, 0}, {9, 9}, {0, 9}}, {{20, 20}, {20, 22}, {22, 22}}}), false},
		"hole touches at a point": {rings([][][2]int32{
			{{0, 0}, {9, 0}, {9, 9}, {0, 9}}, {{0, 0}, {2, 4}, {4, 2}}}), true},
		"hole touches at two points": {rings([][][2]int32{
			{{0, 0}, {9, 0}, {9, 9}, {0, 9}}, {{0, 0}, {3, 5}, {9, 9}, {5, 3}}}), false},
		"holes in a circle": {rings([][][2]int32{
			{{0, 0}, {30, 0}, {30, 30}, {0, 30}},
			{{10, 10}, {12, 15}, {10, 20}, {8, 15}}, {{10, 20}, {15, 22}, {20, 20}, {15, 18}},
			{{20, 20}, {22, 15}, {20, 10}, {18, 15}}, {{20, 10}, {15, 8}, {10, 10}, {15, 12}}}), false},
		"holes that share a side": {rings([][][2]int32{
			{{0, 0}, {30, 0}, {30, 30}, {0, 30}}, {{5, 5}, {5, 10}, {10, 10}, {10, 5}}, {{10, 5}, {10, 10}, {15, 10}, {15, 5}}}), false},
		"hole in a hole": {rings([][][2]int32{
			{{0, 0}, {30, 0}, {30, 30}, {0, 30}}, {{5, 5}, {5, 25}, {25, 25}, {25, 5}}, {{8, 8}, {8, 10}, {10, 10}}}), false},
		"island in a hole": {rings([][][2]int32{
			{{0, 0}, {30, 0}, {30, 30}, {0, 30}}, {{5, 5}, {5, 25}, {25, 25}, {25, 5}}, {{8, 8}, {10, 10}, {8, 10}}}), true},
		"polygon on a polygon": {rings([][][2]int32{
			{{0, 0}, {30, 0}, {30, 30}, {0, 30}}, {{8, 8}, {10, 10}, {8, 10}}}), false},
		"polygons that touch": {rings([][][2]int32{
			{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{10, 10}, {20, 10}, {20, 20}, {10, 20}}}), true},
	} {
		if _, err := mvt.Read(layer(polygon(c.commands...))); (err == nil) != c.valid {
			t.Errorf("%s: %v, valid is %v", name, err, c.valid)
		}
	}
}

func rings(all [][][2]int32) []uint32 {
	var out []uint32
	var at [2]int32
	for _, r := range all {
		for i, p := range r {
			switch i {
			case 0:
				out = append(out, 9)
			case 1:
				out = append(out, uint32(len(r)-1)<<3|2)
			}
			for k := range 2 {
				d := p[k] - at[k]
				out = append(out, uint32(d<<1)^uint32(d>>31))
			}
			at = p
		}
		out = append(out, 15)
	}
	return out
}
