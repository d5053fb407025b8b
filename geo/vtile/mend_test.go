package vtile

import (
	"math/rand/v2"
	"testing"
	"time"

	"onegrid/geo/coverage"
	"onegrid/geo/vtile/mvt"
)

// Random rings that cross themselves and each other: what comes out is valid,
// and covers the pixels that the rings wind around, but for those that a side
// passes, which rounding may move by a pixel.
func TestMendedIsValidAndCoversTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 4))
	var m mender
	for round := range 1200 {
		size := 8 + rng.Int32N(60)
		var rings [][]pixel
		for range 1 + rng.IntN(3) {
			var r []pixel
			for range 3 + rng.IntN(9) {
				r = append(r, px(rng.Int32N(size), rng.Int32N(size)))
			}
			rings = append(rings, r)
		}
		m.segs = m.segs[:0]
		for _, r := range rings {
			for i, p := range r {
				if q := r[(i+1)%len(r)]; p != q {
					m.segs = append(m.segs, segment{p, q})
				}
			}
		}
		before := append([]segment(nil), m.segs...)
		var got polygons
		m.mend(&got)
		var w writer
		w.begin("l", nil, nil)
		w.polygons(&got)
		if len(got.rings) > 0 {
			w.put(1, polygonType)
		}
		w.end()
		if _, err := mvt.Read(w.buf); err != nil {
			t.Fatalf("round %d: %v: %v", round, rings, err)
		}
		for x := range size {
			for y := range size {
				p := px(x, y)
				if near(p, before, got) {
					continue
				}
				if want := around(p, before) > 0; got.holds(p) != want {
					t.Fatalf("round %d: %v: %v is inside: %v, wound around: %v", round, rings, p, got.holds(p), want)
				}
			}
		}
	}
}

// near tells that a side passes within a pixel and a half, before or after.
func near(p pixel, before []segment, after polygons) bool {
	close := func(a, b coverage.Pixel) bool {
		dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
		f := (float64(p.X-a.X)*dx + float64(p.Y-a.Y)*dy) / (dx*dx + dy*dy)
		f = max(0, min(1, f))
		x, y := float64(p.X-a.X)-f*dx, float64(p.Y-a.Y)-f*dy
		return x*x+y*y < 2.25
	}
	for _, s := range before {
		if close(s.a, s.b) {
			return true
		}
	}
	for _, r := range after.rings {
		pts := after.of(r)
		for i, a := range pts {
			if close(a, pts[(i+1)%len(pts)]) {
				return true
			}
		}
	}
	return false
}

// around is how often segments wind around a place that is on none.
func around(p pixel, segs []segment) int {
	n := 0
	for _, s := range segs {
		if (s.a.Y > p.Y) == (s.b.Y > p.Y) {
			continue
		}
		switch c := cross(s.a, s.b, p); {
		case c > 0 && s.b.Y > s.a.Y:
			n++
		case c < 0 && s.b.Y < s.a.Y:
			n--
		}
	}
	return n
}

// A shape made to take long is given up on.
func TestMendingIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for name, segs := range map[string]int{"star": 3000, "long": 20000} {
		var m mender
		var first, last pixel
		for i := range segs {
			p := px(rng.Int32N(1<<20), rng.Int32N(1<<20))
			if i == 0 {
				first = p
			} else {
				m.segs = append(m.segs, segment{last, p})
			}
			last = p
		}
		m.segs = append(m.segs, segment{last, first})
		var got polygons
		start := time.Now()
		m.mend(&got)
		if len(got.rings) > 0 {
			t.Errorf("%s: it was not given up on", name)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}

// What is called sound is written as it stands: nothing that breaks a rule of
// polygons may pass.
func TestOnlySoundPolygonsPass(t *testing.T) {
	box := func(x, y, size int32) []pixel {
		return []pixel{px(x, y), px(x+size, y), px(x+size, y+size), px(x, y+size)}
	}
	hole := func(x, y, size int32) []pixel {
		return []pixel{px(x, y), px(x, y+size), px(x+size, y+size), px(x+size, y)}
	}
	outer := func(r []pixel) part { return part{r, true} }
	inner := func(r []pixel) part { return part{r, false} }
	for _, c := range []struct {
		name  string
		parts []part
		sound bool
	}{
		{"a square", []part{outer(box(0, 0, 90))}, true},
		{"with two holes", []part{outer(box(0, 0, 90)), inner(hole(10, 10, 20)), inner(hole(50, 50, 20))}, true},
		{"two of them", []part{outer(box(0, 0, 90)), outer(box(100, 0, 90)), inner(hole(110, 10, 20))}, true},
		{"a hole outside", []part{outer(box(0, 0, 90)), inner(hole(100, 10, 20))}, false},
		{"a hole of the polygon before", []part{outer(box(0, 0, 90)), outer(box(100, 0, 90)), inner(hole(10, 10, 20))}, false},
		{"a hole in a hole", []part{outer(box(0, 0, 90)), inner(hole(10, 10, 50)), inner(hole(20, 20, 10))}, false},
		{"and the other way round", []part{outer(box(0, 0, 90)), inner(hole(20, 20, 10)), inner(hole(10, 10, 50))}, false},
		{"one in another", []part{outer(box(0, 0, 90)), outer(box(10, 10, 20))}, false},
		{"a hole first", []part{inner(hole(10, 10, 20)), outer(box(0, 0, 90))}, false},
		{"crossing", []part{outer(box(0, 0, 90)), outer(box(50, 50, 90))}, false},
		{"a hole through the side", []part{outer(box(0, 0, 90)), inner(hole(80, 10, 20))}, false},
		{"a bow-tie", []part{outer([]pixel{px(0, 0), px(90, 90), px(90, 0), px(0, 90)})}, false},
		{"a spike", []part{outer([]pixel{px(0, 0), px(90, 0), px(90, 90), px(120, 120), px(90, 90), px(0, 90)})}, false},
	} {
		var g polygons
		for _, p := range c.parts {
			g.add(p.points, p.outer)
		}
		var v prover
		if got := v.sound(&g); got != c.sound {
			t.Errorf("%s: sound %v", c.name, got)
		}
	}
}

type part struct {
	points []pixel
	outer  bool
}
