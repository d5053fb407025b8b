package sqlite_test

import (
	"context"
	"os"
	"testing"

	"onegrid/geo"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
)

// TestNothingIsKeptInALostFile takes the store away from under its writer: what
// SQLite would commit to the removed file must not be acknowledged.
func TestNothingIsKeptInALostFile(t *testing.T) {
	ctx := context.Background()
	s, other := create(t), create(t)
	open := func() error {
		_, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), geo.Incident{Category: "noise", State: "open"}, "")
		return err
	}
	if err := open(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.Path(), s.Path()+".away"); err != nil {
		t.Fatal(err)
	}
	if err := open(); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("the file is gone: %v", err)
	}
	other.Close()
	if err := os.Rename(other.Path(), s.Path()); err != nil {
		t.Fatal(err)
	}
	if err := open(); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("another file is there: %v", err)
	}
	if err := os.Rename(s.Path()+".away", s.Path()); err != nil {
		t.Fatal(err)
	}
	if err := open(); err != nil {
		t.Errorf("the file is back: %v", err)
	}
}

// TestANewStoreTakesNoOldLog makes stores where one was removed whose writer had
// been killed: its log is still there, and SQLite would read it into the new one.
func TestANewStoreTakesNoOldLog(t *testing.T) {
	ctx := context.Background()
	for name, make := range map[string]func(path string) error{
		"create": func(path string) error {
			s, err := sqlite.Create(ctx, path, storetest.Scheme())
			if err != nil {
				return err
			}
			return s.Close()
		},
		"move": func(path string) error {
			s := create(t)
			s.Close()
			return sqlite.Move(s.Path(), path)
		},
	} {
		t.Run(name, func(t *testing.T) {
			killed := create(t)
			path := killed.Path() + ".new-city"
			if _, _, _, err := killed.OpenIncident(ctx, geo.By("hotline"), geo.Incident{Category: "noise", State: "open"}, ""); err != nil {
				t.Fatal(err)
			}
			log, err := os.ReadFile(killed.Path() + "-wal")
			if err != nil || len(log) == 0 {
				t.Fatalf("no log to leave behind: %v", err)
			}
			if err := os.WriteFile(path+"-wal", log, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			s, err := sqlite.Open(ctx, path)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if changes, err := s.Changes(ctx, 0, 10); err != nil || len(changes) != 1 {
				t.Errorf("a new store has %d changes, want 1 (its scheme): %v", len(changes), err)
			}
		})
	}
}

// TestMoveRefuses keeps a store from being moved over another.
func TestMoveRefuses(t *testing.T) {
	s, other := create(t), create(t)
	s.Close()
	other.Close()
	if err := sqlite.Move(s.Path(), other.Path()); geo.KindOf(err) != geo.Conflict {
		t.Errorf("moved over a store: %v", err)
	}
}

// TestNothingIsKeptInAFileLostMeanwhile takes the file away in the middle of a
// write: SQLite commits it, and nobody will find it.
func TestNothingIsKeptInAFileLostMeanwhile(t *testing.T) {
	s := create(t)
	err := s.During(func() {
		if err := os.Rename(s.Path(), s.Path()+".away"); err != nil {
			t.Error(err)
		}
	})
	if geo.KindOf(err) != geo.Unavailable {
		t.Errorf("got %v", err)
	}
}

// TestAnotherStoresKeysAreOthers puts another store in the place of one, whose
// credentials were written as often: who reads them hears of it.
func TestAnotherStoresKeysAreOthers(t *testing.T) {
	ctx := context.Background()
	s, other := create(t), create(t)
	for id, to := range map[string]*sqlite.Store{"k1": s, "k2": other} {
		if err := to.AddCredential(ctx, geo.By("local"), key(id)); err != nil {
			t.Fatal(err)
		}
		to.Close()
	}
	r, err := sqlite.OpenReader(ctx, s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	read := func() (id string, revision int64) {
		t.Helper()
		revision, err := r.CredentialsRevision(ctx)
		if err != nil {
			t.Fatal(err)
		}
		all, same, err := r.Credentials(ctx)
		if err != nil || len(all) != 1 || same != revision {
			t.Fatalf("%v, %d, %d, %v", all, revision, same, err)
		}
		return all[0].ID, revision
	}
	before, was := read()
	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Move(other.Path(), s.Path()); err != nil {
		t.Fatal(err)
	}
	if after, is := read(); before != "k1" || after != "k2" || is == was {
		t.Errorf("%s at %d, then %s at %d", before, was, after, is)
	}
}
