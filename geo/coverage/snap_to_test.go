package coverage

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

const snapM = 0.1 // of the tests in a mosaic, whose corners lie half a metre apart

// anotherHand draws a ring anew: every vertex up to so many units off, some left
// out where the line is nearly straight, others put in between.
func anotherHand(r *rand.Rand, ring lattice.Ring, units int) lattice.Ring {
	off := func(p lattice.Point) lattice.Point {
		return lattice.Point{X: p.X + int32(r.IntN(2*units+1)-units), Y: p.Y + int32(r.IntN(2*units+1)-units)}
	}
	var out lattice.Ring
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		out = append(out, off(p))
		for n := r.IntN(3); n > 0; n-- {
			t := (1 + 3*r.Float64()) / 5
			m := lattice.Point{X: p.X + int32(t*float64(q.X-p.X)), Y: p.Y + int32(t*float64(q.Y-p.Y))}
			if n == 1 && lattice.DistanceM(m, p) > 3*snapM && lattice.DistanceM(m, q) > 3*snapM {
				out = append(out, off(m))
			}
		}
	}
	return out
}

// patrols are the outlines of groups of neighbouring areas.
func patrols(r *rand.Rand, c *Coverage) []Shape {
	var shapes []Shape
	for n := range 4 {
		a := int32(r.IntN(len(c.Areas())))
		if len(c.RegionsOf(a)) == 0 {
			continue
		}
		u := union{c: c, area: a, part: map[Region]int{}}
		u.regions = c.appendRegions(nil, a)
		for _, b := range c.Neighbours(a) {
			if r.IntN(2) == 0 {
				u.regions = append(u.regions, c.RegionsOf(b)...)
			}
		}
		joinParts(&u)
		shapes = append(shapes, Shape{Code: string(rune('a' + n)), Shape: u.polygons(), Row: n + 1})
	}
	return shapes
}

// joinParts finds the connected parts of a union's regions.
func joinParts(u *union) {
	slices.Sort(u.regions)
	u.regions = slices.Compact(u.regions)
	for _, r := range u.regions {
		u.part[r] = -1
	}
	for _, r := range u.regions {
		if u.part[r] >= 0 {
			continue
		}
		for stack := []Region{r}; len(stack) > 0; {
			r := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			u.part[r] = u.parts
			for h := range u.c.halvesOf(r) {
				if p, ok := u.part[u.c.leftOf(h^1)]; ok && p < 0 {
					u.part[u.c.leftOf(h^1)] = u.parts
					stack = append(stack, u.c.leftOf(h^1))
				}
			}
		}
		u.parts++
	}
}

// TestSnapToBringsBorders draws the outlines of groups of areas by another hand and
// snaps them back: they are what they were, to the last unit.
func TestSnapToBringsBorders(t *testing.T) {
	done := 0
	for seed := range uint64(rounds(150, 5000)) {
		r := rand.New(rand.NewPCG(seed, 21))
		c := someMosaic(t, seed)
		meant := patrols(r, c)
		drawn := make([]Shape, len(meant))
		for i, m := range meant {
			drawn[i] = m
			drawn[i].Shape = nil
			for _, polygon := range m.Shape {
				var rings lattice.Polygon
				for _, ring := range polygon {
					rings = append(rings, anotherHand(r, ring, 5))
				}
				drawn[i].Shape = append(drawn[i].Shape, rings)
			}
		}
		for i := range meant {
			// One by one: of several, a place where two drawings meet by chance stays.
			got, what, err := SnapTo(c, drawn[i:i+1], snapM)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if what.FarthestM > snapM {
				t.Errorf("seed %d: a vertex went %v m", seed, what.FarthestM)
			}
			for p := range meant[i].Shape {
				for k := range meant[i].Shape[p] {
					done++
					if !sameRing(got[0].Shape[p][k], meant[i].Shape[p][k]) {
						t.Fatalf("seed %d: ring %d of %s is\n%v, not\n%v\nof\n%v", seed, k, meant[i].Code, got[0].Shape[p][k], meant[i].Shape[p][k], drawn[i].Shape[p][k])
					}
				}
			}
		}
	}
	if done < 300 {
		t.Errorf("only %d rings", done)
	}
}

// sameRing compares rings wherever they begin.
func sameRing(a, b lattice.Ring) bool {
	if len(a) != len(b) {
		return false
	}
	i := slices.Index(b, a[0])
	return i >= 0 && slices.Equal(a, slices.Concat(b[i:], b[:i]))
}

// TestSnapToKeepsItsWord snaps shapes that have little to do with the borders: what
// it takes goes nowhere farther than the tolerance, crosses nothing new, and what
// shapes share stays shared.
func TestSnapToKeepsItsWord(t *testing.T) {
	accepted, refused, moved := 0, 0, 0
	for seed := range uint64(rounds(300, 3000)) {
		r := rand.New(rand.NewPCG(seed, 22))
		c := someMosaic(t, seed)
		var shapes []Shape
		for _, s := range patrols(r, c) {
			for p := range s.Shape {
				for k := range s.Shape[p] {
					s.Shape[p][k] = anotherHand(r, s.Shape[p][k], []int{5, 40, 200}[r.IntN(3)])
				}
			}
			shapes = append(shapes, s)
		}
		tolerance := []float64{0.05, snapM, 0.5, 1}[r.IntN(4)]
		got, what, err := SnapTo(c, shapes, tolerance)
		if err != nil {
			var e *geo.Error
			if !errors.As(err, &e) || e.Kind != geo.Conflict || e.At == nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			refused++
			continue
		}
		accepted++
		moved += what.ToVertex
		for i := range shapes {
			for p := range shapes[i].Shape {
				for k, ring := range shapes[i].Shape[p] {
					fit := got[i].Shape[p][k]
					if far := math.Max(apart(fit, ring), apart(ring, fit)); far > tolerance+0.02 {
						t.Fatalf("seed %d: a ring moved %v m, over %v:\n%v\n%v", seed, far, tolerance, ring, fit)
					}
				}
			}
		}
		borders := map[[2]lattice.Point]bool{}
		for i := range c.Arcs() {
			p := c.Arc(i).Points
			for k := 1; k < len(p); k++ {
				borders[[2]lattice.Point{p[k-1], p[k]}] = true
			}
		}
		if n, m := countCrossed(shapes, borders), countCrossed(got, borders); n == 0 && m > 0 {
			t.Errorf("seed %d: %d crossings of borders are new", seed, m)
		}
		again, _, err := SnapTo(c, shapes, tolerance)
		if err != nil || !slices.EqualFunc(again, got, func(a, b Shape) bool {
			return slices.EqualFunc(a.Shape, b.Shape, func(p, q lattice.Polygon) bool { return slices.EqualFunc(p, q, slices.Equal[lattice.Ring]) })
		}) {
			t.Errorf("seed %d: the same input gives something else", seed)
		}
	}
	t.Log(accepted, "accepted,", refused, "refused,", moved, "vertices moved")
	if accepted < 100 || refused == 0 || moved < 1000 {
		t.Errorf("%d accepted, %d refused, %d vertices moved", accepted, refused, moved)
	}
}

// apart is how far any of a ring is from another, in metres, looked at closely.
func apart(ring, other lattice.Ring) (far float64) {
	const steps = 20
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		for n := range steps {
			p := lattice.Point{X: a.X + int32(int64(b.X-a.X)*int64(n)/steps), Y: a.Y + int32(int64(b.Y-a.Y)*int64(n)/steps)}
			near := math.Inf(1)
			for k, u := range other {
				d, _ := lattice.SegmentDistanceM(u, other[(k+1)%len(other)], p)
				near = min(near, d)
			}
			far = max(far, near)
		}
	}
	return far
}

// countCrossed counts the borders that shapes cross, by trying all.
func countCrossed(shapes []Shape, borders map[[2]lattice.Point]bool) (n int) {
	for _, s := range shapes {
		for _, polygon := range s.Shape {
			for _, ring := range polygon {
				for i, a := range ring {
					for b := range borders {
						if lattice.SegmentsCross(a, ring[(i+1)%len(ring)], b[0], b[1]) {
							n++
						}
					}
				}
			}
		}
	}
	return n
}

// TestSnapToKeepsNetworksWhole snaps a network whose areas share borders: they share
// them still, and it builds without a gap or an overlap.
func TestSnapToKeepsNetworksWhole(t *testing.T) {
	n := geo.Network{ID: "patrol", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "beat", Enclaves: true}}}
	built := 0
	for seed := range uint64(rounds(60, 3000)) {
		r := rand.New(rand.NewPCG(seed, 23))
		c := someMosaic(t, seed)
		// The same town by another hand, every place moved alike, is another network.
		other := jittered(t, r, c, 5)
		var areas []Area
		var shapes []Shape
		for a := range other.Areas() {
			if len(other.RegionsOf(int32(a))) > 0 && r.IntN(3) > 0 {
				code := "p" + other.Areas()[a].Code
				areas = append(areas, Area{Code: code, Parent: NoArea})
				shapes = append(shapes, Shape{Code: code, Shape: other.Polygons(int32(a)), Row: a + 1})
			}
		}
		if len(shapes) == 0 {
			continue
		}
		fit, _, err := SnapTo(c, shapes, snapM)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		d, report, err := Build(n, areas, fit, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		for _, repair := range report.Repairs {
			if repair.Kind != RepairMultipart {
				t.Fatalf("seed %d: %+v", seed, repair)
			}
		}
		sound(t, n, d)
		built++
		segments := map[[2]lattice.Point]bool{}
		for i := range c.Arcs() {
			p := c.Arc(i).Points
			for k := 1; k < len(p); k++ {
				segments[[2]lattice.Point{p[k-1], p[k]}] = true
				segments[[2]lattice.Point{p[k], p[k-1]}] = true
			}
		}
		for i := range d.Arcs() {
			p := d.Arc(i).Points
			for k := 1; k < len(p); k++ {
				if !segments[[2]lattice.Point{p[k-1], p[k]}] {
					t.Fatalf("seed %d: %v-%v is no segment of the basic network", seed, p[k-1], p[k])
				}
			}
		}
	}
	if built < 40 {
		t.Errorf("only %d were built", built)
	}
}

// TestSnapToRefuses names what is wrong and where.
func TestSnapToRefuses(t *testing.T) {
	c := someMosaic(t, 2)
	thin := []Shape{{Code: "thin", Row: 7, Shape: lattice.MultiPolygon{{{{X: 1, Y: 1}, {X: 4, Y: 1}, {X: 4, Y: 3}}}}}}
	for _, tolerance := range []float64{0, -1, 101, math.NaN(), math.Inf(1)} {
		if _, _, err := SnapTo(c, thin, tolerance); geo.KindOf(err) != geo.Invalid {
			t.Errorf("tolerance %v: %v", tolerance, err)
		}
	}
	p := c.Arc(0).Points[0]
	thin[0].Shape = lattice.MultiPolygon{{{{X: p.X + 1, Y: p.Y + 1}, {X: p.X + 4, Y: p.Y + 1}, {X: p.X + 4, Y: p.Y + 3}}}}
	_, _, err := SnapTo(c, thin, snapM)
	var e *geo.Error
	if !errors.As(err, &e) || e.Kind != geo.Conflict || e.At == nil || e.Row != 7 || e.Value != "thin" {
		t.Errorf("%#v", err)
	}
	if got, _, err := SnapTo(c, nil, 1); err != nil || len(got) != 0 {
		t.Error(got, err)
	}
}

// TestSnapToBirmingham draws the real city's middle level by another hand, 20 cm
// off, and fits it to the finest level: nearly all of it runs along the very same
// segments again.
func TestSnapToBirmingham(t *testing.T) {
	n, areas, shapes := birmingham(t)
	c, _, err := Build(n, areas, shapes, Policy{GapWidthM: 1})
	if err != nil {
		t.Fatal(err)
	}
	drawn := readGeoJSON(t, testdata(t, "birmingham", "lsoa.geojson.gz"), "LSOA11CD")
	r := rand.New(rand.NewPCG(1, 1))
	moved := map[lattice.Point]lattice.Point{}
	for _, s := range drawn {
		for _, polygon := range s.Shape {
			for _, ring := range polygon {
				for i, p := range ring {
					if _, ok := moved[p]; !ok {
						moved[p] = lattice.Offset(p, 0.28*(r.Float64()-0.5), 0.28*(r.Float64()-0.5))
					}
					ring[i] = moved[p]
				}
			}
		}
	}
	borders := map[[2]lattice.Point]bool{}
	for i := range c.Arcs() {
		p := c.Arc(i).Points
		for k := 1; k < len(p); k++ {
			a, b := ordered(p[k-1], p[k])
			borders[[2]lattice.Point{a, b}] = true
		}
	}
	sharedM := func(shapes []Shape) (shared, all float64) {
		for _, e := range edgesOfShapes(shapes) {
			d := lattice.DistanceM(e.a, e.b)
			if all += d; borders[[2]lattice.Point{e.a, e.b}] {
				shared += d
			}
		}
		return shared, all
	}
	fit, done, err := SnapTo(c, drawn, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := sharedM(drawn)
	after, all := sharedM(fit)
	t.Logf("%+v: %.0f m of %.0f m shared, %.0f m before", done, after, all, before)
	if before > 0.01*all || after < 0.999*all {
		t.Errorf("%.0f m of %.0f m are shared, %.0f m before", after, all, before)
	}
}
