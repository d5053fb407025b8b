package follow_test

import (
	"context"
	"database/sql"
	"os"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/follow"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

// TestKeepsTheLastWorld takes the store away and gives it back.
func TestKeepsTheLastWorld(t *testing.T) {
	s, path := create(t)
	publish(t, s, 0)
	check(t, s.Close())
	r, err := sqlite.OpenReader(context.Background(), path)
	check(t, err)
	defer r.Close()
	f, live := run(t, r, follow.Options{})
	was := live.Load()
	check(t, os.Rename(path, path+".away"))
	within(t, "the store's absence to show", func() bool { return f.Status().Err != nil })
	if st := f.Status(); st.Behind.IsZero() || live.Load() != was || st.Seq != was.Seq() {
		t.Fatalf("status %+v", st)
	}
	check(t, os.Rename(path+".away", path))
	within(t, "the store's return to show", func() bool { return f.Status().Err == nil })
	if st := f.Status(); !st.Behind.IsZero() || st.Reloads != 0 {
		t.Fatalf("status %+v", st)
	}
}

// TestDoesNotFollowAnotherStore puts another city in the store's place, then the
// store again, with a write more.
func TestDoesNotFollowAnotherStore(t *testing.T) {
	s, path := create(t)
	publish(t, s, 0)
	other, otherPath := create(t)
	publish(t, other, 0)
	publish(t, other, 4000)
	check(t, other.Close())
	check(t, s.Close())
	r, err := sqlite.OpenReader(context.Background(), path)
	check(t, err)
	defer r.Close()
	f, live := run(t, r, follow.Options{})
	was := live.Load()
	check(t, os.Rename(path, path+".away"))
	check(t, os.Rename(otherPath, path))
	within(t, "the other store to be refused", func() bool { return f.Status().Err != nil && geo.KindOf(f.Status().Err) == geo.Unavailable })
	time.Sleep(100 * time.Millisecond)
	if live.Load() != was || f.Status().Err == nil {
		t.Fatal("another store is followed")
	}
	check(t, os.Rename(path+".away", path))
	again, err := sqlite.Open(context.Background(), path)
	check(t, err)
	defer again.Close()
	_, seq, _, err := again.OpenIncident(context.Background(), geo.By("hotline"), storetest.Incident(storetest.At(0, 0, 0, 0)), "")
	check(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	check(t, f.Await(ctx, seq))
}

// TestReadsARestoredStoreAnew goes back to a copy of the file, on which other
// changes were made than the follower had seen, to the same number.
func TestReadsARestoredStoreAnew(t *testing.T) {
	ctx := context.Background()
	s, path := create(t)
	publish(t, s, 0)
	check(t, s.Close())
	old, err := os.ReadFile(path)
	check(t, err)
	write := func(p string) {
		s, err := sqlite.Open(ctx, p)
		check(t, err)
		_, _, _, err = s.OpenIncident(ctx, geo.By("hotline"), storetest.Incident(storetest.At(0, 0, len(p), 0)), "")
		check(t, err)
		check(t, s.Close())
	}
	check(t, os.WriteFile(path+".copy", old, 0o644))
	write(path)
	write(path + ".copy")
	r, err := sqlite.OpenReader(ctx, path)
	check(t, err)
	defer r.Close()
	calls := make(chan []geo.Change, 8)
	f, live := run(t, r, follow.Options{OnChange: func(_, _ *world.World, c []geo.Change) { calls <- c }})
	check(t, os.Rename(path+".copy", path))
	within(t, "the restored store to be read", func() bool { return f.Status().Reloads == 1 })
	if c := <-calls; c != nil {
		t.Fatalf("a new reading came as changes: %v", c)
	}
	at := storetest.At(0, 0, len(path+".copy"), 0)
	for in := range live.Load().Incidents().All() {
		if in.Point != at {
			t.Fatalf("incident at %v, want %v", in.Point, at)
		}
	}
}

// TestDoesNotFollowAnEmptiedStore empties tables by hand.
func TestDoesNotFollowAnEmptiedStore(t *testing.T) {
	for _, statements := range []string{
		`DELETE FROM grids; DELETE FROM states; DELETE FROM editions; DELETE FROM changes WHERE seq > 1`,
		`DELETE FROM changes`,
		`DELETE FROM changes; DELETE FROM store`,
	} {
		s, path := create(t)
		publish(t, s, 0)
		r, err := sqlite.OpenReader(context.Background(), path)
		check(t, err)
		f, live := run(t, r, follow.Options{})
		was := live.Load()
		db, err := sql.Open("sqlite", path)
		check(t, err)
		_, err = db.Exec(`BEGIN; ` + statements + `; COMMIT`)
		check(t, err)
		check(t, db.Close())
		within(t, "the emptied store to be refused", func() bool { return geo.KindOf(f.Status().Err) == geo.Unavailable })
		time.Sleep(100 * time.Millisecond)
		if live.Load() != was || f.Status().Err == nil {
			t.Fatalf("followed after %s", statements)
		}
		t.Cleanup(func() { r.Close() })
	}
}
