package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/exchange"
	"onegrid/geo/problem"
	"onegrid/geo/world"
)

// The states of an import.
const (
	previewed = "previewed"
	accepted  = "accepted"
)

// importResult is how far an import is and what it found.
type importResult struct {
	ID      string            `json:"id,omitempty"`
	State   string            `json:"state"`
	Preview *exchange.Preview `json:"preview"`
	Edition *geo.Edition      `json:"edition,omitempty"`
}

// Bounds of what waits for acceptance, since a preview holds a whole layer.
const (
	maxStaged = 8
	stagedFor = time.Hour
)

// mostBehind is for how long an import waits to be shown by this process.
const mostBehind = time.Minute

// imports are the previews that wait for acceptance. One import runs at a time:
// each may hold a city.
type imports struct {
	live     *world.Live
	store    importStore
	follower keepsUp
	busy     chan struct{}

	mu     sync.Mutex
	staged []*staged
}

// importStore is what an import writes to, and asks how far the log is.
type importStore interface {
	exchange.Store
	Changes(ctx context.Context, after int64, limit int) ([]geo.Change, error)
}

// staged is a preview, what it stood beside, and until when it waits. It never
// changes: several may be reading it.
type staged struct {
	importResult
	base  int64 // revision of the layer that it would replace
	note  string
	until time.Time
}

func newImports(live *world.Live, store importStore, follower keepsUp) *imports {
	return &imports{live: live, store: store, follower: follower, busy: make(chan struct{}, 1)}
}

// post takes files, prepares the import and, with accept=true, accepts it. With
// Accept: application/x-ndjson the answer is a line for each step of progress
// and a last one with the result or the problem.
func (i *imports) post(c *gin.Context) {
	say := newTeller(c)
	defer say.end()
	result, err := i.take(c.Writer, c.Request, access.Of(c), say.progress)
	if err != nil {
		say.problem(err)
		return
	}
	status := http.StatusOK
	if result.State == accepted {
		status = http.StatusCreated
	}
	say.result(status, result)
}

func (i *imports) take(w http.ResponseWriter, r *http.Request, by *access.Caller, progress exchange.Progress) (*importResult, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &geo.Error{Kind: geo.Invalid, Message: "the query is broken", Err: err}
	}
	flags, accept, err := importQuery(query)
	if err != nil {
		return nil, err
	}
	in, err := flags.request()
	if err != nil {
		return nil, err
	}
	if err := i.mayImport(by, &in); err != nil {
		return nil, err // before the files come in vain
	}
	if len(i.busy) > 0 {
		return nil, underWay() // likewise
	}
	up, err := receive(w, r, progress)
	if err != nil {
		return nil, err
	}
	defer up.close()
	// Only now: a slow sender must not keep others from importing.
	select {
	case i.busy <- struct{}{}:
		defer func() { <-i.busy }()
	default:
		return nil, underWay()
	}
	if up.parents != nil {
		in.Parents = up.parents
	}
	now := i.live.Load()
	preview, err := exchange.Prepare(r.Context(), standing{now}, in, up.files, progress)
	if err != nil {
		return nil, err
	}
	s := i.stage(now, preview)
	if accept && preview.Blockers == 0 {
		return i.commit(r.Context(), by.Actor(), s)
	}
	return &s.importResult, nil
}

func underWay() error {
	return geo.Errorf(geo.Unavailable, "another import is under way; try again when it has ended")
}

// stage keeps a preview for later acceptance; the oldest makes room.
func (i *imports) stage(w *world.World, p *exchange.Preview) *staged {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.expire()
	if len(i.staged) == maxStaged {
		i.staged = slices.Delete(i.staged, 0, 1)
	}
	s := &staged{
		importResult: importResult{ID: rand.Text(), State: previewed, Preview: p},
		base:         w.Revision(layerOfPreview(p)), note: note(p.Files), until: time.Now().Add(stagedFor),
	}
	i.staged = append(i.staged, s)
	return s
}

// expire drops what has waited too long. The caller holds the lock.
func (i *imports) expire() {
	i.staged = slices.DeleteFunc(i.staged, func(s *staged) bool { return time.Now().After(s.until) })
}

func layerOfPreview(p *exchange.Preview) geo.Layer {
	if p.Network != "" {
		return geo.GridsOf(p.Network)
	}
	return p.Layer
}

// commit makes a staged preview visible, unless what it was prepared against
// has moved on. It returns when this process shows it too.
func (i *imports) commit(ctx context.Context, by geo.Actor, s *staged) (*importResult, error) {
	if now := i.live.Load().Revision(layerOfPreview(s.Preview)); now != s.base {
		return nil, geo.Errorf(geo.Conflict, "%s have changed since this import was prepared; prepare it again", layerOfPreview(s.Preview))
	}
	edition, err := s.Preview.Accept(ctx, i.store, by, s.note)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	i.remove(s)
	i.mu.Unlock()
	// Though the caller may have left: what comes next is held against this world.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), mostBehind)
	defer cancel()
	if err := i.shown(ctx); err != nil {
		return nil, err
	}
	return &importResult{ID: s.ID, State: accepted, Preview: s.Preview, Edition: edition}, nil
}

// shown returns when the live world holds everything that the log holds now, so
// that who imported sees it with the next call.
func (i *imports) shown(ctx context.Context) error {
	const page = 1000
	for after := i.live.Load().Seq(); ; {
		changes, err := i.store.Changes(ctx, after, page)
		if err != nil || len(changes) == 0 {
			return err
		}
		after = changes[len(changes)-1].Seq
		if len(changes) < page {
			return i.follower.Await(ctx, after)
		}
	}
}

func (i *imports) find(id string) (*staged, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.expire()
	for _, s := range i.staged {
		if s.ID == id {
			return s, nil
		}
	}
	return nil, noImport(id)
}

func noImport(id string) error {
	return geo.Errorf(geo.NotFound, "no import %q waits for acceptance; previews are kept for an hour", id)
}

// list answers GET /v1/imports: the previews that wait.
func (i *imports) list(c *gin.Context) {
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	i.mu.Lock()
	i.expire()
	type entry struct {
		ID       string    `json:"id"`
		Layer    geo.Layer `json:"layer"`
		Objects  int       `json:"objects"`
		Blockers int       `json:"blockers"`
		Until    time.Time `json:"until"`
	}
	out := []entry{}
	for _, s := range i.staged {
		if mayReplace(access.Of(c), layerOfPreview(s.Preview), s.Preview.Network) != nil {
			continue
		}
		out = append(out, entry{s.ID, layerOfPreview(s.Preview), s.Preview.Objects, s.Preview.Blockers, s.until})
	}
	i.mu.Unlock()
	c.JSON(http.StatusOK, gin.H{"imports": out})
}

// named finds the preview that a request names. One of a layer that is not the
// caller's to replace is not there.
func (i *imports) named(c *gin.Context) (*staged, error) {
	if err := noQuery(c); err != nil {
		return nil, err
	}
	s, err := i.find(c.Param("id"))
	if err == nil && mayReplace(access.Of(c), layerOfPreview(s.Preview), s.Preview.Network) != nil {
		return nil, noImport(c.Param("id"))
	}
	return s, err
}

// mayImport refuses an import into a layer that the caller may not replace, and
// one that would show a network that the caller does not see.
func (i *imports) mayImport(by *access.Caller, in *exchange.Import) error {
	if in.Snap.To != "" && !by.Network(in.Snap.To) {
		return noNetwork("snap_to", in.Snap.To)
	}
	if in.As != "grids" {
		return mayReplace(by, geo.Layer(in.As), "")
	}
	network := in.Network
	if basic := i.live.Load().Basic(); network == "" && basic != nil {
		network = basic.Spec.ID
	}
	return mayReplace(by, geo.GridsOf(network), network)
}

// mayReplace asks whether a caller may write a whole layer. The store asks again
// within the transaction.
func mayReplace(by *access.Caller, layer geo.Layer, network string) error {
	return by.Actor().Allowed(geo.Subject{Layer: layer, Network: network, Whole: true})
}

// get answers GET /v1/imports/{id}.
func (i *imports) get(c *gin.Context) {
	s, err := i.named(c)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	tellImport(c, http.StatusOK, &s.importResult)
}

// accept answers POST /v1/imports/{id}/accept.
func (i *imports) accept(c *gin.Context) {
	s, err := i.named(c)
	var result *importResult
	if err == nil {
		select {
		case i.busy <- struct{}{}:
			result, err = i.commit(c.Request.Context(), access.Of(c).Actor(), s)
			<-i.busy
		default:
			err = underWay()
		}
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	tellImport(c, http.StatusCreated, result)
}

// drop answers DELETE /v1/imports/{id}.
func (i *imports) drop(c *gin.Context) {
	s, err := i.named(c)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.remove(s)
	c.Status(http.StatusNoContent)
}

// remove forgets a preview. The caller holds the lock.
func (i *imports) remove(s *staged) {
	i.staged = slices.DeleteFunc(i.staged, func(o *staged) bool { return o == s })
}
