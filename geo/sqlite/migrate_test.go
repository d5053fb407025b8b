package sqlite_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"onegrid/geo"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
)

// later is the program's migrations and one more.
func later(t *testing.T, sql string) fs.FS {
	t.Helper()
	steps := fstest.MapFS{}
	names, err := fs.Glob(sqlite.Migrations(), "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(sqlite.Migrations(), name)
		if err != nil {
			t.Fatal(err)
		}
		steps[name] = &fstest.MapFile{Data: text}
	}
	steps["99999_later.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql + "\n")}
	return steps
}

func TestMigrationsRunForwardAfterABackup(t *testing.T) {
	ctx := context.Background()
	s := create(t)
	in, _, _, err := s.OpenIncident(ctx, geo.By("hotline"), storetest.Incident(storetest.At(0, 0, 0, 0)), "")
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := sqlite.OpenWith(ctx, s.Path(), later(t, "CREATE TABLE broken (;")); err == nil {
		t.Fatal("a migration that cannot run was taken for done")
	}
	if err := sqlite.OpenWith(ctx, s.Path(), later(t, "CREATE TABLE extra (x); DELETE FROM incidents;")); err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(context.Context, string) (*sqlite.Store, error){sqlite.Open, sqlite.OpenReader} {
		_, err := open(ctx, s.Path())
		if geo.KindOf(err) != geo.Conflict || !strings.Contains(err.Error(), "99999") || !strings.HasSuffix(err.Error(), "up to 2") {
			t.Fatalf("a newer file: %v", err)
		}
	}
	backups, _ := filepath.Glob(s.Path() + ".v*.bak")
	if len(backups) != 1 {
		t.Fatalf("backups: %v", backups)
	}
	old, err := sqlite.Open(ctx, backups[0])
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if _, err := old.Incident(ctx, in.ID); err != nil {
		t.Fatal(err)
	}
}

func TestForeignFileIsRefused(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "other.db")
	if err := sqlite.MakeForeign(path); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, open := range []func(context.Context, string) (*sqlite.Store, error){sqlite.Open, sqlite.OpenReader} {
		if _, err := open(ctx, path); geo.KindOf(err) != geo.Invalid || !strings.Contains(err.Error(), "not a store") {
			t.Fatalf("a foreign file: %v", err)
		}
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(after), "CREATE TABLE recipes") || !bytes.Equal(after, before) {
		t.Fatal("a foreign file was changed")
	}
}

// TestReaderNoticesAnotherFile puts another store in the place of one that is
// open for reading.
func TestReaderNoticesAnotherFile(t *testing.T) {
	ctx := context.Background()
	s, other := create(t), create(t)
	r, err := sqlite.OpenReader(ctx, s.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_, was := storetest.Snapshot(t, r)
	version, err := r.Version(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	other.Close()
	if err := os.Rename(s.Path(), s.Path()+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Version(ctx); geo.KindOf(err) != geo.Unavailable || !strings.Contains(err.Error(), "gone") {
		t.Fatalf("the file is gone: %v", err)
	}
	if err := os.Rename(other.Path(), s.Path()); err != nil {
		t.Fatal(err)
	}
	now, err := r.Version(ctx)
	if err != nil || now == version {
		t.Fatalf("version %d, then %d, %v", version, now, err)
	}
	if _, is := storetest.Snapshot(t, r); is.Store == was.Store {
		t.Fatal("the reader reads the file that went")
	}
}
