package main

import (
	"context"
	"errors"
	"math"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

const (
	tickEvery = 2 * time.Second
	// writeTimeout is how long a page may take to read a few events: one that
	// does not read at all is dropped, and finds out when it comes back.
	writeTimeout = 10 * time.Second
	// mostStreams bounds the pages that listen at once, here or behind us.
	mostStreams = 2000
)

// listening is a handler of streams, for as many pages as there is room for. They
// end with the server: a stream would last longer.
func (s *service) listening(handle gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if !s.hub.enter() {
			problem.Abort(c, geo.Errorf(geo.Unavailable, "%d pages listen already: no more", mostStreams))
			return
		}
		defer s.hub.leave()
		ctx, cancel := context.WithCancel(c.Request.Context())
		defer cancel()
		defer context.AfterFunc(s.hub.ended, cancel)()
		c.Request = c.Request.WithContext(ctx)
		handle(c)
	}
}

// live answers GET /live: what pages need to stay current, as server-sent
// events. A page that was away names the last event that it saw, and gets what
// came since, or is told to reload.
func (s *service) live(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h["Cache-Control"] = never
	h.Set("X-Accel-Buffering", "no")
	sight := access.Of(c).Sight()
	if sight.Classes.Has(geo.ClassRestricted) {
		s.reads.Note(access.Of(c), "live.read", "/live")
	}
	out := &stream{c: http.NewResponseController(c.Writer), w: c.Writer, sight: sight}
	defer out.c.SetWriteDeadline(time.Time{})

	// The position is taken before the hello is made, so that an event may come
	// twice but never not at all.
	seen := lastSeen(c.Request)
	at, missed := s.hub.position(seen)
	if missed {
		seen = -1
	}
	if !out.send(s.hello(sight, missed, seen)) {
		return
	}
	for {
		events, next, state := s.hub.since(at)
		at = next
		switch {
		case state == hubClosed:
			return
		case state == hubLost:
			s.metrics.dropped.Inc()
			if !out.send(s.hello(sight, true, -1)) {
				return
			}
		}
		if len(events) > 0 && !out.send(events...) {
			return
		}
		if !s.hub.wait(c.Request.Context(), at) {
			return
		}
		if s.hub.ticked(&out.ticks) && !out.send(s.tick()) {
			return
		}
	}
}

// lastSeen is the number of the last event that the page saw; -1 for none. What
// is no number of ours is beyond all of them: the page has to reload.
func lastSeen(r *http.Request) int64 {
	text := r.Header.Get("Last-Event-ID")
	if text == "" {
		text = r.URL.Query().Get("after")
	}
	if text == "" {
		return -1
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return math.MaxInt64
	}
	return n
}

// stream writes events to one page.
type stream struct {
	c     *http.ResponseController
	w     gin.ResponseWriter
	sight access.Sight // the page's
	buf   []byte
	ticks uint64
}

// send writes what the page is told of some events.
func (s *stream) send(events ...event) bool {
	s.buf = s.buf[:0]
	for _, e := range events {
		s.buf = append(s.buf, e.to(s.sight)...)
	}
	if len(s.buf) == 0 {
		return true
	}
	if err := s.c.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return false
	}
	if _, err := s.w.Write(s.buf); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	return s.c.Flush() == nil
}

// hello is the first event of a stream. A page that goes on after the change
// seen has seen no more by it: if it breaks off again before what it missed has
// come, it must not have taken the number of the latest. -1 is for a page that
// loads everything now.
func (s *service) hello(sight access.Sight, reload bool, seen int64) event {
	a := s.gallery.atlas()
	w := a.World()
	data := map[string]any{
		"seq":      w.Seq(),
		"at":       w.At().UTC(),
		"now":      time.Now().UTC(),
		"city":     map[string]any{"name": w.Scheme().Name},
		"edition":  editionOf(w),
		"tilesets": s.revisions(a.Tilesets(), sight),
	}
	if reload {
		data["reload"] = true
	}
	if seen < 0 {
		seen = w.Seq()
	}
	return toAll("hello", seen, data)
}

func editionOf(w *world.World) map[string]any {
	e := w.Edition()
	if e.ID == 0 { // nothing is published yet
		return map[string]any{"id": 0, "effective_from": nil}
	}
	return map[string]any{"id": e.ID, "effective_from": e.EffectiveFrom.UTC()}
}

// revisions are those of the tilesets that a sight has.
func (s *service) revisions(sets []*vtile.Tileset, sight access.Sight) map[string]string {
	out := map[string]string{}
	for _, set := range sets {
		if seen, ok := set.Sight(sight); ok {
			out[set.ID] = s.gallery.revision(set, seen)
		}
	}
	return out
}

// tick tells how fresh the data are.
func (s *service) tick() event {
	w := s.gallery.atlas().World()
	return toAll("tick", -1, map[string]any{
		"seq": w.Seq(), "at": w.At().UTC(), "age_s": s.frame.Age().Round(time.Millisecond).Seconds(), "now": time.Now().UTC(),
	})
}
