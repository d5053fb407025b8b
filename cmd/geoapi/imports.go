package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/exchange"
	"onegrid/geo/problem"
	"onegrid/geo/world"
)

const ndjson = "application/x-ndjson"

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
	maxStaged   = 8
	stagedFor   = time.Hour
	maxUpload   = 4 << 30
	maxParents  = 256 << 20
	maxFiles    = 32
	importActor = "http import"
)

// imports are the previews that wait for acceptance. One import runs at a time:
// each may hold a city.
type imports struct {
	live  *world.Live
	store importStore
	await func(ctx context.Context, seq int64) error
	busy  chan struct{}

	mu     sync.Mutex
	staged []*staged
}

// importStore is what an import writes to, and asks how far the log is.
type importStore interface {
	exchange.Store
	Changes(ctx context.Context, after int64, limit int) ([]geo.Change, error)
}

// staged is a preview, what it stood beside, and until when it waits.
type staged struct {
	importResult
	base  int64 // revision of the layer that it would replace
	note  string
	until time.Time
}

func newImports(live *world.Live, store importStore) *imports {
	return &imports{live: live, store: store, busy: make(chan struct{}, 1)}
}

// routes adds the import's routes.
func (i *imports) routes(r gin.IRoutes) {
	r.POST("/v1/imports", i.post)
	r.GET("/v1/imports", i.list)
	r.GET("/v1/imports/:id", i.get)
	r.POST("/v1/imports/:id/accept", i.accept)
	r.DELETE("/v1/imports/:id", i.drop)
}

// post takes files, prepares the import and, with accept=true, accepts it. With
// Accept: application/x-ndjson the answer is a line for each step of progress
// and a last one with the result or the problem.
func (i *imports) post(c *gin.Context) {
	say := newTeller(c)
	result, err := i.take(c.Request, say.progress)
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

func (i *imports) take(r *http.Request, progress exchange.Progress) (*importResult, error) {
	flags, accept, err := importQuery(r.URL.Query())
	if err != nil {
		return nil, err
	}
	in, err := flags.request()
	if err != nil {
		return nil, err
	}
	select {
	case i.busy <- struct{}{}:
		defer func() { <-i.busy }()
	default:
		return nil, geo.Errorf(geo.Unavailable, "another import is under way; try again when it has ended")
	}
	up, err := receive(r, progress)
	if err != nil {
		return nil, err
	}
	defer up.close()
	if up.parents != nil {
		in.Parents = up.parents
	}
	w := i.live.Load()
	preview, err := exchange.Prepare(r.Context(), standing{w}, in, up.files, progress)
	if err != nil {
		return nil, err
	}
	s := i.stage(w, preview)
	if accept && preview.Blockers == 0 {
		if err := i.commit(r.Context(), s); err != nil {
			return nil, err
		}
	}
	return &s.importResult, nil
}

// stage keeps a preview for later acceptance; the oldest makes room.
func (i *imports) stage(w *world.World, p *exchange.Preview) *staged {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.expire()
	if len(i.staged) == maxStaged {
		i.staged = slices.Delete(i.staged, 0, 1)
	}
	note := "import"
	if len(p.Files) > 0 {
		note += " of " + strings.Join(p.Files, ", ")
	}
	s := &staged{
		importResult: importResult{ID: rand.Text(), State: previewed, Preview: p},
		base:         w.Revision(layerOfPreview(p)), note: note, until: time.Now().Add(stagedFor),
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
func (i *imports) commit(ctx context.Context, s *staged) error {
	if now := i.live.Load().Revision(layerOfPreview(s.Preview)); now != s.base {
		return geo.Errorf(geo.Conflict, "%s have changed since this import was prepared; prepare it again", layerOfPreview(s.Preview))
	}
	edition, err := s.Preview.Accept(ctx, i.store, importActor, s.note)
	if err != nil {
		return err
	}
	if err := i.shown(ctx); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	s.State, s.Edition = accepted, edition
	i.staged = slices.DeleteFunc(i.staged, func(o *staged) bool { return o == s })
	return nil
}

// shown returns when the live world holds everything that the log holds now, so
// that who imported sees it with the next call.
func (i *imports) shown(ctx context.Context) error {
	if i.await == nil {
		return nil
	}
	const page = 1000
	for after := i.live.Load().Seq(); ; {
		changes, err := i.store.Changes(ctx, after, page)
		if err != nil || len(changes) == 0 {
			return err
		}
		after = changes[len(changes)-1].Seq
		if len(changes) < page {
			return i.await(ctx, after)
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
	return nil, geo.Errorf(geo.NotFound, "no import %q waits for acceptance; previews are kept for an hour", id)
}

func (i *imports) list(c *gin.Context) {
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
		out = append(out, entry{s.ID, layerOfPreview(s.Preview), s.Preview.Objects, s.Preview.Blockers, s.until})
	}
	i.mu.Unlock()
	c.JSON(http.StatusOK, gin.H{"imports": out})
}

func (i *imports) get(c *gin.Context) {
	s, err := i.find(c.Param("id"))
	if err != nil {
		problem.Write(c.Writer, c.Request, err)
		return
	}
	c.JSON(http.StatusOK, s.importResult)
}

func (i *imports) accept(c *gin.Context) {
	s, err := i.find(c.Param("id"))
	if err == nil {
		select {
		case i.busy <- struct{}{}:
			err = i.commit(c.Request.Context(), s)
			<-i.busy
		default:
			err = geo.Errorf(geo.Unavailable, "another import is under way; try again when it has ended")
		}
	}
	if err != nil {
		problem.Write(c.Writer, c.Request, err)
		return
	}
	c.JSON(http.StatusCreated, s.importResult)
}

func (i *imports) drop(c *gin.Context) {
	s, err := i.find(c.Param("id"))
	if err != nil {
		problem.Write(c.Writer, c.Request, err)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.staged = slices.DeleteFunc(i.staged, func(o *staged) bool { return o == s })
	c.Status(http.StatusNoContent)
}

// importQuery reads the query; parameters that are not known are refused.
func importQuery(q url.Values) (f importFlags, accept bool, err error) {
	f = importFlags{CRS: "wgs84", Map: map[string]string{}}
	for name, values := range q {
		value := values[0]
		bad := func(message string) error { return geo.Errorf(geo.Invalid, "%s", message).On(name, value) }
		if len(values) > 1 && name != "map" {
			return f, false, bad("a parameter is given once")
		}
		switch name {
		case "as":
			f.As = value
		case "network":
			f.Network = value
		case "level":
			f.Level = value
		case "code":
			f.Code = value
		case "name":
			f.Name = value
		case "parent":
			f.Parent = value
		case "crs":
			f.CRS = value
		case "gaps":
			f.Gaps = value
		case "priority":
			f.Priority = strings.Split(value, ",")
		case "map":
			for _, m := range values {
				ours, theirs, ok := strings.Cut(m, "=")
				if !ok {
					return f, false, bad("a mapping is OURS=THEIRS")
				}
				f.Map[ours] = theirs
			}
		case "gap_width":
			if f.GapWidth, err = strconv.ParseFloat(value, 64); err != nil {
				return f, false, bad("a gap width is a number of metres")
			}
		case "accept":
			if accept, err = strconv.ParseBool(value); err != nil {
				return f, false, bad("accept is true or false")
			}
		default:
			return f, false, bad("there is no such parameter")
		}
	}
	return f, accept, nil
}

// upload is what was sent, on disk.
type upload struct {
	files   []exchange.File
	parents io.Reader
	temp    []*os.File
}

func (u *upload) close() {
	for _, f := range u.temp {
		f.Close()
		os.Remove(f.Name())
	}
}

// receive spools the body to disk, so that a slow sender holds no memory: either
// a multipart form with `file` (several) and `parents`, or one bare file.
func receive(r *http.Request, progress exchange.Progress) (*upload, error) {
	u := &upload{}
	err := u.receive(r, progress)
	if err != nil {
		u.close()
		return nil, err
	}
	if len(u.files) == 0 {
		return nil, geo.Errorf(geo.Invalid, "no file was sent").On("file", "")
	}
	return u, nil
}

func (u *upload) receive(r *http.Request, progress exchange.Progress) error {
	progress("receiving", 0, 0)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return u.spool("body", "", r.Body, maxUpload)
	}
	form, err := r.MultipartReader()
	if err != nil {
		return &geo.Error{Kind: geo.Invalid, Message: "not a multipart form", Err: err}
	}
	left := int64(maxUpload)
	for {
		p, err := form.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &geo.Error{Kind: geo.Invalid, Message: "reading the multipart form", Err: err}
		}
		if err := u.part(p, &left); err != nil {
			return err
		}
	}
}

func (u *upload) part(p *multipart.Part, left *int64) error {
	name := p.FormName()
	switch {
	case name == "parents" && u.parents != nil, name == "file" && len(u.files) == maxFiles:
		return geo.Errorf(geo.Invalid, "too many parts are named %q", name).On(name, p.FileName())
	case name == "parents":
		return u.spool(name, p.FileName(), p, maxParents)
	case name == "file":
		err := u.spool(name, p.FileName(), p, *left)
		if err == nil {
			info, _ := u.temp[len(u.temp)-1].Stat()
			*left -= info.Size()
		}
		return err
	}
	return geo.Errorf(geo.Invalid, "a form has parts named file and parents").On(name, p.FileName())
}

func (u *upload) spool(field, name string, r io.Reader, limit int64) error {
	f, err := os.CreateTemp("", "onegrid-import-*")
	if err != nil {
		return &geo.Error{Kind: geo.Full, Message: "no room to receive the file", Err: err}
	}
	u.temp = append(u.temp, f)
	n, err := io.Copy(f, io.LimitReader(r, limit+1))
	if err != nil {
		return &geo.Error{Kind: geo.Invalid, Message: "the file did not arrive whole", Err: err}
	}
	if n > limit {
		return geo.Errorf(geo.TooLarge, "files have at most %d bytes together", limit).On(field, name)
	}
	if n == 0 {
		return geo.Errorf(geo.Invalid, "the file is empty").On(field, name)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if field == "parents" {
		u.parents = f
		return nil
	}
	if name == "" {
		name = "the file sent"
	}
	u.files = append(u.files, exchange.File{Name: name, Reader: f})
	return nil
}

// teller answers an import, in one piece or line by line.
type teller struct {
	c     *gin.Context
	lines bool
	shown time.Time
	stage string
}

func newTeller(c *gin.Context) *teller {
	t := &teller{c: c, lines: strings.Contains(c.GetHeader("Accept"), ndjson)}
	if t.lines {
		// Progress is written while the body is still being read.
		_ = http.NewResponseController(c.Writer).EnableFullDuplex()
	}
	return t
}

func (t *teller) line(s step) {
	if !t.c.Writer.Written() {
		t.c.Header("Content-Type", ndjson)
		t.c.Status(http.StatusOK)
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("an import's step cannot be written: %v", err))
	}
	t.c.Writer.Write(append(b, '\n'))
	t.c.Writer.Flush()
}

func (t *teller) progress(stage string, done, of int) {
	const pause = 100 * time.Millisecond
	if !t.lines || stage == t.stage && time.Since(t.shown) < pause {
		return
	}
	t.stage, t.shown = stage, time.Now()
	t.line(step{Stage: stage, Done: done, Of: of})
}

func (t *teller) problem(err error) {
	if t.lines && t.c.Writer.Written() {
		p := problem.Of(err)
		t.line(step{Problem: &p})
		return
	}
	problem.Write(t.c.Writer, t.c.Request, err)
}

func (t *teller) result(status int, r *importResult) {
	if t.lines {
		t.line(step{Result: r})
		return
	}
	t.c.JSON(status, r)
}
