package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"onegrid/geo"
	"onegrid/geo/follow"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

// serveCommand serves until it is stopped.
type serveCommand struct {
	Store     storePath `required:"" placeholder:"sqlite:PATH" help:"The city's store, which geoapi writes. Its folder must be writable: readers of SQLite keep a file there."`
	Listen    string    `default:"127.0.0.1:8080" help:"Address to listen on; loopback only, since there is no access control yet. Port 0 picks a free port and prints it."`
	Geoapi    *url.URL  `default:"http://127.0.0.1:8081" placeholder:"URL" help:"Where /v1, /openapi.json and /docs are forwarded to."`
	PublicURL *url.URL  `name:"public-url" placeholder:"URL" help:"The address that browsers use, when it is not the one that they connect to here."`
	CacheMB   int       `name:"cache-mb" default:"256" help:"Most megabytes of encoded tiles kept in memory."`
}

// Help shows examples.
func (serveCommand) Help() string {
	return "Examples:\n" +
		"  tiles serve --store sqlite:city.db\n" +
		"  tiles serve --store sqlite:city.db --listen 127.0.0.1:0 --geoapi http://127.0.0.1:8081\n" +
		"  tiles serve --store sqlite:city.db --public-url https://map.example.org"
}

// storePath is where a store is, as told on the command line: sqlite:PATH.
type storePath string

// UnmarshalText reads sqlite:PATH and refuses every other kind of store.
func (p *storePath) UnmarshalText(text []byte) error {
	kind, path, ok := strings.Cut(string(text), ":")
	switch {
	case !ok || kind == "":
		return fmt.Errorf("store %q: want sqlite:PATH", text)
	case kind != "sqlite":
		return fmt.Errorf("store %q: only sqlite:PATH is supported", text)
	case path == "":
		return fmt.Errorf("store %q: there is no path after the colon", text)
	}
	*p = storePath(path)
	return nil
}

// How long things may take.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 5 * time.Second
	maxHeader     = 32 << 10
)

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, t *terminal) error {
	if err := loopbackOnly(c.Listen); err != nil {
		return err
	}
	for name, u := range map[string]*url.URL{"--geoapi": c.Geoapi, "--public-url": c.PublicURL} {
		if u != nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			return fmt.Errorf("%s %q: want http://HOST:PORT", name, u)
		}
	}
	store, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer store.Close()
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", c.Listen, err)
	}
	defer listener.Close()
	return c.serve(ctx, t, store, listener)
}

// serve builds everything, passes it in, and runs it until ctx ends.
func (c *serveCommand) serve(ctx context.Context, t *terminal, store follow.Log, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	live := &world.Live{}
	log := &namedLog{Log: store}
	changes := make(chan change, 1)
	follower, err := follow.Run(ctx, log, live, follow.Options{
		OnChange: func(_, after *world.World, what []geo.Change) {
			select {
			case changes <- change{after, what}:
			case <-ctx.Done():
			}
		},
	})
	if err != nil {
		return err
	}
	s := newService(c, live.Load(), log.name(), follower)
	server := &http.Server{
		Handler:           s.handler(),
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
		s.hub.close() // ends the event streams
		return shutDown(server)
	})
	jobs.Go(func() error { return s.follow(ctx, changes) })
	jobs.Go(func() error { return s.recompress(ctx) })
	jobs.Go(func() error { return s.warm(ctx) })
	fmt.Fprintln(t.err, "tiles: there is no access control yet: whoever reaches this port sees everything, so it listens on loopback only")
	fmt.Fprintf(t.out, "tiles listens on http://%s\n", listener.Addr())
	err = jobs.Wait()
	stop()
	<-follower.Done()
	return err
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

// loopbackOnly refuses addresses that others on the network could reach.
func loopbackOnly(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--listen %q: want HOST:PORT: %w", address, err)
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return fmt.Errorf("--listen %s: there is no access control yet, so only loopback addresses are served: 127.0.0.1, [::1] or localhost", address)
}
