package coverage

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"onegrid/geo/lattice"
)

// GEOS's own coverage validator finds nothing wrong with Birmingham: as built, as
// simplified, as drawn in pixels.
func TestGEOSFindsBirminghamValid(t *testing.T) {
	modules := nodeModules(t)
	c := birminghamBuilt(t)
	checkByGEOS(t, modules, outlinesOf(c))
	s := c.Simplify()
	checkByGEOS(t, modules, outlinesOf(s.At(7)))
	for _, z := range []uint8{7, 16} {
		checkByGEOS(t, modules, pixelOutlines(s.Draw(z)))
	}
}

// Nor with a Birmingham whose vertices were moved by up to 2 m, each polygon's by
// itself, of which one area in a hundred was lost and another one pushed 5 m
// over its neighbours, once it is built.
func TestGEOSFindsRepairedBirminghamValid(t *testing.T) {
	modules := nodeModules(t)
	n, areas, shapes := birmingham(t)
	c, report, err := Build(n, areas, spoil(shapes), Policy{GapWidthM: 6})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d repairs, %d regions, %d points", len(report.Repairs), report.Regions, report.Points)
	checkByGEOS(t, modules, outlinesOf(c))
	checkByGEOS(t, modules, pixelOutlines(c.Simplify().Draw(11)))
}

// spoil puts faults into shapes that have none.
func spoil(shapes []Shape) []Shape {
	random := rand.New(rand.NewPCG(2016, 11))
	var out []Shape
	for i, s := range shapes {
		if i%100 == 50 {
			continue
		}
		push := 0.0
		if i%100 == 0 {
			push = 5
		}
		spoiled := Shape{Code: s.Code, Row: s.Row}
		for _, polygon := range s.Shape {
			middle := lattice.BoxOf(polygon[0]...).Center()
			var rings lattice.Polygon
			for _, ring := range polygon {
				var moved lattice.Ring
				for _, p := range ring {
					bearing := lattice.BearingDeg(middle, p) * math.Pi / 180
					east := push*math.Sin(bearing) + 2*math.Sqrt2*(random.Float64()-0.5)
					north := push*math.Cos(bearing) + 2*math.Sqrt2*(random.Float64()-0.5)
					moved = append(moved, lattice.Offset(p, east, north))
				}
				rings = append(rings, moved)
			}
			spoiled.Shape = append(spoiled.Shape, rings)
		}
		out = append(out, spoiled)
	}
	return out
}

// nodeModules finds the folder with geos-wasm, or skips the test: Node and the
// page's development packages are not needed to build onegrid.
func nodeModules(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	dir := os.Getenv("ONEGRID_NODE_MODULES")
	if dir == "" {
		dir = filepath.Join("..", "..", "web", "node_modules")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "geos-wasm")); err != nil {
		t.Skip("geos-wasm is not installed: run npm install in web")
	}
	return dir
}

// outlinesOf returns the outlines of the finest areas that have one.
func outlinesOf(c *Coverage) []lattice.MultiPolygon {
	var out []lattice.MultiPolygon
	for a := range c.Areas() {
		if len(c.RegionsOf(int32(a))) > 0 {
			out = append(out, c.Polygons(int32(a)))
		}
	}
	return out
}

// pixelOutlines returns the outlines of the finest areas in pixels.
func pixelOutlines(m *PixelMap) []lattice.MultiPolygon {
	var out []lattice.MultiPolygon
	for a := range m.hierarchy {
		if int(m.hierarchy[a].Level) != len(m.levels)-1 {
			continue
		}
		var shape lattice.MultiPolygon
		for _, r := range m.Rings(int32(a)) {
			if r.Area2 > 0 {
				shape = append(shape, nil)
			}
			last := len(shape) - 1
			shape[last] = append(shape[last], ringPoints(m, r))
		}
		if shape != nil {
			out = append(out, shape)
		}
	}
	return out
}

// checkByGEOS asks GEOS whether shapes make a valid coverage, and compares areas:
// coordinates are whole numbers, so they must agree to the last digit.
func checkByGEOS(t *testing.T, modules string, shapes []lattice.MultiPolygon) {
	t.Helper()
	var input bytes.Buffer
	for _, shape := range shapes {
		wkb := appendWKB(nil, shape)
		input.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(wkb))))
		input.Write(wkb)
	}
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "validator", "validate.mjs"), modules, "0")
	command.Stdin, command.Stderr = &input, &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	var said struct {
		Valid   bool
		Invalid []int
		Areas   []float64
		Union   float64
	}
	if err := json.Unmarshal(output, &said); err != nil {
		t.Fatal(err)
	}
	if !said.Valid || len(said.Areas) != len(shapes) {
		t.Fatalf("GEOS finds %d of %d polygons at fault: %v", len(said.Invalid), len(shapes), said.Invalid)
	}
	sum := 0.0
	for i, shape := range shapes {
		area2 := int64(0)
		for _, polygon := range shape {
			for _, ring := range polygon {
				area2 += lattice.TwiceArea(ring)
			}
		}
		if float64(area2) != 2*said.Areas[i] {
			t.Errorf("polygon %d has an area of %v, GEOS finds %v", i, float64(area2)/2, said.Areas[i])
		}
		sum += float64(area2) / 2
	}
	if math.Abs(sum-said.Union) > sum*1e-12 {
		t.Errorf("the areas sum to %v, GEOS's union of all has %v", sum, said.Union)
	}
}

// appendWKB appends a shape as little-endian well-known binary.
func appendWKB(dst []byte, shape lattice.MultiPolygon) []byte {
	const polygonType, multiPolygonType = 3, 6
	le := binary.LittleEndian
	head := func(kind, count int) {
		dst = append(dst, 1)
		dst = le.AppendUint32(dst, uint32(kind))
		dst = le.AppendUint32(dst, uint32(count))
	}
	head(multiPolygonType, len(shape))
	for _, polygon := range shape {
		head(polygonType, len(polygon))
		for _, ring := range polygon {
			dst = le.AppendUint32(dst, uint32(len(ring)+1))
			for i := range len(ring) + 1 {
				p := ring[i%len(ring)]
				dst = le.AppendUint64(dst, math.Float64bits(float64(p.X)))
				dst = le.AppendUint64(dst, math.Float64bits(float64(p.Y)))
			}
		}
	}
	return dst
}
