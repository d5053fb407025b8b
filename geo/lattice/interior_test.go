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
		some := holds(ring)
		if ok && !odd(ring, p) {
			t.Fatalf("%v is not strictly inside %v", p, ring)
		}
		if !ok && len(some) > 200 {
			t.Fatalf("none found in %v, which holds %d lattice points", ring, len(some))
		}
	})
}

// holds lists the lattice points strictly inside a ring, by trying all.
func holds(ring lattice.Ring) (out []lattice.Point) {
	for y := int32(-30); y <= 30; y++ {
		for x := int32(-30); x <= 30; x++ {
			if p := (lattice.Point{X: x, Y: y}); odd(ring, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// odd counts the edges that a ray to the east crosses, in whole numbers, after
// having looked at each edge for p itself: the textbook's way.
func odd(ring lattice.Ring, p lattice.Point) bool {
	crossed := 0
	for i := range ring {
		a, b := ring[i], ring[(i+1)%len(ring)]
		ax, ay, bx, by := int64(a.X-p.X), int64(a.Y-p.Y), int64(b.X-p.X), int64(b.Y-p.Y)
		cross := ax*by - ay*bx
		if cross == 0 && ax*bx <= 0 && ay*by <= 0 {
			return false
		}
		// The edge meets y = 0 at x = cross/(by-ay).
		if ay <= 0 && by > 0 && cross > 0 || by <= 0 && ay > 0 && cross < 0 {
			crossed++
		}
	}
	return crossed%2 == 1
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
