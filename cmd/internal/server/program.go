// Package server is the frame that the two programs stand in: how a command
// line begins and ends, how a program listens, answers and stops, and what is
// done around every request. What is answered is the programs' own.
package server

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

	"onegrid/geo"
	"onegrid/geo/problem"
)

// Terminal is what a command reads and writes, so that tests can stand in.
type Terminal struct {
	In       io.Reader
	Out, Err io.Writer
}

// What a run ends with.
const (
	ExitDone   = 0
	ExitFailed = 1
	ExitUsage  = 2
)

// ErrTold ends a run with ExitFailed and nothing more is printed: the person has
// been told already.
var ErrTold = errors.New("failed")

// Main runs a program with the process's own arguments and terminal, and ends
// the process. The first SIGINT or SIGTERM ends run's context; a second one ends
// the process at once.
func Main(run func(ctx context.Context, args []string, t *Terminal) int) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], &Terminal{os.Stdin, os.Stdout, os.Stderr}))
}

// Program is one of the programs as its command line shows it.
type Program struct {
	Name  string
	About string    // the sentence that --help begins with
	Vars  kong.Vars // what the commands' tags name as ${…}
}

// Run carries out one command line of a tree of commands and returns what the
// process exits with. Each command has a Run method that may ask for a
// context.Context and a *Terminal.
func (p Program) Run(ctx context.Context, commands any, args []string, t *Terminal) int {
	exit := -1
	parser, err := kong.New(commands,
		kong.Name(p.Name),
		kong.Description(p.About+" Every flag can also be given in the environment: --store as ONEGRID_STORE."),
		kong.DefaultEnvars("ONEGRID"),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Writers(t.Out, t.Err),
		p.Vars,
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
		fmt.Fprintf(t.Err, "%s: %v\nTry %s --help.\n", p.Name, err, p.Name)
		return ExitUsage
	}
	if err := k.Run(); err != nil {
		if !errors.Is(err, ErrTold) {
			fmt.Fprintf(t.Err, "%s: %s\n", p.Name, spoken(err))
		}
		return ExitFailed
	}
	return ExitDone
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
	return text + " (" + name + ": " + strconv.QuoteToGraphic(problem.Clip(value)) + ")"
}
