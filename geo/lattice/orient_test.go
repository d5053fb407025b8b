package lattice_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/lattice"
)

// anywhere draws points over the whole lattice, its corners often.
func anywhere(t *rapid.T, name string) lattice.Point {
	x := rapid.OneOf(rapid.Int32Range(-lattice.MaxLon, lattice.MaxLon), rapid.SampledFrom([]int32{-lattice.MaxLon, lattice.MaxLon, 0, 1}))
	y := rapid.OneOf(rapid.Int32Range(-lattice.MaxLat, lattice.MaxLat), rapid.SampledFrom([]int32{-lattice.MaxLat, lattice.MaxLat, 0, 1}))
	return lattice.Point{X: x.Draw(t, name+"x"), Y: y.Draw(t, name+"y")}
}

// nearby draws from so few places that lines often meet in their ends.
func nearby(t *rapid.T, name string) lattice.Point {
	return lattice.Point{X: rapid.Int32Range(-4, 4).Draw(t, name+"x"), Y: rapid.Int32Range(-4, 4).Draw(t, name+"y")}
}

func TestCrossIsExactEverywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anywhere(t, "a"), anywhere(t, "b"), anywhere(t, "c")
		want := bigCross(a, b, c)
		if got := lattice.Cross(a, b, c); !want.IsInt64() || got != want.Int64() {
			t.Fatalf("Cross(%v, %v, %v) = %d, want %v", a, b, c, got, want)
		}
		if got := lattice.Orient(a, b, c); got != want.Sign() {
			t.Fatalf("Orient = %d, want %d", got, want.Sign())
		}
	})
}

func bigCross(a, b, c lattice.Point) *big.Int {
	d := func(p, q int32) *big.Int { return big.NewInt(int64(p) - int64(q)) }
	l := new(big.Int).Mul(d(b.X, a.X), d(c.Y, a.Y))
	return l.Sub(l, new(big.Int).Mul(d(b.Y, a.Y), d(c.X, a.X)))
}

// Segments meet where a + t (b - a) = c + u (d - c) with t and u from 0 to 1,
// in rationals.
func TestSegmentsMeetAndCross(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.SampledFrom([]func(*rapid.T, string) lattice.Point{nearby, nearby, anywhere}).Draw(t, "from")
		a, b, c, d := draw(t, "a"), draw(t, "b"), draw(t, "c"), draw(t, "d")
		meet, cross := rational(a, b, c, d)
		if got := lattice.SegmentsMeet(a, b, c, d); got != meet {
			t.Fatalf("%v-%v and %v-%v: meet %v, want %v", a, b, c, d, got, meet)
		}
		if got := lattice.SegmentsCross(a, b, c, d); got != cross {
			t.Fatalf("%v-%v and %v-%v: cross %v, want %v", a, b, c, d, got, cross)
		}
	})
}

func rational(a, b, c, d lattice.Point) (meet, cross bool) {
	num := func(p, q lattice.Point, x, y int64) *big.Int { // (q-p) x (x,y)
		l := new(big.Int).Mul(big.NewInt(int64(q.X)-int64(p.X)), big.NewInt(y))
		return l.Sub(l, new(big.Int).Mul(big.NewInt(int64(q.Y)-int64(p.Y)), big.NewInt(x)))
	}
	abx, aby := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	cdx, cdy := int64(d.X)-int64(c.X), int64(d.Y)-int64(c.Y)
	det := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(abx), big.NewInt(cdy)), new(big.Int).Mul(big.NewInt(aby), big.NewInt(cdx)))
	if det.Sign() == 0 {
		return on(a, b, c) || on(a, b, d) || on(c, d, a) || on(c, d, b), false
	}
	one, none := big.NewRat(1, 1), new(big.Rat)
	t := new(big.Rat).SetFrac(num(a, c, cdx, cdy), det)
	u := new(big.Rat).SetFrac(num(a, c, abx, aby), det)
	meet = t.Cmp(none) >= 0 && t.Cmp(one) <= 0 && u.Cmp(none) >= 0 && u.Cmp(one) <= 0
	cross = t.Cmp(none) > 0 && t.Cmp(one) < 0 && u.Cmp(none) > 0 && u.Cmp(one) < 0
	return meet, cross
}

// on judges by the dot product: p lies on ab iff it sees its ends in opposite
// directions.
func on(a, b, p lattice.Point) bool {
	if bigCross(a, b, p).Sign() != 0 {
		return false
	}
	x := new(big.Int).Mul(big.NewInt(int64(a.X)-int64(p.X)), big.NewInt(int64(b.X)-int64(p.X)))
	y := new(big.Int).Mul(big.NewInt(int64(a.Y)-int64(p.Y)), big.NewInt(int64(b.Y)-int64(p.Y)))
	return x.Add(x, y).Sign() <= 0
}

func TestOnSegment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, p := nearby(t, "a"), nearby(t, "b"), nearby(t, "p")
		if got, want := lattice.OnSegment(a, b, p), on(a, b, p); got != want {
			t.Fatalf("OnSegment(%v, %v, %v) = %v, want %v", a, b, p, got, want)
		}
	})
}

func TestSideOfRing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring := make(lattice.Ring, rapid.IntRange(3, 8).Draw(t, "n"))
		for i := range ring {
			ring[i] = nearby(t, "v")
		}
		p := nearby(t, "p")
		want := -1
		if inside(lattice.MultiPolygon{{ring}}, p) {
			want = 1
		}
		for i := range ring {
			if on(ring[i], ring[(i+1)%len(ring)], p) {
				want = 0
			}
		}
		if got := lattice.SideOfRing(ring, p); got != want {
			t.Fatalf("%v: side of %v is %d, want %d", ring, p, got, want)
		}
	})
}

func TestTwiceArea(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring := make(lattice.Ring, rapid.IntRange(0, 12).Draw(t, "n"))
		want := new(big.Int)
		for i := range ring {
			ring[i] = anywhere(t, "v")
		}
		for i, b := range ring { // the shoelace formula
			a := ring[(i+len(ring)-1)%len(ring)]
			want.Add(want, new(big.Int).Mul(big.NewInt(int64(a.X)), big.NewInt(int64(b.Y))))
			want.Sub(want, new(big.Int).Mul(big.NewInt(int64(b.X)), big.NewInt(int64(a.Y))))
		}
		hi, lo := lattice.TwiceAreaWide(ring)
		got := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(hi), 64), new(big.Int).SetUint64(lo))
		if got.Cmp(want) != 0 {
			t.Fatalf("%v: %v, want %v", ring, got, want)
		}
		if want.IsInt64() && lattice.TwiceArea(ring) != want.Int64() {
			t.Fatalf("%v: %d in 64 bits, want %v", ring, lattice.TwiceArea(ring), want)
		}
		if lattice.Winding(ring) != want.Sign() {
			t.Fatalf("%v winds %d, want %d", ring, lattice.Winding(ring), want.Sign())
		}
	})
}
