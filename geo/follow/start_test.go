package follow_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/follow"
	"onegrid/geo/sqlite"
	"onegrid/geo/world"
)

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
				_, err = s.Publish(context.Background(), geo.By("planner"), "", []geo.Publication{next})
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
