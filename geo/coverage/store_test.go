package coverage

import (
	"math/rand/v2"
	"testing"

	"onegrid/geo/lattice"
)

// TestChunksAreShared moves one vertex of a town and counts the chunks that
// change.
func TestChunksAreShared(t *testing.T) {
	areas, shapes := quilt(40, 12)
	c, _, err := Build(quiltNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]bool{}
	for _, chunk := range c.Encode() {
		before[string(chunk)] = true
	}
	// The same vertex in both shapes that have it.
	moved := shapes[820].Shape[0][0][5]
	for i := range shapes {
		for _, p := range shapes[i].Shape {
			for _, ring := range p {
				for k := range ring {
					if ring[k] == moved {
						ring[k] = lattice.Point{X: moved.X + 40, Y: moved.Y + 40}
					}
				}
			}
		}
	}
	d, _, err := Build(quiltNetwork, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if d.Hash() == c.Hash() {
		t.Fatal("a moved vertex leaves the hash as it was")
	}
	after := d.Encode()
	changed := 0
	for _, chunk := range after {
		if !before[string(chunk)] {
			changed++
		}
	}
	t.Logf("%d of %d chunks changed", changed, len(after))
	if len(after) < 20 || changed > 2 {
		t.Errorf("%d of %d chunks changed", changed, len(after))
	}
}

// TestHashTellsStates changes what a state consists of, one thing at a time.
func TestHashTellsStates(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	areas, shapes := mosaic(r, 4, 4)
	build := func() [32]byte {
		c, _, err := Build(mosaicNetwork, areas, shapes, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		return c.Hash()
	}
	was := build()
	if build() != was {
		t.Fatal("the hash is not that of the state")
	}
	last := len(areas) - 1
	areas[last].Locked = true
	locked := build()
	areas[last].Locked = false
	parent := areas[last].Parent
	areas[last].Parent = 1
	moved := build()
	areas[last].Parent = parent
	if locked == was || (parent != 1 && moved == was) || build() != was {
		t.Error("a lock or a parent does not count")
	}
}

// TestManyIslands nests and scatters far more pieces than a city has.
func TestManyIslands(t *testing.T) {
	n := 3000
	areas := []Area{{Code: "D", Parent: NoArea}, {Code: "S", Level: 1, Parent: 0}}
	var shapes []Shape
	r := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		code := string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
		areas = append(areas, Area{Code: code, Level: 2, Parent: 1})
		x, y := int32(i%60)*1000+int32(r.IntN(300)), int32(i/60)*1000+int32(r.IntN(300))
		shapes = append(shapes, Shape{Code: code, Shape: lattice.MultiPolygon{{block(x, y, 600, 600), block(x+100, y+100, 400, 400)}, {block(x+200, y+200, 100, 100)}}})
	}
	network := quiltNetwork
	network.Kind = "exclusive"
	network.Levels = append(network.Levels[:2:2], network.Levels[2])
	network.Levels[2].Enclaves = true
	c, _, err := Build(network, areas, shapes, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, network, c)
	same(t, c)
	if c.Regions() != 2*n+1 || len(c.Boundary(Exterior)) != 3*n {
		t.Errorf("%d regions, %d rings around the outside", c.Regions(), len(c.Boundary(Exterior)))
	}
}
