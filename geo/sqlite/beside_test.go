package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
)

// besideEnv has this test program, started again, write beside the writer.
const besideEnv = "ONEGRID_TEST_BESIDE"

// besideActs is how many acts each of those beside the writer records.
const besideActs = 40

// noteBeside records acts and makes and revokes keys beside whoever writes.
func noteBeside(ctx context.Context, path string, acts int) error {
	s, err := sqlite.OpenBeside(ctx, path)
	if err != nil {
		return err
	}
	defer s.Close()
	for i := range acts {
		if err := s.Record(ctx, geo.Act{Actor: "beside", Do: "look", Object: fmt.Sprint(os.Getpid(), "-", i)}); err != nil {
			return err
		}
		if i%10 != 0 {
			continue
		}
		c := key(fmt.Sprint("key", os.Getpid(), "-", i))
		if err := errors.Join(s.AddCredential(ctx, geo.By("local"), c), s.RevokeCredential(ctx, geo.By("local"), c.ID)); err != nil {
			return err
		}
	}
	return nil
}

func key(id string) geo.Credential {
	c := geo.Credential{ID: id, Kind: geo.Key, Role: geo.RoleViewer}
	copy(c.Hash[:], id+" hashed, as it were, in a way")
	return c
}

// TestTheChainIsWholeBesideABusyWriter has a writer that never rests, and several
// beside it, in this process and in others: none may be kept waiting for long, and
// no link of the two chains may be lost or doubled.
func TestTheChainIsWholeBesideABusyWriter(t *testing.T) {
	ctx := context.Background()
	s := create(t)
	var stop atomic.Bool
	var writers, beside sync.WaitGroup
	var opened atomic.Int64
	for w := range 4 {
		writers.Go(func() {
			for i := 0; !stop.Load(); i++ {
				if _, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), storetest.Incident(storetest.At(w, 0, i%1000, 0)), ""); err != nil {
					t.Error(err)
					return
				}
				opened.Add(1)
			}
		})
	}
	start := time.Now()
	for range 2 {
		beside.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childEnv+"="+s.Path(), besideEnv+"=1")
			if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "<nil>") {
				t.Errorf("beside, in another process: %v: %s", err, out)
			}
		})
	}
	beside.Go(func() {
		if err := noteBeside(ctx, s.Path(), besideActs); err != nil {
			t.Errorf("beside: %v", err)
		}
	})
	beside.Wait()
	took := time.Since(start)
	stop.Store(true)
	writers.Wait()
	entries, _, err := s.VerifyAudit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.VerifyLog(ctx); err != nil {
		t.Error(err)
	}
	changes, err := s.Changes(ctx, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	const others = 3 * (besideActs + 2*besideActs/10)
	if entries != int64(len(changes))+others || int64(len(changes)) != 1+opened.Load() {
		t.Errorf("%d entries for %d changes and %d acts; %d incidents", entries, len(changes), others, opened.Load())
	}
	t.Logf("%d acts beside %d incidents in %v", others, opened.Load(), took.Round(time.Millisecond))
}

// TestBesideWaitsForALongWrite has a writer in one transaction for longer than
// SQLite's own patience would last.
func TestBesideWaitsForALongWrite(t *testing.T) {
	ctx := context.Background()
	s := create(t)
	b, err := sqlite.OpenBeside(ctx, s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	begun, end := make(chan struct{}), make(chan struct{})
	long := make(chan error)
	go func() { long <- s.During(func() { close(begun); <-end }) }()
	<-begun
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if err := b.Record(short, geo.Act{Actor: "k", Do: "look"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("who gives up: %v", err)
	}
	done := make(chan error)
	go func() { done <- b.Record(ctx, geo.Act{Actor: "k", Do: "look"}) }()
	select {
	case err := <-done:
		t.Fatalf("it was written into another's transaction: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	close(end)
	if err := errors.Join(<-long, <-done); err != nil {
		t.Fatal(err)
	}
	if n, _, err := s.VerifyAudit(ctx); n != 3 || err != nil { // the scheme, the long one, the act
		t.Errorf("%d entries, %v", n, err)
	}
}

// TestBesideWritesNothingElse holds it to credentials and the audit, and to being
// no writer in the eyes of others.
func TestBesideWritesNothingElse(t *testing.T) {
	ctx := context.Background()
	s := create(t)
	b, err := sqlite.OpenBeside(ctx, s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, _, _, err := b.OpenIncident(ctx, geo.By("x"), storetest.Incident(storetest.At(0, 0, 0, 0)), ""); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("an incident: %v", err)
	}
	if err := b.Load(ctx, geo.By("x"), geo.Objects{Layer: geo.Sites}); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("a layer: %v", err)
	}
	s.Close()
	if err := b.Record(ctx, geo.Act{Actor: "k", Do: "look"}); err != nil {
		t.Errorf("where there is no writer: %v", err)
	}
	again, err := sqlite.Open(ctx, s.Path())
	if err != nil {
		t.Fatalf("a writer, while somebody stands beside: %v", err)
	}
	again.Close()
	if _, err := sqlite.OpenBeside(ctx, filepath.Join(t.TempDir(), "none.db")); geo.KindOf(err) != geo.NotFound {
		t.Errorf("beside nothing: %v", err)
	}
	other := filepath.Join(t.TempDir(), "other.db")
	if err := sqlite.MakeForeign(other); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.OpenBeside(ctx, other); geo.KindOf(err) != geo.Invalid {
		t.Errorf("beside a foreign file: %v", err)
	}
	if left, _ := filepath.Glob(other + ".*"); len(left) > 0 {
		t.Errorf("it left %v", left)
	}
	if err := os.Rename(s.Path(), s.Path()+".away"); err != nil {
		t.Fatal(err)
	}
	if err := b.Record(ctx, geo.Act{Actor: "k", Do: "look"}); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("in a file that is gone: %v", err)
	}
}

// TestAnOlderStoreIsBroughtUp makes a store as the first version did, with a log:
// it keeps all, and gets its audit and its secret; beside a writer of that version
// nothing is touched.
func TestAnOlderStoreIsBroughtUp(t *testing.T) {
	ctx := context.Background()
	for name, open := range map[string]func(context.Context, string) (*sqlite.Store, error){"open": sqlite.Open, "beside": sqlite.OpenBeside} {
		t.Run(name, func(t *testing.T) {
			s := create(t)
			in, _, _, err := s.OpenIncident(ctx, geo.By("x"), storetest.Incident(storetest.At(0, 0, 0, 0)), "k")
			if err != nil {
				t.Fatal(err)
			}
			log, err := s.Changes(ctx, 0, -1)
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			if err := sqlite.MakeOlder(s.Path()); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(s.Path(), 0o644); err != nil { // as the first version made them
				t.Fatal(err)
			}
			if _, err := sqlite.OpenReader(ctx, s.Path()); geo.KindOf(err) != geo.Unavailable || !strings.Contains(err.Error(), "version 1") {
				t.Fatalf("a reader of an older store: %v", err)
			}
			now, err := open(ctx, s.Path())
			if err != nil {
				t.Fatal(err)
			}
			defer now.Close()
			if got, err := now.Incident(ctx, in.ID); err != nil || got.ID != in.ID {
				t.Errorf("the incident: %v", err)
			}
			if n, _, err := now.VerifyLog(ctx); n != int64(len(log)) || err != nil {
				t.Errorf("%d changes of %d, %v", n, len(log), err)
			}
			if n, _, err := now.VerifyAudit(ctx); n != 0 || err != nil {
				t.Errorf("%d entries of the audit, %v", n, err)
			}
			if err := now.Record(ctx, geo.Act{Actor: "k", Do: "look"}); err != nil {
				t.Error(err)
			}
			if secret, err := now.ProcessSecret(ctx); secret == "" || err != nil {
				t.Errorf("the secret %q, %v", secret, err)
			}
			for _, end := range []string{"", "-wal", "-shm", ".v1.bak"} {
				if info, err := os.Stat(s.Path() + end); err != nil || info.Mode().Perm() != 0o600 {
					t.Errorf("%s: %v, %v", end, info, err)
				}
			}
		})
	}
}

// TestOnlyItsOwnerReadsAStore looks at the modes of what lies on the disk.
func TestOnlyItsOwnerReadsAStore(t *testing.T) {
	s := create(t)
	for _, end := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(s.Path() + end)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", end, info.Mode())
		}
	}
}
