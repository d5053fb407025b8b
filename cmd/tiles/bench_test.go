package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/vtile"
	"onegrid/geo/world"
)

// BenchmarkTile is a cached tile over HTTP against a gin handler that always
// answers with the same bytes.
func BenchmarkTile(b *testing.B) {
	w := crowd(b)
	lone := vtile.Cover(lattice.BoxOf(townPoint(20, 20)), 16)[0]
	for _, c := range [][2]string{{"http-small", lone.String()}, {"http-large", "14/13044/6935"}} {
		name, zxy := c[0], c[1]
		b.Run(name, func(b *testing.B) {
			s := newService(&serveCommand{CacheMB: 64, Geoapi: &url.URL{}}, parts{world: w, store: "bench"})
			set := s.gallery.atlas().Tileset("buildings")
			sight, _ := set.Sight(access.Local().Sight())
			path := "/tiles/buildings/" + zxy + ".mvt?r=" + s.gallery.revision(set, sight)
			address, stop := serving(b, s.handler())
			size := ask(b, address, path)
			gin.SetMode(gin.ReleaseMode)
			g := gin.New()
			body := make([]byte, size)
			g.GET("/tiles/:tileset/:z/:x/:y", func(c *gin.Context) {
				c.Header("Content-Type", "application/vnd.mapbox-vector-tile")
				c.Header("Content-Length", strconv.Itoa(len(body)))
				c.Writer.Write(body)
			})
			plain, stopPlain := serving(b, g)
			defer stop()
			defer stopPlain()
			b.Run("onegrid", func(b *testing.B) { hammer(b, address, path, size) })
			b.Run("constant", func(b *testing.B) { hammer(b, plain, path, size) })
		})
	}
}

// crowd is a world with a crowded tile and a nearly empty one.
func crowd(t testing.TB) *world.World {
	rng := rand.New(rand.NewPCG(3, 3))
	p := world.Parts{Seq: 1, Scheme: townScheme}
	for i := range 1500 {
		x, y := rng.Float64()*4, rng.Float64()*2
		shape := townSquare(x, y, 0.02, 0.03)
		p.Buildings = append(p.Buildings, geo.Building{ID: int64(i + 1), Code: fmt.Sprintf("520115001001%06d", i), Shape: shape, Interior: record.Interior(shape)})
	}
	shape := townSquare(20, 20, 0.02, 0.03)
	p.Buildings = append(p.Buildings, geo.Building{ID: 9999, Code: "lone", Shape: shape, Interior: record.Interior(shape)})
	w, err := world.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func serving(b *testing.B, h http.Handler) (address string, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: h}
	ended := make(chan struct{})
	go func() { server.Serve(l); close(ended) }()
	return l.Addr().String(), func() {
		server.Shutdown(context.Background())
		<-ended
	}
}

func ask(b *testing.B, address, path string) int {
	a, err := client.Get("http://" + address + path)
	if err != nil {
		b.Fatal(err)
	}
	defer a.Body.Close()
	n, err := io.Copy(io.Discard, a.Body)
	if err != nil || a.StatusCode != 200 {
		b.Fatalf("%s: %s, %v", path, a.Status, err)
	}
	return int(n)
}

// hammer sends requests over one connection and reads the answers with as little
// work as can be, so that the server's share of the time is large.
func hammer(b *testing.B, address, path string, size int) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	in := bufio.NewReaderSize(conn, 128<<10)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := conn.Write(request); err != nil {
			b.Fatal(err)
		}
		for blank := false; !blank; {
			line, err := in.ReadSlice('\n')
			if err != nil {
				b.Fatal(err)
			}
			blank = len(line) == 2
		}
		if _, err := in.Discard(size); err != nil {
			b.Fatal(err)
		}
	}
}
