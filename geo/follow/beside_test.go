package follow_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/follow"
	"onegrid/geo/lattice"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

// TestAnswersNeverMixEditions looks places up while editions follow on each
// other: a world's edition, its grids' names and its coverage are always of one.
func TestAnswersNeverMixEditions(t *testing.T) {
	s, _ := create(t)
	_, err := s.Publish(context.Background(), geo.By("planner"), "", []geo.Publication{named(t, 1)})
	check(t, err)
	f, live := run(t, s, follow.Options{})
	stop := make(chan struct{})
	faults := make(chan string, 2)
	for range 2 {
		go func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					faults <- ""
					return
				default:
				}
				if fault := mixed(live.Load()); fault != "" {
					faults <- fault
					return
				}
			}
		}()
	}
	var last int64
	for e := 2; e < 30; e++ {
		_, err := s.Publish(context.Background(), geo.By("planner"), "", []geo.Publication{named(t, e)})
		check(t, err)
		log, err := s.Changes(context.Background(), last, -1)
		check(t, err)
		last = log[len(log)-1].Seq
		if e%4 == 0 { // some are read together
			check(t, f.Await(context.Background(), last))
		}
	}
	check(t, f.Await(context.Background(), last))
	close(stop)
	for range 2 {
		if fault := <-faults; fault != "" {
			t.Error(fault)
		}
	}
	if live.Load().Edition().ID != 29 {
		t.Errorf("edition %d", live.Load().Edition().ID)
	}
}

// named is the board as edition e draws it: the district bears the edition's
// number, and in odd ones the inner corner is bent so far that the place beside
// it changes hands.
func named(tb testing.TB, e int) geo.Publication {
	return storetest.Basic(tb, e%2*4000, fmt.Sprint("edition ", e))
}

func mixed(w *world.World) string {
	e := w.Edition().ID
	n := w.Basic()
	d, _ := n.Find("d")
	if got := n.Grids[d].Name.In(""); got != fmt.Sprint("edition ", e) {
		return fmt.Sprintf("edition %d has the name %q", e, got)
	}
	want := storetest.GridCode(1, 1)
	if e%2 == 1 {
		want = storetest.GridCode(0, 1)
	}
	if got := n.Grids[n.AreaAt(storetest.At(1, 1, -4900, -4400))].Code; got != want {
		return fmt.Sprintf("edition %d: %s owns the place, want %s", e, got, want)
	}
	return ""
}

// BenchmarkLookupsBesidePublishing compares the slowest hundredth of lookups
// while two editions a second are published and followed with those without.
func BenchmarkLookupsBesidePublishing(b *testing.B) {
	path := filepath.Join(b.TempDir(), "city.db")
	s, err := sqlite.Create(context.Background(), path, storetest.Scheme())
	check(b, err)
	b.Cleanup(func() { s.Close() })
	pubs := [2]geo.Publication{board(b, 38, 30), board(b, 38, 29)}
	_, err = s.Publish(context.Background(), geo.By("planner"), "", pubs[:1])
	check(b, err)
	_, live := run(b, s, follow.Options{})
	const phase = 3 * time.Second
	for b.Loop() {
		alone := slowest(live, phase)
		ctx, stop := context.WithTimeout(context.Background(), phase)
		published := make(chan int)
		go func() {
			n := 0
			for ticker := time.NewTicker(500 * time.Millisecond); ; n++ {
				select {
				case <-ctx.Done():
					ticker.Stop()
					published <- n
					return
				case <-ticker.C:
				}
				if _, err := s.Publish(context.Background(), geo.By("planner"), "", pubs[(n+1)%2:(n+1)%2+1]); err != nil {
					b.Error(err)
				}
			}
		}()
		beside := slowest(live, phase)
		stop()
		b.ReportMetric(float64(<-published)/phase.Seconds(), "editions/s")
		b.ReportMetric(float64(alone.Nanoseconds()), "ns-p99-alone")
		b.ReportMetric(float64(beside.Nanoseconds())/float64(alone.Nanoseconds()), "times-beside")
	}
}

// slowest looks places up for a while, a hundred at a time as a request with a
// batch would, and returns the 99th percentile of a hundred's time.
func slowest(live *world.Live, phase time.Duration) time.Duration {
	var all []time.Duration
	const span = 38 * storetest.Step
	p := lattice.Point{}
	for end := time.Now().Add(phase); ; {
		at := time.Now()
		if at.After(end) {
			break
		}
		n := live.Load().Basic()
		for range 100 {
			p.X, p.Y = (p.X+7919*31)%span, (p.Y+104729)%span
			n.AreaAt(lattice.Point{X: storetest.Origin.X + p.X, Y: storetest.Origin.Y + p.Y})
		}
		all = append(all, time.Since(at))
	}
	slices.Sort(all)
	return all[len(all)*99/100]
}
