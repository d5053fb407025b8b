package main

import (
	"context"
	"fmt"
)

// locateCommand answers for one place and exits.
type locateCommand struct {
	storeFlag
	CRS  string `name:"crs" required:"" help:"Coordinate system of LON and LAT: wgs84, gcj02, bd09, or an EPSG code of a CGCS2000 Gauss-Krüger zone (then easting and northing)."`
	JSON bool   `name:"json" help:"Print the answer as JSON."`
	Lon  string `arg:"" help:"Longitude in degrees, or easting in metres."`
	Lat  string `arg:"" help:"Latitude in degrees, or northing in metres."`
}

// Help shows examples.
func (locateCommand) Help() string {
	return "Examples:\n  geoapi locate --store sqlite:city.db --crs gcj02 106.6235 26.5963\n  geoapi locate --store sqlite:city.db --crs wgs84 --json -- -1.8957687 52.5084644"
}

// Run prints the answer.
func (c *locateCommand) Run(ctx context.Context, t *terminal) error {
	return fmt.Errorf("locate is being built")
}
