package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/exchange"
	"onegrid/geo/problem"
)

// Limits of an incident.
const (
	maxIncidentBody = 16 << 10
	maxWord         = 100
	maxKey          = 255
	maxAhead        = 5 * time.Minute // that a caller's clock may be fast
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
	t := s.answerer(access.Of(c))
	defer s.done(t)
	in, key, err := s.readReport(c, t)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	kept, seq, again, err := s.report(c.Request.Context(), t, access.Of(c).Actor(), in, keyWithin(access.Of(c), key))
	if err != nil {
		if geo.KindOf(err) == geo.Conflict {
			err = geo.Errorf(geo.Conflict, "the idempotency key %q was used for another incident", clipped(key)).On("idempotency_key", key)
		}
		problem.Abort(c, err)
		return
	}
	h := c.Writer.Header()
	h["Cache-Control"] = never
	h.Set("Location", "/v1/incidents/"+strconv.FormatInt(kept.ID, 10))
	if again {
		h.Set("Idempotency-Replayed", "true")
	}
	t.buf = appendKept(t.buf[:0], s.view(c), &kept, seq)
	h["Content-Type"] = jsonType
	c.Writer.WriteHeader(http.StatusCreated)
	c.Writer.Write(t.buf)
}

// report routes an incident and keeps it. t knows the world that it is routed
// on, and its question the point.
func (s *service) report(ctx context.Context, t *answerer, by geo.Actor, in geo.Incident, key string) (geo.Incident, int64, bool, error) {
	t.q.Networks = t.q.networks[:0]
	if err := t.locate(); err != nil {
		return geo.Incident{}, 0, false, err
	}
	in.Point, in.State, in.Status = t.q.Point, "open", string(t.a.Status)
	in.Network, in.Edition = t.a.Owner.Network.Spec.ID, t.world.Edition().ID
	in.Why = "outside"
	if t.a.Owner.Has() {
		in.Owner, in.Grid, in.Why = t.a.Owner.Grid().Code, t.a.Grid.Grid().Code, "basic-grid"
	}
	kept, seq, again, err := s.store.OpenIncident(ctx, by, in, key)
	if err == nil {
		s.await(ctx, seq)
	}
	return kept, seq, again, err
}

// await waits until the world holds a change of ours, so that whoever wrote it
// also reads it. The change is durable already: if the wait fails, the answer
// still is that it was kept.
func (s *service) await(ctx context.Context, seq int64) {
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
	b := bodyReader{asker: t.shelf.asker, pull: pull{b: r.Point}, question: &t.q}
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
	return exchange.RefusePersons(field, value)
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
	return key, exchange.RefusePersons("idempotency_key", key)
}

// keyWithin makes an idempotency key the caller's own: that others number their
// reports alike is neither a replay nor a conflict. Sessions of one key are one
// caller.
func keyWithin(c *access.Caller, key string) string {
	if key == "" || c.IsLocal() {
		return key
	}
	return ownerOf(c) + "/" + key
}

// appendKept writes what was kept and whose it is. It rests on what is stored
// alone, so that a replay gives the same.
func appendKept(b []byte, v access.View, in *geo.Incident, seq int64) []byte {
	b = append(b, `{"id":`...)
	b = appendInt(b, in.ID)
	b = append(b, `,"code":`...)
	b = appendString(b, in.Code)
	b = append(b, `,"status":`...)
	b = appendString(b, in.Status)
	b = append(b, `,"owner":`...)
	b = appendOwner(b, v, in.Owner)
	b = append(b, `,"grid":`...)
	b = appendOwner(b, v, in.Grid)
	b = append(b, `,"edition":{"id":`...)
	b = appendInt(b, in.Edition)
	b = append(b, `},"seq":`...)
	b = appendInt(b, seq)
	b = append(b, `,"incident":`...)
	b = appendJSON(b, in)
	return append(b, '}')
}

// appendOwner writes the area of a code, as far as it is known and seen.
func appendOwner(b []byte, v access.View, code string) []byte {
	if code == "" {
		return append(b, "null"...)
	}
	if p, err := findGrid(v, code); err == nil {
		return appendGrid(b, p.Grid())
	}
	b = append(b, `{"code":`...)
	b = appendString(b, code)
	return append(b, '}')
}
