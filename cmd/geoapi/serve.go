package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"onegrid/geo"
	"onegrid/geo/follow"
	"onegrid/geo/notify"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

// serveCommand answers over HTTP until it is stopped.
type serveCommand struct {
	storeFlag
	Listen    string `default:"127.0.0.1:8081" help:"Address to listen on; loopback only, since there is no access control yet. Port 0 picks a free port and prints it."`
	Demo      bool   `help:"Feed demo incidents slowly, and close them after a while."`
	AccessLog string `placeholder:"FILE" help:"Write a line for each request; - is the standard error."`
	Spool     string `placeholder:"DIR" help:"Where a batch's answers wait for a slow reader; the system's temporary directory unless said."`
}

// Help shows examples.
func (serveCommand) Help() string {
	return "Examples:\n  geoapi serve --store sqlite:city.db\n  geoapi serve --store sqlite:city.db --listen 127.0.0.1:0 --demo"
}

// How long things may take.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 10 * time.Second
	maxHeader     = 32 << 10
)

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, t *terminal) error {
	if err := loopbackOnly(c.Listen); err != nil {
		return err
	}
	access, err := openAccessLog(c.AccessLog, t.err)
	if err != nil {
		return err
	}
	defer access.close()
	store, err := sqlite.Open(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer store.Close()
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", c.Listen, err)
	}
	defer listener.Close()
	if err := store.SetAddress(listener.Addr().String()); err != nil {
		return err
	}
	return c.serve(ctx, t, store, listener, access)
}

// serve builds everything, passes it in, and runs it until ctx ends.
func (c *serveCommand) serve(ctx context.Context, t *terminal, store *sqlite.Store, listener net.Listener, access *accessLog) error {
	live := &world.Live{}
	var hub *notify.Hub
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ready := make(chan struct{})
	follower, err := follow.Run(ctx, store, live, follow.Options{
		OnChange: func(before, after *world.World, changes []geo.Change) {
			<-ready
			hub.Changed(before, after, changes)
		},
	})
	if err != nil {
		return err
	}
	hub = notify.NewHub(store, live)
	close(ready)
	restGarbage()
	s := newService(live, store, follower, hub, access)
	s.spoolDir = c.Spool
	imports := newImports(live, store)
	imports.await = follower.Await
	server := &http.Server{
		Handler:           guarded(s.handler(imports.routes)),
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
	jobs, ctx := errgroup.WithContext(ctx)
	jobs.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	jobs.Go(func() error {
		<-ctx.Done()
		hub.Close() // ends the event streams
		return shutDown(server)
	})
	if c.Demo {
		jobs.Go(func() error { return s.demo(ctx) })
	}
	fmt.Fprintln(t.err, "geoapi: there is no access control yet: whoever reaches this port may do everything, so it listens on loopback only")
	fmt.Fprintf(t.out, "geoapi listens on http://%s\n", listener.Addr())
	err = jobs.Wait()
	stop()
	<-follower.Done()
	return err
}

// gcFloor is how much may be allocated between two collections of garbage even
// where the city is small, in bytes.
const gcFloor = 128 << 20

// restGarbage keeps a small heap from being collected hundreds of times a
// second, which costs more than the answers. A GOGC of the environment stands.
func restGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	runtime.GC() // what building the world left behind
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if percent := gcFloor * 100 / (m.HeapAlloc + 1); percent > 100 {
		debug.SetGCPercent(int(min(percent, 2000)))
	}
}

// shutDown lets requests end, for a while.
func shutDown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}

// openAccessLog opens the access log; nil for none.
func openAccessLog(name string, standard io.Writer) (*accessLog, error) {
	switch name {
	case "":
		return nil, nil
	case "-":
		return newAccessLog(standard), nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return newAccessLog(f), nil
}

// loopbackOnly refuses an address that other machines can reach: there is no
// access control yet, so whoever reaches the port may do everything.
func loopbackOnly(address string) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return fmt.Errorf("listen %q: want HOST:PORT", address)
	}
	if isLoopback(address) {
		return nil
	}
	return fmt.Errorf("listen %q: there is no access control yet, so only a loopback address (127.0.0.1, ::1) is allowed", address)
}
