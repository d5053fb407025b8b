package coverage

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/lattice"
)

// drawRings draws closed rings on a lattice so small that everything degenerate
// happens: vertices on edges, edges on edges, crossings in the same cell.
func drawRings(t *rapid.T, side int32) [][]lattice.Point {
	coordinate := rapid.Int32Range(0, side)
	point := rapid.Custom(func(t *rapid.T) lattice.Point {
		return lattice.Point{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y")}
	})
	return rapid.SliceOfN(rapid.SliceOfN(point, 3, 7), 1, 8).Draw(t, "rings")
}

func edgesOf(rings [][]lattice.Point) []edge {
	var edges []edge
	for l, ring := range rings {
		for i, p := range ring {
			edges = append(edges, edge{p, ring[(i+1)%len(ring)], int32(l)})
		}
	}
	return edges
}

// TestNodedSegmentsMeetOnlyAtEnds looks at every pair, in rational arithmetic.
func TestNodedSegmentsMeetOnlyAtEnds(t *testing.T) {
	try(t, rounds(400, 300_000), func(t *rapid.T) {
		rings := drawRings(t, rapid.SampledFrom([]int32{3, 6, 12, 40}).Draw(t, "side"))
		lw, err := noded(edgesOf(rings))
		if err != nil {
			t.Fatal(err)
		}
		for i := range lw.segs {
			a, b := lw.ends(uint32(i))
			for j := range i {
				c, d := lw.ends(uint32(j))
				if bad := meet(a, b, c, d); bad {
					t.Fatalf("%v-%v meets %v-%v", a, b, c, d)
				}
			}
		}
	})
}

// meet tells whether two segments have a point in common that is not an end of
// both. It solves for the parameters in rationals, unlike the code under test.
func meet(a, b, c, d lattice.Point) bool {
	r := func(v int64) *big.Rat { return new(big.Rat).SetInt64(v) }
	ux, uy := int64(b.X-a.X), int64(b.Y-a.Y)
	vx, vy := int64(d.X-c.X), int64(d.Y-c.Y)
	wx, wy := int64(c.X-a.X), int64(c.Y-a.Y)
	zero, one := r(0), r(1)
	within := func(v *big.Rat) bool { return v.Cmp(zero) >= 0 && v.Cmp(one) <= 0 }
	isEnd := func(v *big.Rat) bool { return v.Cmp(zero) == 0 || v.Cmp(one) == 0 }
	if det := ux*vy - uy*vx; det != 0 {
		s := new(big.Rat).Quo(r(wx*vy-wy*vx), r(det))
		u := new(big.Rat).Quo(r(wx*uy-wy*ux), r(det))
		return within(s) && within(u) && !(isEnd(s) && isEnd(u))
	}
	if wx*uy-wy*ux != 0 {
		return false
	}
	// On one line: they overlap iff an end of one is strictly within the other, or
	// they are the same.
	at := func(p lattice.Point) *big.Rat {
		return new(big.Rat).Quo(r(int64(p.X-a.X)*ux+int64(p.Y-a.Y)*uy), r(ux*ux+uy*uy))
	}
	s, u := at(c), at(d)
	if within(s) && !isEnd(s) || within(u) && !isEnd(u) {
		return true
	}
	return s.Cmp(zero) <= 0 && u.Cmp(one) >= 0 || u.Cmp(zero) <= 0 && s.Cmp(one) >= 0
}

// TestNodingMovesLittle asks the parity of every ring around points that are
// farther from its outline than anything may move.
func TestNodingMovesLittle(t *testing.T) {
	try(t, rounds(300, 100_000), func(t *rapid.T) {
		const side = 12
		rings := drawRings(t, side)
		lw, err := noded(edgesOf(rings))
		if err != nil {
			t.Fatal(err)
		}
		after := make([][]edge, len(rings))
		for s := range uint32(len(lw.segs)) {
			a, b := lw.ends(s)
			for _, l := range lw.labelsOf(s) {
				after[l] = append(after[l], edge{a, b, l})
			}
		}
		for l, ring := range rings {
			before := edgesOf([][]lattice.Point{ring})
			for x := -1; x <= 2*side+1; x++ {
				for y := -1; y <= 2*side+1; y++ {
					if near(before, x, y) {
						continue
					}
					if odd(before, x, y) != odd(after[l], x, y) {
						t.Fatalf("ring %d: %v/2 %v/2 changed sides", l, x, y)
					}
				}
			}
		}
	})
}

// near tells whether the place (x/2, y/2) is within one unit of an edge in both
// directions.
func near(edges []edge, x, y int) bool {
	for _, e := range edges {
		// The edge meets the square of half side 1 iff it is not on one side of it.
		ax, ay := 2*int(e.a.X)-x, 2*int(e.a.Y)-y
		bx, by := 2*int(e.b.X)-x, 2*int(e.b.Y)-y
		if max(ax, bx) < -2 || min(ax, bx) > 2 || max(ay, by) < -2 || min(ay, by) > 2 {
			continue
		}
		left, right := false, false
		for _, c := range [][2]int{{-2, -2}, {2, -2}, {2, 2}, {-2, 2}} {
			o := (bx-ax)*(c[1]-ay) - (by-ay)*(c[0]-ax)
			left, right = left || o >= 0, right || o <= 0
		}
		if left && right {
			return true
		}
	}
	return false
}

// odd is the parity of edges east of the place (x/2, y/2), which lies on none.
func odd(edges []edge, x, y int) bool {
	in := false
	for _, e := range edges {
		ax, ay, bx, by := 2*int(e.a.X), 2*int(e.a.Y), 2*int(e.b.X), 2*int(e.b.Y)
		if (ay > y) == (by > y) {
			continue
		}
		// East of the place: the orientation against the upward edge is positive.
		o := (bx-ax)*(y-ay) - (by-ay)*(x-ax)
		if by < ay {
			o = -o
		}
		if o > 0 {
			in = !in
		}
	}
	return in
}

// TestNodedLineworkStays nodes what was noded: nothing may move any more.
func TestNodedLineworkStays(t *testing.T) {
	try(t, rounds(1_000, 300_000), func(t *rapid.T) {
		lw, err := noded(edgesOf(drawRings(t, rapid.SampledFrom([]int32{4, 10, 50}).Draw(t, "side"))))
		if err != nil {
			t.Fatal(err)
		}
		var edges []edge
		for s := range uint32(len(lw.segs)) {
			a, b := lw.ends(s)
			for _, l := range lw.labelsOf(s) {
				edges = append(edges, edge{b, a, l})
			}
		}
		again, err := noded(edges)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.segs) != len(lw.segs) {
			t.Fatalf("%d segments became %d", len(lw.segs), len(again.segs))
		}
		for s := range uint32(len(lw.segs)) {
			a, b := lw.ends(s)
			c, d := again.ends(s)
			if a != c || b != d {
				t.Fatalf("%v-%v became %v-%v", a, b, c, d)
			}
		}
	})
}

// TestCrossingCell compares with rationals, at the ends of the number range too.
func TestCrossingCell(t *testing.T) {
	try(t, rounds(5_000, 1_000_000), func(t *rapid.T) {
		side := rapid.SampledFrom([]int32{6, 1000, 1_499_999_999}).Draw(t, "side")
		at := rapid.Int32Range(-side/2, side/2)
		point := func(name string) lattice.Point {
			return lattice.Point{X: at.Draw(t, name+"x"), Y: at.Draw(t, name+"y")}
		}
		a, b, c, d := point("a"), point("b"), point("c"), point("d")
		if less(b, a) {
			a, b = b, a
		}
		oa, ob := lattice.Cross(c, d, a), lattice.Cross(c, d, b)
		oc, od := lattice.Cross(a, b, c), lattice.Cross(a, b, d)
		if oa == 0 || ob == 0 || oc == 0 || od == 0 || (oa > 0) == (ob > 0) || (oc > 0) == (od > 0) {
			t.Skip("they do not cross")
		}
		r := func(v int64) *big.Int { return big.NewInt(v) }
		sub := func(p, q int32) *big.Int { return r(int64(p) - int64(q)) }
		mul := func(p, q *big.Int) *big.Int { return new(big.Int).Mul(p, q) }
		// a + (b-a)*n/m
		n := new(big.Int).Sub(mul(sub(c.X, a.X), sub(d.Y, c.Y)), mul(sub(c.Y, a.Y), sub(d.X, c.X)))
		m := new(big.Int).Sub(mul(sub(b.X, a.X), sub(d.Y, c.Y)), mul(sub(b.Y, a.Y), sub(d.X, c.X)))
		round := func(from int32, by *big.Int) int32 {
			num := mul(by, n)
			num.Mul(num, r(2)).Add(num, m)
			den := mul(m, r(2))
			if den.Sign() < 0 {
				num.Neg(num)
				den.Neg(den)
			}
			q := new(big.Int)
			q.DivMod(num, den, new(big.Int)) // Euclidean: the floor, since den > 0
			return int32(int64(from) + q.Int64())
		}
		want := lattice.Point{X: round(a.X, sub(b.X, a.X)), Y: round(a.Y, sub(b.Y, a.Y))}
		if got := crossingCell(a, b, oa, ob); got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
		if !entersCell(a, b, want, lattice.Cross(a, b, want)) {
			t.Fatalf("%v-%v does not enter the cell of its crossing", a, b)
		}
	})
}

// TestEntersCell compares with a walk of the segment against the four sides in
// rationals.
func TestEntersCell(t *testing.T) {
	try(t, rounds(3_000, 300_000), func(t *rapid.T) {
		at := rapid.Int32Range(0, 9)
		a := lattice.Point{X: at.Draw(t, "ax"), Y: at.Draw(t, "ay")}
		b := lattice.Point{X: at.Draw(t, "bx"), Y: at.Draw(t, "by")}
		c := lattice.Point{X: at.Draw(t, "cx"), Y: at.Draw(t, "cy")}
		if a == b {
			t.Skip()
		}
		if less(b, a) {
			a, b = b, a
		}
		if got, want := entersCell(a, b, c, lattice.Cross(a, b, c)), passes(a, b, c); got != want {
			t.Fatalf("%v-%v, cell of %v: got %v, want %v", a, b, c, got, want)
		}
	})
}

// passes finds the parameters at which the segment crosses the cell's sides and
// tries all of them and the middles between: on each piece, being within or not
// does not change.
func passes(a, b, c lattice.Point) bool {
	two := big.NewRat(2, 1)
	half := big.NewRat(1, 2)
	num := func(v int32) *big.Rat { return new(big.Rat).SetInt64(int64(v)) }
	cuts := []*big.Rat{num(0), num(1)}
	lo := [2]*big.Rat{new(big.Rat).Sub(num(c.X), half), new(big.Rat).Sub(num(c.Y), half)}
	hi := [2]*big.Rat{new(big.Rat).Add(num(c.X), half), new(big.Rat).Add(num(c.Y), half)}
	from, by := [2]*big.Rat{num(a.X), num(a.Y)}, [2]*big.Rat{num(b.X - a.X), num(b.Y - a.Y)}
	for axis := range 2 {
		if by[axis].Sign() == 0 {
			continue
		}
		for _, side := range [...]*big.Rat{lo[axis], hi[axis]} {
			s := new(big.Rat).Quo(new(big.Rat).Sub(side, from[axis]), by[axis])
			if s.Sign() >= 0 && s.Cmp(num(1)) <= 0 {
				cuts = append(cuts, s)
			}
		}
	}
	within := func(s *big.Rat) bool {
		for axis := range 2 {
			v := new(big.Rat).Add(from[axis], new(big.Rat).Mul(by[axis], s))
			if v.Cmp(lo[axis]) < 0 || v.Cmp(hi[axis]) >= 0 {
				return false
			}
		}
		return true
	}
	for _, s := range cuts {
		for _, u := range cuts {
			if within(new(big.Rat).Quo(new(big.Rat).Add(s, u), two)) {
				return true
			}
		}
	}
	return false
}
