package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// hurried serves the town and gives requests little time to arrive.
func hurried(t *testing.T, patience time.Duration) *townHouse {
	h := openTown(t)
	server := httptest.NewUnstartedServer(h.handler())
	server.Config.ReadTimeout = patience
	server.Start()
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// Who sends a small body slowly is told so, and let go.
func TestSlowBodiesAreRefused(t *testing.T) {
	h := hurried(t, 200*time.Millisecond)
	for _, path := range []string{"/v1/locate", "/v1/incidents", "/v1/incidents/1/state"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", path)
		in := bufio.NewReader(c)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		body, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(body), "urn:onegrid:problem:too-slow") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
		if _, err := in.ReadByte(); err != io.EOF {
			t.Errorf("%s: afterwards the connection is not closed: %v", path, err)
		}
	}
}

// The rows of a batch may come as slowly as they like.
func TestBatchesMayBeSlow(t *testing.T) {
	h := hurried(t, 100*time.Millisecond)
	in, rows := io.Pipe()
	go func() {
		for range 4 {
			io.WriteString(rows, `{"point":{"lon":106.621,"lat":26.601}}`+"\n")
			time.Sleep(100 * time.Millisecond)
		}
		rows.Close()
	}()
	status, out := send(t, "POST", h.url+"/v1/locate/batch?crs=wgs84", "application/x-ndjson", in)
	if status != 200 || strings.Count(string(out), "\n") != 4 {
		t.Errorf("%d %s", status, out)
	}
}
