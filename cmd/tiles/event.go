package main

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/problem"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

const (
	tickEvery = 2 * time.Second
	// writeTimeout is how long a page may take to read a few events: one that
	// does not read at all is dropped, and finds out when it comes back.
	writeTimeout = 10 * time.Second
	// mostStreams bounds the pages that listen at once.
	mostStreams = 2000
)

// live answers GET /live: what pages need to stay current, as server-sent
// events. A page that was away names the last event that it saw, and gets what
// came since, or is told to reload.
func (s *service) live(c *gin.Context) {
	if !s.hub.enter() {
		problem.Abort(c, geo.Errorf(problem.TooMany, "%d pages listen already", mostStreams))
		return
	}
	defer s.hub.leave()
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h["Cache-Control"] = never
	h.Set("X-Accel-Buffering", "no")
	out := &stream{c: http.NewResponseController(c.Writer), w: c.Writer}
	defer out.c.SetWriteDeadline(time.Time{})

	// The position is taken before the hello is made, so that an event may come
	// twice but never not at all.
	seen := lastSeen(c.Request)
	at, missed := s.hub.position(seen)
	if missed {
		seen = -1
	}
	if !out.send(s.hello(missed, seen)) {
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
			if !out.send(s.hello(true, -1)) {
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
	buf   []byte
	ticks uint64
}

func (s *stream) send(events ...event) bool {
	s.buf = s.buf[:0]
	for _, e := range events {
		s.buf = append(s.buf, e.text...)
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
func (s *service) hello(reload bool, seen int64) event {
	a := s.gallery.atlas()
	w := a.World()
	data := map[string]any{
		"seq":      w.Seq(),
		"at":       w.At().UTC(),
		"now":      time.Now().UTC(),
		"city":     map[string]any{"name": w.Scheme().Name},
		"edition":  editionOf(w),
		"tilesets": s.revisions(a),
	}
	if reload {
		data["reload"] = true
	}
	if seen < 0 {
		seen = w.Seq()
	}
	return newEvent("hello", seen, data)
}

func editionOf(w *world.World) map[string]any {
	e := w.Edition()
	if e.ID == 0 { // nothing is published yet
		return map[string]any{"id": 0, "effective_from": nil}
	}
	return map[string]any{"id": e.ID, "effective_from": e.EffectiveFrom.UTC()}
}

func (s *service) revisions(a *vtile.Atlas) map[string]string {
	out := map[string]string{}
	for _, set := range a.Tilesets() {
		out[set.ID] = s.gallery.revision(set)
	}
	return out
}

// tick tells how fresh the data are.
func (s *service) tick() event {
	w := s.gallery.atlas().World()
	return newEvent("tick", -1, map[string]any{
		"seq": w.Seq(), "at": w.At().UTC(), "age_s": s.frame.Age().Round(time.Millisecond).Seconds(), "now": time.Now().UTC(),
	})
}

// events are what pages are told of a change, in the order in which they should
// hear it: objects, the edition, tiles.
func (s *service) events(before, next *vtile.Atlas, what []vtile.Touch, changes []geo.Change) []event {
	seq := next.World().Seq()
	var out []event
	for _, c := range changes {
		switch {
		case c.Kind == geo.Incidents && (c.Op == "put" || c.Op == "delete"):
			if e, ok := incidentEvent(before.World(), next.World(), c); ok {
				out = append(out, e)
			}
		case c.Kind == geo.Devices && (c.Op == "put" || c.Op == "delete"):
			if e, ok := deviceEvent(before.World(), next.World(), c); ok {
				out = append(out, e)
			}
		}
	}
	if before.World().Edition().ID != next.World().Edition().ID {
		data := editionOf(next.World())
		data["tilesets"] = s.revisions(next)
		out = append(out, newEvent("edition", seq, data))
	}
	for _, t := range what {
		out = append(out, newEvent("tiles", seq, map[string]any{
			"tileset": t.Set.ID, "revision": s.gallery.revision(t.Set), "tiles": tileList(t),
		}))
	}
	return out
}

// tileList is "all", or tiles as [z, x, y].
func tileList(t vtile.Touch) any {
	if t.All {
		return "all"
	}
	out := make([][3]uint32, len(t.Tiles))
	for i, tile := range t.Tiles {
		out[i] = [3]uint32{uint32(tile.Z), tile.X, tile.Y}
	}
	return out
}

// feature is a GeoJSON feature.
type feature struct {
	Type       string         `json:"type"`
	ID         int64          `json:"id"`
	Geometry   map[string]any `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

func newFeature(id int64, p lattice.Point, properties map[string]any) feature {
	return feature{"Feature", id, map[string]any{"type": "Point", "coordinates": p}, properties}
}

// incidentFeature is an incident with the attributes of its tile layer, its
// owner and the owner's name.
func incidentFeature(w *world.World, in *geo.Incident) feature {
	p := map[string]any{
		"code": in.Code, "category": in.Category, "urgency": in.Urgency, "state": in.State,
		"at": in.At.Unix(), "grid": in.Grid, "owner": in.Owner,
	}
	network := w.Network(in.Network)
	if network == nil {
		network = w.Basic()
	}
	if network != nil {
		if area, ok := network.Find(in.Owner); ok {
			p["owner_name"] = network.Grids[area].Name
		}
	}
	return newFeature(in.ID, in.Point, p)
}

func incidentEvent(was, is *world.World, c geo.Change) (event, bool) {
	var in geo.Incident
	if json.Unmarshal(c.Body, &in) != nil {
		return event{}, false
	}
	op := "put"
	if _, open := is.Incidents().ByID(in.ID); !open {
		if _, was := was.Incidents().ByID(in.ID); !was && in.State == "closed" {
			return event{}, false
		}
		op = "delete"
	}
	return newEvent("incident", c.Seq, map[string]any{"op": op, "feature": incidentFeature(is, &in)}), true
}

func deviceEvent(was, is *world.World, c geo.Change) (event, bool) {
	op := "put"
	d, ok := is.Devices().ByCode(c.Object)
	if !ok {
		op = "delete"
		if d, ok = was.Devices().ByCode(c.Object); !ok {
			return event{}, false
		}
	}
	return newEvent("device", c.Seq, map[string]any{"op": op, "feature": newFeature(d.ID, d.Point, map[string]any{
		"code": d.Code, "name": d.Name.In("zh"), "kind": d.Kind, "state": d.State,
	})}), true
}

// liveIncidents answers GET /live/incidents.json: the open incidents as GeoJSON,
// and the number of the last change that they hold.
func (s *service) liveIncidents(c *gin.Context) {
	w := s.gallery.atlas().World()
	out := struct {
		Type     string    `json:"type"`
		Seq      int64     `json:"seq"`
		Features []feature `json:"features"`
	}{"FeatureCollection", w.Seq(), []feature{}}
	for in := range w.Incidents().All() {
		out.Features = append(out.Features, incidentFeature(w, in))
	}
	answerJSON(c, out)
}
