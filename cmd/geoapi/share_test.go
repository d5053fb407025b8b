package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/access"
)

// A caller's streams and batches keep no other caller's out, and sessions of a key
// share with it.
func TestCallersShareWhatRunsAtOnce(t *testing.T) {
	h := guard(t, town())
	one, other := h.key(t, geo.RoleOperator, geo.Scope{}), h.key(t, geo.RoleService, geo.Scope{})
	for range maxStreamsEach {
		h.listen(t, "", one...)
	}
	if status, a := h.do(t, "GET", "/v1/events", "", "", one...); status != 503 || !strings.Contains(a["detail"].(string), "of this caller") {
		t.Errorf("a stream more than one may have: %d %v", status, a)
	}
	h.listen(t, "", other...)

	var over []io.Closer
	for range maxBatchesEach {
		body, in := io.Pipe()
		over = append(over, in)
		go func() {
			r, _ := http.NewRequest("POST", h.url+"/v1/locate/batch?crs=wgs84", body)
			r.Header.Set("Content-Type", "text/csv")
			r.Header.Set(one[0], one[1])
			if answer, err := http.DefaultClient.Do(r); err == nil {
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
		}()
		io.WriteString(in, "lon,lat\n")
	}
	soon(t, 5*time.Second, "the batches to begin", func() bool { return h.batches.Len() == maxBatchesEach })
	const rows = "lon,lat\n106.621,26.601\n"
	if status, out := send(t, "POST", h.url+"/v1/locate/batch?crs=wgs84", "text/csv", strings.NewReader(rows), one...); status != 503 {
		t.Errorf("a batch more than one may have: %d %s", status, out)
	}
	if status, out := send(t, "POST", h.url+"/v1/locate/batch?crs=wgs84", "text/csv", strings.NewReader(rows), other...); status != 200 {
		t.Errorf("another's: %d %s", status, out)
	}
	for _, in := range over {
		in.Close()
	}
	soon(t, 5*time.Second, "the batches to end", func() bool { return h.batches.Len() == 0 })
}

// A batch goes on for as long as its caller is let in, and no longer.
func TestBatchesEndWithTheirKey(t *testing.T) {
	h := guard(t, town())
	key := h.key(t, geo.RoleService, geo.Scope{})
	body, in := io.Pipe()
	defer in.Close()
	r, _ := http.NewRequest("POST", h.url+"/v1/locate/batch?crs=wgs84", body)
	r.Header.Set("Content-Type", "text/csv")
	r.Header.Set(key[0], key[1])
	ended := make(chan error, 1)
	begun := make(chan bool)
	go func() {
		answer, err := http.DefaultClient.Do(r)
		close(begun)
		if err == nil {
			_, err = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		ended <- err
	}()
	io.WriteString(in, "lon,lat\n106.621,26.601\n")
	<-begun
	if err := h.store.RevokeCredential(t.Context(), geo.By("test"), idOf(strings.TrimPrefix(key[1], "Bearer "))); err != nil {
		t.Fatal(err)
	}
	if err := h.directory.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if err == nil {
			t.Error("it ended as if it were whole")
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it goes on")
	}
	soon(t, 5*time.Second, "it to be over", func() bool { return h.batches.Len() == 0 })
}

// Whoever takes long to read an export keeps nobody else from making one.
func TestExportsDoNotWaitForSlowReaders(t *testing.T) {
	h := openTown(t)
	flags := &exportFlags{As: "grids", Format: "geojson", CRS: "wgs84"}
	h.exports <- struct{}{}
	if status, a := h.do(t, "GET", "/v1/exports/grids", "", ""); status != 503 {
		t.Errorf("beside one that is made: %d %v", status, a)
	}
	<-h.exports
	file, _, err := h.made(flags, access.Local().On(h.live.Load()))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if status, a := h.do(t, "GET", "/v1/exports/grids", "", ""); status != 200 {
		t.Errorf("beside one that is sent: %d %v", status, a)
	}
}
