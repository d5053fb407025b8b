package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"onegrid/cmd/internal/server"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/route"
)

// openLakeside serves the default city, made once for all benchmarks.
func openLakeside(b *testing.B) *townHouse {
	b.Helper()
	dir := madeOnce(b, "lakeside", func(dir string) {
		must(b, "load", "lakeside", "--store", "sqlite:"+filepath.Join(dir, "city.db"))
	})
	return openHouse(b, filepath.Join(dir, "city.db"))
}

// benchPoints are random places inside the jurisdiction.
func benchPoints(h *townHouse, n int) []lattice.Point {
	chance := rand.New(rand.NewPCG(3, 4))
	t := h.answerer()
	defer h.done(t)
	box := t.world.Basic().Coverage.Bounds()
	points := make([]lattice.Point, 0, n)
	for len(points) < n {
		p := lattice.Point{X: box.Min.X + int32(chance.Int64N(box.Width())), Y: box.Min.Y + int32(chance.Int64N(box.Height()))}
		if t.inside(p) {
			points = append(points, p)
		}
	}
	return points
}

// benchURLs are requests for such places.
func benchURLs(h *townHouse, n int) []string {
	var urls []string
	for _, p := range benchPoints(h, n) {
		urls = append(urls, "/v1/locate?crs=wgs84&lon="+string(lattice.Append(nil, p.X))+"&lat="+string(lattice.Append(nil, p.Y)))
	}
	return urls
}

// sink takes an answer as net/http's writer would, and forgets it.
type sink struct {
	header http.Header
	n      int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { s.n += len(b); return len(b), nil }

// known says who calls, as the frame does.
func known(c *gin.Context) { access.Set(c, access.Local()) }

// BenchmarkHTTPLocate compares GET /v1/locate with a handler that answers a
// constant of the same size, over HTTP with keep-alive, bare and with all
// middleware. The ratio of their requests/s is the figure.
func BenchmarkHTTPLocate(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	h := openLakeside(b)
	lines := server.NewAccessLog(io.Discard)
	defer lines.Close()
	full := newService(parts{live: h.live, store: h.store, follower: h.follower, frame: server.Options{Access: lines}})
	var probe *httptest.ResponseRecorder
	urls, all := benchURLs(h, 4096), full.handler()
	for _, u := range urls { // what is made once an edition is made
		probe = httptest.NewRecorder()
		all.ServeHTTP(probe, httptest.NewRequest("GET", "http://localhost"+u, nil))
	}
	constant := probe.Body.Bytes()
	reply := func(c *gin.Context) { answer(c, jsonType, constant) }
	serve := func(handlers ...gin.HandlerFunc) http.Handler {
		g := gin.New()
		g.GET("/v1/locate", handlers...)
		return g
	}
	for _, v := range []struct {
		name    string
		handler http.Handler
	}{
		{"bare", serve(known, full.locate)},
		{"bare-constant", serve(reply)},
		{"middleware", serve(full.frame.Watch(full.routes()[0]), full.locate)},
		{"middleware-constant", serve(full.frame.Watch(full.routes()[0]), reply)},
	} {
		b.Run(v.name, func(b *testing.B) { benchHTTP(b, v.handler, urls) })
	}
}

// benchHTTP asks over loopback, a few callers at once.
func benchHTTP(b *testing.B, handler http.Handler, urls []string) {
	server := httptest.NewServer(handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	defer client.CloseIdleConnections()
	b.SetParallelism(4)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		buf := make([]byte, 4096)
		for i := rand.IntN(len(urls)); pb.Next(); i++ {
			resp, err := client.Get(server.URL + urls[i%len(urls)])
			if err != nil {
				b.Error(err)
				return
			}
			for err == nil {
				_, err = resp.Body.Read(buf)
			}
			resp.Body.Close()
			if resp.StatusCode != 200 {
				b.Errorf("status %d", resp.StatusCode)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}

// BenchmarkHandlerLocate is the same without the network: what a request costs
// in the handler, against the constant.
func BenchmarkHandlerLocate(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	h := openLakeside(b)
	lines := server.NewAccessLog(io.Discard)
	defer lines.Close()
	s := newService(parts{live: h.live, store: h.store, follower: h.follower, frame: server.Options{Access: lines}})
	urls := benchURLs(h, 4096)
	requests := make([]*http.Request, len(urls))
	for i, u := range urls {
		requests[i] = httptest.NewRequest("GET", "http://localhost"+u, nil)
	}
	for _, v := range []struct {
		name     string
		handlers []gin.HandlerFunc
	}{
		{"bare", []gin.HandlerFunc{known, s.locate}},
		{"middleware", []gin.HandlerFunc{s.frame.Watch(s.routes()[0]), s.locate}},
	} {
		b.Run(v.name, func(b *testing.B) {
			g := gin.New()
			g.GET("/v1/locate", v.handlers...)
			w := &sink{header: http.Header{}}
			for _, r := range requests { // what is made once an edition is made
				g.ServeHTTP(w, r)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				g.ServeHTTP(w, requests[i%len(requests)])
			}
		})
	}
}

// BenchmarkAnswer is the full answer in process: owner, chain, other networks,
// border, neighbour and rule, then its JSON.
func BenchmarkAnswer(b *testing.B) {
	h := openLakeside(b)
	t := h.answerer()
	points := benchPoints(h, 4096)
	b.Run("locate", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			t.q.Point = points[i%len(points)]
			route.Locate(t.world, &t.q.Request, &t.a)
		}
	})
	b.Run("json", func(b *testing.B) {
		for i := range points { // what is made once an edition is made
			t.q.Point = points[i]
			t.locate()
			t.buf = t.append(t.buf[:0], nil)
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			t.q.Point = points[i%len(points)]
			t.locate()
			t.buf = t.append(t.buf[:0], nil)
		}
	})
}

// batchRows is how many rows a batch of the benchmark has.
func batchRows() int {
	if os.Getenv("ONEGRID_LONG") != "" {
		return 1_000_000
	}
	return 100_000
}

// batchBody writes a batch of such places.
func batchBody(points []lattice.Point, ndjson bool) []byte {
	var b []byte
	if !ndjson {
		b = append(b, "id,lon,lat\n"...)
	}
	for i, p := range points {
		if ndjson {
			b = append(b, `{"id":`...)
			b = appendInt(b, int64(i))
			b = append(b, `,"point":{"lon":`...)
			b = lattice.Append(b, p.X)
			b = append(b, `,"lat":`...)
			b = lattice.Append(b, p.Y)
			b = append(b, "}}\n"...)
			continue
		}
		b = append(appendInt(b, int64(i)), ',')
		b = append(lattice.Append(b, p.X), ',')
		b = append(lattice.Append(b, p.Y), '\n')
	}
	return b
}

// BenchmarkBatch measures rows/s of POST /v1/locate/batch over HTTP, and of the
// same work written with encoding/csv and encoding/json. bare leaves the
// distance to the border out.
func BenchmarkBatch(b *testing.B) {
	h := openLakeside(b)
	n := batchRows()
	points := benchPoints(h, n)
	mux := http.NewServeMux()
	mux.HandleFunc("/csv", func(w http.ResponseWriter, r *http.Request) { plainCSV(h.service, w, r) })
	mux.HandleFunc("/ndjson", func(w http.ResponseWriter, r *http.Request) { plainNDJSON(h.service, w, r) })
	plain := httptest.NewServer(mux)
	defer plain.Close()
	for _, v := range []struct{ name, url, kind string }{
		{"csv", h.url + "/v1/locate/batch?crs=wgs84", "text/csv"},
		{"csv-bare", h.url + "/v1/locate/batch?crs=wgs84&include=", "text/csv"},
		{"csv-encoding", plain.URL + "/csv", "text/csv"},
		{"ndjson", h.url + "/v1/locate/batch?crs=wgs84", "application/x-ndjson"},
		{"ndjson-bare", h.url + "/v1/locate/batch?crs=wgs84&include=", "application/x-ndjson"},
		{"ndjson-encoding", plain.URL + "/ndjson", "application/x-ndjson"},
	} {
		body := batchBody(points, v.kind != "text/csv")
		b.Run(v.name, func(b *testing.B) {
			var size int64
			for b.Loop() {
				resp, err := http.Post(v.url, v.kind, bytes.NewReader(body))
				if err != nil {
					b.Fatal(err)
				}
				if size, err = io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
					b.Fatal(resp.StatusCode, err)
				}
				resp.Body.Close()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(size)/float64(n), "B/row")
		})
	}
}

// BenchmarkBatchRows is one worker's work on a chunk, without the network.
func BenchmarkBatchRows(b *testing.B) {
	h := openLakeside(b)
	t0 := h.answerer()
	points := benchPoints(h, 8000)
	for _, v := range []struct {
		name   string
		format format
	}{
		{"csv", &csvRows{columns: 3, lon: 1, lat: 2, crs: -1}},
		{"csv-bare", &csvRows{columns: 3, lon: 1, lat: 2, crs: -1}},
		{"ndjson", &ndjsonRows{}},
		{"ndjson-bare", &ndjsonRows{}},
	} {
		b.Run(v.name, func(b *testing.B) {
			r := &rows{format: v.format, view: t0.view, shelf: t0.shelf}
			r.defaults.reset()
			r.defaults.seen, r.defaults.include = fieldCRS, 0
			r.defaults.Border = !strings.HasSuffix(v.name, "bare")
			ndjson := strings.HasPrefix(v.name, "ndjson")
			body := batchBody(points, ndjson)
			if !ndjson {
				body = body[bytes.IndexByte(body, '\n')+1:]
			}
			t := r.answerer()
			c := &chunk{in: body}
			b.ReportAllocs()
			for b.Loop() {
				c.out, c.rows = c.out[:0], 0
				r.answerAll(t, c)
			}
			b.ReportMetric(float64(c.rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(c.rows)/float64(b.N), "ns/row")
		})
	}
}

// plainCSV answers a batch as one would write it with the standard library.
func plainCSV(s *service, w http.ResponseWriter, r *http.Request) {
	http.NewResponseController(w).EnableFullDuplex()
	in, out := csv.NewReader(r.Body), csv.NewWriter(w)
	t := s.answerer(access.Local())
	defer s.done(t)
	head, _ := in.Read()
	out.Write(append(head, "status", "code", "owner", "distance_m", "edition", "warnings", "error"))
	for {
		row, err := in.Read()
		if err != nil {
			break
		}
		lon, _ := strconv.ParseFloat(row[1], 64)
		lat, _ := strconv.ParseFloat(row[2], 64)
		t.q.Point, _ = lattice.FromDegrees(lon, lat)
		t.locate()
		out.Write(append(row, string(t.a.Status), t.a.Grid.Grid().Code, t.a.Owner.Grid().Code,
			fmt.Sprintf("%.2f", t.a.Border.DistanceM), strconv.FormatInt(t.world.Edition().ID, 10), "", ""))
	}
	out.Flush()
}

// plainNDJSON does the same with encoding/json, and answers less than ours.
func plainNDJSON(s *service, w http.ResponseWriter, r *http.Request) {
	http.NewResponseController(w).EnableFullDuplex()
	in, out := json.NewDecoder(r.Body), json.NewEncoder(w)
	t := s.answerer(access.Local())
	defer s.done(t)
	for {
		var q struct {
			ID    json.RawMessage `json:"id"`
			Point lonLat          `json:"point"`
		}
		if in.Decode(&q) != nil {
			break
		}
		t.q.Point, _ = lattice.FromDegrees(q.Point.Lon, q.Point.Lat)
		t.locate()
		g := t.a.Grid.Grid()
		area := AreaBrief{ID: g.ID, Code: g.Code, Name: g.Name, Network: g.Network, Level: g.Level}
		out.Encode(map[string]any{"id": q.ID, "status": t.a.Status, "owner": area, "grid": area, "others": []AreaBrief{},
			"border": t.a.Border, "edition": t.world.Edition().ID, "seq": t.world.Seq(), "warnings": []string{}})
	}
}
