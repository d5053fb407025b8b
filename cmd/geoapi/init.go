package main

import (
	"context"
	"fmt"

	"onegrid/cmd/internal/server"
	"onegrid/geo/sqlite"
)

// initCommand makes an empty store for a scheme.
type initCommand struct {
	storeFlag
	Scheme string `required:"" type:"existingfile" placeholder:"FILE" help:"The deployment's scheme: levels, networks, bounds."`
}

// Help shows examples.
func (initCommand) Help() string {
	return "Examples:\n  geoapi init --store sqlite:city.db --scheme scheme.json"
}

// Run creates the store.
func (c *initCommand) Run(ctx context.Context, t *server.Terminal) error {
	scheme, err := readScheme(c.Scheme)
	if err != nil {
		return err
	}
	s, err := sqlite.Create(ctx, string(c.Store), scheme)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "%s is ready for %s. Next: geoapi import FILE --store sqlite:%s --as grids\n", c.Store, scheme.Name.In("en"), c.Store)
	return s.Close()
}
