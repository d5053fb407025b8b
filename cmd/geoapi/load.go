package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/data/fixtures"
	"onegrid/geo"
	"onegrid/geo/citygen"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/sqlite"
)

// loadCommand generates one of the reference cities into a new store.
type loadCommand struct {
	storeFlag
	City string `arg:"" help:"Name of a fixture (${cities}), or a file of figures."`
}

// Help shows examples.
func (loadCommand) Help() string {
	return "The city is made up, and the same every time.\n\nExamples:\n  geoapi load lakeside --store sqlite:city.db\n  geoapi load my-figures.json --store sqlite:city.db"
}

// Run generates the city beside its final place and moves it there when it is
// whole, so that a load that was stopped leaves nothing that looks like a city.
func (c *loadCommand) Run(ctx context.Context, t *server.Terminal) error {
	path := string(c.Store)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return geo.Errorf(geo.Conflict, "%s is there already; load makes a new store", path)
	}
	if folder, err := os.Stat(filepath.Dir(path)); err != nil || !folder.IsDir() { // before the work, not after it
		return geo.Errorf(geo.NotFound, "%s: there is no folder %s to make it in", path, filepath.Dir(path))
	}
	start := time.Now()
	show := newProgress(t)
	city, err := generate(ctx, c.City, show)
	if err != nil {
		return err
	}
	part := path + ".partial"
	defer removeStore(part)
	removeStore(part)
	s, err := sqlite.Create(ctx, part, city.Scheme)
	if err != nil {
		return err
	}
	if err := errors.Join(storeCity(ctx, s, city, show), s.Close()); err != nil {
		return err
	}
	show.done()
	if err := sqlite.Move(part, path); err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "%s: %s, %s, %s in %.1f s\n", city.Scheme.Name.In("en"), plural(len(city.Grids), "area"),
		plural(len(city.Buildings), "building"), plural(len(city.Devices), "device"), time.Since(start).Seconds())
	return nil
}

// removeStore takes away a store's file and what stands beside it.
func removeStore(path string) {
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		os.Remove(path + end)
	}
}

// generate makes a city from a fixture's name or a file of figures.
func generate(ctx context.Context, name string, show *progress) (*citygen.City, error) {
	b, err := fixtures.Open(name)
	if err != nil && strings.HasSuffix(name, ".json") {
		b, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	figures, err := citygen.ParseFigures(strings.NewReader(string(b)))
	if err != nil {
		return nil, err
	}
	return citygen.Generate(ctx, figures, func(stage string, part float64) { show.show(stage, int(part*100), 100) })
}

// storeCity publishes a city's networks in one edition and loads its layers.
func storeCity(ctx context.Context, s *sqlite.Store, city *citygen.City, show *progress) error {
	var pubs []geo.Publication
	for _, n := range city.Scheme.Networks {
		show.show("building "+n.ID, 0, 0)
		pub, err := publication(n, city)
		if err != nil {
			return err
		}
		pubs = append(pubs, *pub)
	}
	for _, o := range []geo.Objects{
		{Layer: geo.Base, Base: city.Base},
		{Layer: geo.Estates, Estates: city.Estates},
		{Layer: geo.Buildings, Buildings: city.Buildings},
		{Layer: geo.Devices, Devices: city.Devices},
		{Layer: geo.Sites, Sites: city.Sites},
		{Layer: geo.Posts, Posts: city.Posts},
	} {
		show.show("storing "+string(o.Layer), o.Len(), 0)
		if err := s.Load(ctx, local, o); err != nil {
			return err
		}
	}
	show.show("publishing", 0, 0)
	_, err := s.Publish(ctx, local, "the generated city", pubs)
	return err
}

// publication builds and checks one network of a city.
func publication(n geo.Network, city *citygen.City) (*geo.Publication, error) {
	var grids []geo.Grid
	var shapes []coverage.Shape
	for i, g := range city.Grids {
		if g.Network != n.ID {
			continue
		}
		grids = append(grids, g)
		if shape := city.Shapes[i]; shape != nil {
			shapes = append(shapes, coverage.Shape{Code: g.Code, Shape: lattice.MultiPolygon(shape), Row: len(shapes) + 1})
		}
	}
	if n.Kind == geo.Stacked {
		return &geo.Publication{Network: n.ID, Grids: grids}, nil
	}
	areas, err := coverage.AreasOf(n, grids)
	if err != nil {
		return nil, err
	}
	c, report, err := coverage.Build(n, areas, shapes, coverage.Policy{})
	if err != nil {
		return nil, err
	}
	if v := c.Check(n); len(v) > 0 {
		return nil, geo.Errorf(geo.Internal, "the generated network %q has %d violations; the first: %s", n.ID, len(v), v[0].Message).Where(v[0].At)
	}
	if len(report.Repairs) > 0 {
		r := report.Repairs[0]
		return nil, geo.Errorf(geo.Internal, "the generated network %q needed %d repairs; the first: %s", n.ID, len(report.Repairs), r.Kind).Where(r.At)
	}
	hash := c.Hash()
	return &geo.Publication{Network: n.ID, Hash: hex.EncodeToString(hash[:]), Chunks: c.Encode(), Grids: grids}, nil
}
