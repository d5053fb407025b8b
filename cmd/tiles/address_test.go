package main

import (
	"math"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTileOfNamesTheZoom(t *testing.T) {
	for _, z := range []string{"17", "255", "256", "1000000000"} {
		if _, err := tileOf(z, "0", "0.mvt"); err == nil || !strings.Contains(err.Error(), "zoom "+z+":") {
			t.Errorf("zoom %s: %v", z, err)
		}
	}
}

func TestLastSeen(t *testing.T) {
	for text, want := range map[string]int64{"": -1, "0": 0, "12": 12, "abc": math.MaxInt64, "-1": math.MaxInt64, "99999999999999999999": math.MaxInt64} {
		r := httptest.NewRequest("GET", "/live", nil)
		if text != "" {
			r.Header.Set("Last-Event-ID", text)
		}
		if got := lastSeen(r); got != want {
			t.Errorf("Last-Event-ID %q: %d, want %d", text, got, want)
		}
	}
}

// What is forgotten is forgotten in the middle of a change, too: a page that saw
// a part of it is told to reload.
func TestWhoSawTheLastForgottenMissedSome(t *testing.T) {
	h := newHub(0)
	const each = 3 // events of one change
	seq := int64(0)
	for h.first == 0 {
		seq++
		var events []event
		for range each {
			events = append(events, event{seq: seq})
		}
		h.tell(events, seq, false)
	}
	for seen := range seq + 1 {
		at, missed := h.position(seen)
		if seen == h.floor && !missed {
			t.Errorf("after %d, of which a part is forgotten: nothing missed", seen)
		}
		if !missed && seen < seq {
			events, _, _ := h.since(at)
			if len(events) == 0 || events[0].seq > seen+1 {
				t.Errorf("after %d: goes on with %+v", seen, events[:min(1, len(events))])
			}
		}
	}
}

// No crowd of pages takes the server down.
func TestStreamsAreBounded(t *testing.T) {
	h := newHub(0)
	for i := range mostStreams {
		if !h.enter() {
			t.Fatalf("page %d is refused", i)
		}
	}
	if h.enter() {
		t.Error("one too many is let in")
	}
	h.leave()
	if !h.enter() {
		t.Error("the place of one that left stays taken")
	}
}
