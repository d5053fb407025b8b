package vtile

import (
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo/coverage"
)

type pixel = coverage.Pixel

func px(x, y int32) pixel { return pixel{X: x, Y: y} }

func TestBelowIsTheLargestFractionThatFits(t *testing.T) {
	for den := int64(1); den <= 40; den++ {
		for num := int64(0); num < den; num++ {
			for limit := int64(1); limit <= 45; limit++ {
				bp, bq := int64(0), int64(1)
				for q := int64(1); q <= limit; q++ {
					if p := num * q / den; p*bq > bp*q {
						bp, bq = p, q
					}
				}
				if p, q := below(num, den, limit); p*bq != bp*q || q > limit {
					t.Fatalf("below(%d, %d, %d) = %d/%d, want %d/%d", num, den, limit, p, q, bp, bq)
				}
			}
		}
	}
}

// The sail against its definition: the hull of the pixels on its side of the
// edge, made from all of them.
func TestSailIsTheHullOfThePixelsBesideTheEdge(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	f := frame{Min: px(0, 0), Max: px(50, 50)}
	for range 20000 {
		a := px(1+rng.Int32N(60), rng.Int32N(200)-100)
		b := px(-rng.Int32N(40), rng.Int32N(200)-100)
		got := f.appendSail([]pixel{a}, west, a, b)

		var hull []pixel
		for x := a.X; x >= 0; x-- {
			y := floorDiv(int64(b.Y-a.Y)*int64(a.X-x), int64(a.X-b.X)) + int64(a.Y)
			p := px(x, int32(y))
			for n := len(hull); n >= 2 && cross(hull[n-2], hull[n-1], p) <= 0; n-- {
				hull = hull[:n-1]
			}
			hull = append(hull, p)
		}
		if !slices.Equal(got, hull) {
			t.Fatalf("edge %v to %v: sail %v, hull %v", a, b, got, hull)
		}
	}
}

func TestCutIsTheSameBothWays(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	f := frame{Min: px(-5, -7), Max: px(40, 33)}
	place := func() pixel { return px(rng.Int32N(120)-45, rng.Int32N(120)-50) }
	for range 50000 {
		a, b := place(), place()
		if a == b {
			continue
		}
		there, back := f.cut(nil, a, b), f.cut(nil, b, a)
		slices.Reverse(back)
		if !slices.Equal(there, back) {
			t.Fatalf("%v to %v: %v, back %v", a, b, there, back)
		}
		for i, p := range there {
			end := i == 0 || i == len(there)-1
			on := !f.inside(p)
			if on && !end {
				t.Fatalf("%v to %v: %v has %v on a side", a, b, there, p)
			}
			if end && on && p != clampTo(f, p) {
				t.Fatalf("%v to %v: %v is beyond the sides", a, b, p)
			}
			if end && !on && p != a && p != b {
				t.Fatalf("%v to %v: %v ends inside", a, b, there)
			}
		}
	}
}

func clampTo(f frame, p pixel) pixel {
	return px(min(max(p.X, f.Min.X), f.Max.X), min(max(p.Y, f.Min.Y), f.Max.Y))
}

// Edges that do not cross have cuts that do not cross, whatever touches.
func TestCutsOfAPlanarMapDoNotCross(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 3000 {
		f := frame{Min: px(20, 20), Max: px(20+8+rng.Int32N(20), 20+8+rng.Int32N(20))}
		edges := planar(rng, 60, 70)
		var cuts []segment
		for _, e := range edges {
			chain := f.cut(nil, e.a, e.b)
			for i := 0; i+1 < len(chain); i++ {
				cuts = append(cuts, segment{chain[i], chain[i+1]})
			}
		}
		for i, s := range cuts {
			for _, u := range cuts[:i] {
				if properly(s, u) {
					t.Fatalf("%v crosses %v in frame %v", s, u, f)
				}
			}
		}
	}
}

// planar returns random segments of which no two cross.
func planar(rng *rand.Rand, tries int, size int32) []segment {
	var out []segment
next:
	for range tries {
		s := segment{px(rng.Int32N(size), rng.Int32N(size)), px(rng.Int32N(size), rng.Int32N(size))}
		if s.a == s.b {
			continue
		}
		for _, u := range out {
			if meets(s, u) && s.a != u.a && s.a != u.b && s.b != u.a && s.b != u.b || overlap(s, u) {
				continue next
			}
		}
		out = append(out, s)
	}
	return out
}

func properly(s, u segment) bool {
	return opposite(cross(u.a, u.b, s.a), cross(u.a, u.b, s.b)) && opposite(cross(s.a, s.b, u.a), cross(s.a, s.b, u.b))
}

func meets(s, u segment) bool {
	return properly(s, u) || onSegment(s.a, u.a, u.b) || onSegment(s.b, u.a, u.b) || onSegment(u.a, s.a, s.b) || onSegment(u.b, s.a, s.b)
}

// overlap tells that two segments with a common end touch elsewhere too.
func overlap(s, u segment) bool {
	n := 0
	for _, p := range [2]pixel{s.a, s.b} {
		if onSegment(p, u.a, u.b) {
			n++
		}
	}
	for _, p := range [2]pixel{u.a, u.b} {
		if onSegment(p, s.a, s.b) && p != s.a && p != s.b {
			n++
		}
	}
	return n > 1
}

// A coverage is cut into tiles; in each, the areas of its faces sum to the
// frame's exactly, and every ring is simple.
func TestFacesOfACutCoverageSumToTheFrame(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	var asm assembler
	var c clipper
	for round := range 400 {
		size := int32(40 + rng.Int32N(200))
		faces := triangles(rng, 10+rng.IntN(60), size)
		for range 6 {
			w, h := 3+rng.Int32N(size), 3+rng.Int32N(size)
			f := frame{Min: px(rng.Int32N(size), rng.Int32N(size))}
			f.Max = px(min(f.Min.X+w, size), min(f.Min.Y+h, size))
			if f.Max.X-f.Min.X < 3 || f.Max.Y-f.Min.Y < 3 {
				continue
			}
			var sum int64
			for _, face := range faces {
				c.reset(f)
				for _, r := range face {
					c.ring(r)
				}
				var got polygons
				asm.assemble(&got, &c, rings(face))
				for _, r := range got.rings {
					a := area2(got.of(r))
					if (a > 0) != r.outer {
						t.Fatalf("round %d: a ring of area %d is outer: %v", round, a, r.outer)
					}
					sum += a
					wantSimple(t, got.of(r))
				}
			}
			if want := 2 * int64(f.Max.X-f.Min.X) * int64(f.Max.Y-f.Min.Y); sum != want {
				t.Fatalf("round %d: faces sum to %d, the frame is %d: %v", round, sum, want, f)
			}
		}
	}
}

type rings [][]pixel

func (f rings) holds(p pixel) bool {
	in := false
	for _, r := range f {
		in = in != within(p, p, r)
	}
	return in
}

func wantSimple(t *testing.T, r []pixel) {
	t.Helper()
	n := len(r)
	for i := range r {
		s := segment{r[i], r[(i+1)%n]}
		if s.a == s.b {
			t.Fatalf("ring %v has a segment of no length at %v", r, s.a)
		}
		for j := range i {
			u := segment{r[j], r[(j+1)%n]}
			switch {
			case j == i-1, i == n-1 && j == 0:
				if overlap(s, u) {
					t.Fatalf("ring %v folds back at %v", r, s)
				}
			case meets(s, u):
				t.Fatalf("ring %v touches itself: %v and %v", r, s, u)
			}
		}
	}
}

// triangles returns a random triangulation of a square, some triangles merged
// into faces with holes.
func triangles(rng *rand.Rand, n int, size int32) [][][]pixel {
	tris := [][3]pixel{{px(0, 0), px(size, 0), px(size, size)}, {px(0, 0), px(size, size), px(0, size)}}
	for range n {
		p := px(1+rng.Int32N(size-1), 1+rng.Int32N(size-1))
		for i, q := range tris {
			a, b, c := cross(q[0], q[1], p), cross(q[1], q[2], p), cross(q[2], q[0], p)
			if a > 0 && b > 0 && c > 0 {
				tris[i] = [3]pixel{q[0], q[1], p}
				tris = append(tris, [3]pixel{q[1], q[2], p}, [3]pixel{q[2], q[0], p})
				break
			}
		}
	}
	// Merge at random: a face is a set of triangles, its rings what mend makes.
	k := 1 + rng.IntN(len(tris))
	sets := make([][]segment, k)
	for _, q := range tris {
		s := rng.IntN(k)
		for i := range q {
			sets[s] = append(sets[s], segment{q[i], q[(i+1)%3]})
		}
	}
	var out [][][]pixel
	for _, s := range sets {
		var g polygons
		m := mender{segs: s}
		m.mend(&g)
		for _, r := range g.rings { // a polygon with its holes is a face
			pts := slices.Clone(g.of(r))
			if r.outer {
				out = append(out, [][]pixel{pts})
			} else {
				out[len(out)-1] = append(out[len(out)-1], pts)
			}
		}
	}
	return out
}
