package citygen

import (
	"context"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// City is everything that onegrid keeps of a city, ready to be published and
// loaded.
type City struct {
	Scheme    geo.Scheme
	Grids     []geo.Grid             // of every network and level, parents before children
	Shapes    []lattice.MultiPolygon // parallel to Grids; nil where a grid is not drawn
	Estates   []geo.Estate
	Buildings []geo.Building
	Devices   []geo.Device
	Sites     []geo.Site
	Posts     []geo.Post
	Base      []geo.BaseFeature
}

// Generate makes the city of the figures. The same figures give the same city.
// progress, which may be nil, is told the stage and its share done, 0 to 1, from
// the calling goroutine. The error is Invalid for figures that cannot be met.
func Generate(ctx context.Context, f Figures, progress func(stage string, done float64)) (*City, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(string, float64) {}
	}
	progress("land and water", 0)
	land, ground, err := survey(&f)
	if err != nil {
		return nil, err
	}
	c := &carver{planar: ground, land: land, field: newField(land, f.Seed), seed: f.Seed}
	progress("streets", 0.08)
	if err := c.carve(ctx); err != nil {
		return nil, err
	}
	progress("grids", 0.4)
	blocks, err := c.plots(ctx)
	if err != nil {
		return nil, err
	}
	c.landmarks(blocks, f.Towers.Buildings)
	v, err := c.divide(&f, blocks)
	if err != nil {
		return nil, err
	}
	progress("buildings", 0.55)
	households := shareHouseholds(&f, f.Grids)
	if err := c.settle(ctx, blocks, v, &f, households); err != nil {
		return nil, err
	}
	progress("names and objects", 0.8)
	city, err := assemble(c, v, &f, blocks, households)
	if err == nil {
		progress("done", 1)
	}
	return city, err
}

// assemble names what was made and turns it into onegrid's nouns.
func assemble(c *carver, v *division, f *Figures, blocks []block, households []int) (*City, error) {
	names := newNamer(f.Seed)
	c.nameLines(names, f.Name.In("zh"))
	a := nameAreas(f, v, c, names)
	city := &City{Scheme: f.scheme()}
	city.addAreas(a, c.outlines(v.grid, len(v.community)))
	b := &builder{carver: c, f: f, v: v, a: &a, names: names, city: city, doors: map[doorKey]int{}, courses: map[int32]course{}, count: map[string]int{}, titles: map[role]geo.Text{}, wet: c.wetPoints(), bridges: c.bridges()}
	if err := b.build(blocks, households); err != nil {
		return nil, err
	}
	js := b.junctions()
	if err := b.addExclusive(blocks); err != nil {
		return nil, err
	}
	if err := b.addTowers(); err != nil {
		return nil, err
	}
	b.addBase(blocks)
	if err := b.addDevices(blocks, js); err != nil {
		return nil, err
	}
	if err := b.addSites(js); err != nil {
		return nil, err
	}
	b.addPosts()
	return city, nil
}
