package main

import (
	"context"
	"fmt"
	"net"
	"net/url"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/follow"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

// serveCommand serves until it is stopped.
type serveCommand struct {
	Store server.StorePath `required:"" placeholder:"sqlite:PATH" help:"The city's store, which geoapi writes. Its folder must be writable: readers of SQLite keep a file there."`
	server.Flags
	Geoapi  *url.URL `default:"http://127.0.0.1:8081" placeholder:"URL" help:"Where /v1, /openapi.json and /docs are forwarded to."`
	CacheMB int      `name:"cache-mb" default:"256" help:"Most megabytes of encoded tiles kept in memory."`
}

// Help shows examples.
func (serveCommand) Help() string {
	return "Examples:\n" +
		"  tiles serve --store sqlite:city.db\n" +
		"  tiles serve --store sqlite:city.db --listen 127.0.0.1:0 --geoapi http://127.0.0.1:8081\n" +
		"  tiles serve --store sqlite:city.db --public-url https://map.example.org --trusted-proxy 10.0.0.5\n\n" +
		server.LimitsHelp(fmt.Sprintf("%d pages that listen at once", mostStreams))
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, t *server.Terminal) error {
	if err := c.Check(); err != nil {
		return err
	}
	if err := server.CheckURL("--geoapi", c.Geoapi); err != nil {
		return err
	}
	frame, err := c.Frame()
	if err != nil {
		return err
	}
	if frame.Access, err = c.Access(t); err != nil {
		return err
	}
	defer frame.Access.Close()
	store, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer store.Close()
	scheme, err := store.Scheme(ctx)
	if err != nil {
		return err
	}
	ours, err := store.ProcessSecret(ctx)
	if err != nil {
		return err
	}
	setting := server.NewSetting(scheme)
	if frame.Callers, err = access.NewDirectory(ctx, store, access.NewOIDC(setting.Scheme, "", ours)); err != nil {
		return err
	}
	if err := c.CheckReach(frame.Callers, c.Store); err != nil {
		return err
	}
	listener, err := c.Open()
	if err != nil {
		return err
	}
	defer listener.Close()
	return c.serve(ctx, t, store, listener, parts{frame: frame, setting: setting})
}

// serve builds everything, passes it in, and runs it until ctx ends.
func (c *serveCommand) serve(ctx context.Context, t *server.Terminal, store follow.Log, listener net.Listener, p parts) error {
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
	p.setting.Follow(live)
	p.world, p.store, p.follower = live.Load(), log.name(), follower
	s := newService(c, p)
	serving := server.Serving{
		Name: "tiles", Listener: listener, Grace: c.Grace, Handler: s.handler(), Stopping: s.hub.close, Callers: p.frame.Callers,
		Jobs: []func(context.Context) error{
			func(ctx context.Context) error { return s.follow(ctx, changes) }, s.recompress, s.warm, s.reads.Run, p.frame.Callers.Run,
		},
	}
	err = serving.Run(ctx, t)
	stop()
	<-follower.Done()
	return err
}
