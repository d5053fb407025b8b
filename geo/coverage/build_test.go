package coverage

import (
	"crypto/sha256"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

func TestBirmingham(t *testing.T) {
	n, areas, shapes := birmingham(t)
	start := time.Now()
	c, report, err := Build(n, areas, shapes, Policy{GapWidthM: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start), report.Shapes, report.Areas, report.Regions, report.Arcs, report.Points)
	for _, r := range report.Repairs {
		t.Logf("%+v", r)
	}
	sound(t, n, c)
	same(t, c)
}

// same fails unless the coverage survives being exported and built again, in
// another order, and being stored and read back.
func same(t testing.TB, c *Coverage) {
	t.Helper()
	back, err := Decode(c.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if back.Hash() != c.Hash() || hashOf(c.Encode()) != c.Hash() {
		t.Fatal("the hash changes by storing")
	}
	if !reflect.DeepEqual(plain(back), plain(c)) {
		t.Fatal("the coverage changes by storing")
	}
}

// plain leaves the hash out, which is found when it is first asked for.
func plain(c *Coverage) *Coverage {
	return &Coverage{areas: c.areas, arcs: c.arcs, nodes: c.nodes, regions: c.regions, points: c.points, bounds: c.bounds}
}

func TestExportBuildsTheSame(t *testing.T) {
	n, areas, shapes := birmingham(t)
	c, _, err := Build(n, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	var again []Shape
	for i, a := range c.Areas() {
		if len(c.RegionsOf(int32(i))) > 0 {
			again = append(again, Shape{Code: a.Code, Shape: c.Polygons(int32(i))})
		}
	}
	rand.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
	for _, s := range again {
		for _, polygon := range s.Shape {
			for i, ring := range polygon {
				k := rand.IntN(len(ring))
				polygon[i] = append(append(lattice.Ring{}, ring[k:]...), ring[:k]...)
			}
		}
	}
	d, _, err := Build(n, areas, again, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Hash() != d.Hash() {
		t.Fatal("the coverage changes by being exported and built again")
	}
	_ = d.Neighbours(0)
}

// jitter moves every vertex of every ring by itself, up to so many metres, drops
// a share of the shapes and grows another.
func jitter(r *rand.Rand, shapes []Shape, upToM, drop, grow, growM float64) (out []Shape, dropped int) {
	for _, s := range shapes {
		if r.Float64() < drop {
			dropped++
			continue
		}
		by := 0.0
		if r.Float64() < grow {
			by = growM
		}
		t := Shape{Code: s.Code, Row: s.Row}
		for _, polygon := range s.Shape {
			var q lattice.Polygon
			for _, ring := range polygon {
				q = append(q, jitterRing(r, ring, upToM, by))
			}
			t.Shape = append(t.Shape, q)
		}
		out = append(out, t)
	}
	return out, dropped
}

// jitterRing pushes every vertex outwards by growM, along the middle of its two
// sides' normals, and then by up to upToM anywhere.
func jitterRing(r *rand.Rand, ring lattice.Ring, upToM, growM float64) lattice.Ring {
	side := 1.0
	if lattice.TwiceArea(ring) < 0 {
		side = -1
	}
	out := make(lattice.Ring, len(ring))
	for i, p := range ring {
		a, b := ring[(i+len(ring)-1)%len(ring)], ring[(i+1)%len(ring)]
		east, north := lattice.ScaleAt(p.Y)
		dx, dy := float64(b.X-a.X)*east, float64(b.Y-a.Y)*north
		length := max(1e-9, math.Hypot(dx, dy))
		angle, far := r.Float64()*2*math.Pi, r.Float64()*upToM
		x := side*growM*dy/length + far*math.Cos(angle)
		y := -side*growM*dx/length + far*math.Sin(angle)
		out[i] = lattice.Point{X: p.X + int32(math.Round(x/east)), Y: p.Y + int32(math.Round(y/north))}
	}
	return out
}

func TestJitteredBirmingham(t *testing.T) {
	n, areas, shapes := birmingham(t)
	dirty, dropped := jitter(rand.New(rand.NewPCG(1, 2)), shapes, 2, 0.01, 0.01, 5)
	start := time.Now()
	c, report, err := Build(n, areas, dirty, Policy{GapWidthM: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start), dropped, report.Shapes, report.Areas, report.Regions, report.Arcs, report.Points)
	kinds := map[string]int{}
	size := map[string]float64{}
	for _, r := range report.Repairs {
		k := r.Kind
		if r.Blocker {
			k += " blocker"
		}
		kinds[k]++
		size[k] += r.AreaM2
		if r.Kind == RepairMultipart || r.Kind == RepairFragment && r.AreaM2 > 30 || r.Kind == RepairOverlap && r.AreaM2 > 500 {
			t.Logf("%+v", r)
		}
	}
	t.Log(kinds, size)
	start = time.Now()
	left := map[string]int{}
	for _, v := range c.Check(n) {
		if left[v.Kind]++; v.Kind != Gap && v.Kind != NoRegion {
			t.Logf("%+v", v)
		}
	}
	t.Log(time.Since(start), left)
	if left[Gap] != kinds[RepairGap+" blocker"] || left[NoRegion] != dropped || len(left) != 2 {
		t.Errorf("violations: %v", left)
	}
	same(t, c)
}

// TestWideSpanIsRefused: the widest that is exact is built, one unit more is not.
func TestWideSpanIsRefused(t *testing.T) {
	const west, south = -800_000_000, -750_000_000
	n, areas := flat(geo.Basic), []Area{{Code: "a", Parent: NoArea}}
	widest, wide, high := block(west, south, lattice.MaxSpan, lattice.MaxSpan), block(west, south, lattice.MaxSpan+1, 10), block(west, south, 10, lattice.MaxSpan+1)
	c, _, err := Build(n, areas, []Shape{rings("a", widest)}, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, n, c)
	for _, ring := range []lattice.Ring{wide, high} {
		_, _, err := Build(n, areas, []Shape{rings("a", ring)}, Policy{})
		var e *geo.Error
		if !errors.As(err, &e) || e.Kind != geo.Invalid || e.At == nil || !strings.Contains(e.Error(), "150") {
			t.Errorf("got %v", err)
		}
	}
}

// hashOf is what Hash should be, from the chunks that are stored.
func hashOf(chunks [][]byte) [32]byte {
	var sums []byte
	for _, chunk := range chunks {
		sum := sha256.Sum256(chunk)
		sums = append(sums, sum[:]...)
	}
	return sha256.Sum256(sums)
}
