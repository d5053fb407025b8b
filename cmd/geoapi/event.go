package main

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/notify"
	"onegrid/geo/problem"
)

// How an event stream behaves.
const (
	streamPulse = 15 * time.Second // a comment now and then shows both ends that the other is there
	streamWrite = 30 * time.Second // that a consumer may take to accept what is written
)

// events answers GET /v1/events: server-sent events, each a CloudEvent 1.0 in
// JSON whose id is the seq of the change it tells.
func (s *service) events(c *gin.Context) {
	filter, after, err := s.subscription(c)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	leave, err := enter(s.streams, access.Of(c), "event streams")
	if err != nil {
		problem.Abort(c, err)
		return
	}
	defer leave()
	if s.view(c).Sees(geo.ClassRestricted) {
		s.reads.Note(access.Of(c), eventsRead, "")
	}
	h := c.Writer.Header()
	h.Set("Content-Type", "text/event-stream")
	h["Cache-Control"] = never
	h.Set("X-Accel-Buffering", "no")
	s.stream(c, filter, after)
}

// subscription reads what the consumer wants, and after which seq.
func (s *service) subscription(c *gin.Context) (f notify.Filter, after int64, err error) {
	q, err := params(c, "kinds", "network", "subtree", "after")
	if err != nil {
		return f, 0, err
	}
	v := s.view(c)
	for _, name := range listed(q, "kinds") {
		k, err := notify.KindNamed(name)
		if err != nil {
			return f, 0, err
		}
		if l := k.Layer(); l != "" {
			if err := v.Must(l); err != nil {
				return f, 0, err
			}
		}
		if f.Kinds == nil {
			f.Kinds = map[notify.Kind]bool{}
		}
		f.Kinds[k] = true
	}
	w := v.World()
	for _, id := range listed(q, "network") {
		if w.Network(id) == nil || !v.Network(id) {
			return f, 0, noNetwork("network", id)
		}
		if f.Networks == nil {
			f.Networks = map[string]bool{}
		}
		f.Networks[id] = true
	}
	if code := q["subtree"]; code != "" {
		if area, ok := w.Basic().Find(code); !ok || !v.Area(w.Basic(), area) {
			return f, 0, geo.Errorf(geo.NotFound, "the basic network has no area %s", strconv.QuoteToGraphic(clipped(code))).On("subtree", code)
		}
		f.Subtree = code
	}
	after = s.hub.Seq()
	field, text := "Last-Event-ID", c.GetHeader("Last-Event-ID")
	if given, ok := q["after"]; ok && text == "" {
		field, text = "after", given
	}
	if text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil || after < 0 {
			return f, 0, geo.Errorf(geo.Invalid, "%s is the number of an event, not %s", field, strconv.QuoteToGraphic(clipped(text))).On(field, text)
		}
	}
	return f, after, nil
}

func listed(q map[string]string, name string) []string {
	if q[name] == "" {
		return nil
	}
	return strings.Split(q[name], ",")
}

// stream writes events until the consumer goes or the service ends.
func (s *service) stream(c *gin.Context, filter notify.Filter, after int64) {
	out := http.NewResponseController(c.Writer)
	buf := append([]byte(nil), "retry: 2000\n\n"...)
	for {
		out.SetWriteDeadline(time.Now().Add(streamWrite))
		if _, err := c.Writer.Write(buf); err != nil {
			return
		}
		if out.Flush() != nil {
			return
		}
		events, err := s.nextEvents(c, after)
		switch {
		case err == errPulse:
			buf = append(buf[:0], ":\n\n"...)
			continue
		case err != nil:
			return
		}
		buf = buf[:0]
		v := s.view(c) // a stream lasts longer than a world
		for i := range events {
			after = events[i].Seq
			body := told(v, &events[i])
			if body != nil && filter.Wants(&events[i]) {
				whole := i+1 == len(events) || events[i+1].Seq != after
				buf = appendEvent(buf, &events[i], body, whole)
			}
		}
	}
}

// told is what a caller hears of an event: all of it, that something happened, or
// nothing.
func told(v access.View, e *notify.Event) []byte {
	switch {
	case e.Kind == notify.Reload:
		return e.Body
	case !v.Layer(e.Layer), e.Network != "" && !v.Network(e.Network):
		return nil
	case e.Kind == notify.PostChanged && v.Whole() && v.Networks() == nil:
		return e.Body
	case e.Kind != notify.PostChanged && (v.Whole() || v.Holds(e.Areas)): // a post names all that it answers for
		return e.Body
	case e.Whole || v.Holds(e.Left):
		return e.Bare
	}
	return nil
}

// appendEvent writes one event of a stream. Only the last of a change has its
// number: a consumer that is cut off before it hears the change again. JSON as
// we write it has no line breaks.
func appendEvent(b []byte, e *notify.Event, body []byte, last bool) []byte {
	if last {
		b = append(b, "id: "...)
		b = appendInt(b, e.Seq)
		b = append(b, '\n')
	}
	b = append(b, "event: "...)
	b = append(b, e.Kind...)
	b = append(b, "\ndata: "...)
	b = append(b, body...)
	return append(b, "\n\n"...)
}

// errPulse says that nothing happened for a while.
var errPulse = errors.New("pulse")

// nextEvents waits for events, errPulse after streamPulse without any.
func (s *service) nextEvents(c *gin.Context, after int64) ([]notify.Event, error) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), streamPulse)
	defer cancel()
	events, err := s.hub.Next(ctx, after)
	if err != nil && ctx.Err() != nil && c.Request.Context().Err() == nil {
		return nil, errPulse
	}
	return events, err
}
