// Command geoapi answers whose grid a place is in, and is the one writer of an
// embedded store.
package main

import (
	"context"
	"strings"

	"github.com/alecthomas/kong"

	"onegrid/cmd/internal/server"
	"onegrid/data/fixtures"
	"onegrid/geo/access"
)

// commands is the command tree. Each command is a type in a file of its own.
type commands struct {
	Serve  serveCommand   `cmd:"" help:"Answer over HTTP."`
	Locate locateCommand  `cmd:"" help:"Say whose grid a place is in."`
	Init   initCommand    `cmd:"" help:"Make an empty store for a scheme."`
	Load   loadCommand    `cmd:"" help:"Generate a reference city into a new store."`
	Import importCommand  `cmd:"" help:"Bring files in: a preview first, then whole or not at all."`
	Export exportCommand  `cmd:"" help:"Write a layer as GeoJSON, Shapefile, GeoPackage or TopoJSON."`
	Diff   diffCommand    `cmd:"" help:"Say what became of the grids of one edition, or file, in another."`
	Clean  cleanCommand   `cmd:"" help:"Repair a file of polygons, and list each repair with its choices."`
	Check  checkCommand   `cmd:"" help:"Check the boundaries in force; ends with 1 on any violation."`
	Key    keyCommands    `cmd:"" help:"Say who may come in: make, list and revoke keys."`
	Scheme schemeCommands `cmd:"" help:"Show or change the city's setting."`
	Audit  auditCommands  `cmd:"" help:"Tell who did what, and whether somebody changed the record of it."`
}

// storeFlag is embedded in every command that works on a store.
type storeFlag struct {
	Store server.StorePath `required:"" placeholder:"sqlite:PATH" help:"The city's store."`
}

// local is who gives a command on this machine, as the audit names it: whoever may
// write the store's file may do everything.
var local = access.Local().Actor()

func main() { server.Main(run) }

// run carries out one command line and returns what the process exits with.
func run(ctx context.Context, args []string, t *server.Terminal) int {
	program := server.Program{
		Name: "geoapi", About: "Whose grid is this?",
		Vars: kong.Vars{"listen": "127.0.0.1:8081", "cities": strings.Join(fixtures.Names(), ", ")},
	}
	return program.Run(ctx, &commands{}, withMinus(args), t)
}
