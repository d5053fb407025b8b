package lattice_test

import (
	"testing"

	"pgregory.net/rapid"

	"onegrid/geo/lattice"
)

func TestInteriorIsStrictlyInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.Int32Range(-30, 30)
		ring := make(lattice.Ring, rapid.IntRange(3, 9).Draw(t, "n"))
		for i := range ring {
			ring[i] = lattice.Point{X: coordinate.Draw(t, "x"), Y: coordinate.Draw(t, "y")}
		}
		shape := lattice.MultiPolygon{{ring}}
		p, ok := lattice.Interior(shape)
		some := holds(shape)
		if ok && !inside(shape, p) {
			t.Fatalf("%v is not strictly inside %v", p, ring)
		}
		if !ok && len(some) > 200 {
			t.Fatalf("none found in %v, which holds %d lattice points", ring, len(some))
		}
	})
}

// holds lists the lattice points strictly inside a shape, by trying all.
func holds(shape lattice.MultiPolygon) (out []lattice.Point) {
	for y := int32(-30); y <= 30; y++ {
		for x := int32(-30); x <= 30; x++ {
			if p := (lattice.Point{X: x, Y: y}); inside(shape, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

func TestWinding(t *testing.T) {
	square := lattice.Ring{{X: 0, Y: 0}, {X: 1_400_000_000, Y: 0}, {X: 1_400_000_000, Y: 800_000_000}, {X: 0, Y: 800_000_000}}
	if lattice.Winding(square) != 1 {
		t.Error("a counter-clockwise square is not")
	}
	back := lattice.Ring{square[3], square[2], square[1], square[0]}
	if lattice.Winding(back) != -1 {
		t.Error("a clockwise square is not")
	}
	if lattice.Winding(lattice.Ring{square[0], square[1], square[0], square[2]}) != 0 {
		t.Error("a spike has area")
	}
}

// Empty polygons and rings are no reason to panic.
func TestInteriorOfThinShapes(t *testing.T) {
	thin := lattice.Ring{{X: 5, Y: 5}, {X: 6, Y: 6}, {X: 7, Y: 7}}
	for _, shape := range []lattice.MultiPolygon{{{thin}}, {{}, {thin}}, {{{}, thin}}} {
		if p, ok := lattice.Interior(shape); ok || p != thin[0] {
			t.Errorf("%v has %v inside, %v", shape, p, ok)
		}
	}
	if _, ok := lattice.Interior(nil); ok {
		t.Error("nothing has an inside")
	}
}

// Holes and parts count by parity, and the far corners of the lattice by the same
// sums.
func TestInteriorOfPartsAndHoles(t *testing.T) {
	for name, m := range map[string]lattice.MultiPolygon{
		"square": {{{{X: 0, Y: 0}, {X: 10, Y: 0}, {X: 10, Y: 10}, {X: 0, Y: 10}}}},
		"hole":   {{{{X: 0, Y: 0}, {X: 90, Y: 0}, {X: 90, Y: 90}, {X: 0, Y: 90}}, {{X: 20, Y: 20}, {X: 20, Y: 80}, {X: 80, Y: 80}, {X: 80, Y: 20}}}},
		"horseshoe": {{{{X: 0, Y: 0}, {X: 90, Y: 0}, {X: 90, Y: 20}, {X: 20, Y: 20}, {X: 20, Y: 70}, {X: 90, Y: 70},
			{X: 90, Y: 90}, {X: 0, Y: 90}}}},
		"two": {{{{X: 0, Y: 0}, {X: 4, Y: 0}, {X: 4, Y: 9}, {X: 0, Y: 9}}}, {{{X: 100, Y: 0}, {X: 160, Y: 0}, {X: 160, Y: 9}, {X: 100, Y: 9}}}},
		"far": {{{{X: 1_800_000_000, Y: 0}, {X: 1_800_000_000 - 1_499_999_999, Y: 1_400_000_000}, {X: 1_700_000_000, Y: 900_000_000}}}},
	} {
		if p, ok := lattice.Interior(m); !ok || !inside(m, p) {
			t.Errorf("%s: %v is not inside", name, p)
		}
	}
}

// inside tells whether p lies strictly inside, even-odd: by the edges that a ray to
// the east crosses, having looked at each for p itself.
func inside(m lattice.MultiPolygon, p lattice.Point) bool {
	odd := false
	for _, poly := range m {
		for _, ring := range poly {
			for i := range ring {
				a, b := ring[i], ring[(i+1)%len(ring)]
				if a.Y > b.Y {
					a, b = b, a
				}
				cross := (int64(b.X)-int64(a.X))*(int64(p.Y)-int64(a.Y)) - (int64(b.Y)-int64(a.Y))*(int64(p.X)-int64(a.X))
				if cross == 0 && p.Y >= a.Y && p.Y <= b.Y && p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) {
					return false
				}
				if a.Y <= p.Y && p.Y < b.Y && cross < 0 {
					odd = !odd
				}
			}
		}
	}
	return odd
}
