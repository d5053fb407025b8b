package locate_test

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

const seed = 20_261_123

// long says whether the long forms were asked for.
func long() bool { return os.Getenv("ONEGRID_LONG") != "" }

func index(t testing.TB, p locate.Planar) *locate.Index {
	t.Helper()
	x, err := locate.Build(p, locate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// agree compares the index with the oracle at one point.
func agree(t interface {
	Helper()
	Fatalf(string, ...any)
}, x *locate.Index, o *oracle, q lattice.Point) (border bool) {
	t.Helper()
	want, err := o.ask(q, nil)
	if err != nil {
		t.Fatalf("the oracle contradicts itself: %v", err)
	}
	if got := x.Region(q); got != want.plain {
		t.Fatalf("Region(%v) = %d, want %d (%+v)", q, got, want.plain, want)
	}
	if got, on := x.Find(q); got != want.owner || on != want.border {
		t.Fatalf("Find(%v) = %d, %v, want %d, %v", q, got, on, want.owner, want.border)
	}
	return want.border
}

// places are where cities lie that strain the arithmetic.
var places = []struct {
	name string
	at   lattice.Point
}{
	{"beyond 107.37 E, where doubled longitudes leave 32 bits", lattice.Point{X: 1_215_000_000, Y: 312_000_000}},
	{"across 107.37 E", lattice.Point{X: 1_073_741_824 - 100_000, Y: 265_000_000}},
	{"across Greenwich", lattice.Point{X: -150_000, Y: 514_000_000}},
	{"across Greenwich and the equator", lattice.Point{X: -200_000, Y: -150_000}},
	{"west and south", lattice.Point{X: -706_000_000, Y: -334_000_000}},
	{"at the antimeridian's edge", lattice.Point{X: 1_800_000_000 - 700_000, Y: -165_000_000}},
}

// On random points, vertices, edges and near edges the index agrees with
// brute-force parity, and one region owns each.
func TestIndexAgreesWithTheOracle(t *testing.T) {
	points := 240_000
	if long() {
		points = 10_000_000
	}
	cities := []struct {
		cols, rows, steps int
		side              float64
	}{
		{9, 8, 12, 40_000},  // streets 450 m apart, vertices 37 m
		{3, 3, 40, 3_000},   // fine work: vertices 80 cm apart
		{12, 10, 2, 30_000}, // hardly any vertices
	}
	for i, place := range places {
		t.Run(place.name, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			for _, c := range cities {
				p := city(rng, place.at, c.cols, c.rows, c.steps, c.side, float64(i%3)/2)
				x, o := index(t, p), newOracle(p)
				onBorder := 0
				each := points / len(places) / len(cities)
				for range each {
					if agree(t, x, o, draw(rng, p)) {
						onBorder++
					}
				}
				if onBorder < each/10 {
					t.Errorf("only %d of %d points lay on borders", onBorder, each)
				}
			}
		})
	}
}

// draw makes a point to ask about: anywhere, or a vertex, a middle or another
// place on a border, and then up to three units beside it.
func draw(rng *rand.Rand, p *partition) lattice.Point {
	b := p.bounds()
	if rng.IntN(4) == 0 {
		margin := b.Width()/20 + 2
		return lattice.Point{
			X: clamp(int64(b.Min.X)-margin+rng.Int64N(b.Width()+2*margin), lattice.MaxLon),
			Y: clamp(int64(b.Min.Y)-margin+rng.Int64N(b.Height()+2*margin), lattice.MaxLat),
		}
	}
	points := p.arcs[rng.IntN(len(p.arcs))].Points
	k := rng.IntN(len(points) - 1)
	u, v := points[k], points[k+1]
	q := u
	switch rng.IntN(3) {
	case 0:
		q = lattice.Point{X: int32((int64(u.X) + int64(v.X)) / 2), Y: int32((int64(u.Y) + int64(v.Y)) / 2)}
	case 1:
		f := rng.Float64()
		q = lattice.Point{X: u.X + int32(f*float64(v.X-u.X)), Y: u.Y + int32(f*float64(v.Y-u.Y))}
	}
	if rng.IntN(2) == 0 {
		q.X = clamp(int64(q.X)+rng.Int64N(7)-3, lattice.MaxLon)
		q.Y = clamp(int64(q.Y)+rng.Int64N(7)-3, lattice.MaxLat)
	}
	return q
}

func clamp(v, limit int64) int32 { return int32(max(-limit, min(limit, v))) }

// Small mosaics, seen slantwise and placed anywhere, hold every kind of corner,
// hole, island and feature one unit wide. Every lattice point in and around one
// is asked about.
func TestSmallMosaics(t *testing.T) {
	check(t, func(t *rapid.T) {
		p := drawMosaic(t)
		x, err := locate.Build(p, locate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		o := newOracle(p)
		b := p.bounds()
		if b.Empty() {
			b = lattice.BoxOf(lattice.Point{})
		}
		step := func(d int64) int32 { return int32(max(1, d/40)) }
		for y := int64(b.Min.Y) - 2; y <= int64(b.Max.Y)+2; y += int64(step(b.Height())) {
			for q := int64(b.Min.X) - 2; q <= int64(b.Max.X)+2; q += int64(step(b.Width())) {
				agree(t, x, o, lattice.Point{X: clamp(q, lattice.MaxLon), Y: clamp(y, lattice.MaxLat)})
			}
		}
		for _, a := range p.arcs { // and every vertex
			for _, q := range a.Points {
				agree(t, x, o, q)
			}
		}
	})
}

// check is rapid's, ten times as often: mosaics are small.
func check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	times := 10
	if long() {
		times = 1000
	}
	for range times {
		rapid.Check(t, property)
	}
}

func drawMosaic(t *rapid.T) *partition {
	m := mosaic{cols: rapid.IntRange(1, 6).Draw(t, "cols"), rows: rapid.IntRange(1, 6).Draw(t, "rows")}
	regions := rapid.IntRange(2, 5).Draw(t, "regions")
	m.of = make([]coverage.Region, m.cols*m.rows)
	for i := range m.of {
		m.of[i] = coverage.Region(rapid.IntRange(0, regions-1).Draw(t, "region"))
	}
	void := map[coverage.Region]bool{}
	if rapid.Bool().Draw(t, "void") {
		void[coverage.Region(regions-1)] = true
	}
	// Slanted by whole units, so that vertices stay on the lattice: squares of
	// one unit, and long thin ones.
	s := rapid.SampledFrom([]int32{1, 1, 2, 7, 40, 1000, 30_000}).Draw(t, "scale")
	k, l := rapid.Int32Range(-3, 3).Draw(t, "slant"), rapid.Int32Range(-3, 3).Draw(t, "slant")
	m.m = affine{ax: s, ay: k * s, bx: l * s, by: (1 + k*l) * s}
	origins := []lattice.Point{{X: 0, Y: 0}, {X: 1_073_741_820, Y: 5}, {X: -1_200_000_000, Y: -300_000_000}, {X: 1_799_000_000 - 60*s, Y: 400_000_000}}
	m.m.origin = rapid.SampledFrom(origins).Draw(t, "origin")
	return m.partition(regions, void)
}

// What spans as much as is allowed is still exact: features a unit wide in a box
// of 150 by 150 degrees.
func TestWidestSpan(t *testing.T) {
	west, south := int32(-300_000_000), int32(-750_000_000)
	east, north := west+lattice.MaxSpan, south+lattice.MaxSpan
	// A diagonal splits the box, and a spike one unit wide at its top runs along
	// it from the north-eastern corner.
	sw, se, ne, nw := lattice.Point{X: west, Y: south}, lattice.Point{X: east, Y: south}, lattice.Point{X: east, Y: north}, lattice.Point{X: west, Y: north}
	left := lattice.Point{X: east - 1, Y: north}
	p := &partition{
		arcs: []coverage.Arc{
			{Points: []lattice.Point{sw, se, ne}, Left: 1, Right: 0},
			{Points: []lattice.Point{sw, ne}, Left: 2, Right: 1},
			{Points: []lattice.Point{sw, left}, Left: 3, Right: 2},
			{Points: []lattice.Point{ne, left}, Left: 2, Right: 0},
			{Points: []lattice.Point{left, nw, sw}, Left: 3, Right: 0},
		},
		levels: []int{0, 1, 1, 0, 0},
		shapes: []lattice.MultiPolygon{nil, {{{sw, se, ne}}}, {{{sw, ne, left}}}, {{{sw, left, nw}}}},
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	for _, p := range []*partition{p, p.mirrored(west + east)} { // along both diagonals
		o := newOracle(p)
		for _, most := range []int{0, 1, 100, 200, 300, 500, 1000, 10_000} { // of cells as large as the box, too
			x, err := locate.Build(p, locate.Options{MaxBytes: most})
			if err != nil {
				t.Fatal(err)
			}
			for range 3_000 {
				agree(t, x, o, draw(rng, p))
			}
			for d := range int32(1000) {
				v := int32(rng.Int64N(lattice.MaxSpan))
				agree(t, x, o, lattice.Point{X: west + v - d%3, Y: south + v})
				agree(t, x, o, lattice.Point{X: east - v + d%3, Y: south + v})
			}
		}
	}
	wider := &partition{arcs: append(p.arcs, coverage.Arc{Points: []lattice.Point{se, {X: east + 1, Y: south}}}), levels: append(p.levels, 0), shapes: p.shapes}
	if _, err := locate.Build(wider, locate.Options{}); geo.KindOf(err) != geo.Invalid || !strings.Contains(err.Error(), "150") {
		t.Errorf("a span over 150 degrees: %v, want it refused", err)
	}
}

// Any bound on memory gives the same answers.
func TestAnyCellSize(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 2))
	p := city(rng, lattice.Point{X: 1_100_000_000, Y: 300_000_000}, 10, 10, 20, 30_000, 0.5)
	o := newOracle(p)
	for _, most := range []int{1, 20_000, 100_000, 1 << 20, 1 << 24} {
		x, err := locate.Build(p, locate.Options{MaxBytes: most})
		if err != nil {
			t.Fatal(err)
		}
		for range 4000 {
			agree(t, x, o, draw(rng, p))
		}
		w, h, cells, mixed, _ := x.Shape()
		if most >= 1<<20 && x.Bytes() > most*5/4 {
			t.Errorf("%d bytes, at most %d were allowed", x.Bytes(), most)
		}
		t.Logf("at most %d: %d bytes, cells of 2^%d by 2^%d, %d, of which mixed %d", most, x.Bytes(), w, h, cells, mixed)
	}
}

func TestNothing(t *testing.T) {
	x := index(t, &partition{shapes: make([]lattice.MultiPolygon, 1)})
	if r, on := x.Find(lattice.Point{}); r != coverage.Exterior || on {
		t.Errorf("in a coverage of nothing: %d, %v", r, on)
	}
	if b, ok := x.Border(lattice.Point{}, 3, 1e9); ok {
		t.Errorf("in a coverage of nothing: %v", b)
	}
}

func TestLookupsDoNotAllocate(t *testing.T) {
	rng := rand.New(rand.NewPCG(seed, 3))
	p := city(rng, lattice.Point{X: 1_100_000_000, Y: 300_000_000}, 12, 12, 20, 30_000, 0.1)
	x := listed(t, index(t, p)) // making a list of borders does
	points := make([]lattice.Point, 3000)
	for i := range points {
		points[i] = draw(rng, p)
	}
	for _, a := range p.arcs[:100] { // some of them on the outer border
		points = append(points, a.Points[0])
	}
	if n := testing.AllocsPerRun(3, func() {
		for _, q := range points {
			x.Find(q)
			x.Border(q, 2, 1000)
		}
	}); n != 0 {
		t.Errorf("%v allocations in %d lookups", n, len(points))
	}
}
