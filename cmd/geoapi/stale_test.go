package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"onegrid/geo/follow"
)

// silent is a follower whose store has not answered for a while.
type silent struct{ since time.Time }

func (s silent) Status() follow.Status              { return follow.Status{Behind: s.since} }
func (s silent) Await(context.Context, int64) error { return nil }

// Answers go on while the store is silent, and say how old they are.
func TestStaleAnswersTellTheirAge(t *testing.T) {
	h := openTown(t)
	for name, c := range map[string]struct {
		behind time.Duration
		age    string
	}{"silent for a moment": {2 * time.Second, ""}, "silent for long": {90 * time.Second, "90"}} {
		s := newService(parts{live: h.live, store: h.store, follower: silent{time.Now().Add(-c.behind)}})
		w := httptest.NewRecorder()
		s.handler().ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/v1/locate?crs=wgs84&"+where(0.5, 0.5), nil))
		if got := w.Header().Get("Age"); w.Code != http.StatusOK || got != c.age || strings.Contains(w.Body.String(), "stale_world") != (c.age != "") {
			t.Errorf("%s: %d, Age %q, %s", name, w.Code, got, w.Body)
		}
	}
}
