// Command tiles serves the map: vector tiles, styles, pages and live events, and
// forwards everything else to geoapi, so that a browser sees one origin. It
// follows a store that another process writes, and never writes itself.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command tree.
type commands struct {
	Serve serveCommand `cmd:"" help:"Serve tiles, styles, pages and live events."`
}

// terminal is what a command writes to, so that tests can stand in.
type terminal struct{ out, err io.Writer }

// What a run ends with.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], &terminal{os.Stdout, os.Stderr}))
}

// run carries out one command line and returns what the process exits with.
func run(ctx context.Context, args []string, t *terminal) int {
	exit := -1
	parser, err := kong.New(&commands{},
		kong.Name("tiles"),
		kong.Description("One map of the city. Every flag can also be given in the environment: --store as ONEGRID_STORE."),
		kong.DefaultEnvars("ONEGRID"),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(t.out, t.err),
		kong.Exit(func(code int) { exit = code }), // --help
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(t),
	)
	if err != nil {
		panic(err) // the tree itself is wrong
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := parser.Parse(args)
	switch {
	case exit >= 0:
		return exit
	case err != nil:
		fmt.Fprintf(t.err, "tiles: %v\n", err)
		return exitUsage
	}
	if err := k.Run(); err != nil {
		fmt.Fprintf(t.err, "tiles: %v\n", err)
		return exitFailed
	}
	return exitDone
}
