package follow_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"onegrid/geo"
	"onegrid/geo/follow"
	"onegrid/geo/record"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

func TestMain(m *testing.M) {
	if child() || childFollower() {
		return
	}
	goleak.VerifyTestMain(m)
}

func create(tb testing.TB) (s *sqlite.Store, path string) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "city.db")
	s, err := sqlite.Create(context.Background(), path, storetest.Scheme())
	check(tb, err)
	tb.Cleanup(func() { s.Close() })
	return s, path
}

// quietLog is for tests in which the store goes away.
func quietLog() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// run follows a store until the test ends.
func run(tb testing.TB, log follow.Log, o follow.Options) (*follow.Follower, *world.Live) {
	tb.Helper()
	o.Log = quietLog()
	ctx, stop := context.WithCancel(context.Background())
	live := &world.Live{}
	f, err := follow.Run(ctx, log, live, o)
	if err != nil {
		stop()
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		stop()
		<-f.Done()
	})
	return f, live
}

// within waits for something to become so.
func within(tb testing.TB, what string, so func() bool) {
	tb.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("not within 10 s: %s", what)
		}
	}
}

func publish(tb testing.TB, s *sqlite.Store, bend int) int64 {
	tb.Helper()
	_, err := s.Publish(context.Background(), geo.By("planner"), "", []geo.Publication{storetest.Basic(tb, bend, "board"), storetest.Towers(2)})
	check(tb, err)
	log, err := s.Changes(context.Background(), 0, -1)
	check(tb, err)
	return log[len(log)-1].Seq
}

// TestFollowsEveryWrite writes of every kind and waits for each in the live
// world, which must look like one built anew.
func TestFollowsEveryWrite(t *testing.T) {
	s, path := create(t)
	r, err := sqlite.OpenReader(context.Background(), path)
	check(t, err)
	t.Cleanup(func() { r.Close() })
	own, ownLive := run(t, s, follow.Options{})
	far, farLive := run(t, r, follow.Options{})
	ctx := context.Background()
	house := record.Objects{Layer: geo.Buildings, Buildings: []geo.Building{storetest.Building("b0", storetest.At(1, 1, 0, 0), 20)}}
	var open geo.Incident
	for i, write := range []func() (int64, error){
		func() (int64, error) { return publish(t, s, 0), nil },
		func() (int64, error) { return s.Put(ctx, geo.By("x"), house) },
		func() (seq int64, err error) {
			open, seq, _, err = s.OpenIncident(ctx, geo.By("hotline"), storetest.Incident(storetest.At(1, 1, 0, 0)), "")
			return seq, err
		},
		func() (int64, error) { return publish(t, s, 4000), nil },
		func() (int64, error) { return s.CloseIncident(ctx, geo.By("x"), open.ID) },
		func() (int64, error) { return s.Delete(ctx, geo.By("x"), geo.Buildings, "b0") },
		func() (int64, error) { return s.SetScheme(ctx, geo.By("x"), storetest.Scheme()) },
	} {
		seq, err := write()
		check(t, err)
		check(t, own.Await(ctx, seq))
		check(t, far.Await(ctx, seq))
		want, _ := storetest.Snapshot(t, s)
		if d := cmp.Diff(storetest.PictureOf(t, want), storetest.PictureOf(t, ownLive.Load())); d != "" {
			t.Fatalf("write %d in its own process:\n%s", i, d)
		}
		if d := cmp.Diff(storetest.PictureOf(t, want), storetest.PictureOf(t, farLive.Load())); d != "" {
			t.Fatalf("write %d in another process:\n%s", i, d)
		}
	}
}

// TestChangesComeInOrder hears of every change once, between the worlds that it
// leads from and to.
func TestChangesComeInOrder(t *testing.T) {
	s, _ := create(t)
	publish(t, s, 0)
	var mu sync.Mutex
	var heard []int64
	var faults []string
	f, live := run(t, s, follow.Options{OnChange: func(old, new *world.World, changes []geo.Change) {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range changes {
			heard = append(heard, c.Seq)
		}
		if len(changes) == 0 || changes[0].Seq != old.Seq()+1 || changes[len(changes)-1].Seq != new.Seq() {
			faults = append(faults, fmt.Sprintf("from %d to %d by %d changes", old.Seq(), new.Seq(), len(changes)))
		}
	}})
	from := live.Load().Seq()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 50 {
				if _, _, _, err := s.OpenIncident(context.Background(), geo.By("hotline"), storetest.Incident(storetest.At(w, 0, i, 0)), ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	check(t, f.Await(context.Background(), from+200))
	within(t, "200 changes heard", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(heard) == 200
	})
	for i, seq := range heard {
		if seq != from+int64(i)+1 {
			t.Fatalf("change %d heard at place %d after %d", seq, i, from)
		}
	}
	if len(faults) > 0 {
		t.Fatal(faults)
	}
}

// TestAwaitEnds waits for what does not come.
func TestAwaitEnds(t *testing.T) {
	s, _ := create(t)
	f, live := run(t, s, follow.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := f.Await(ctx, live.Load().Seq()+1); err != context.DeadlineExceeded {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended, err := follow.Run(ctx, s, &world.Live{}, follow.Options{})
	check(t, err)
	stop()
	if err := ended.Await(context.Background(), live.Load().Seq()+1); geo.KindOf(err) != geo.Unavailable {
		t.Fatal(err)
	}
}

// hooked is a store with something done after each reading of it.
type hooked struct {
	*sqlite.Store
	reads atomic.Int64
	after func()
}

func (h *hooked) Read(ctx context.Context, after record.Position, to record.Feed) error {
	err := h.Store.Read(ctx, after, to)
	h.reads.Add(1)
	if h.after != nil {
		h.after()
	}
	return err
}

// TestSeesWhatIsWrittenWhileItReads writes just after the first reading: what
// comes between that and the first look at the store must not wait for the next
// write.
func TestSeesWhatIsWrittenWhileItReads(t *testing.T) {
	s, path := create(t)
	publish(t, s, 0)
	r, err := sqlite.OpenReader(context.Background(), path)
	check(t, err)
	defer r.Close()
	var seq int64
	var once sync.Once
	log := &hooked{Store: r}
	log.after = func() {
		once.Do(func() {
			var err error
			_, seq, _, err = s.OpenIncident(context.Background(), geo.By("hotline"), storetest.Incident(storetest.At(0, 0, 0, 0)), "")
			check(t, err)
		})
	}
	f, _ := run(t, log, follow.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	check(t, f.Await(ctx, seq))
}

// TestOwnWritesWakeTheFollower lets the process that writes see it at once,
// however seldom it looks at the store.
func TestOwnWritesWakeTheFollower(t *testing.T) {
	s, _ := create(t)
	f, _ := run(t, s, follow.Options{Poll: time.Hour})
	seq := publish(t, s, 0)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	check(t, f.Await(ctx, seq))
}

// TestARefusedStoreIsReadOnce keeps a process beside another city's store from
// reading the whole of it at every look.
func TestARefusedStoreIsReadOnce(t *testing.T) {
	s, path := create(t)
	publish(t, s, 0)
	check(t, s.Close())
	other, otherPath := create(t)
	check(t, other.Close())
	r, err := sqlite.OpenReader(context.Background(), path)
	check(t, err)
	defer r.Close()
	log := &hooked{Store: r}
	f, _ := run(t, log, follow.Options{Poll: time.Millisecond})
	check(t, os.Rename(otherPath, path))
	within(t, "the other store to be refused", func() bool { return f.Status().Err != nil })
	before := log.reads.Load()
	time.Sleep(300 * time.Millisecond)
	if n := log.reads.Load() - before; n > 2 {
		t.Errorf("it was read %d times more", n)
	}
}
