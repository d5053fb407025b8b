package main

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
)

// heard is one event as a consumer hears it.
type heard struct {
	id, kind string
	data     map[string]any
}

// listen opens an event stream and returns what it tells.
func (h *townHouse) listen(t testing.TB, query string, header ...string) <-chan heard {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	r, _ := http.NewRequestWithContext(ctx, "GET", h.url+"/v1/events"+query, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%d %v", resp.StatusCode, resp.Header)
	}
	out := make(chan heard, 100)
	go func() {
		defer close(out)
		defer resp.Body.Close()
		var e heard
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			switch field, value, _ := strings.Cut(lines.Text(), ": "); field {
			case "id":
				e.id = value
			case "event":
				e.kind = value
			case "data":
				json.Unmarshal([]byte(value), &e.data)
			case "":
				if e.kind != "" {
					out <- e
				}
				e = heard{}
			}
		}
	}()
	return out
}

func next(t testing.TB, events <-chan heard) heard {
	t.Helper()
	select {
	case e, open := <-events:
		if !open {
			t.Fatal("the stream ended")
		}
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("no event within 10 s")
	}
	return heard{}
}

func TestEventsTellIncidentsAndResume(t *testing.T) {
	h := openTown(t)
	all := h.listen(t, "")
	only := h.listen(t, "?kinds=incident.closed")
	east := h.listen(t, "?subtree=520115001002&kinds=incident.routed")
	h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, "")) // west
	h.post(t, "/v1/incidents", incidentAt(3.5, 0.5, "")) // east
	h.post(t, "/v1/incidents/1/state", `{"state":"closed"}`)
	var ids []string
	for _, want := range []string{"incident.routed", "incident.routed", "incident.closed"} {
		e := next(t, all)
		if e.kind != want || e.data["type"] != want || e.data["specversion"] != "1.0" || e.data["id"] != e.id {
			t.Errorf("event %+v, want %s", e, want)
		}
		ids = append(ids, e.id)
	}
	if e := next(t, only); e.kind != "incident.closed" || e.id != ids[2] {
		t.Errorf("kinds: %+v", e)
	}
	if e := next(t, east); at(e.data, "data", "incident", "owner") != gridCode(3) {
		t.Errorf("subtree: %+v", e)
	}
	// A consumer that was away hears what it missed, and nothing twice.
	late := h.listen(t, "", "Last-Event-ID", ids[0])
	for _, want := range ids[1:] {
		if e := next(t, late); e.id != want {
			t.Errorf("resumed: %+v, want %s", e, want)
		}
	}
}

// What is no longer in memory is read from the log.
func TestEventsReadTheLog(t *testing.T) {
	h := openTown(t)
	seq := h.hub.Seq()
	e := h.listen(t, "?after=0")
	for last := ""; last != "edition.in_force"; {
		last = next(t, e).kind
	}
	h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, ""))
	for got := ""; got != "incident.routed"; {
		got = next(t, e).kind
	}
	if h.hub.Seq() <= seq {
		t.Error("the hub did not move on")
	}
}

func TestEventsTellToReload(t *testing.T) {
	h := openTown(t)
	e := next(t, h.listen(t, "", "Last-Event-ID", "999999999")) // of another store
	if e.kind != "reload" {
		t.Errorf("%+v", e)
	}
	if status, a := h.get(t, "/v1/events?kinds=x"); status != 400 || a["field"] != "kinds" {
		t.Errorf("kinds=x: %d %v", status, a)
	}
	if status, a := h.get(t, "/v1/events?after=x"); status != 400 || a["field"] != "after" {
		t.Errorf("after=x: %d %v", status, a)
	}
	if status, a := h.get(t, "/v1/events?subtree=x"); status != 404 || a["field"] != "subtree" {
		t.Errorf("subtree=x: %d %v", status, a)
	}
}

func TestEventsTellEditions(t *testing.T) {
	h := openTown(t)
	events := h.listen(t, "?kinds=edition.in_force,grid.changed&network=towers")
	grids := []geo.Grid{{Code: "T1", Network: "towers", Level: "grid", Building: "J-TOWER"}}
	if _, err := h.store.Publish(t.Context(), geo.By("test"), "one grid a tower", []geo.Publication{{Network: "towers", Grids: grids}}); err != nil {
		t.Fatal(err)
	}
	if e := next(t, events); e.kind != "grid.changed" || e.id != "" || at(e.data, "data", "network") != "towers" {
		t.Errorf("%+v", e)
	}
	if e := next(t, events); e.kind != "edition.in_force" || e.id == "" || at(e.data, "data", "edition") != "2" {
		t.Errorf("%+v", e)
	}
}
