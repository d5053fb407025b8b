package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/vtile"
)

// book is a geoapi that takes acts.
type book struct {
	mu     sync.Mutex
	status int
	acts   []geo.Act
	bearer string
}

func (b *book) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var in struct{ Acts []geo.Act }
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path != "/v1/audit" || json.Unmarshal(body, &in) != nil {
		b.status = http.StatusTeapot
	}
	if b.status == http.StatusNoContent {
		b.acts, b.bearer = append(b.acts, in.Acts...), r.Header.Get("Authorization")
	}
	w.WriteHeader(b.status)
}

func (b *book) answers(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.status = status
}

func (b *book) kept() []geo.Act {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.acts
}

// lost counts what is dropped.
type lost struct {
	prometheus.Counter
	n float64
}

func (l *lost) Inc()             { l.n++ }
func (l *lost) Add(more float64) { l.n += more }

func audited(t *testing.T) (*audit, *book, *lost) {
	t.Helper()
	store, _ := newTown(t)
	d, err := access.NewDirectory(t.Context(), store, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &book{status: http.StatusNoContent}
	at := httptest.NewServer(b)
	t.Cleanup(at.Close)
	u, _ := url.Parse(at.URL)
	dropped := &lost{}
	return newAudit(u, d, dropped), b, dropped
}

func someone(id string) *access.Caller {
	return &access.Caller{Credential: geo.Credential{ID: id, Role: geo.RoleWall}}
}

// Of reads the first is recorded, each hundredth, and one a minute at least.
func TestReadsAreSampled(t *testing.T) {
	a, _, _ := audited(t)
	now := time.Unix(1_800_000_000, 0)
	read := func(who string, n int) {
		for range n {
			a.note(someone(who), "incidents", vtile.Tile{Z: 14, X: 1, Y: 2}, now)
		}
	}
	read("one", 1)
	read("two", 1)
	read("one", 99)
	read("one", 1) // the hundredth since
	now = now.Add(59 * time.Second)
	read("one", 10)
	now = now.Add(2 * time.Second)
	read("one", 1)
	var got []string
	for _, act := range a.waiting {
		if act.Do != "tiles.read" || act.Object != "incidents/14/1/2" || act.Role != geo.RoleWall || act.At.IsZero() {
			t.Errorf("%+v", act)
		}
		text, _ := json.Marshal(act.Detail)
		got = append(got, act.Actor+string(text))
	}
	if want := `one{"reads":1} two{"reads":1} one{"reads":100} one{"reads":11}`; strings.Join(got, " ") != want {
		t.Errorf("recorded: %s, want %s", got, want)
	}
}

// While geoapi is away reads wait, and no more of them than there is room for;
// what it refuses is gone.
func TestReadsWaitForTheAudit(t *testing.T) {
	a, b, dropped := audited(t)
	b.answers(http.StatusServiceUnavailable)
	for i := range mostWaiting + 7 {
		a.note(someone(string(rune('a'+i%26))+string(rune('a'+i/26))), "devices", vtile.Tile{Z: 15}, time.Now())
	}
	if err := a.hand(t.Context()); err == nil || len(a.waiting) != mostWaiting {
		t.Errorf("geoapi is away: %v, %d wait", err, len(a.waiting))
	}
	if dropped.n != 7 {
		t.Errorf("%v are dropped", dropped.n)
	}
	b.answers(http.StatusNoContent)
	if err := a.hand(t.Context()); err != nil || len(a.waiting) != 0 || len(b.kept()) != mostWaiting || b.bearer != "Bearer "+a.callers.ProcessHeader() {
		t.Errorf("geoapi is back: %v, %d wait, %d are kept", err, len(a.waiting), len(b.kept()))
	}
	b.answers(http.StatusBadRequest)
	a.note(someone("x"), "devices", vtile.Tile{Z: 15}, time.Now())
	if err := a.hand(t.Context()); err == nil || len(a.waiting) != 0 || dropped.n != 8 {
		t.Errorf("geoapi refuses: %v, %d wait, %v are dropped", err, len(a.waiting), dropped.n)
	}
	a.client.CloseIdleConnections()
}

// A server that stops hands over what waits, and does not wait for a geoapi that
// is away.
func TestAStoppingServerHandsOverTheRest(t *testing.T) {
	a, b, _ := audited(t)
	a.note(someone("x"), "devices", vtile.Tile{Z: 15}, time.Now())
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := a.run(ctx); err != nil || len(b.kept()) != 1 {
		t.Errorf("%v, %d are kept", err, len(b.kept()))
	}
}

// Reads of restricted tiles are in the audit, others are not; and a key that is
// revoked ends its stream.
func TestReadsAreAuditedAndRevokedStreamsEnd(t *testing.T) {
	store, path := secretTown(t)
	id, operator := keyOf(t, store, geo.RoleOperator, geo.Scope{})
	_, viewer := keyOf(t, store, geo.RoleViewer, geo.Scope{})
	b := &book{status: http.StatusNoContent}
	geoapi := httptest.NewServer(b)
	defer geoapi.Close()
	at, _ := start(t, path, "--geoapi", geoapi.URL)
	for _, bearer := range []string{operator, viewer} {
		for _, set := range []string{"onepicture", "devices", "incidents"} {
			if a, _ := get(t, at+"/tiles/"+set+"/"+townTile+".mvt", "Authorization", bearer); a.StatusCode/100 != 2 {
				t.Fatalf("%s: %s", set, a.Status)
			}
		}
	}
	soon(t, "the read is in the audit", func() bool { return len(b.kept()) > 0 })
	if acts := b.kept(); len(acts) != 1 || acts[0].Actor != id || acts[0].Object != "devices/"+townTile {
		t.Errorf("recorded: %+v", acts)
	}
	page, err := dialAs(at+"/live", "", operator)
	if err != nil {
		t.Fatal(err)
	}
	page.t = t
	defer page.close()
	page.until("hello")
	if err := store.RevokeCredential(t.Context(), geo.By("test"), id); err != nil {
		t.Fatal(err)
	}
	revoked := time.Now()
	for {
		if _, err := page.read(true); err != nil {
			break
		}
	}
	if took := time.Since(revoked); took > 2*time.Second {
		t.Errorf("the stream went on for %v", took)
	} else {
		t.Logf("the stream ended after %v", took)
	}
	if a, _ := get(t, at+"/tiles/devices/"+townTile+".mvt", "Authorization", operator); a.StatusCode != 401 {
		t.Errorf("the key afterwards: %s", a.Status)
	}
}
