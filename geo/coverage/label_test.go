package coverage

import (
	"math"
	"testing"

	"onegrid/geo/lattice"
	"pgregory.net/rapid"
)

// A label lies strictly inside its area, as far from the border as it says, and
// nowhere tried is much farther.
func TestLabels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawPatchwork(t, 6)
		for a := range c.Areas() {
			l := c.Label(int32(a))
			shape := c.Polygons(int32(a))
			if len(shape) == 0 {
				if l != (Label{}) {
					t.Fatalf("area %d has no region and the label %v", a, l)
				}
				continue
			}
			checkLabel(t, shape, l)
			part := largest(shape)
			box := lattice.BoxOf(part[0]...)
			for i := range int32(400) { // a lattice of points over the box
				p := lattice.Point{
					X: box.Min.X + int32(box.Width()*int64(i%20)/20),
					Y: box.Min.Y + int32(box.Height()*int64(i/20)/20),
				}
				if lattice.Side(lattice.MultiPolygon{part}, p) > 0 {
					if r := toBorderM(lattice.MultiPolygon{part}, p); r > l.RadiusM*goodEnough+0.05 {
						t.Fatalf("area %d: %v is %v m from the border, the label only %v", a, p, r, l.RadiusM)
					}
				}
			}
		}
	})
}

// checkLabel judges a label by the exact outline.
func checkLabel(t rapid.TB, shape lattice.MultiPolygon, l Label) {
	t.Helper()
	if lattice.Side(shape, l.At) != 1 {
		t.Fatalf("the label at %v is not inside", l.At)
	}
	if r := toBorderM(shape, l.At); math.Abs(r-l.RadiusM) > 0.01+r/1000+r*r/2e7 { // far away, east-west shrinks otherwise
		t.Fatalf("the label is %v m from the border, not %v", r, l.RadiusM)
	}
}

// toBorderM is the distance to the nearest segment, of all of them.
func toBorderM(shape lattice.MultiPolygon, p lattice.Point) float64 {
	least := math.Inf(1)
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i, b := range ring {
				d, _ := lattice.SegmentDistanceM(ring[(i+len(ring)-1)%len(ring)], b, p)
				least = min(least, d)
			}
		}
	}
	return least
}

func TestLabelsOfBirmingham(t *testing.T) {
	c := birminghamBuilt(t)
	for a := range c.Areas() {
		checkLabel(t, c.Polygons(int32(a)), c.Label(int32(a)))
	}
}

// In shapes that are hardly there the label still lies inside, if a lattice
// point does.
func TestLabelsOfThinAreas(t *testing.T) {
	point := func(x, y int32) lattice.Point { return lattice.Point{X: 40 + x, Y: 500_000_000 + y} }
	for name, test := range map[string]struct {
		ring lattice.Ring
		ok   bool
	}{
		"smallest triangle":  {lattice.Ring{point(0, 0), point(1, 0), point(0, 1)}, false},
		"one point inside":   {lattice.Ring{point(0, 0), point(2, 0), point(2, 2), point(0, 2)}, true},
		"long and two high":  {lattice.Ring{point(0, 0), point(900_000, 0), point(900_000, 2), point(0, 2)}, true},
		"long and one high":  {lattice.Ring{point(0, 0), point(900_000, 0), point(900_000, 1), point(0, 1)}, false},
		"thin and leaning":   {lattice.Ring{point(0, 0), point(900_000, 700_000), point(900_000, 700_003), point(0, 3)}, true},
		"thin, with a block": {lattice.Ring{point(0, 0), point(900_000, 0), point(900_000, 5000), point(895_000, 5000), point(895_000, 2), point(0, 2)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			shape := lattice.MultiPolygon{{test.ring}}
			l := build(t, map[string]lattice.MultiPolygon{"a": shape}).Label(0)
			if !test.ok {
				if l != (Label{}) {
					t.Fatalf("a label at %v in an area without a lattice point inside", l.At)
				}
				return
			}
			checkLabel(t, shape, l)
		})
	}
}
