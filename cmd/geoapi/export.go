package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/crs"
	"onegrid/geo/exchange"
	"onegrid/geo/world"
)

// exportCommand writes one layer of a store as a file for other programs.
type exportCommand struct {
	storeFlag
	As       string `required:"" enum:"grids,estates,buildings,devices,sites,posts,base,incidents" help:"Layer: ${enum}."`
	Network  string `help:"Of grids: the network; the basic one if not given."`
	Level    string `help:"Of grids: the level; all levels if not given."`
	Format   string `default:"auto" enum:"auto,geojson,shapefile,geopackage,topojson" help:"Format: ${enum}. auto goes by the end of the file's name: .zip, .gpkg, .topojson, else geojson. A Shapefile is a zip archive of its parts."`
	CRS      string `name:"crs" default:"wgs84" help:"Coordinate system: wgs84, cgcs2000 or, in a Shapefile or GeoPackage, a Gauss-Krüger zone as epsg:4526."`
	Encoding string `placeholder:"NAME" help:"Of Shapefiles: what texts are written in, utf-8 if not given, or gbk."`
	Output   string `short:"o" default:"-" placeholder:"FILE" help:"Where to; - is standard output."`
}

// Help shows examples.
func (exportCommand) Help() string {
	return `What was exported imports to the very same boundaries, in every format.

Examples:
  geoapi export --store sqlite:city.db --as grids --level grid --format geojson -o grids.geojson
  geoapi export --store sqlite:city.db --as grids -o grids.zip --crs epsg:4526 --encoding gbk
  geoapi export --store sqlite:city.db --as buildings -o buildings.gpkg
  geoapi export --store sqlite:city.db --as grids --format topojson | gzip > grids.topojson.gz
  geoapi export --store sqlite:city.db --as buildings | ogrinfo -al -so /vsistdin/`
}

// Run writes the layer. A file appears whole or not at all.
func (c *exportCommand) Run(ctx context.Context, t *server.Terminal) error {
	w, err := openWorld(ctx, c.Store)
	if err != nil {
		return err
	}
	if c.Output == "-" {
		return c.write(w, t.Out, t.Err)
	}
	return writeWhole(c.Output, func(out io.Writer) error { return c.write(w, out, t.Err) })
}

// write writes the layer, and tells what the format could not hold.
func (c *exportCommand) write(w *world.World, out, tell io.Writer) error {
	system, err := crs.Named(c.CRS)
	if err != nil {
		return err
	}
	o := exchange.Output{Format: c.format(), Layer: c.As, CRS: system, Encoding: c.Encoding}
	if c.As == "grids" {
		n, err := c.network(w)
		if err != nil {
			return err
		}
		o.Coverage = n.Coverage
	}
	buffered := bufio.NewWriter(out)
	notes, err := exchange.Export(buffered, o, func(g *exchange.Writer) error { return c.features(w, g) })
	if err != nil {
		return err
	}
	for _, n := range notes {
		fmt.Fprintln(tell, n)
	}
	return buffered.Flush()
}

// format is the one that was named, or that the file's name ends in.
func (c *exportCommand) format() string {
	if c.Format != "auto" {
		return c.Format
	}
	switch strings.ToLower(filepath.Ext(c.Output)) {
	case ".zip":
		return exchange.Shapefile
	case ".gpkg":
		return exchange.GeoPackage
	case ".topojson":
		return exchange.TopoJSON
	}
	return exchange.GeoJSON
}

func (c *exportCommand) features(w *world.World, g *exchange.Writer) error {
	switch geo.Layer(c.As) {
	case geo.Estates:
		return each(w.Estates(), g.Estate)
	case geo.Buildings:
		return each(w.Buildings(), g.Building)
	case geo.Devices:
		return each(w.Devices(), g.Device)
	case geo.Sites:
		return each(w.Sites(), g.Site)
	case geo.Base:
		return each(w.Base(), g.Base)
	case geo.Incidents:
		return each(w.Incidents(), g.Incident)
	case geo.Posts:
		for p := range w.AllPosts() {
			if err := g.Post(p); err != nil {
				return err
			}
		}
		return nil
	}
	return c.grids(w, g)
}

// each writes all objects of a layer.
func each[T any](objects world.Objects[T], write func(T) error) error {
	for o := range objects.All() {
		if err := write(o); err != nil {
			return err
		}
	}
	return nil
}

// network is the one whose grids are written.
func (c *exportCommand) network(w *world.World) (*world.Network, error) {
	if c.Network == "" {
		return w.Basic(), nil
	}
	n := w.Network(c.Network)
	if n == nil {
		return nil, geo.Errorf(geo.NotFound, "the scheme has no network %q", c.Network)
	}
	return n, nil
}

func (c *exportCommand) grids(w *world.World, g *exchange.Writer) error {
	n, err := c.network(w)
	if err != nil {
		return err
	}
	if c.Level != "" && n.Spec.LevelIndex(c.Level) < 0 {
		return geo.Errorf(geo.NotFound, "network %q has no level %q", n.Spec.ID, c.Level)
	}
	for i := range n.Grids {
		grid := &n.Grids[i]
		if c.Level != "" && grid.Level != c.Level {
			continue
		}
		if n.Coverage == nil {
			if err := g.Grid(grid, nil); err != nil {
				return err
			}
			continue
		}
		if err := g.Grid(grid, n.Coverage.Polygons(int32(i))); err != nil {
			return err
		}
	}
	return nil
}
