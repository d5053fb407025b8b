package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
	"onegrid/geo/route"
	"onegrid/geo/world"
)

// Limits of an incident.
const (
	maxIncidentBody = 16 << 10
	maxWord         = 100
	maxKey          = 255
	maxAhead        = 5 * time.Minute // that a caller's clock may be fast
	maxList         = 10_000
	readYourWrite   = 3 * time.Second // wait for the world to hold what was written
)

// report is the body of POST /v1/incidents.
type report struct {
	Point    json.RawMessage `json:"point"`
	CRS      string          `json:"crs"`
	Category string          `json:"category"`
	At       *time.Time      `json:"at"`
	Source   string          `json:"source"`
	Urgency  string          `json:"urgency"`
	Code     string          `json:"code"`
	Key      string          `json:"idempotency_key"`
}

// openIncident answers POST /v1/incidents: it routes the report to the basic
// grid, keeps it, and answers when it is on the disk and in this process's
// world.
func (s *service) openIncident(c *gin.Context) {
	t := s.answerer()
	defer s.done(t)
	in, key, err := s.readReport(c, t)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	kept, seq, again, err := s.report(c.Request.Context(), t, in, key)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	h := c.Writer.Header()
	h["Cache-Control"] = never
	h.Set("Location", "/v1/incidents/"+strconv.FormatInt(kept.ID, 10))
	if again {
		h.Set("Idempotency-Replayed", "true")
	}
	t.buf = appendKept(t.buf[:0], s.live.Load(), &kept, seq)
	h["Content-Type"] = jsonType
	c.Writer.WriteHeader(http.StatusCreated)
	c.Writer.Write(t.buf)
}

// report routes an incident and keeps it. t knows the world that it is routed
// on, and its question the point.
func (s *service) report(ctx context.Context, t *answerer, in geo.Incident, key string) (geo.Incident, int64, bool, error) {
	if s.store == nil {
		return in, 0, false, geo.Errorf(geo.Unavailable, "there is no store to keep an incident in")
	}
	t.q.Networks = t.q.networks[:0]
	t.locate()
	in.Point, in.State, in.Status = t.q.Point, "open", string(t.a.Status)
	in.Network, in.Edition = t.a.Owner.Network.Spec.ID, t.world.Edition().ID
	in.Why = "outside"
	if t.a.Owner.Has() {
		in.Owner, in.Grid, in.Why = t.a.Owner.Grid().Code, t.a.Grid.Grid().Code, "basic-grid"
	}
	kept, seq, again, err := s.store.OpenIncident(ctx, in, key)
	if err == nil {
		s.await(ctx, seq)
	}
	return kept, seq, again, err
}

// await waits until the world holds a change of ours, so that whoever wrote it
// also reads it. The change is durable already: if the wait fails, the answer
// still is that it was kept.
func (s *service) await(ctx context.Context, seq int64) {
	if s.follower == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, readYourWrite)
	defer cancel()
	s.follower.Await(ctx, seq)
}

// readReport reads and checks the body.
func (s *service) readReport(c *gin.Context, t *answerer) (in geo.Incident, key string, err error) {
	if err = noQuery(c); err != nil {
		return in, "", err
	}
	body, err := readBody(c, nil, maxIncidentBody)
	if err != nil {
		return in, "", err
	}
	var r report
	if err = decodeStrict(body, &r); err != nil {
		return in, "", err
	}
	if err = r.point(t); err != nil {
		return in, "", err
	}
	for _, f := range [...]struct {
		name, value string
		needed      bool
	}{{"category", r.Category, true}, {"source", r.Source, false}, {"urgency", r.Urgency, false}, {"code", r.Code, false}} {
		if err = checkWord(f.name, f.value, f.needed); err != nil {
			return in, "", err
		}
	}
	if key, err = keyOfRequest(c.Request.Header, r.Key); err != nil {
		return in, "", err
	}
	in = geo.Incident{Code: r.Code, Category: r.Category, Source: r.Source, Urgency: r.Urgency}
	in.Received = time.Now().UTC().Truncate(time.Millisecond)
	in.At = in.Received
	if r.At != nil {
		in.At = r.At.UTC()
	}
	if in.At.After(in.Received.Add(maxAhead)) || in.At.Year() < 1970 {
		return in, "", geo.Errorf(geo.Invalid, "at %s is in the future or before 1970", in.At.Format(time.RFC3339)).On("at", in.At.Format(time.RFC3339))
	}
	return in, key, nil
}

// point brings the report's point to the lattice, by the same rules and messages
// as a locate request's.
func (r *report) point(t *answerer) error {
	b := bodyReader{asker: t.shelf.asker, pull: &pull{b: r.Point}, question: &t.q}
	if r.Point == nil {
		return geo.Errorf(geo.Invalid, "point is missing").On("point", "")
	}
	if err := b.object("point", b.coordinate); err != nil {
		return err
	}
	if r.CRS != "" {
		t.q.seen |= fieldCRS
		if err := b.setCRS(&t.q, []byte(r.CRS)); err != nil {
			return err
		}
	}
	return b.settle(&t.q, b.lon, b.lat)
}

// checkWord refuses what is no short word: texts of a case do not belong here.
func checkWord(field, value string, needed bool) error {
	if value == "" && needed {
		return geo.Errorf(geo.Invalid, "%s is missing", field).On(field, "")
	}
	if len(value) > maxWord {
		return geo.Errorf(geo.Invalid, "%s is longer than %d bytes: it is a code, not a text", field, maxWord).On(field, value)
	}
	for _, r := range value {
		if unicode.IsControl(r) {
			return geo.Errorf(geo.Invalid, "%s holds a control character", field).On(field, value)
		}
	}
	return nil
}

// keyOfRequest returns the idempotency key, from the header or the body.
func keyOfRequest(h http.Header, field string) (string, error) {
	key := h.Get("Idempotency-Key")
	if n := len(key); n > 1 && key[0] == '"' && key[n-1] == '"' { // a structured-field string
		key = key[1 : n-1]
	}
	switch {
	case key != "" && field != "" && key != field:
		return "", geo.Errorf(geo.Invalid, "the header Idempotency-Key and the field idempotency_key differ").On("idempotency_key", field)
	case key == "":
		key = field
	}
	if len(key) > maxKey || !utf8.ValidString(key) {
		return "", geo.Errorf(geo.Invalid, "an idempotency key is UTF-8 of at most %d bytes", maxKey).On("idempotency_key", clipped(key))
	}
	return key, nil
}

// decodeStrict reads a small JSON object into v: unknown fields, fields given
// twice, and anything after the object are refused.
func decodeStrict(body []byte, v any) error {
	if !utf8.Valid(body) {
		return geo.Errorf(geo.Invalid, "the body is not UTF-8")
	}
	if err := noTwins(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonFault(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return geo.Errorf(geo.Invalid, "there is something after the JSON object")
	}
	return nil
}

// noTwins refuses an object that names a field twice, or in letters that only
// encoding/json's matching by case folding would take for ours.
func noTwins(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return geo.Errorf(geo.Invalid, "the body is not a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return jsonFault(err)
		}
		name, _ := t.(string)
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return unknown(name, "")
		}
		if seen[name] {
			return geo.Errorf(geo.Invalid, "%s is given twice", strconv.QuoteToGraphic(clipped(name))).On(name, "")
		}
		seen[name] = true
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return jsonFault(err)
		}
	}
	return nil
}

// jsonFault tells what encoding/json found.
func jsonFault(err error) error {
	switch e := err.(type) {
	case *json.UnmarshalTypeError:
		return geo.Errorf(geo.Invalid, "%s is not a %s", e.Value, e.Type).On(e.Field, e.Value)
	case *json.SyntaxError:
		return geo.Errorf(geo.Invalid, "the JSON is broken at byte %d: %s", e.Offset, e.Error())
	case *time.ParseError:
		return geo.Errorf(geo.Invalid, "at is a time like 2026-05-01T08:30:00+08:00, not %s", e.Value).On("at", e.Value)
	}
	const unknownField = "json: unknown field "
	if text := err.Error(); len(text) > len(unknownField) && text[:len(unknownField)] == unknownField {
		if name, uerr := strconv.Unquote(text[len(unknownField):]); uerr == nil {
			return unknown(name, "")
		}
	}
	return geo.Errorf(geo.Invalid, "the JSON cannot be read: %v", err)
}

// appendKept writes what was kept and whose it is. It rests on what is stored
// alone, so that a replay gives the same.
func appendKept(b []byte, w *world.World, in *geo.Incident, seq int64) []byte {
	b = append(b, `{"id":`...)
	b = appendInt(b, in.ID)
	b = append(b, `,"code":`...)
	b = appendString(b, in.Code)
	b = append(b, `,"status":`...)
	b = appendString(b, in.Status)
	b = append(b, `,"owner":`...)
	b = appendOwner(b, w, in.Owner)
	b = append(b, `,"grid":`...)
	b = appendOwner(b, w, in.Grid)
	b = append(b, `,"edition":{"id":`...)
	b = appendInt(b, in.Edition)
	b = append(b, `},"seq":`...)
	b = appendInt(b, seq)
	b = append(b, `,"incident":`...)
	b = appendJSON(b, in)
	return append(b, '}')
}

// appendOwner writes the area of a code, as far as the world knows it.
func appendOwner(b []byte, w *world.World, code string) []byte {
	if code == "" {
		return append(b, "null"...)
	}
	if p, err := findGrid(w, code); err == nil {
		return appendGrid(b, p.Grid())
	}
	b = append(b, `{"code":`...)
	b = appendString(b, code)
	return append(b, '}')
}

// incidents answers GET /v1/incidents: the open ones, newest last, as GeoJSON.
func (s *service) incidents(c *gin.Context) {
	q, err := params(c, "state", "grid", "limit")
	var limit int
	if err == nil {
		limit, err = limitOf(q, maxList, maxList)
	}
	if state, given := q["state"]; err == nil && given && state != "open" {
		err = geo.Errorf(geo.Invalid, "only open incidents are listed: a closed one is read by its id").On("state", state)
	}
	w := s.live.Load()
	within := route.Place{Area: -1}
	if code, given := q["grid"]; err == nil && given {
		within, err = findGrid(w, code)
		if err == nil && within.Network != w.Basic() {
			err = geo.Errorf(geo.Invalid, "grid %s is not of the basic network", code).On("grid", code)
		}
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	b := []byte(`{"type":"FeatureCollection","seq":`)
	b = appendInt(b, w.Seq())
	b = append(b, `,"features":[`...)
	n, all := 0, 0
	for in := range w.Incidents().All() {
		if within.Has() && !descends(within.Network, w.Incidents().Area(in.ID), within.Area) {
			continue
		}
		if all++; n == limit {
			continue
		}
		if n++; n > 1 {
			b = append(b, ',')
		}
		b = appendIncident(b, w, in)
	}
	b = append(b, `],"matched":`...)
	b = appendInt(b, int64(all))
	b = append(b, '}')
	c.Writer.Header()["Cache-Control"] = never
	answer(c, geojsonType, b)
}

// descends reports whether area is top or lies below it.
func descends(n *world.Network, area, top int32) bool {
	for ; area >= 0; area = n.Parent(area) {
		if area == top {
			return true
		}
	}
	return false
}

// appendIncident writes an incident as a GeoJSON Feature.
func appendIncident(b []byte, w *world.World, in *geo.Incident) []byte {
	b = append(b, `{"type":"Feature","id":`...)
	b = appendInt(b, in.ID)
	b = append(b, `,"geometry":{"type":"Point","coordinates":`...)
	b = in.Point.AppendJSON(b)
	b = append(b, `},"properties":`...)
	b = appendJSON(b, in)
	b = append(b[:len(b)-1], `,"owner_name":`...)
	if p, err := findGrid(w, in.Owner); err == nil {
		b = appendText(b, p.Grid().Name)
	} else {
		b = append(b, "null"...)
	}
	return append(b, "}}"...)
}

// incident answers GET /v1/incidents/{id}, open or closed.
func (s *service) incident(c *gin.Context) {
	id, err := incidentID(c)
	if err == nil {
		err = noQuery(c)
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	w := s.live.Load()
	in, open := w.Incidents().ByID(id)
	if !open {
		stored, err := s.store.Incident(c.Request.Context(), id)
		if err != nil {
			problem.Abort(c, err)
			return
		}
		in = &stored
	}
	c.Writer.Header()["Cache-Control"] = never
	answer(c, geojsonType, appendIncident(nil, w, in))
}

func incidentID(c *gin.Context) (int64, error) {
	text := c.Param("id")
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, geo.Errorf(geo.NotFound, "there is no incident %s", strconv.QuoteToGraphic(clipped(text))).On("id", text)
	}
	return id, nil
}

// moveState answers POST /v1/incidents/{id}/state.
func (s *service) moveState(c *gin.Context) {
	id, err := incidentID(c)
	var body []byte
	if err == nil {
		err = noQuery(c)
	}
	if err == nil {
		body, err = readBody(c, nil, maxIncidentBody)
	}
	var to struct {
		State string `json:"state"`
	}
	if err == nil {
		err = decodeStrict(body, &to)
	}
	if err == nil && to.State != "closed" {
		err = geo.Errorf(geo.Invalid, "an incident can be closed; other states are not supported yet").On("state", to.State)
	}
	if err != nil {
		problem.Abort(c, err)
		return
	}
	seq, err := s.store.CloseIncident(c.Request.Context(), id, actor)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	s.await(c.Request.Context(), seq)
	b := append([]byte(`{"id":`), strconv.FormatInt(id, 10)...)
	b = append(b, `,"state":"closed","seq":`...)
	b = append(appendInt(b, seq), '}')
	c.Writer.Header()["Cache-Control"] = never
	answer(c, jsonType, b)
}

// actor is who the log says wrote: callers have no names yet.
const actor = "api"
