package coverage

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/peterstace/simplefeatures/geom"

	"onegrid/geo/lattice"
)

// operated lets a planner do so many operations on a coverage.
func operated(p *planner, steps int) (done []Operation) {
	for try := 0; len(done) < steps && try < 50*steps && p.grounds() > 2; try++ {
		op := p.make(Kinds[p.IntN(len(Kinds))])
		now, _, err := Apply(p.c, p.n, op)
		if err != nil {
			continue
		}
		p.c, done = now, append(done, op)
	}
	return done
}

// jittered moves every vertex of a coverage by up to so many units, each place
// alike, and builds it anew.
func jittered(t testing.TB, r *rand.Rand, c *Coverage, units int) *Coverage {
	moved := map[lattice.Point]lattice.Point{}
	var shapes []Shape
	for a := range c.Areas() {
		if len(c.RegionsOf(int32(a))) == 0 {
			continue
		}
		shape := c.Polygons(int32(a))
		for _, polygon := range shape {
			for _, ring := range polygon {
				for i, p := range ring {
					if _, ok := moved[p]; !ok {
						moved[p] = lattice.Point{X: p.X + int32(r.IntN(2*units+1)-units), Y: p.Y + int32(r.IntN(2*units+1)-units)}
					}
					ring[i] = moved[p]
				}
			}
		}
		shapes = append(shapes, Shape{Code: c.Areas()[a].Code, Shape: shape})
	}
	out, _, err := Build(mosaicNetwork, slices.Clone(c.Areas()), shapes, Policy{WideGaps: VoidGaps})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestOverlayAgainstSimplefeatures compares what every pair of areas shares with
// the intersection of their outlines by an independent library, and all that an
// area shares with its own size.
func TestOverlayAgainstSimplefeatures(t *testing.T) {
	east, north := lattice.ScaleAt(4000)
	compared := 0
	for seed := range uint64(rounds(12, 600)) {
		r := rand.New(rand.NewPCG(seed, 8))
		old := someMosaic(t, seed)
		if old.Arcs() > 300 {
			continue
		}
		p := &planner{Rand: r, c: old, n: mosaicNetwork}
		operated(p, 1+r.IntN(12))
		new := p.c
		switch seed % 4 {
		case 1:
			new = jittered(t, r, new, 40)
		case 2:
			new = jittered(t, r, new, 1)
		}
		o, err := Lay(old, new)
		if err != nil {
			t.Fatal(err)
		}
		shared := map[[2]int32]Shared{}
		for _, s := range o.Shared(2) {
			shared[[2]int32{s.Old, s.New}] = s
			if s.AreaM2 <= 0 || s.Old < 0 && s.New < 0 {
				t.Fatalf("seed %d: %+v", seed, s)
			}
		}
		sums(t, fmt.Sprint("seed ", seed), o)
		shapes := func(c *Coverage) (out []geom.MultiPolygon) {
			for a := range c.Areas() {
				out = append(out, geometry(c.Polygons(int32(a))))
			}
			return out
		}
		olds, news := shapes(old), shapes(new)
		for i := range olds {
			for j := range news {
				if len(old.RegionsOf(int32(i))) == 0 || len(new.RegionsOf(int32(j))) == 0 {
					continue
				}
				meet, err := geom.Intersection(olds[i].AsGeometry(), news[j].AsGeometry())
				if err != nil {
					t.Fatal(err)
				}
				want := meet.Area() * east * north
				got := shared[[2]int32{int32(i), int32(j)}].AreaM2
				if math.Abs(got-want) > 1e-3+1e-5*want { // a few metres of border, hundredths of a millimetre off
					t.Errorf("seed %d: %s and %s share %v m², not %v", seed, old.Areas()[i].Code, new.Areas()[j].Code, want, got)
				}
				compared++
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d pairs were compared", compared)
	}
}

// sums fails where what an area shares is not the ground that it has.
func sums(t testing.TB, what string, o *Overlay) {
	t.Helper()
	was, is := o.Old.Metrics(), o.New.Metrics()
	levels := uint8(0)
	for _, a := range o.Old.Areas() {
		levels = max(levels, a.Level+1)
	}
	for level := range levels {
		before, after := make([]float64, len(was)), make([]float64, len(is))
		for _, s := range o.Shared(level) {
			if s.Old >= 0 {
				before[s.Old] += s.AreaM2
			}
			if s.New >= 0 {
				after[s.New] += s.AreaM2
			}
		}
		for a, m := range was {
			if o.Old.Areas()[a].Level == level && math.Abs(before[a]-m.AreaM2) > 0.02+1e-4*m.PerimeterM {
				t.Errorf("%s: %s had %v m² and shares %v", what, o.Old.Areas()[a].Code, m.AreaM2, before[a])
			}
		}
		for a, m := range is {
			if o.New.Areas()[a].Level == level && math.Abs(after[a]-m.AreaM2) > 0.02+1e-4*m.PerimeterM {
				t.Errorf("%s: %s has %v m² and shares %v", what, o.New.Areas()[a].Code, m.AreaM2, after[a])
			}
		}
	}
}

// TestOverlayOfTheSame lays a coverage over itself, over what is read back, and
// over one in which borders have more nodes: nothing is parted, and nothing is
// noded where nothing differs.
func TestOverlayOfTheSame(t *testing.T) {
	for seed := range uint64(20) {
		c := someMosaic(t, seed)
		back, err := Decode(c.Encode())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []*Coverage{c, back} {
			o, err := Lay(c, d)
			if err != nil {
				t.Fatal(err)
			}
			if m := match(c, d); !m.box().Empty() {
				t.Error("some of it is not alike")
			}
			for _, s := range o.Shared(2) {
				if s.Old != s.New {
					t.Fatalf("seed %d: %+v", seed, s)
				}
			}
			sums(t, fmt.Sprint("seed ", seed), o)
		}
	}
}
