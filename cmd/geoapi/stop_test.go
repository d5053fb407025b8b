package main

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// A signal to stop in the midst of a batch: within the grace it may end; after
// it the caller can tell that the answer is not whole.
func TestStopInTheMidstOfABatch(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the binary")
	}
	const row = `{"point":{"lon":106.621,"lat":26.601}}` + "\n"
	store := townStore(t)
	for _, c := range []struct {
		grace string
		whole bool
	}{{"30s", true}, {"200ms", false}} {
		cmd, url := start(t, store, "--grace", c.grace)
		in, rows := io.Pipe()
		r, err := http.NewRequest("POST", url+"/v1/locate/batch?crs=wgs84", in)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-ndjson")
		go io.WriteString(rows, row)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewReader(resp.Body)
		if _, err := answers.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		cmd.Process.Signal(syscall.SIGTERM)
		if c.whole {
			io.WriteString(rows, row)
			rows.Close()
		}
		rest, err := io.ReadAll(answers)
		if whole := err == nil && strings.Count(string(rest), "\n") == 1; whole != c.whole || (err == nil) != c.whole {
			t.Errorf("grace %s: after the signal %q, %v", c.grace, rest, err)
		}
		rows.Close()
		resp.Body.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("grace %s: it ended with %v", c.grace, err)
		}
	}
}

// Over HTTP/1.0 a cut answer would look whole.
func TestBatchNeedsChunks(t *testing.T) {
	h := openTown(t)
	c := h.dial(t)
	io.WriteString(c, "POST /v1/locate/batch?crs=wgs84 HTTP/1.0\r\nHost: localhost\r\nContent-Type: text/csv\r\nContent-Length: 8\r\n\r\nlon,lat\n")
	answer, _ := io.ReadAll(c)
	if !strings.Contains(string(answer), " 400 ") || !strings.Contains(string(answer), "HTTP/1.1") {
		t.Errorf("%s", answer)
	}
}
