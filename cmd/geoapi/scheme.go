package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/sqlite"
)

// schemeCommands show and change the setting of a city that is there.
type schemeCommands struct {
	Show schemeShow `cmd:"" help:"Write the scheme in force as JSON."`
	Set  schemeSet  `cmd:"" help:"Put another scheme in its place; older ones stay in the store."`
}

type schemeShow struct{ storeFlag }

// Help shows examples.
func (schemeShow) Help() string {
	return "Examples:\n  geoapi scheme show --store sqlite:city.db > scheme.json"
}

// Run writes it.
func (c *schemeShow) Run(ctx context.Context, t *server.Terminal) error {
	s, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	scheme, err := s.Scheme(ctx)
	if err != nil {
		return err
	}
	out := json.NewEncoder(t.Out)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(scheme)
}

type schemeSet struct {
	storeFlag
	File string `arg:"" type:"existingfile" help:"The scheme."`
}

// Help shows examples.
func (schemeSet) Help() string {
	return `Who signs in with OpenID Connect, names and bounds may change, and networks may be added;
networks and levels that are there stay as they are, for their grids are in the store.
The server has to be stopped first.

Examples:
  geoapi scheme show --store sqlite:city.db > scheme.json
  geoapi scheme set scheme.json --store sqlite:city.db`
}

// Run puts the scheme in place.
func (c *schemeSet) Run(ctx context.Context, t *server.Terminal) error {
	next, err := readScheme(c.File)
	if err != nil {
		return err
	}
	s, err := sqlite.Open(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	now, err := s.Scheme(ctx)
	if err != nil {
		return err
	}
	if err := mayFollow(&now, &next); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	seq, err := s.SetScheme(ctx, local, next)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.Out, "%s goes by %s from change %d on.\n", c.Store, c.File, seq)
	return nil
}

// readScheme reads and validates a scheme's file.
func readScheme(path string) (geo.Scheme, error) {
	f, err := os.Open(path)
	if err != nil {
		return geo.Scheme{}, err
	}
	defer f.Close()
	scheme, err := geo.ParseScheme(f)
	if err != nil {
		return scheme, fmt.Errorf("%s: %w", path, err)
	}
	return scheme, nil
}

// mayFollow refuses a scheme that does not fit what is stored by the one before:
// one without a network, or with other levels in it.
func mayFollow(now, next *geo.Scheme) error {
	for i := range now.Networks {
		old := &now.Networks[i]
		n := next.Network(old.ID)
		if n == nil {
			return geo.Errorf(geo.Conflict, "the network %s is missing, and its grids are in the store", old.ID).On("/networks", old.ID)
		}
		same := n.Kind == old.Kind && slices.EqualFunc(n.Levels, old.Levels, func(a, b geo.Level) bool {
			return a.ID == b.ID && a.Kind == b.Kind && a.Code == b.Code && a.Partial == b.Partial && a.Enclaves == b.Enclaves
		})
		if !same {
			return geo.Errorf(geo.Conflict, "the network %s has another kind or other levels than its grids in the store", old.ID).On("/networks", old.ID)
		}
	}
	return nil
}
