// Command geoapi answers whose grid a place is in, and is the one writer of an
// embedded store.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"onegrid/data/fixtures"
	"onegrid/geo"
)

// commands is the command tree. Each command is a type in a file of its own,
// with a Run method that may ask for a context.Context and a *terminal.
type commands struct {
	Serve  serveCommand  `cmd:"" help:"Answer over HTTP."`
	Locate locateCommand `cmd:"" help:"Say whose grid a place is in."`
	Init   initCommand   `cmd:"" help:"Make an empty store for a scheme."`
	Load   loadCommand   `cmd:"" help:"Generate a reference city into a new store."`
	Import importCommand `cmd:"" help:"Bring files in: a preview first, then whole or not at all."`
	Export exportCommand `cmd:"" help:"Write a layer as GeoJSON."`
	Check  checkCommand  `cmd:"" help:"Check the boundaries in force; ends with 1 on any violation."`
}

// terminal is what a command reads and writes, so that tests can stand in.
type terminal struct {
	in       io.Reader
	out, err io.Writer
}

// What a run ends with.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// told is an error that the person has been told of already.
type told string

func (t told) Error() string { return string(t) }

// failed ends the run with exitFailed, and nothing more is printed.
const failed = told("failed")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], &terminal{os.Stdin, os.Stdout, os.Stderr}))
}

// run carries out one command line and returns what the process exits with.
func run(ctx context.Context, args []string, t *terminal) int {
	exit := -1
	parser, err := kong.New(&commands{},
		kong.Name("geoapi"),
		kong.Description("Whose grid is this? Every flag can also be given in the environment: --store as ONEGRID_STORE."),
		kong.DefaultEnvars("ONEGRID"),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(t.out, t.err),
		kong.Vars{"cities": strings.Join(fixtures.Names(), ", ")},
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
	k, err := parser.Parse(withMinus(args))
	switch {
	case exit >= 0:
		return exit
	case err != nil:
		fmt.Fprintf(t.err, "geoapi: %v\nTry geoapi --help.\n", err)
		return exitUsage
	}
	if err := k.Run(); err != nil {
		if !errors.Is(err, failed) {
			fmt.Fprintf(t.err, "geoapi: %s\n", spoken(err))
		}
		return exitFailed
	}
	return exitDone
}

// spoken is an error's text with the field and the value that are at fault,
// where the text does not name them itself.
func spoken(err error) string {
	text := err.Error()
	var e *geo.Error
	if !errors.As(err, &e) || e.Field == "" || e.Field == "store" { // which its errors name
		return text
	}
	value := strings.Trim(e.Value, `"`)
	name := e.Field[strings.LastIndexByte(e.Field, '/')+1:]
	switch {
	case strings.Contains(text, name) && strings.Contains(text, value):
		return text
	case value == "":
		return text + " (" + name + ")"
	}
	return text + " (" + name + ": " + strconv.QuoteToGraphic(clipped(value)) + ")"
}
