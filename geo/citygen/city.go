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
	return nil, geo.Errorf(geo.Internal, "the generator is not there yet")
}
