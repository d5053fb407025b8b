package main

import (
	"context"
	"fmt"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
)

// checkCommand runs the coverage's Check on the edition in force.
type checkCommand struct {
	storeFlag
}

// Help shows examples.
func (checkCommand) Help() string {
	return "Ends with 1 if anything is wrong, each violation with its place.\n\nExamples:\n  geoapi check --store sqlite:city.db"
}

// Run checks each drawn network.
func (c *checkCommand) Run(ctx context.Context, t *server.Terminal) error {
	w, err := openWorld(ctx, c.Store)
	if err != nil {
		return err
	}
	wrong := 0
	for _, n := range w.Networks() {
		if n.Coverage == nil {
			if n.Spec.Kind != geo.Stacked {
				fmt.Fprintf(t.Out, "%s: nothing is published\n", n.Spec.ID)
			}
			continue
		}
		violations := n.Coverage.Check(*n.Spec)
		for _, v := range violations {
			fmt.Fprintf(t.Out, "%s: %s at %s: %s\n", n.Spec.ID, v.Kind, v.At, v.Message)
		}
		wrong += len(violations)
		fmt.Fprintf(t.Out, "%s: %s, %s, %s, %s\n", n.Spec.ID, plural(len(n.Grids), "area"),
			plural(n.Coverage.Regions()-1, "region"), plural(n.Coverage.Arcs(), "arc"), plural(len(violations), "violation"))
	}
	if wrong > 0 {
		return server.ErrTold
	}
	return nil
}
