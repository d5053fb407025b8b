package locate_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// nearestM tries every segment of the level.
func nearestM(p *partition, q lattice.Point, level int) float64 {
	best := math.Inf(1)
	for i, a := range p.arcs {
		if p.levels[i] > level {
			continue
		}
		for k := 1; k < len(a.Points); k++ {
			d, _ := lattice.SegmentDistanceM(a.Points[k-1], a.Points[k], q)
			best = min(best, d)
		}
	}
	return best
}

// The border found is the nearest of all, the place is where it says, and q lies
// on the side that it says: the way there crosses no other border of the level,
// so the side and q are in the same area of the level.
func TestNearestBorder(t *testing.T) {
	const cols, rows = 16, 14
	for i, place := range places {
		rng := rand.New(rand.NewPCG(seed, uint64(10+i)))
		p := city(rng, place.at, cols, rows, 9, 20_000, 0.2)
		x := index(t, p)
		area := func(r coverage.Region, level int) [2]int {
			if r == coverage.Exterior {
				return [2]int{-1, -1}
			}
			size := [3]int{12, 4, 1}[level]
			return [2]int{int(r-1) % cols / size, int(r-1) / cols / size}
		}
		for n := range 600 {
			q, level := draw(rng, p), n%3
			b, ok := x.Border(q, level, 1e6)
			want := nearestM(p, q, level)
			if !ok || math.Abs(b.DistanceM-want) > 1e-6+1e-5*want {
				t.Fatalf("%s: Border(%v, %d) = %+v, %v, want %v m", place.name, q, level, b, ok, want)
			}
			near := math.Inf(1)
			points := p.arcs[b.Arc].Points
			for k := 1; k < len(points); k++ {
				d, _ := lattice.SegmentDistanceM(points[k-1], points[k], q)
				near = min(near, d)
			}
			if near > want+1e-9+1e-7*want || p.levels[b.Arc] > level {
				t.Fatalf("%s: Border(%v, %d): arc %d of level %d is %v m away, the nearest %v", place.name, q, level, b.Arc, p.levels[b.Arc], near, want)
			}
			if d := lattice.DistanceM(q, b.At); math.Abs(d-want) > 0.01 {
				t.Fatalf("%s: Border(%v, %d): the place %v is %v m away, not %v", place.name, q, level, b.At, d, want)
			}
			if want > 1 {
				turn := math.Abs(math.Remainder(lattice.BearingDeg(q, b.At)-b.BearingDeg, 360))
				if turn > 1/want+0.1 {
					t.Fatalf("%s: Border(%v, %d): bearing %v, not %v", place.name, q, level, b.BearingDeg, lattice.BearingDeg(q, b.At))
				}
			}
			arc := p.arcs[b.Arc]
			this := arc.Left
			if b.Beyond == arc.Left {
				this = arc.Right
			} else if b.Beyond != arc.Right {
				t.Fatalf("beyond arc %d is %d, which it does not bound", b.Arc, b.Beyond)
			}
			owner, _ := x.Find(q)
			if area(owner, level) != area(this, level) {
				t.Fatalf("%s: Border(%v, %d) = %+v: %d is on this side, but the owner is %d", place.name, q, level, b, this, owner)
			}
			if _, ok := x.Border(q, level, want*0.999-1e-6); ok {
				t.Fatalf("Border(%v, %d) within less than %v m", q, level, want)
			}
		}
	}
}

// Small mosaics have corners of every kind nearest to some point.
func TestNearestBorderOfMosaics(t *testing.T) {
	check(t, func(t *rapid.T) {
		p := drawMosaic(t)
		x, err := locate.Build(p, locate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 60 {
			if len(p.arcs) == 0 {
				return
			}
			q := draw(rng, p)
			b, ok := x.Border(q, 0, 1e6)
			want := nearestM(p, q, 0)
			if !ok || math.Abs(b.DistanceM-want) > 1e-6+1e-5*want {
				t.Fatalf("Border(%v) = %+v, %v, want %v m", q, b, ok, want)
			}
			// On a border whose owner is elsewhere along it, an arc of the owner's is
			// there, too.
			arc := p.arcs[b.Arc]
			owner, _ := x.Find(q)
			if owner == b.Beyond || owner != arc.Left && owner != arc.Right {
				t.Fatalf("Border(%v) = %+v between %d and %d, but the owner is %d", q, b, arc.Left, arc.Right, owner)
			}
		}
	})
}

func TestSidesInWords(t *testing.T) {
	// A square of a kilometre or so; the point stands west of its eastern side.
	sw, ne := lattice.Point{X: 1_100_000_000, Y: 300_000_000}, lattice.Point{X: 1_100_100_000, Y: 300_100_000}
	se, nw := lattice.Point{X: ne.X, Y: sw.Y}, lattice.Point{X: sw.X, Y: ne.Y}
	p := &partition{
		arcs:   []coverage.Arc{{Points: []lattice.Point{sw, se, ne, nw, sw}, Left: 1}},
		levels: []int{0},
		shapes: []lattice.MultiPolygon{nil, {{{sw, se, ne, nw}}}},
	}
	x := index(t, p)
	mid := lattice.Point{X: 1_100_050_000, Y: 300_050_000}
	for _, c := range []struct {
		at      lattice.Point
		side    string
		bearing float64
		beyond  coverage.Region
	}{
		{lattice.Point{X: ne.X - 100, Y: mid.Y}, "west", 90, 0},
		{lattice.Point{X: ne.X + 100, Y: mid.Y}, "east", 270, 1},
		{lattice.Point{X: mid.X, Y: ne.Y - 100}, "south", 0, 0},
		{lattice.Point{X: mid.X, Y: sw.Y + 100}, "north", 180, 0},
		{lattice.Point{X: ne.X + 1000, Y: ne.Y + 866}, "northeast", 225, 1},
		// On the border: the side of the owner, square to it.
		{lattice.Point{X: ne.X, Y: mid.Y}, "west", 90, 0},
		{lattice.Point{X: sw.X, Y: mid.Y}, "east", 270, 0},
		{lattice.Point{X: mid.X, Y: ne.Y}, "south", 0, 0},
		{lattice.Point{X: mid.X, Y: sw.Y}, "north", 180, 0},
		// Far outside of the index.
		{lattice.Point{X: mid.X, Y: -800_000_000}, "south", 0, 1},
	} {
		b, ok := x.Border(c.at, 0, 1e8)
		turn := math.Abs(math.Remainder(b.BearingDeg-c.bearing, 360))
		if !ok || b.Side != c.side || turn > 0.5 || b.Beyond != c.beyond {
			t.Errorf("at %v: %+v, %v, want %s of the border, bearing %v, beyond %d", c.at, b, ok, c.side, c.bearing, c.beyond)
		}
	}
	for _, c := range []struct {
		level int
		most  float64
	}{{-1, 1e8}, {0, -1}, {0, math.NaN()}, {0, 1}} {
		if b, ok := x.Border(mid, c.level, c.most); ok {
			t.Errorf("level %d within %v m: %+v, want none", c.level, c.most, b)
		}
	}
}
