package main

import (
	"context"
	"net/url"
	"runtime"
	"sync"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/notify"
	"onegrid/geo/world"
)

// keeper is what the service needs of a store.
type keeper interface {
	importStore
	sessionStore
	OpenIncident(ctx context.Context, by geo.Actor, in geo.Incident, key string) (out geo.Incident, seq int64, again bool, err error)
	CloseIncident(ctx context.Context, by geo.Actor, id int64) (seq int64, err error)
	Incident(ctx context.Context, id int64) (geo.Incident, error)
	Incidents(ctx context.Context, state string, after int64, limit int) ([]geo.Incident, error)
	Editions(ctx context.Context) ([]geo.Edition, error)
}

// keepsUp is what the service needs of a follower.
type keepsUp interface {
	server.Follower
	Await(ctx context.Context, seq int64) error
}

// service answers requests. Everything it holds is shared by all of them.
type service struct {
	live     *world.Live
	store    keeper
	follower keepsUp
	hub      *notify.Hub
	frame    *server.Frame
	metrics  *metrics
	reads    *server.Reads // nil where nobody is known
	imports  *imports
	sessions *sessions

	shelves   shelves
	answerers sync.Pool
	finder    finder
	batches   *server.Shares[string] // under way, by caller
	slots     *slots                 // one for each of their workers that computes
	streams   *server.Shares[string] // of events, by caller
	exports   chan struct{}          // one for the export that is made: each may hold a city
	spoolDir  string
	document  func() []byte // OpenAPI, made when first asked for
}

// Limits of what runs at once, and of one caller's part in it.
const (
	maxBatches, maxBatchesEach = 16, 8
	maxStreams, maxStreamsEach = 1000, 250
)

// parts are what a service is made of.
type parts struct {
	live     *world.Live
	store    keeper
	follower keepsUp
	hub      *notify.Hub    // nil where nobody asks for events
	frame    server.Options // as far as the flags say
	setting  *server.Setting
	oidc     *access.OIDC // nil: no tokens are taken
	public   *url.URL     // what browsers call the service; nil: as they do
	spoolDir string       // of batches; empty: the system's
}

func newService(p parts) *service {
	p.frame.World, p.frame.Follower = p.live.Load, p.follower
	s := &service{
		live: p.live, store: p.store, follower: p.follower, hub: p.hub, spoolDir: p.spoolDir,
		frame:   server.NewFrame(p.frame),
		imports: newImports(p.live, p.store, p.follower),
		batches: server.NewShares[string](maxBatches, maxBatchesEach),
		streams: server.NewShares[string](maxStreams, maxStreamsEach),
		exports: make(chan struct{}, 1),
	}
	s.slots = newSlots(runtime.GOMAXPROCS(0), s.frame.Singles)
	s.sessions = newSessions(p, s.frame.Client)
	s.metrics = newMetrics(s)
	if p.frame.Callers != nil {
		s.reads = newReads(p.store, s.metrics.unrecorded)
	}
	s.document = sync.OnceValue(func() []byte { return makeDocument(s.routes()) })
	s.answerers.New = func() any { return new(answerer) }
	return s
}

// answerer takes an answerer for the current world and whoever asks. Give it back
// with done.
func (s *service) answerer(caller *access.Caller) *answerer {
	t := s.answerers.Get().(*answerer)
	s.prepare(t, caller)
	return t
}

// prepare sets t to the current world, for one request of a caller.
func (s *service) prepare(t *answerer, caller *access.Caller) {
	now := time.Now()
	t.see(caller.On(s.live.Load()))
	t.shelf = s.shelves.at(t.world, now)
	t.stale, t.brief = s.frame.Stale(now), false
	t.q.reset()
}

// maxKept bounds the buffer that an answerer takes back to the pool.
const maxKept = 64 << 10

func (s *service) done(t *answerer) {
	if cap(t.buf) <= maxKept {
		s.answerers.Put(t)
	}
}
