package vtile_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"onegrid/data/fixtures"
	"onegrid/geo"
	"onegrid/geo/citygen"
	"onegrid/geo/coverage"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// Every tile of the reference cities is valid: of the large one to zoom 14, and
// to 16 in the long form.
func TestFixturesAreStrictlyValid(t *testing.T) {
	for name, to := range map[string]uint8{"dragonhill": 16, "lakeside": uint8(13 + 3*long())} {
		t.Run(name, func(t *testing.T) {
			a := vtile.NewAtlas(fixture(t, name), nil)
			tiles, bytes, most := 0, 0, 0
			for _, set := range a.Tilesets() {
				if set.ID != "onepicture" && set.ID != "devices" {
					continue // the others are in it, or empty
				}
				tilesOf(a, set, 0, to, func(at vtile.Tile, data []byte) {
					strict(t, set.ID+" "+at.String(), data)
					tiles, bytes, most = tiles+1, bytes+len(data), max(most, len(data))
				})
			}
			t.Logf("%d tiles, %d kB, the largest %d kB", tiles, bytes>>10, most>>10)
		})
	}
}

// fixture makes the world of a reference city.
func fixture(t testing.TB, name string) *world.World {
	t.Helper()
	raw, err := fixtures.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	var f citygen.Figures
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	c, err := citygen.Generate(context.Background(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := world.Parts{Seq: 1, At: time.Unix(1700000000, 0), Scheme: c.Scheme, Estates: c.Estates, Buildings: c.Buildings,
		Devices: c.Devices, Sites: c.Sites, Posts: c.Posts, Base: c.Base}
	p.Networks = networks(t, c)
	w, err := world.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// networks makes the coverages of a generated city.
func networks(t testing.TB, c *citygen.City) []world.Part {
	t.Helper()
	var out []world.Part
	for _, n := range c.Scheme.Networks {
		part := world.Part{ID: n.ID}
		var shapes []coverage.Shape
		for i, g := range c.Grids {
			if g.Network != n.ID {
				continue
			}
			part.Grids = append(part.Grids, g)
			if c.Shapes[i] != nil {
				shapes = append(shapes, coverage.Shape{Code: g.Code, Shape: c.Shapes[i]})
			}
		}
		if n.Kind != geo.Stacked {
			part.Coverage = built(t, n, part.Grids, shapes)
		}
		out = append(out, part)
	}
	return out
}
