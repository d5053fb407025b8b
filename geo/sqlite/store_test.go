package sqlite_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onegrid/geo"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
)

func TestMain(m *testing.M) {
	if child() {
		return
	}
	if os.Getenv("ONEGRID_LONG") == "" {
		flag.Set("rapid.checks", "25")
	}
	goleak.VerifyTestMain(m)
}

func TestContract(t *testing.T) { storetest.Run(t, harness{}) }

// harness makes stores on real files.
type harness struct{}

func (harness) Create(tb testing.TB, scheme geo.Scheme) storetest.Store {
	dir, err := os.MkdirTemp(tb.TempDir(), "store")
	if err != nil {
		tb.Fatal(err)
	}
	s, err := sqlite.Create(context.Background(), filepath.Join(dir, "city.db"), scheme)
	return closing(tb, s, err)
}

func (harness) Reader(tb testing.TB, s storetest.Store) storetest.Store {
	r, err := sqlite.OpenReader(context.Background(), pathOf(s))
	return closing(tb, r, err)
}

func (harness) Reopen(tb testing.TB, s storetest.Store) storetest.Store {
	if err := s.Close(); err != nil {
		tb.Fatal(err)
	}
	again, err := sqlite.Open(context.Background(), pathOf(s))
	return closing(tb, again, err)
}

func (harness) Fill(tb testing.TB, s storetest.Store) (free func()) {
	if err := s.(*sqlite.Store).LimitPages(1); err != nil { // less than there are: no page may be added
		tb.Fatal(err)
	}
	return func() {
		if err := s.(*sqlite.Store).LimitPages(1 << 30); err != nil {
			tb.Fatal(err)
		}
	}
}

func pathOf(s storetest.Store) string { return s.(*sqlite.Store).Path() }

func closing(tb testing.TB, s *sqlite.Store, err error) storetest.Store {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func create(tb testing.TB) *sqlite.Store {
	tb.Helper()
	return harness{}.Create(tb, storetest.Scheme()).(*sqlite.Store)
}

func TestOnlyOneWriter(t *testing.T) {
	s := create(t)
	if err := s.SetAddress("127.0.0.1:8081"); err != nil {
		t.Fatal(err)
	}
	pid, addr, ok := sqlite.Holder(s.Path())
	if pid != os.Getpid() || addr != "127.0.0.1:8081" || !ok {
		t.Fatalf("holder %d at %q, %v", pid, addr, ok)
	}
	_, err := sqlite.Open(context.Background(), s.Path())
	if geo.KindOf(err) != geo.Conflict || !strings.Contains(err.Error(), addr) {
		t.Fatalf("a second writer: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(s.Path(), link); err != nil {
		t.Fatal(err)
	}
	if second, err := sqlite.Open(context.Background(), link); geo.KindOf(err) != geo.Conflict {
		t.Errorf("a second writer by another name: %v", err)
		second.Close()
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if pid, _, ok := sqlite.Holder(s.Path()); ok {
		t.Fatalf("a closed store is held by %d", pid)
	}
	again, err := sqlite.Open(context.Background(), s.Path())
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestCreateAndOpenRefuse(t *testing.T) {
	ctx := context.Background()
	s := create(t)
	s.Close()
	if _, err := sqlite.Create(ctx, s.Path(), storetest.Scheme()); geo.KindOf(err) != geo.Conflict {
		t.Errorf("create over a store: %v", err)
	}
	nowhere := filepath.Join(t.TempDir(), "no.db")
	if _, err := sqlite.Open(ctx, nowhere); geo.KindOf(err) != geo.NotFound {
		t.Errorf("open nothing: %v", err)
	}
	if _, err := sqlite.OpenReader(ctx, nowhere); geo.KindOf(err) != geo.NotFound {
		t.Errorf("read nothing: %v", err)
	}
	text := filepath.Join(t.TempDir(), "odd name %41?#.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(ctx, text); err == nil {
		t.Error("a text file was opened")
	}
	if got, _ := os.ReadFile(text); !strings.HasPrefix(string(got), "not a database ") {
		t.Error("a text file was written to")
	}
	if _, err := sqlite.OpenReader(ctx, text); geo.KindOf(err) != geo.Invalid {
		t.Errorf("read a text file: %v", err)
	}
	if _, err := sqlite.OpenReader(ctx, t.TempDir()); geo.KindOf(err) != geo.Invalid {
		t.Errorf("read a folder: %v", err)
	}
	odd := filepath.Join(t.TempDir(), "odd name %41?#.db")
	o, err := sqlite.Create(ctx, odd, storetest.Scheme())
	if err != nil {
		t.Fatal(err)
	}
	o.Close()
	if _, err := os.Stat(odd); err != nil {
		t.Fatal(err)
	}
}

// TestOneFailureLeavesNothingOfItsGroup writes several at once of which one fails
// halfway: its half must not be committed with the others.
func TestOneFailureLeavesNothingOfItsGroup(t *testing.T) {
	ctx := context.Background()
	s := create(t)
	before, err := s.Changes(ctx, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range s.Together([]string{"a", "b", "c"}, "b") {
		if err == nil {
			t.Errorf("write %d was acknowledged", i)
		}
	}
	if after, err := s.Changes(ctx, 0, -1); err != nil || len(after) != len(before) {
		t.Errorf("%d changes became %d, %v", len(before), len(after), err)
	}
	for i, err := range s.Together([]string{"a", "b", "c"}, "") {
		if err != nil {
			t.Errorf("write %d: %v", i, err)
		}
	}
	log, err := s.Changes(ctx, int64(len(before)), -1)
	if err != nil || len(log) != 3 || log[0].Seq != int64(len(before))+1 {
		t.Errorf("the log goes on with %v, %v", log, err)
	}
}

// TestTheLogsTimeNeverGoesBack sets the clock back between two writes.
func TestTheLogsTimeNeverGoesBack(t *testing.T) {
	s := create(t)
	ahead := time.Now().Add(time.Hour).Truncate(time.Microsecond)
	if err := s.SetClock(ahead); err != nil {
		t.Fatal(err)
	}
	if err := s.During(func() {}); err != nil {
		t.Fatal(err)
	}
	log, err := s.Changes(context.Background(), 1, -1)
	if err != nil || len(log) != 1 || log[0].At.Before(ahead) {
		t.Errorf("after %v: %v, %v", ahead, log, err)
	}
}

// TestTheHashIsOfAllThatCameBefore makes two logs that differ in their middle
// and end alike: who follows one must not take the other for its continuation.
func TestTheHashIsOfAllThatCameBefore(t *testing.T) {
	at := time.Now().Add(time.Hour) // fixed, so that the entries are alike
	var ends [2]string
	for i, code := range []string{"one", "two"} {
		s := create(t)
		if err := s.SetClock(at); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Put(context.Background(), geo.By("iot"), geo.Objects{Layer: geo.Devices,
			Devices: []geo.Device{storetest.Camera(code, storetest.At(0, 0, 0, 0), "ok")}}); err != nil {
			t.Fatal(err)
		}
		if err := s.During(func() {}); err != nil {
			t.Fatal(err)
		}
		_, end := storetest.Snapshot(t, s)
		ends[i] = end.Hash
	}
	if ends[0] == ends[1] || ends[0] == "" {
		t.Errorf("both end in %q", ends[0])
	}
}

// TestCommitsReachTheDisk holds what no kill can show: that a commit is on the
// disk, and not only with the system, before it is acknowledged.
func TestCommitsReachTheDisk(t *testing.T) {
	s := create(t)
	for name, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1"} {
		if got, err := s.Pragma(name); err != nil || got != want {
			t.Errorf("%s is %q, want %q; %v", name, got, want, err)
		}
	}
}

// TestTheLockNamesItsHolder opens a store after a process that had an address:
// whoever asks must not be sent there.
func TestTheLockNamesItsHolder(t *testing.T) {
	s := create(t)
	if err := s.SetAddress("127.0.0.1:8081"); err != nil {
		t.Fatal(err)
	}
	harness{}.Reopen(t, s)
	if pid, addr, ok := sqlite.Holder(s.Path()); !ok || pid != os.Getpid() || addr != "" {
		t.Errorf("held by %d at %q, %v", pid, addr, ok)
	}
}
