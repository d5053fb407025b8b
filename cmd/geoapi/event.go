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
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		problem.Abort(c, geo.Errorf(geo.Unavailable, "%d event streams are open: no more", maxStreams))
		return
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
	for _, name := range listed(q, "kinds") {
		k, err := notify.KindNamed(name)
		if err != nil {
			return f, 0, err
		}
		if f.Kinds == nil {
			f.Kinds = map[notify.Kind]bool{}
		}
		f.Kinds[k] = true
	}
	w := s.live.Load()
	for _, id := range listed(q, "network") {
		if w.Network(id) == nil {
			return f, 0, geo.Errorf(geo.Invalid, "the scheme has no network %s", strconv.QuoteToGraphic(clipped(id))).On("network", id)
		}
		if f.Networks == nil {
			f.Networks = map[string]bool{}
		}
		f.Networks[id] = true
	}
	if code := q["subtree"]; code != "" {
		if _, ok := w.Basic().Find(code); !ok {
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
		for i := range events {
			after = events[i].Seq
			if filter.Wants(&events[i]) {
				whole := i+1 == len(events) || events[i+1].Seq != after
				buf = appendEvent(buf, &events[i], whole)
			}
		}
	}
}

// appendEvent writes one event of a stream. Only the last of a change has its
// number: a consumer that is cut off before it hears the change again. JSON as
// we write it has no line breaks.
func appendEvent(b []byte, e *notify.Event, last bool) []byte {
	if last {
		b = append(b, "id: "...)
		b = appendInt(b, e.Seq)
		b = append(b, '\n')
	}
	b = append(b, "event: "...)
	b = append(b, e.Kind...)
	b = append(b, "\ndata: "...)
	b = append(b, e.Body...)
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
