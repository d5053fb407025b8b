package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"onegrid/geo"
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

func (b *book) kept() []geo.Act {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.acts
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
	if acts := b.kept(); len(acts) != 1 || acts[0].Actor != id || acts[0].Do != "tiles.read" || acts[0].Object != "devices/"+townTile {
		t.Errorf("recorded: %+v", acts)
	}
	other, wall := keyOf(t, store, geo.RoleWall, geo.Scope{})
	if a, _ := get(t, at+"/live/incidents.json", "Authorization", wall); a.StatusCode != 200 {
		t.Fatalf("live incidents: %s", a.Status)
	}
	var page *listener
	for _, bearer := range []string{viewer, operator} {
		var err error
		if page, err = dialAs(at+"/live", "", bearer); err != nil {
			t.Fatal(err)
		}
		page.t = t
		defer page.close()
		page.until("hello")
	}
	soon(t, "what is live is in the audit", func() bool { return len(b.kept()) > 2 })
	for i, want := range []geo.Act{{Actor: other, Object: "/live/incidents.json"}, {Actor: id, Object: "/live"}} {
		if act := b.kept()[i+1]; len(b.kept()) != 3 || act.Actor != want.Actor || act.Do != "live.read" || act.Object != want.Object || !strings.HasPrefix(b.bearer, "Bearer process:") {
			t.Errorf("recorded: %+v, want %+v", act, want)
		}
	}
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
