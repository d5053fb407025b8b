package follow_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/follow"
	"onegrid/geo/lattice"
	"onegrid/geo/record"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

// bigCity writes a store of side by side grids whose borders have bends points
// a side, with buildings and devices spread over them.
func bigCity(b *testing.B, side, bends, buildings, devices int) string {
	b.Helper()
	ctx := context.Background()
	path := filepath.Join(b.TempDir(), "city.db")
	s, err := sqlite.Create(ctx, path, storetest.Scheme())
	check(b, err)
	defer s.Close()
	start := time.Now()
	pub := board(b, side, bends)
	b.Logf("coverage of %d grids built in %v", side*side, time.Since(start))
	start = time.Now()
	_, err = s.Publish(ctx, "planner", "", []geo.Publication{pub})
	check(b, err)
	b.Logf("published in %v", time.Since(start))
	rnd := rand.New(rand.NewPCG(1, 2))
	anywhere := func() lattice.Point {
		return storetest.At(0, 0, rnd.IntN(side*storetest.Step), rnd.IntN(side*storetest.Step))
	}
	o := record.Objects{Layer: geo.Buildings}
	for i := range buildings {
		o.Buildings = append(o.Buildings, house(i, anywhere()))
	}
	start = time.Now()
	check(b, s.Load(ctx, "import", o))
	b.Logf("%d buildings loaded in %v", buildings, time.Since(start))
	o = record.Objects{Layer: geo.Devices}
	for i := range devices {
		o.Devices = append(o.Devices, storetest.Camera(fmt.Sprintf("cam-%06d", i), anywhere(), "ok"))
	}
	check(b, s.Load(ctx, "import", o))
	return path
}

// board is a chessboard of side by side fields with bent borders.
func board(b *testing.B, side, bends int) geo.Publication {
	grids := []geo.Grid{{Code: "d", Level: "district"}}
	var shapes []coverage.Shape
	for y := range side {
		community := fmt.Sprintf("c%d", y)
		grids = append(grids, geo.Grid{Code: community, Level: "community", Parent: "d", Name: geo.Text{"zh": "社区" + community}})
		for x := range side {
			code := fmt.Sprintf("5201150%04d%04d", x, y)
			grids = append(grids, geo.Grid{Code: code, Level: "grid", Parent: community, Name: geo.Text{"zh": "网格" + code}})
			shapes = append(shapes, coverage.Shape{Code: code, Shape: lattice.MultiPolygon{{outline(x, y, bends)}}})
		}
	}
	return storetest.Published(b, storetest.Scheme().Networks[0], grids, shapes)
}

// outline runs around a field; neighbours share their bends.
func outline(x, y, bends int) []lattice.Point {
	var ring []lattice.Point
	side := func(x, y, dx, dy int, backwards bool) {
		at := func(i int) lattice.Point {
			wave := 0
			if i > 0 {
				wave = (i*7919+x*104729+y*1299709)%801 - 400
			}
			return storetest.At(x, y, dx*i*storetest.Step/bends+dy*wave, dy*i*storetest.Step/bends+dx*wave)
		}
		for i := range bends {
			if backwards {
				i = bends - i
			}
			if i == bends {
				ring = append(ring, storetest.At(x+dx, y+dy, 0, 0))
			} else {
				ring = append(ring, at(i))
			}
		}
	}
	side(x, y, 1, 0, false)
	side(x+1, y, 0, 1, false)
	side(x, y+1, 1, 0, true)
	side(x, y, 0, 1, true)
	return ring
}

func house(i int, p lattice.Point) geo.Building {
	code := fmt.Sprintf("520115%07d", i)
	b := geo.Building{
		Code: code, Name: geo.Text{"zh": fmt.Sprint(i%40, "号楼")}, Address: fmt.Sprintf("龙山路%d号", i%3000),
		Estate: fmt.Sprintf("E%05d", i/30), Interior: p, Storeys: 6 + i%30, HeightM: float64(6+i%30) * 3, Use: "residential",
	}
	var ring []lattice.Point
	for k, c := range [...][2]int32{{-9, -5}, {-3, -5}, {-3, -7}, {3, -7}, {3, -5}, {9, -5}, {9, 5}, {-9, 5}} {
		ring = append(ring, lattice.Point{X: p.X + c[0]*120 + int32(k*i%17), Y: p.Y + c[1]*120 + int32(k*i%13)})
	}
	b.Shape = lattice.MultiPolygon{{ring}}
	for u := range 1 + i%4 {
		b.Units = append(b.Units, geo.Unit{Code: fmt.Sprintf("%s-%d", code, u+1), Households: 12 + i%20})
	}
	return b
}

// sizes are a district's city and the largest that is aimed at.
var sizes = []struct{ side, bends, buildings, devices int }{
	{38, 30, 20_000, 11_000},
	{316, 28, 1_000_000, 100_000}, // 5.6 M vertices
}

// BenchmarkStart starts another process on a store and waits until its world is
// live, then publishes the boundaries anew and waits until they are live there.
// Memory is what the system says of that process, at its peak so far.
func BenchmarkStart(b *testing.B) {
	for _, c := range sizes {
		b.Run(fmt.Sprintf("%dgrids-%dbuildings", c.side*c.side, c.buildings), func(b *testing.B) {
			path := bigCity(b, c.side, c.bends, c.buildings, c.devices)
			next := board(b, c.side, c.bends+1)
			runtime.GC()
			var started, published time.Duration
			for range b.N {
				p := startFollower(b, path)
				started += p.ready
				b.ReportMetric(p.steadyMB, "MB-steady")
				b.ReportMetric(p.peakMB, "MB-peak-start")
				s, err := sqlite.Open(context.Background(), path)
				check(b, err)
				at := time.Now()
				_, err = s.Publish(context.Background(), "planner", "", []geo.Publication{next})
				check(b, err)
				committed := time.Now()
				live, peak := p.nextWorld(b)
				published += live.Sub(at)
				b.Logf("published in %v, live elsewhere %v later", committed.Sub(at), live.Sub(committed))
				b.ReportMetric(peak, "MB-peak-publish")
				check(b, s.Close())
				p.end()
			}
			b.ReportMetric(float64(started.Milliseconds())/float64(b.N), "ms-start")
			b.ReportMetric(float64(published.Milliseconds())/float64(b.N), "ms-publish")
		})
	}
}

// follower is this test program, started again to follow a store.
type follower struct {
	cmd              *exec.Cmd
	in               io.Closer
	lines            *bufio.Scanner
	ready            time.Duration
	steadyMB, peakMB float64
}

func startFollower(b *testing.B, path string) *follower {
	b.Helper()
	f := &follower{cmd: exec.Command(os.Args[0])}
	f.cmd.Env = append(os.Environ(), followsEnv+"="+path)
	f.cmd.Stderr = os.Stderr
	in, err := f.cmd.StdinPipe()
	check(b, err)
	out, err := f.cmd.StdoutPipe()
	check(b, err)
	f.in, f.lines = in, bufio.NewScanner(out)
	at := time.Now()
	check(b, f.cmd.Start())
	f.lines.Scan()
	f.ready = time.Since(at)
	if !f.lines.Scan() {
		b.Fatal("the follower ended")
	}
	if _, err := fmt.Sscan(f.lines.Text(), &f.steadyMB, &f.peakMB); err != nil {
		b.Fatal(f.lines.Text())
	}
	return f
}

// nextWorld waits for it to say that a world is live.
func (f *follower) nextWorld(b *testing.B) (at time.Time, peakMB float64) {
	b.Helper()
	if !f.lines.Scan() {
		b.Fatal("the follower ended")
	}
	var nano int64
	if _, err := fmt.Sscan(f.lines.Text(), &nano, &peakMB); err != nil {
		b.Fatal(f.lines.Text())
	}
	return time.Unix(0, nano), peakMB
}

func (f *follower) end() {
	f.in.Close()
	f.cmd.Wait()
}

const followsEnv = "ONEGRID_TEST_FOLLOWS"

// childFollower is the life of that process: it says when it is ready and when a
// new world is live, and ends with its input.
func childFollower() bool {
	path := os.Getenv(followsEnv)
	if path == "" {
		return false
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s, err := sqlite.OpenReader(ctx, path)
	if err != nil {
		fmt.Println(err)
		return true
	}
	live := &world.Live{}
	f, err := follow.Run(ctx, s, live, follow.Options{OnChange: func(_, _ *world.World, _ []geo.Change) {
		fmt.Println(time.Now().UnixNano(), statusMB("VmHWM"))
	}})
	if err != nil {
		fmt.Println(err)
		return true
	}
	fmt.Println("ready")
	peak := statusMB("VmHWM")
	debug.FreeOSMemory()
	fmt.Println(statusMB("VmRSS"), peak)
	io.Copy(io.Discard, os.Stdin)
	stop()
	<-f.Done()
	s.Close()
	runtime.KeepAlive(live)
	return true
}

// statusMB reads one of the kernel's figures on this process.
func statusMB(name string) float64 {
	text, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(text), name+":")
	kB := 0.0
	fmt.Sscan(rest, &kB)
	return kB / 1000
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
