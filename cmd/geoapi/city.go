package main

import (
	"context"
	"fmt"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/follow"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

// readWorld builds the world that a store holds now, for a command that looks
// once and ends.
func readWorld(ctx context.Context, log follow.Log) (*world.World, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	live := &world.Live{}
	f, err := follow.Run(ctx, log, live, follow.Options{})
	if err != nil {
		return nil, err
	}
	stop()
	<-f.Done()
	return live.Load(), nil
}

// openWorld reads the world of a store that another process may be writing.
func openWorld(ctx context.Context, path server.StorePath) (*world.World, error) {
	s, err := sqlite.OpenReader(ctx, string(path))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return readWorld(ctx, s)
}

// standing is a world as an import sees it.
type standing struct{ *world.World }

// Grids returns a network as it is in force.
func (s standing) Grids(network string) ([]geo.Grid, *coverage.Coverage) {
	n := s.Network(network)
	if n == nil {
		return nil, nil
	}
	return n.Grids, n.Coverage
}

// plural is "1 grid", "1,442 grids".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// grouped writes a whole number with commas between its thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
