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

// dial opens a connection to speak HTTP by hand.
func (h *townHouse) dial(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c
}

// Who sends a small body slowly is told so, and let go.
func TestSlowBodiesAreRefused(t *testing.T) {
	h := hurried(t, 200*time.Millisecond)
	for _, path := range []string{"/v1/locate", "/v1/incidents", "/v1/incidents/1/state"} {
		c := h.dial(t)
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

// Text in another character set is refused by its name.
func TestOnlyUTF8IsRead(t *testing.T) {
	h := openTown(t)
	const rows, row = "lon,lat\n106.621,26.601\n", `{"point":{"lon":106.621,"lat":26.601},"crs":"wgs84"}`
	for _, c := range []struct {
		path, kind, body string
		status           int
	}{
		{"/v1/locate/batch?crs=wgs84", "text/csv; charset=gbk", rows, 415},
		{"/v1/locate/batch?crs=wgs84", `text/csv; header=present; charset="GB18030"`, rows, 415},
		{"/v1/locate/batch", "application/x-ndjson;charset=utf-16", row, 415},
		{"/v1/locate", "application/json; charset=gbk", row, 415},
		{"/v1/locate", "application/json; charset", row, 415},
		{"/v1/locate/batch?crs=wgs84", "text/csv; header=present; charset=UTF-8", rows, 200},
		{"/v1/locate", `application/json; charset="utf-8"`, row, 200},
	} {
		status, answer := send(t, "POST", h.url+c.path, c.kind, strings.NewReader(c.body))
		if status != c.status || status == 415 && strings.Contains(c.kind, "=gbk") && !strings.Contains(string(answer), `\"gbk\"`) {
			t.Errorf("%s: %d %s, want %d", c.kind, status, answer, c.status)
		}
	}
}

// With include=full a row is answered like a single question.
func TestBatchAnswersInFull(t *testing.T) {
	h := openTown(t)
	for _, place := range [][2]float64{{0.9, 0.3}, {1, 1}, {2.5, 2.5}, {-1, 0}} {
		_, single := send(t, "GET", h.url+"/v1/locate?crs=wgs84&"+where(place[0], place[1]), "", nil)
		row := incidentLocate(place[0], place[1]) + "\n"
		for _, how := range []struct {
			query, row string
			same       bool
		}{
			{"include=full,chain", row, true},
			{"", strings.TrimSuffix(row, "}\n") + `,"include":["chain","full"]}`, true},
			{"include=chain", row, false},
		} {
			_, rows := send(t, "POST", h.url+"/v1/locate/batch?"+how.query, "application/x-ndjson", strings.NewReader(row+how.row))
			last := strings.Split(strings.TrimSpace(string(rows)), "\n")[1]
			if (last == string(single)) != how.same {
				t.Errorf("at %v, %q %s:\n%s\nthe single answer:\n%s", place, how.query, how.row, last, single)
			}
		}
	}
}
