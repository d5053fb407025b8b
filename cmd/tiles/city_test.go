package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/sqlite"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(exit int) {
		if built.dir != "" {
			os.RemoveAll(built.dir)
		}
		os.Exit(exit)
	}), goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreTopFunction("internal/poll.runtime_pollWait"))
}

// The town: 4 by 4 grids of 0.004 degrees from 106.62, 26.60, in two
// communities of one street, with a building, a camera and a street.
const (
	townLon, townLat = 1066200000, 266000000
	townCell         = 40000
)

func townPoint(x, y float64) lattice.Point {
	return lattice.Point{X: townLon + int32(x*townCell), Y: townLat + int32(y*townCell)}
}

func townSquare(x, y, w, h float64) lattice.MultiPolygon {
	return lattice.MultiPolygon{{{townPoint(x, y), townPoint(x+w, y), townPoint(x+w, y+h), townPoint(x, y+h)}}}
}

var townScheme = geo.Scheme{
	Name: geo.Text{"en": "Town", "zh": "镇"},
	Networks: []geo.Network{
		{ID: "basic", Kind: geo.Basic, Levels: []geo.Level{{ID: "street"}, {ID: "community"}, {ID: "grid"}}},
		{ID: "towers", Kind: geo.Stacked, Levels: []geo.Level{{ID: "floors"}}},
	},
}

func gridCode(i int) string { return fmt.Sprintf("520115001001%03d", i) }

// publishTown publishes the town's boundaries; bend moves the corner that the
// four middle grids share.
func publishTown(t testing.TB, s *sqlite.Store, bend float64) geo.Edition {
	t.Helper()
	n := townScheme.Networks[0]
	grids := []geo.Grid{{Code: "520115001", Network: "basic", Level: "street", Name: geo.Text{"zh": "滨湖街道", "en": "Lakeside"}}}
	for _, c := range []string{"520115001001", "520115001002"} {
		grids = append(grids, geo.Grid{Code: c, Network: "basic", Level: "community", Parent: "520115001"})
	}
	corner := func(x, y int) lattice.Point {
		if x == 2 && y == 2 {
			return townPoint(2+bend, 2)
		}
		return townPoint(float64(x), float64(y))
	}
	var shapes []coverage.Shape
	for i := range 16 {
		x, y := i%4, i/4
		parent := "520115001001"
		if x >= 2 {
			parent = "520115001002"
		}
		grids = append(grids, geo.Grid{Code: gridCode(i), Network: "basic", Level: "grid", Parent: parent, Name: geo.Plain(fmt.Sprintf("第%02d网格", i))})
		shapes = append(shapes, coverage.Shape{Code: gridCode(i), Shape: lattice.MultiPolygon{{{corner(x, y), corner(x+1, y), corner(x+1, y+1), corner(x, y+1)}}}})
	}
	areas, err := coverage.AreasOf(n, grids)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := coverage.Build(n, areas, shapes, coverage.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	hash := c.Hash()
	e, err := s.Publish(context.Background(), geo.By("test"), "", []geo.Publication{{Network: "basic", Hash: hex.EncodeToString(hash[:]), Chunks: c.Encode(), Grids: grids}})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// newTown makes a store with the town and returns it open for writing.
func newTown(t testing.TB) (*sqlite.Store, string) {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "town.db")
	s, err := sqlite.Create(ctx, path, townScheme)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	publishTown(t, s, 0)
	shape := townSquare(1.2, 1.2, 0.1, 0.2)
	for _, o := range []sqlite.Objects{
		{Layer: geo.Buildings, Buildings: []geo.Building{{Code: "J1", Name: geo.Plain("一号楼"), Shape: shape, Interior: record.Interior(shape), Storeys: 6}}},
		{Layer: geo.Base, Base: []geo.BaseFeature{{Code: "R1", Kind: "street", Class: "primary", Name: geo.Text{"zh": "长安路", "en": "Changan Road"},
			Shape: geo.Geometry{Lines: [][]lattice.Point{{townPoint(0, 1), townPoint(4, 1)}}}}}},
		{Layer: geo.Devices, Devices: []geo.Device{{Code: "C1", Kind: "camera", State: "ok", Point: townPoint(2.5, 2.5), View: &geo.View{BearingDeg: 45, AngleDeg: 60, RangeM: 60}}}},
	} {
		if err := s.Load(ctx, geo.By("test"), o); err != nil {
			t.Fatal(err)
		}
	}
	return s, path
}

func openIncident(t testing.TB, s *sqlite.Store, x, y float64) (geo.Incident, int64) {
	t.Helper()
	in, seq, _, err := s.OpenIncident(context.Background(), geo.By("hotline"), geo.Incident{
		Point: townPoint(x, y), At: time.Now(), Received: time.Now(), Category: "fire", Urgency: "urgent", State: "open",
		Owner: gridCode(int(y)*4 + int(x)), Grid: gridCode(int(y)*4 + int(x)), Network: "basic", Edition: 1,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	return in, seq
}

// built is the binary, built once for all tests that need it.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// start runs the built binary's serve on a store and returns its address and
// how to stop it.
func start(t testing.TB, path string, more ...string) (address string, stop func() error) {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "tiles-test-"); built.err == nil {
			var out []byte
			if out, built.err = exec.Command("go", "build", "-o", filepath.Join(built.dir, "tiles"), ".").CombinedOutput(); built.err != nil {
				built.err = fmt.Errorf("%w: %s", built.err, out)
			}
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	cmd := exec.Command(filepath.Join(built.dir, "tiles"), append([]string{"serve", "--store", "sqlite:" + path, "--listen", "127.0.0.1:0"}, more...)...)
	var log bytes.Buffer
	cmd.Stderr = &log
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(line), "tiles listens on ")
	if err != nil || !ok {
		cmd.Process.Kill()
		t.Fatalf("the first line is %q, %v; %s", line, err, log.String())
	}
	var once sync.Once
	var ended error
	stop = func() error {
		once.Do(func() {
			cmd.Process.Signal(syscall.SIGTERM)
			timer := time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
			io.Copy(io.Discard, lines)
			ended = cmd.Wait()
			timer.Stop()
		})
		return ended
	}
	t.Cleanup(func() { stop() })
	return address, stop
}

var client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}}

// get asks for a path and returns the answer with its body read.
func get(t testing.TB, url string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, body
}

func getJSON(t testing.TB, url string, to any, headers ...string) {
	t.Helper()
	a, body := get(t, url, headers...)
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s: %s", url, a.Status, body)
	}
	if err := json.Unmarshal(body, to); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

// soon waits for something that another process is about to do.
func soon(t testing.TB, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("not within 10 s: %s", what)
}
