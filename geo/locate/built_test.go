package locate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// From polygons to answers: whatever is drawn over each other, every lattice
// point in and around it is answered as the built outlines have it by plain
// parity. The places are where coordinates end, change sign or leave 32 bits
// when doubled.
func TestBuiltCoverageAnswersByItsOutlines(t *testing.T) {
	rounds := 1500
	if long() {
		rounds = 100_000
	}
	corners := []lattice.Point{{X: 0, Y: 0}, {X: -8, Y: -8}, {X: 1_073_741_824 - 8, Y: 5}, {X: 1_215_000_000, Y: 312_000_000},
		{X: lattice.MaxLon - 20, Y: lattice.MaxLat - 20}, {X: -lattice.MaxLon, Y: -lattice.MaxLat}}
	rng := rand.New(rand.NewPCG(seed, 30))
	n := geo.Network{ID: "n", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "grid", Enclaves: true}}}
	for range rounds {
		corner, side := corners[rng.IntN(len(corners))], []int32{4, 7, 12, 20}[rng.IntN(4)]
		areas, shapes := scribbles(rng, corner, side)
		c, _, err := coverage.Build(n, areas, shapes, coverage.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		x, err := locate.New(c, locate.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var outlines []lattice.MultiPolygon
		for a := range areas {
			outlines = append(outlines, c.Polygons(int32(a)))
		}
		for dx := -int64(2); dx <= int64(side)+2; dx++ {
			for dy := -int64(2); dy <= int64(side)+2; dy++ {
				asOutlined(t, c, x, outlines, lattice.Point{
					X: clamp(int64(corner.X)+dx, lattice.MaxLon), Y: clamp(int64(corner.Y)+dy, lattice.MaxLat)})
			}
		}
	}
}

// scribbles draws up to five areas of up to two careless polygons each.
func scribbles(rng *rand.Rand, corner lattice.Point, side int32) (areas []coverage.Area, shapes []coverage.Shape) {
	for k := range 1 + rng.IntN(5) {
		s := coverage.Shape{Code: fmt.Sprint("a", k)}
		for range 1 + rng.IntN(2) {
			var ring lattice.Ring
			for range 3 + rng.IntN(5) {
				ring = append(ring, lattice.Point{X: corner.X + rng.Int32N(side+1), Y: corner.Y + rng.Int32N(side+1)})
			}
			s.Shape = append(s.Shape, lattice.Polygon{ring})
		}
		areas = append(areas, coverage.Area{Code: s.Code, Parent: coverage.NoArea})
		shapes = append(shapes, s)
	}
	return areas, shapes
}

// asOutlined holds the index's answer against the outlines of all areas.
func asOutlined(t *testing.T, c *coverage.Coverage, x *locate.Index, outlines []lattice.MultiPolygon, p lattice.Point) {
	t.Helper()
	owner, border := coverage.NoArea, false
	for a, outline := range outlines {
		odd := false
		for _, polygon := range outline {
			odd = odd != semiOpen(polygon, p)
		}
		if odd {
			owner = int32(a)
		}
		border = border || len(outline) > 0 && lattice.Side(outline, p) == 0
	}
	if got := c.AreaOf(x.Region(p)); got != owner {
		t.Fatalf("%v is in %d, want %d", p, got, owner)
	}
	found, on := x.Find(p)
	area := c.AreaOf(found)
	switch {
	case on != border:
		t.Fatalf("%v is on a border: %v, want %v", p, on, border)
	case (owner >= 0 || !border) && area != owner:
		t.Fatalf("%v is owned by %d, want %d", p, area, owner)
	case owner < 0 && border && (area < 0 || lattice.Side(outlines[area], p) != 0):
		t.Fatalf("%v on the outer border is owned by %d", p, area)
	}
}
