package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/exchange"
	"onegrid/geo/follow"
	"onegrid/geo/notify"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

// serveCommand answers over HTTP until it is stopped.
type serveCommand struct {
	storeFlag
	server.Flags
	oidcFlag
	Demo  bool   `help:"Feed demo incidents slowly, and close them after a while."`
	Spool string `placeholder:"DIR" help:"Where a batch's answers wait for a slow reader; the system's temporary directory unless said."`
}

// Help shows examples, and the bounds of requests.
func (serveCommand) Help() string {
	return "Examples:\n  geoapi serve --store sqlite:city.db\n  geoapi serve --store sqlite:city.db --listen 127.0.0.1:0 --demo\n  geoapi key create --store sqlite:city.db --role admin && geoapi serve --store sqlite:city.db --listen 0.0.0.0:8081\n  geoapi serve --store sqlite:city.db --public-url https://map.example.org --oidc-secret-file client.secret --trusted-proxy 127.0.0.1\n\n" +
		server.LimitsHelp(
			fmt.Sprintf("a query of %d kB, a locate request of %d kB, a report of %d kB, a batch's row of %d kB; a batch is of any length", maxQuery>>10, maxLocateBody>>10, maxIncidentBody>>10, maxRow>>10),
			fmt.Sprintf("%d batches at once, %d of one caller, which compute on one processor less than there are while anybody asks for single places; %d event streams, %d of one caller",
				maxBatches, maxBatchesEach, maxStreams, maxStreamsEach),
			fmt.Sprintf("an import of %d GB and %d files, %d GB and %d vertices unpacked, %d MB a feature; %v without a byte",
				maxUpload>>30, maxFiles, exchange.DefaultLimits.Bytes>>30, exchange.DefaultLimits.Vertices, exchange.DefaultLimits.FeatureBytes>>20, maxStall))
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, t *server.Terminal) error {
	if err := c.Check(); err != nil {
		return err
	}
	secret, err := c.secret()
	if err != nil {
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
	store, err := sqlite.Open(ctx, string(c.Store))
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
	oidc := access.NewOIDC(setting.Scheme, secret, ours)
	if frame.Callers, err = access.NewDirectory(ctx, store, oidc); err != nil {
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
	if err := store.SetAddress(listener.Addr().String()); err != nil {
		return err
	}
	return c.serve(ctx, t, store, listener, parts{frame: frame, setting: setting, oidc: oidc, public: c.PublicURL, spoolDir: c.Spool})
}

// serve builds everything, passes it in, and runs it until ctx ends.
func (c *serveCommand) serve(ctx context.Context, t *server.Terminal, store *sqlite.Store, listener net.Listener, p parts) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	live, hub, follower, err := followStore(ctx, store)
	if err != nil {
		return err
	}
	p.setting.Follow(live)
	restGarbage()
	p.live, p.store, p.follower, p.hub = live, store, follower, hub
	s := newService(p)
	serving := server.Serving{
		Name: "geoapi", Listener: listener, Grace: c.Grace, Handler: s.handler(), Stopping: hub.Close,
		Jobs: []func(context.Context) error{p.frame.Callers.Run, s.reads.Run}, Callers: p.frame.Callers,
	}
	if c.Demo {
		serving.Jobs = append(serving.Jobs, s.demo)
	}
	err = serving.Run(ctx, t)
	stop()
	<-follower.Done()
	return err
}

// followStore builds the first world of a store, and keeps it and the events
// current until ctx ends.
func followStore(ctx context.Context, store *sqlite.Store) (*world.Live, *notify.Hub, *follow.Follower, error) {
	live := &world.Live{}
	var hub *notify.Hub
	ready := make(chan struct{})
	follower, err := follow.Run(ctx, store, live, follow.Options{
		OnChange: func(before, after *world.World, changes []geo.Change) {
			<-ready // the hub starts from the first world
			hub.Changed(before, after, changes)
		},
	})
	if err != nil {
		return nil, nil, nil, err
	}
	hub = notify.NewHub(store, live)
	close(ready)
	return live, hub, follower, nil
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
