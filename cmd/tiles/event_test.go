package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
)

// listener reads a stream of events.
type listener struct {
	t      *testing.T
	answer *http.Response
	lines  *bufio.Reader
	cancel context.CancelFunc
}

type heard struct {
	kind string
	id   int64
	data map[string]any
}

func listen(t *testing.T, url, last string) *listener {
	t.Helper()
	l, err := dial(url, last)
	if err != nil {
		t.Fatal(err)
	}
	l.t = t
	t.Cleanup(l.close)
	return l
}

// dial begins to listen after the last event that a page saw, "" for none.
func dial(url, last string) (*listener, error) { return dialAs(url, last, "") }

// dialAs is dial with a key.
func dialAs(url, last, bearer string) (*listener, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	if bearer != "" {
		r.Header.Set("Authorization", bearer)
	}
	a, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		cancel()
		return nil, err
	}
	l := &listener{answer: a, lines: bufio.NewReader(a.Body), cancel: cancel}
	if a.Header.Get("Content-Type") != "text/event-stream" {
		l.close()
		return nil, fmt.Errorf("%s: %s %s", url, a.Status, a.Header.Get("Content-Type"))
	}
	return l, nil
}

func (l *listener) close() {
	l.cancel()
	l.answer.Body.Close()
}

// next returns the next event that is not a tick, unless ticks are asked for.
func (l *listener) next(ticks bool) heard {
	l.t.Helper()
	h, err := l.read(ticks)
	if err != nil {
		l.t.Fatal(err)
	}
	return h
}

// read is next for others than the test's own goroutine.
func (l *listener) read(ticks bool) (heard, error) {
	h := heard{id: -1}
	for {
		line, err := l.lines.ReadString('\n')
		if err != nil {
			return h, fmt.Errorf("the stream ended: %w", err)
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "event":
			h.kind = value
		case "id":
			h.id, _ = strconv.ParseInt(value, 10, 64)
		case "data":
			if err := json.Unmarshal([]byte(value), &h.data); err != nil {
				return h, fmt.Errorf("%s: %w", value, err)
			}
		case "":
			if h.kind != "tick" || ticks {
				return h, nil
			}
			h = heard{id: -1}
		}
	}
}

// until returns the first event of a kind.
func (l *listener) until(kind string) heard {
	l.t.Helper()
	for {
		if h := l.next(kind == "tick"); h.kind == kind {
			return h
		}
	}
}

func TestPagesHearOfChanges(t *testing.T) {
	store, path := newTown(t)
	at, stop := start(t, path)
	page := listen(t, at+"/live", "")
	hello := page.next(false)
	sets, _ := hello.data["tilesets"].(map[string]any)
	if hello.kind != "hello" || hello.data["reload"] != nil || sets["onepicture"] == nil || hello.id != int64(hello.data["seq"].(float64)) {
		t.Fatalf("first: %+v", hello)
	}

	start := time.Now()
	in, seq := openIncident(t, store, 2.5, 1.5)
	e := page.next(false)
	t.Logf("an incident was heard of after %v", time.Since(start))
	f, _ := e.data["feature"].(map[string]any)
	if e.kind != "incident" || e.id != seq || e.data["op"] != "put" || f["id"] != float64(in.ID) {
		t.Fatalf("incident: %+v", e)
	}
	p := f["properties"].(map[string]any)
	if p["grid"] != gridCode(6) || p["owner"] != gridCode(6) || p["owner_name"] != "第06网格" || p["urgency"] != "urgent" {
		t.Errorf("its properties: %v", p)
	}
	tiles := page.next(false)
	if tiles.kind != "tiles" || tiles.data["tileset"] != "incidents" || tiles.id != seq {
		t.Fatalf("then: %+v", tiles)
	}
	zooms := map[float64]int{}
	for _, tile := range tiles.data["tiles"].([]any) {
		zooms[tile.([]any)[0].(float64)]++
	}
	for z := 0.0; z <= 16; z++ {
		if zooms[z] != 1 {
			t.Errorf("%d tiles of zoom %v are named, not one", zooms[z], z)
		}
	}
	var open struct {
		Seq      int64
		Features []struct{ ID int64 }
	}
	getJSON(t, at+"/live/incidents.json", &open)
	if open.Seq != seq || len(open.Features) != 1 || open.Features[0].ID != in.ID {
		t.Errorf("open incidents: %+v", open)
	}
	if tick := page.until("tick"); tick.id != -1 || tick.data["seq"] != float64(seq) || tick.data["age_s"].(float64) > 5 {
		t.Errorf("tick: %+v", tick)
	}

	// A page that was away hears what it missed, its last change again.
	page.close()
	if _, err := store.CloseIncident(context.Background(), geo.By("test"), in.ID); err != nil {
		t.Fatal(err)
	}
	edition := publishTown(t, store, 0.2)
	back := listen(t, at+"/live", strconv.FormatInt(seq, 10))
	if h := back.next(false); h.kind != "hello" || h.data["reload"] != nil {
		t.Fatalf("back: %+v", h)
	}
	if h := back.until("incident"); h.id != seq || h.data["op"] != "put" {
		t.Errorf("its last change: %+v", h)
	}
	if h := back.until("incident"); h.data["op"] != "delete" {
		t.Errorf("closed: %+v", h)
	}
	if h := back.until("edition"); h.data["id"] != float64(edition.ID) || h.data["tilesets"].(map[string]any)["grids"] == sets["grids"] {
		t.Errorf("edition: %+v", h)
	}
	if h := back.until("tiles"); h.data["tiles"] != "all" {
		t.Errorf("tiles: %+v", h)
	}

	// Numbers that this log never had, or has no more, mean a reload.
	for _, last := range []string{"999999", "0"} {
		if h := listen(t, at+"/live", last).next(false); h.kind != "hello" || h.data["reload"] != true {
			t.Errorf("Last-Event-ID %s: %+v", last, h)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("with pages listening, after SIGTERM: %v", err)
	}
}

func TestASlowPageIsToldToReload(t *testing.T) {
	h := newHub(10)
	fast, _ := h.position(-1)
	slow, _ := h.position(-1)
	told := 0
	for i := range 3 * kept {
		h.tell([]event{toAll("incident", int64(11+i), nil)}, int64(11+i), false)
		for {
			events, next, state := h.since(fast)
			if state != hubOpen {
				t.Fatalf("the fast page is lost at %d", i)
			}
			if fast = next; len(events) == 0 {
				break
			}
			told += len(events)
		}
	}
	if told != 3*kept {
		t.Errorf("the fast page heard %d of %d events", told, 3*kept)
	}
	events, next, state := h.since(slow)
	if state != hubLost || len(events) > 0 || next != fast {
		t.Errorf("the slow page: %d events, place %d, state %d", len(events), next, state)
	}
	if len(h.events) > 2*kept {
		t.Errorf("%d events are kept", len(h.events))
	}
	if _, missed := h.position(11); !missed {
		t.Error("a change that is gone was not missed")
	}
	if _, missed := h.position(h.seq); missed {
		t.Error("the last change was missed")
	}
	h.tell(nil, h.seq+5, true)
	if _, _, state := h.since(fast); state != hubLost {
		t.Error("after a reading anew, pages go on as if nothing had been")
	}
	h.close()
	if _, _, state := h.since(fast); state != hubClosed {
		t.Error("a closed hub goes on")
	}
}
