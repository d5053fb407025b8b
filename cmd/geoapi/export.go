package main

import (
	"bufio"
	"context"
	"io"
	"os"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/exchange"
	"onegrid/geo/world"
)

// exportCommand writes one layer of a store as GeoJSON.
type exportCommand struct {
	storeFlag
	As      string `required:"" enum:"grids,estates,buildings,devices,sites,posts,base,incidents" help:"Layer: ${enum}."`
	Network string `help:"Of grids: the network; the basic one if not given."`
	Level   string `help:"Of grids: the level; all levels if not given."`
	Format  string `default:"geojson" enum:"geojson" help:"Format: ${enum}."`
	Output  string `short:"o" default:"-" placeholder:"FILE" help:"Where to; - is standard output."`
}

// Help shows examples.
func (exportCommand) Help() string {
	return "Examples:\n  geoapi export --store sqlite:city.db --as grids --level grid --format geojson -o grids.geojson\n  geoapi export --store sqlite:city.db --as buildings | ogrinfo -al -so /vsistdin/"
}

// Run writes the layer. A file appears whole or not at all.
func (c *exportCommand) Run(ctx context.Context, t *server.Terminal) error {
	w, err := openWorld(ctx, c.Store)
	if err != nil {
		return err
	}
	if c.Output == "-" {
		return c.write(w, t.Out)
	}
	part, err := os.CreateTemp(dirOf(c.Output), ".export-*")
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	if err := c.write(w, part); err != nil {
		return err
	}
	if err := part.Chmod(0o644); err != nil {
		return err
	}
	if err := part.Close(); err != nil {
		return err
	}
	return os.Rename(part.Name(), c.Output)
}

func (c *exportCommand) write(w *world.World, out io.Writer) error {
	buffered := bufio.NewWriter(out)
	g := exchange.NewWriter(buffered)
	if err := c.features(w, g); err != nil {
		return err
	}
	if err := g.Close(); err != nil {
		return err
	}
	return buffered.Flush()
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

func (c *exportCommand) grids(w *world.World, g *exchange.Writer) error {
	n := w.Basic()
	if c.Network != "" {
		if n = w.Network(c.Network); n == nil {
			return geo.Errorf(geo.NotFound, "the scheme has no network %q", c.Network)
		}
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
