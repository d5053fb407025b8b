package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/cmd/internal/servertest"
	"onegrid/geo"
)

// openAndKeyed are the handlers of lakeside for everybody and for who has a key,
// and the bearer of a service's.
func openAndKeyed(b *testing.B) (h *townHouse, open, keyed http.Handler, bearer string) {
	h = openLakeside(b)
	bearers, directory := (&servertest.Callers{}).OneOfEach(b)
	p := parts{live: h.live, store: h.store, follower: h.follower, spoolDir: b.TempDir()}
	open = newService(p).handler()
	p.frame = server.Options{Callers: directory}
	return h, open, newService(p).handler(), bearers[geo.RoleService]
}

// BenchmarkHTTPKeyed compares GET /v1/locate with a key, which is looked up,
// counted and viewed by, with the same where there are no keys. The two take turns,
// so that whatever else the machine does meets both: the figure is keyed/open.
func BenchmarkHTTPKeyed(b *testing.B) {
	h, open, keyed, bearer := openAndKeyed(b)
	urls := benchURLs(h, 4096)
	var sides [2]func(n int) time.Duration
	for i, handler := range []http.Handler{open, keyed} {
		server := httptest.NewServer(handler)
		defer server.Close()
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
		defer client.CloseIdleConnections()
		header := http.Header{}
		if i == 1 {
			header.Set("Authorization", "Bearer "+bearer)
		}
		sides[i] = func(n int) time.Duration { return askInParallel(b, client, server.URL, header, urls, n) }
	}
	takeTurns(b, 400, sides)
}

// askInParallel sends n requests, a few callers at once, and tells how long all
// took.
func askInParallel(b *testing.B, client *http.Client, url string, header http.Header, urls []string, n int) time.Duration {
	const callers = 8
	var all sync.WaitGroup
	start := time.Now()
	for caller := range callers {
		all.Go(func() {
			for i := caller; i < n; i += callers {
				r, _ := http.NewRequest("GET", url+urls[i%len(urls)], nil)
				r.Header = header
				resp, err := client.Do(r)
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				if resp.StatusCode != 200 {
					b.Errorf("status %d", resp.StatusCode)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(start)
}

// takeTurns runs the open and the keyed side in turns of some requests, and tells
// the requests a second of each and their ratio, the median over all turns.
func takeTurns(b *testing.B, turn int, sides [2]func(n int) time.Duration) {
	for _, side := range sides { // what is made once an edition is made
		side(4096)
	}
	var total [2]time.Duration
	var ratios []float64
	b.ResetTimer()
	for done := 0; done < b.N || len(ratios) == 0; done += turn {
		var took [2]time.Duration
		for k := range sides {
			i := (k + len(ratios)) % 2 // neither is always the first
			took[i] = sides[i](turn)
			total[i] += took[i]
		}
		ratios = append(ratios, took[0].Seconds()/took[1].Seconds())
	}
	b.StopTimer()
	slices.Sort(ratios)
	n := float64(len(ratios) * turn)
	b.ReportMetric(n/total[0].Seconds(), "open-requests/s")
	b.ReportMetric(n/total[1].Seconds(), "keyed-requests/s")
	b.ReportMetric(ratios[len(ratios)/2], "keyed/open")
}

// BenchmarkHandlerKeyed is the same without the network: what the key costs alone.
func BenchmarkHandlerKeyed(b *testing.B) {
	h, open, keyed, bearer := openAndKeyed(b)
	urls := benchURLs(h, 4096)
	w := &sink{header: http.Header{}}
	var sides [2]func(n int) time.Duration
	for i, handler := range []http.Handler{open, keyed} {
		requests := make([]*http.Request, len(urls))
		for k, u := range urls {
			requests[k] = httptest.NewRequest("GET", "http://localhost"+u, nil)
			if i == 1 {
				requests[k].Header.Set("Authorization", "Bearer "+bearer)
			}
		}
		sides[i] = func(n int) time.Duration {
			start := time.Now()
			for k := range n {
				handler.ServeHTTP(w, requests[k%len(requests)])
			}
			return time.Since(start)
		}
	}
	takeTurns(b, 1000, sides)
}

// BenchmarkBeside measures single lookups while batches run without end, one
// caller after another: half of them and 99 of 100 are answered within the times
// told.
func BenchmarkBeside(b *testing.B) {
	h := openLakeside(b)
	urls := benchURLs(h, 4096)
	for _, v := range []struct {
		name    string
		batches int
	}{{"alone", 0}, {"16-batches", maxBatches}} {
		b.Run(v.name, func(b *testing.B) {
			stop := endlessBatches(b, h, v.batches)
			defer stop()
			took := make([]time.Duration, 0, b.N)
			b.ResetTimer()
			for i := range b.N {
				start := time.Now()
				if status, _ := send(b, "GET", h.url+urls[i%len(urls)], "", nil); status != 200 {
					b.Fatal(status)
				}
				took = append(took, time.Since(start))
			}
			b.StopTimer()
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1e3, "p50-ms")
			b.ReportMetric(took[len(took)*99/100].Seconds()*1e3, "p99-ms")
		})
	}
}

// endlessBatches sends batches whose rows do not end, until stop is called, and
// returns when all are under way.
func endlessBatches(t testing.TB, h *townHouse, n int) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	begun := make(chan bool, n)
	for range n {
		go func() {
			r, _ := http.NewRequestWithContext(ctx, "POST", h.url+"/v1/locate/batch?crs=wgs84", &endless{head: []byte("lon,lat\n"), row: []byte("106.621,26.601\n")})
			r.Header.Set("Content-Type", "text/csv")
			answer, err := http.DefaultClient.Do(r)
			begun <- true
			if err == nil {
				io.Copy(io.Discard, answer.Body)
				answer.Body.Close()
			}
		}()
	}
	for range n {
		<-begun
	}
	return func() {
		cancel()
		for h.batches.Len() > 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

// endless reads as rows without end.
type endless struct {
	head, row []byte
	at        int // in row
}

func (e *endless) Read(b []byte) (n int, err error) {
	if len(e.head) > 0 {
		n = copy(b, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	for n < len(b) {
		c := copy(b[n:], e.row[e.at:])
		n += c
		e.at = (e.at + c) % len(e.row)
	}
	return n, nil
}
