package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/vtile/mvt"
)

// tileURL is the URL of a tileset's tile, as the TileJSON says.
func tileURL(t *testing.T, at, tileset, zxy string) string {
	t.Helper()
	var doc struct {
		TileJSON string
		Tiles    []string
		Layers   []struct{ ID string } `json:"vector_layers"`
	}
	getJSON(t, at+"/tiles/"+tileset+".json", &doc)
	if doc.TileJSON != "3.0.0" || len(doc.Tiles) != 1 || len(doc.Layers) == 0 || !strings.HasPrefix(doc.Tiles[0], at) {
		t.Fatalf("TileJSON of %s: %+v", tileset, doc)
	}
	return strings.Replace(doc.Tiles[0], "{z}/{x}/{y}", zxy, 1)
}

func readTile(t *testing.T, body []byte) *mvt.Tile {
	t.Helper()
	tile, err := mvt.Read(body)
	if err != nil {
		t.Fatal(err)
	}
	return tile
}

// The town lies in tile 14/13044/6935 for the most part.
const (
	townTile = "14/13044/6935"
	nowhere  = "14/0/0"
)

func TestTilesAreServedByRevision(t *testing.T) {
	store, path := newTown(t)
	at, stop := start(t, path)

	var catalogue struct {
		Tilesets []struct{ ID, Revision, TileJSON string }
	}
	getJSON(t, at+"/tiles", &catalogue)
	var ids []string
	for _, s := range catalogue.Tilesets {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "base grids estates buildings sites devices incidents onepicture" {
		t.Errorf("tilesets: %s", got)
	}

	url := tileURL(t, at, "onepicture", townTile)
	a, body := get(t, url)
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" {
		t.Fatalf("%s: %s %s", url, a.Status, body)
	}
	if c := a.Header.Get("Cache-Control"); !strings.Contains(c, "immutable") {
		t.Errorf("by revision: Cache-Control %q", c)
	}
	tile := readTile(t, body)
	for _, name := range []string{"street", "grid", "borders", "labels", "buildings"} {
		if tile.Layer(name) == nil {
			t.Errorf("no layer %s", name)
		}
	}
	plain, _, _ := strings.Cut(url, "?")
	b, again := get(t, plain)
	if !bytes.Equal(body, again) || b.Header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("without revision: %d bytes, Cache-Control %q", len(again), b.Header.Get("Cache-Control"))
	}
	if c, rest := get(t, plain, "If-None-Match", `"other", W/`+b.Header.Get("ETag")); c.StatusCode != 304 || len(rest) > 0 {
		t.Errorf("If-None-Match: %s, %d bytes", c.Status, len(rest))
	}
	if c, _ := get(t, at+"/tiles/onepicture/"+nowhere+".mvt"); c.StatusCode != 204 {
		t.Errorf("an empty tile: %s", c.Status)
	}

	// A new edition: the old revision is served as it was, the new one as it is.
	publishTown(t, store, 0.3)
	soon(t, "the new edition's tiles", func() bool { return tileURL(t, at, "onepicture", townTile) != url })
	if c, old := get(t, url); c.StatusCode != 200 || !bytes.Equal(old, body) {
		t.Errorf("the edition before: %s, %d bytes, not %d as before", c.Status, len(old), len(body))
	}
	if c, now := get(t, tileURL(t, at, "onepicture", townTile)); c.StatusCode != 200 || bytes.Equal(now, body) {
		t.Errorf("the new edition: %s, the same tile: %v", c.Status, bytes.Equal(now, body))
	}
	seq, name, _ := strings.Cut(url[strings.Index(url, "?r=")+3:], "-")
	for r, status := range map[string]int{"1-" + name: 404, "999-" + name: 503, seq + "-other": 404, "x": 404} {
		if c, problem := get(t, plain+"?r="+r); c.StatusCode != status || c.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("?r=%s: %s %s", r, c.Status, problem)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
}

func TestTilesComeInTheEncodingThatIsAccepted(t *testing.T) {
	_, path := newTown(t)
	at, _ := start(t, path)
	url := tileURL(t, at, "onepicture", townTile)
	_, plain := get(t, url)
	readers := map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	}
	tags := map[string]bool{}
	for accept, want := range map[string]string{
		"": "", "identity": "", "gzip": "gzip", "gzip, deflate": "gzip", "gzip;q=0": "", "gzip ; Q=0.000": "", "br": "br", "zstd, gzip": "zstd", "GZIP;q=0.5": "gzip",
	} {
		a, body := get(t, url, "Accept-Encoding", accept)
		got := a.Header.Get("Content-Encoding")
		if got != want || !strings.HasPrefix(a.Header.Get("Vary"), "Accept-Encoding") {
			t.Errorf("Accept-Encoding %q: %q, Vary %q", accept, got, a.Header.Get("Vary"))
			continue
		}
		tags[got+a.Header.Get("ETag")] = true
		if got != "" {
			r, err := readers[got](bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("Accept-Encoding %q: %d bytes, %d plain", accept, len(body), len(plain))
		}
	}
	if len(tags) != 4 {
		t.Errorf("each encoding should have one tag of its own: %v", tags)
	}
	// Asked for often, it is made smaller in the background.
	soon(t, "brotli instead of zstd", func() bool {
		a, _ := get(t, url, "Accept-Encoding", "zstd, br")
		return a.Header.Get("Content-Encoding") == "br"
	})
}

func TestWhatIsNotThereIsAProblem(t *testing.T) {
	_, path := newTown(t)
	at, _ := start(t, path)
	for path, status := range map[string]int{
		"/tiles/none.json": 404, "/tiles/grids": 404, "/tiles/grids/17/0/0.mvt": 404, "/tiles/grids/3/8/0.mvt": 404,
		"/tiles/grids/3/-1/0.mvt": 404, "/tiles/grids/3/01/0.mvt": 404, "/tiles/grids/3/1/0.png": 404, "/tiles/none/3/1/0.mvt": 404,
		"/tiles/grids/99999999999999999999/1/0.mvt": 404, "/styles/none.json": 404, "/styles/..%2Fembed.go": 404, "/assets/../wall.html": 404,
		"/assets/none.js": 404, "/nothing": 404, "/v1/scheme": 503,
	} {
		a, body := get(t, at+path)
		var p struct{ Type, Title, Detail string }
		if a.StatusCode != status || a.Header.Get("Content-Type") != "application/problem+json" || json.Unmarshal(body, &p) != nil || p.Detail == "" {
			t.Errorf("%s: %s %s", path, a.Status, body)
		}
	}
	if a, err := client.Post(at+"/tiles", "text/plain", nil); err != nil || a.StatusCode != 405 {
		t.Errorf("POST /tiles: %v, %v", a, err)
	}
	for path, part := range map[string]string{
		"/healthz": "ok", "/readyz": `"ready"`, "/metrics": "onegrid_tiles_drawn_total", "/styles/wall.json": at + "/tiles/onepicture.json",
	} {
		if a, body := get(t, at+path); a.StatusCode != 200 || !bytes.Contains(body, []byte(part)) {
			t.Errorf("%s: %s, without %s", path, a.Status, part)
		}
	}
	for _, page := range []string{"/wall", "/sign-in"} {
		a, body := get(t, at+page)
		rules := a.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(rules, "default-src 'none'; script-src 'self';") || strings.Contains(rules, "unsafe") {
			t.Errorf("%s: rules %q", page, rules)
		}
		if a.StatusCode == 503 && !bytes.Contains(body, []byte("make web")) || a.StatusCode != 200 && a.StatusCode != 503 {
			t.Errorf("%s: %s %s", page, a.Status, body)
		}
		if inline := regexp.MustCompile(`<script(?:[^>]*)>[^<]|<[a-z][^>]* on[a-z]+=|javascript:`).Find(body); inline != nil {
			t.Errorf("%s has a script in the page, which the rules do not let run: %s", page, inline)
		}
	}
}

func TestOtherHostsAndOriginsAreRefused(t *testing.T) {
	store, path := newTown(t)
	_, bearer := keyOf(t, store, geo.RoleAdmin, geo.Scope{})
	geoapi := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("X-Request-Id", "of geoapi")
		w.Header().Set("Age", "7")
		io.WriteString(w, r.Method+" "+r.URL.String()+" for "+r.Header.Get("X-Forwarded-Host"))
	}))
	defer geoapi.Close()
	at, _ := start(t, path, "--geoapi", geoapi.URL, "--public-url", "https://map.example.org")
	host := strings.TrimPrefix(at, "http://")

	ask := func(method, path, host, origin string) (int, string) {
		r, _ := http.NewRequest(method, at+path, nil)
		r.Host = host
		r.Header.Set("Authorization", bearer)
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		a, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		body, _ := io.ReadAll(a.Body)
		return a.StatusCode, string(body)
	}
	for _, c := range []struct {
		method, path, host, origin string
		status                     int
	}{
		{"GET", "/tiles", host, "", 200},
		{"GET", "/tiles", "map.example.org", "", 200},
		{"GET", "/tiles", "evil.example.org", "", 403},
		{"GET", "/tiles", "127.0.0.1.evil.example.org", "", 403},
		{"POST", "/v1/incidents", host, "", 200},
		{"POST", "/v1/incidents", host, "http://" + host, 200},
		{"POST", "/v1/incidents", "map.example.org", "https://map.example.org", 200},
		{"POST", "/v1/incidents", host, "https://evil.example.org", 403},
		{"POST", "/v1/incidents", host, "null", 403},
		{"GET", "/v1/scheme?x=1", host, "https://evil.example.org", 200},
	} {
		if status, body := ask(c.method, c.path, c.host, c.origin); status != c.status {
			t.Errorf("%+v: %d %s", c, status, body)
		}
	}
	if _, body := ask("GET", "/v1/a%2Fb?q=%E6%B9%96", host, ""); body != "GET /v1/a%2Fb?q=%E6%B9%96 for "+host {
		t.Errorf("forwarded: %s", body)
	}
	a, _ := get(t, at+"/v1/scheme", "Authorization", bearer)
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Request-Id": "of geoapi", "Age": "7", "Referrer-Policy": "no-referrer"} {
		if got := a.Header[name]; len(got) != 1 || got[0] != want {
			t.Errorf("forwarded: %s is %q, want %q once", name, got, want)
		}
	}
	var doc struct{ Tiles []string }
	getJSON(t, at+"/tiles/grids.json", &doc, "Authorization", bearer)
	if len(doc.Tiles) != 1 || !strings.HasPrefix(doc.Tiles[0], "https://map.example.org/tiles/") {
		t.Errorf("with --public-url: %s", doc.Tiles)
	}
}

func TestWrongCommandLines(t *testing.T) {
	_, path := newTown(t)
	for _, c := range []struct {
		args string
		exit int
		says string
	}{
		{"serve --store sqlite:" + path + " --listen 0.0.0.0:0", server.ExitFailed, "there are no keys yet"},
		{"serve --store sqlite:" + path + " --listen :8080", server.ExitFailed, "there are no keys yet"},
		{"serve --store sqlite:" + path + " --listen 127.0.0.1", server.ExitFailed, "HOST:PORT"},
		{"serve --store sqlite:" + path + ".none --listen 127.0.0.1:0", server.ExitFailed, "none"},
		{"serve --store postgres://x", server.ExitUsage, "only sqlite:PATH"},
		{"serve", server.ExitUsage, "--store"},
		{"serve --help", server.ExitDone, "Examples"},
		{"", server.ExitDone, "serve"},
	} {
		var out bytes.Buffer
		if exit := run(context.Background(), strings.Fields(c.args), &server.Terminal{Out: &out, Err: &out}); exit != c.exit || !strings.Contains(out.String(), c.says) {
			t.Errorf("tiles %s: %d, %s", c.args, exit, out.String())
		}
	}
}

// The store goes away: tiles are served on, and the server says so.
func TestTheMapGoesOnWithoutItsStore(t *testing.T) {
	store, path := newTown(t)
	at, _ := start(t, path)
	_, before := get(t, at+"/tiles/onepicture/"+townTile+".mvt")
	store.Close()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		os.Remove(path + suffix)
	}
	if err := os.WriteFile(path, []byte("this is no store"), 0o600); err != nil {
		t.Fatal(err)
	}
	a, after := get(t, at+"/tiles/onepicture/"+townTile+".mvt")
	if a.StatusCode != 200 || !bytes.Equal(before, after) {
		t.Errorf("%s, %d bytes, not %d", a.Status, len(after), len(before))
	}
	if a, body := get(t, at+"/tiles/grids/12/3261/1733.mvt"); a.StatusCode != 200 || len(body) == 0 {
		t.Errorf("a tile that nobody asked for before: %s", a.Status)
	}
	if a, _ := get(t, at+"/readyz"); a.StatusCode != 200 {
		t.Errorf("/readyz: %s", a.Status)
	}
}
