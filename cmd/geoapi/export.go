package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/crs"
	"onegrid/geo/exchange"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

// exportCommand writes one layer of a store as a file for other programs.
type exportCommand struct {
	storeFlag
	exportFlags
	Output string `short:"o" default:"-" placeholder:"FILE" help:"Where to; - is standard output."`
}

// exportFlags are what the command and the HTTP call have in common.
type exportFlags struct {
	As       string `required:"" enum:"grids,estates,buildings,devices,sites,posts,base,incidents" help:"Layer: ${enum}."`
	Network  string `help:"Of grids: the network; the basic one if not given."`
	Level    string `help:"Of grids: the level; all levels if not given."`
	Format   string `default:"auto" enum:"auto,geojson,shapefile,geopackage,topojson" help:"Format: ${enum}. auto goes by the end of the file's name: .zip, .gpkg, .topojson, else geojson. A Shapefile is a zip archive of its parts."`
	CRS      string `name:"crs" default:"wgs84" help:"Coordinate system: wgs84, cgcs2000 or, in a Shapefile or GeoPackage, a Gauss-Krüger zone as epsg:4526."`
	Encoding string `placeholder:"NAME" help:"Of Shapefiles: what texts are written in, utf-8 if not given, or gbk."`
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
	c.Format = c.format()
	all := access.Local().On(w) // whoever reads the store's file reads all of it
	if c.Output == "-" {
		err = c.write(all, t.Out, t.Err)
	} else {
		err = writeWhole(c.Output, func(out io.Writer) error { return c.write(all, out, t.Err) })
	}
	if err == nil {
		c.trace(ctx, t)
	}
	return err
}

// trace tells the audit what was taken out. Where it cannot be written, a store
// that is only read from, that is said; the export stands.
func (c *exportCommand) trace(ctx context.Context, t *server.Terminal) {
	s, err := sqlite.OpenBeside(ctx, string(c.Store))
	if err == nil {
		err = s.Record(ctx, c.act(local))
		s.Close()
	}
	if err != nil {
		fmt.Fprintf(t.Err, "geoapi: this export is not in the audit: %v\n", err)
	}
}

// write writes what is seen of the layer, and tells what the format could not hold.
func (c *exportFlags) write(v access.View, out, tell io.Writer) error {
	system, err := crs.Named(c.CRS)
	if err != nil {
		return err
	}
	o := exchange.Output{Format: c.Format, Layer: c.As, CRS: system, Encoding: c.Encoding}
	if c.As == "grids" {
		n, err := c.network(v)
		if err != nil {
			return err
		}
		o.Coverage = n.Coverage
	}
	buffered := bufio.NewWriter(out)
	notes, err := exchange.Export(buffered, o, func(g *exchange.Writer) error { return c.features(v, g) })
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

// features writes the objects of the layer that are seen. The base map is cut by
// no subtree: it is the ground of all.
func (c *exportFlags) features(v access.View, g *exchange.Writer) error {
	w := v.World()
	switch geo.Layer(c.As) {
	case geo.Estates:
		return each(v, geo.Estates, w.Estates(), func(e *geo.Estate) int64 { return e.ID }, g.Estate)
	case geo.Buildings:
		return each(v, geo.Buildings, w.Buildings(), func(b *geo.Building) int64 { return b.ID }, g.Building)
	case geo.Devices:
		return each(v, geo.Devices, w.Devices(), func(d *geo.Device) int64 { return d.ID }, func(d *geo.Device) error { return g.Device(v.Device(d)) })
	case geo.Sites:
		return each(v, geo.Sites, w.Sites(), func(s *geo.Site) int64 { return s.ID }, g.Site)
	case geo.Base:
		return writeAll(w.Base().All(), g.Base)
	case geo.Incidents:
		return writeAll(w.Incidents().All(), func(in *geo.Incident) error {
			if !v.Incident(in) {
				return nil
			}
			return g.Incident(in)
		})
	case geo.Posts:
		return writeAll(w.AllPosts(), func(p *geo.Post) error {
			if p = v.Post(p); p == nil {
				return nil
			}
			return g.Post(p)
		})
	}
	return c.grids(v, g)
}

// each writes all objects of a layer that are seen.
func each[T any](v access.View, layer geo.Layer, objects world.Objects[T], id func(T) int64, write func(T) error) error {
	return writeAll(objects.All(), func(o T) error {
		if !v.Object(layer, objects.Area(id(o))) {
			return nil
		}
		return write(o)
	})
}

func writeAll[T any](all iter.Seq[T], write func(T) error) error {
	for o := range all {
		if err := write(o); err != nil {
			return err
		}
	}
	return nil
}

// network is the one whose grids are written.
func (c *exportFlags) network(v access.View) (*world.Network, error) {
	n := v.World().Basic()
	if c.Network != "" {
		n = v.World().Network(c.Network)
	}
	if n == nil || !v.Network(n.Spec.ID) {
		return nil, geo.Errorf(geo.NotFound, "the scheme has no network %q", c.Network).On("network", c.Network)
	}
	return n, nil
}

func (c *exportFlags) grids(v access.View, g *exchange.Writer) error {
	n, err := c.network(v)
	if err != nil {
		return err
	}
	if c.Level != "" && n.Spec.LevelIndex(c.Level) < 0 {
		return geo.Errorf(geo.NotFound, "network %q has no level %q", n.Spec.ID, c.Level).On("level", c.Level)
	}
	for i := range n.Grids {
		grid := &n.Grids[i]
		if c.Level != "" && grid.Level != c.Level || !v.Area(n, int32(i)) {
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
