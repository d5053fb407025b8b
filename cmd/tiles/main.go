// Command tiles serves the map: vector tiles, styles, pages and live events, and
// forwards everything else to geoapi, so that a browser sees one origin. It
// follows a store that another process writes, and never writes itself.
package main

import (
	"context"

	"github.com/alecthomas/kong"

	"onegrid/cmd/internal/server"
)

// commands is the command tree.
type commands struct {
	Serve serveCommand `cmd:"" help:"Serve tiles, styles, pages and live events."`
}

func main() { server.Main(run) }

// run carries out one command line and returns what the process exits with.
func run(ctx context.Context, args []string, t *server.Terminal) int {
	program := server.Program{Name: "tiles", About: "One map of the city.", Vars: kong.Vars{"listen": "127.0.0.1:8080"}}
	return program.Run(ctx, &commands{}, args, t)
}
