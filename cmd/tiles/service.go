package main

import (
	"context"
	"crypto/rand"
	"io/fs"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/follow"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
	"onegrid/styles"
	"onegrid/web"
)

// service is everything that handlers need.
type service struct {
	gallery *gallery
	cache   *cache
	encoder *encoder
	drawing singleflight.Group
	hub     *hub
	reads   *server.Reads
	frame   *server.Frame
	metrics *metrics
	run     string // this run of the server, part of tags

	geoapi    *url.URL
	publicURL string
	pages     fs.FS
	styles    fs.FS
}

// parts are what a service is made of.
type parts struct {
	setting  *server.Setting // the scheme, for who may come in
	world    *world.World    // that it begins with
	store    string          // its name
	follower server.Follower
	frame    server.Options // as far as the flags say
}

// newService makes a service. What is nil of the parts is not there: nothing is
// followed, no requests are logged.
func newService(c *serveCommand, p parts) *service {
	s := &service{
		gallery: newGallery(p.store, vtile.NewAtlas(p.world, nil)),
		cache:   newCache(int64(c.CacheMB) << 20),
		hub:     newHub(p.world.Seq()),
		run:     "." + strings.ToLower(rand.Text()[:6]),
		geoapi:  c.Geoapi,
		pages:   web.FS(),
		styles:  styles.FS,
	}
	s.encoder = newEncoder(s.cache)
	if c.PublicURL != nil {
		s.publicURL = strings.TrimSuffix(c.PublicURL.String(), "/")
	}
	p.frame.World, p.frame.Follower = func() *world.World { return s.gallery.atlas().World() }, p.follower
	s.frame = server.NewFrame(p.frame)
	s.metrics = newMetrics(s)
	s.reads = newReads(c.Geoapi, p.frame.Callers, s.metrics.unrecorded)
	return s
}

// change is a new world and what led to it; nil if the store was read anew.
type change struct {
	world *world.World
	what  []geo.Change
}

// follow hangs a new atlas for each new world and tells the pages, until ctx
// ends.
func (s *service) follow(ctx context.Context, changes <-chan change) error {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-tick.C:
			s.gallery.tidy(now)
			s.hub.tick()
		case c := <-changes:
			s.changed(c)
		}
	}
}

func (s *service) changed(c change) {
	before := s.gallery.atlas()
	next := vtile.NewAtlas(c.world, before)
	what := next.Since(before, c.what)
	s.gallery.hang(next, what)
	s.hub.tell(s.events(before, next, what, c.what), next.World().Seq(), c.what == nil)
}

// warm makes layers ready before somebody asks for them, and again after they
// changed: at once what a first look needs, and the rest quietly.
func (s *service) warm(ctx context.Context) error {
	const none = -1
	for last := int64(none); ctx.Err() == nil; {
		a, more := s.gallery.atlas(), s.hub.changed()
		if now := drawn(a); now != last {
			start := time.Now()
			a.Open()
			follow.Quietly(func() {
				a.Warm(func() bool { return ctx.Err() != nil || drawn(s.gallery.atlas()) != now })
			})
			if took := time.Since(start); last == none || took > 100*time.Millisecond {
				slog.InfoContext(ctx, "layers are ready", "seq", a.World().Seq(), "took", took)
			}
			last = now
			continue // there may be other layers already
		}
		select {
		case <-ctx.Done():
		case <-more:
		}
	}
	return nil
}

// drawn is the revision of all that an edition or an import changes.
func drawn(a *vtile.Atlas) int64 { return a.Tileset("onepicture").Revision }
