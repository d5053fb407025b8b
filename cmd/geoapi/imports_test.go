package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/problem"
	"onegrid/geo/sqlite"
)

const smallScheme = `{"name":"Small","region":{"gcj02":false},"networks":[
 {"id":"basic","kind":"basic","levels":[{"id":"district"},{"id":"grid"}]}],"bounds":{"households":[0,0]}}`

// twoGrids are neighbours that share a border; the district comes from a CSV.
const (
	twoGrids = `{"type":"FeatureCollection","features":[
 {"type":"Feature","properties":{"code":"A"},"geometry":{"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,11],[10,10]]]}},
 {"type":"Feature","properties":{"code":"B"},"geometry":{"type":"Polygon","coordinates":[[[11,10],[12,10],[12,11],[11,11],[11,10]]]}}]}`
	twoParents = "grid,district\nA,D\nB,D\n"
)

// importServer serves a fresh store.
func importServer(t *testing.T) *townHouse {
	t.Helper()
	scheme, err := geo.ParseScheme(strings.NewReader(smallScheme))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "city.db")
	store, err := sqlite.Create(t.Context(), path, scheme)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return openHouse(t, path)
}

// form is a multipart body of named parts.
func form(t *testing.T, parts ...[2]string) (io.Reader, string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		f, err := w.CreateFormFile(p[0], p[0]+".txt")
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, p[1])
	}
	w.Close()
	return &b, w.FormDataContentType()
}

func TestImportOverHTTPPreviewThenAccept(t *testing.T) {
	server := importServer(t)
	body, kind := form(t, [2]string{"file", twoGrids}, [2]string{"parents", twoParents})
	status, b := send(t, "POST", server.url+"/v1/imports?as=grids", kind, body)
	var preview importResult
	if err := json.Unmarshal(b, &preview); err != nil || status != http.StatusOK || preview.State != previewed {
		t.Fatalf("%d %s", status, b)
	}
	if server.live.Load().Edition().ID != 0 {
		t.Fatal("a preview published an edition")
	}
	var readers sync.WaitGroup // beside the acceptance: as it was, or no more
	for range 4 {
		readers.Go(func() {
			for status, b := http.StatusOK, []byte(nil); status == http.StatusOK; {
				if status, b = send(t, "GET", server.url+"/v1/imports/"+preview.ID, "", nil); bytes.Contains(b, []byte(accepted)) {
					t.Errorf("a preview that waits says %s", b)
				}
			}
		})
	}
	status, b = send(t, "POST", server.url+"/v1/imports/"+preview.ID+"/accept", "", nil)
	if status != http.StatusCreated || !bytes.Contains(b, []byte(accepted)) {
		t.Fatalf("%d %s", status, b)
	}
	readers.Wait()
	if w := server.live.Load(); w.Edition().ID == 0 || len(w.Basic().Grids) != 3 {
		t.Errorf("after the answer the world has not the edition: %+v", w.Edition())
	}
	if status, _ = send(t, "POST", server.url+"/v1/imports/"+preview.ID+"/accept", "", nil); status != http.StatusNotFound {
		t.Errorf("accepting twice gave %d", status)
	}
}

// Somebody who sends slowly, or never, must not keep others from importing.
func TestImportDoesNotWaitForASlowSender(t *testing.T) {
	server := importServer(t)
	slow, in := io.Pipe()
	defer in.Close()
	r, err := http.NewRequestWithContext(t.Context(), "POST", server.url+"/v1/imports?as=grids", slow)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", ndjson)
	began := make(chan error, 1)
	go func() {
		answer, err := http.DefaultClient.Do(r)
		if err == nil { // the first line, which says that it is receiving; the end of the test ends it
			_, err = bufio.NewReader(answer.Body).ReadString('\n')
		}
		began <- err
	}()
	io.WriteString(in, "{")
	if err := <-began; err != nil {
		t.Fatal(err)
	}
	body, kind := form(t, [2]string{"file", twoGrids}, [2]string{"parents", twoParents})
	if status, b := send(t, "POST", server.url+"/v1/imports?as=grids", kind, body); status != http.StatusOK {
		t.Errorf("beside a slow sender: %d %s", status, b)
	}
}

// A refusal leaves the connection fit for the next request, whatever was left of
// the body.
func TestImportRefusedKeepsTheConnection(t *testing.T) {
	server := importServer(t)
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}
	defer client.CloseIdleConnections()
	connections := map[string]bool{}
	for range 20 {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { connections[c.Conn.LocalAddr().String()] = true }})
		r, err := http.NewRequestWithContext(ctx, "POST", server.url+"/v1/imports?as=grids&foo=1", strings.NewReader(strings.Repeat("x", 100_000)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", ndjson)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest {
			t.Fatalf("status %d", answer.StatusCode)
		}
	}
	if len(connections) != 1 {
		t.Errorf("20 requests took %d connections", len(connections))
	}
}

// A preview that stood beside an older state must not be taken: what it showed
// is no longer what would happen.
func TestImportAcceptComparesTheBase(t *testing.T) {
	server := importServer(t)
	prepare := func() string {
		body, kind := form(t, [2]string{"file", twoGrids}, [2]string{"parents", twoParents})
		_, b := send(t, "POST", server.url+"/v1/imports?as=grids", kind, body)
		var r importResult
		if err := json.Unmarshal(b, &r); err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	first, second := prepare(), prepare()
	if status, b := send(t, "POST", server.url+"/v1/imports/"+first+"/accept", "", nil); status != http.StatusCreated {
		t.Fatalf("%d %s", status, b)
	}
	if status, b := send(t, "POST", server.url+"/v1/imports/"+second+"/accept", "", nil); status != http.StatusConflict {
		t.Errorf("%d %s", status, b)
	}
}

func TestImportOverHTTPRefuses(t *testing.T) {
	server := importServer(t)
	for _, c := range []struct {
		name, query, body string
		status            int
		field             string
	}{
		{"an unknown parameter", "as=grids&colour=red", twoGrids, 400, "colour"},
		{"no layer", "", twoGrids, 400, "as"},
		{"a bad gap width", "as=grids&gap_width=NaN", twoGrids, 400, "gap_width"},
		{"an unknown system", "as=grids&crs=mars", twoGrids, 400, ""},
		{"an unknown network", "as=grids&network=x", twoGrids, 400, "network"},
		{"nothing", "as=grids", "", 400, ""},
		{"persons", "as=grids", `{"type":"Feature","id":1,"geometry":null,"properties":{"phone":"1"}}`, 400, "/properties/phone"},
		{"parents that are not told", "as=grids", twoGrids, 400, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, b := send(t, "POST", server.url+"/v1/imports?accept=true&"+c.query, "application/geo+json", strings.NewReader(c.body))
			var p problem.Problem
			if err := json.Unmarshal(b, &p); err != nil || status != c.status || p.Detail == "" {
				t.Fatalf("%d %s", status, b)
			}
			if c.field != "" && p.Field != c.field {
				t.Errorf("the field is %q, want %q", p.Field, c.field)
			}
		})
	}
	if server.live.Load().Edition().ID != 0 {
		t.Error("a refused import published an edition")
	}
}

func TestImportStreamsItsProgress(t *testing.T) {
	server := importServer(t)
	body, kind := form(t, [2]string{"file", twoGrids}, [2]string{"parents", twoParents})
	status, b := send(t, "POST", server.url+"/v1/imports?as=grids&accept=true", kind, body, "Accept", ndjson)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, b)
	}
	var last step
	lines := 0
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); lines++ {
		last = step{}
		if err := json.Unmarshal(s.Bytes(), &last); err != nil {
			t.Fatal(err)
		}
	}
	if lines < 2 || last.Result == nil || last.Result.State != accepted {
		t.Errorf("%d lines, the last: %s", lines, b)
	}
}

// A command beside a running server hands it the work instead of failing.
func TestImportBesideAServer(t *testing.T) {
	dir := t.TempDir()
	store := "sqlite:" + filepath.Join(dir, "city.db")
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must(t, "init", "--store", store, "--scheme", write("scheme.json", smallScheme))
	stop := startServe(t, store)
	defer stop()
	out := must(t, "import", write("two.geojson", twoGrids), "--store", store, "--as", "grids", "--parents", write("parents.csv", twoParents), "--accept")
	if !strings.Contains(out, "Published as edition 1") {
		t.Errorf("it says:\n%s", out)
	}
	if out, exit := command(t, "import", write("bad.geojson", `{"type":"Feature"}`), "--store", store, "--as", "grids", "--accept"); exit == server.ExitDone {
		t.Errorf("a bad file was taken: %s", out)
	}
}

// startServe runs `geoapi serve` in this process until stop is called.
func startServe(t *testing.T, store string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"serve", "--store", store, "--listen", "127.0.0.1:0"}, &server.Terminal{In: strings.NewReader(""), Out: in, Err: io.Discard})
		in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "http://127.0.0.1:") {
		cancel()
		t.Fatalf("it did not start: %q, %v", line, err)
	}
	return func() {
		cancel()
		if exit := <-done; exit != server.ExitDone {
			t.Errorf("serve ended with %d", exit)
		}
	}
}

// The other routes of imports answer like all routes do.
func TestImportRoutesAreInTheTable(t *testing.T) {
	server := importServer(t)
	body, kind := form(t, [2]string{"file", twoGrids}, [2]string{"parents", twoParents})
	_, b := send(t, "POST", server.url+"/v1/imports?as=grids", kind, body)
	var preview importResult
	if err := json.Unmarshal(b, &preview); err != nil {
		t.Fatal(err)
	}
	one := "/v1/imports/" + preview.ID
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"HEAD", "/v1/imports", 200},
		{"HEAD", one, 200},
		{"GET", "/v1/imports?colour=red", 400},
		{"GET", one + "?colour=red", 400},
		{"POST", one + "/accept?colour=red", 400},
		{"DELETE", one + "?colour=red", 400},
		{"PUT", one, 405},
		{"GET", one, 200}, // still there
		{"DELETE", one, 204},
		{"GET", one, 404},
	} {
		status, answer := send(t, c.method, server.url+c.path, "", nil)
		if status != c.status || status == 400 && !strings.Contains(string(answer), `"colour"`) {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, status, answer, c.status)
		}
	}
}
