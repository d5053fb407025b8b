package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"os"

	"github.com/pressly/goose/v3"

	"onegrid/geo"
)

//go:embed migrations/*.sql
var embedded embed.FS

func migrations() fs.FS {
	sub, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}

// applicationID marks a SQLite file as a store of ours: "oneg".
const applicationID = 0x6f6e6567

// migrate brings a file to the newest version that this program knows. A file
// of a newer one is refused. Before an older file is touched, it is copied to
// PATH.vN.bak, and the copy is checked.
func migrate(ctx context.Context, db *sql.DB, path string, steps fs.FS) error {
	if err := checkVersion(ctx, db); err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, steps, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return wrap("read the migrations", err)
	}
	is, newest, err := p.GetVersions(ctx)
	switch {
	case err != nil:
		return wrap("read the version of "+path, err)
	case is > newest:
		return newer(path, is, newest)
	case is == newest:
		return nil
	case is > 0:
		if err := backUp(ctx, db, fmt.Sprintf("%s.v%d.bak", path, is)); err != nil {
			return err
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return wrap(fmt.Sprintf("bring %s from version %d to %d", path, is, newest), err)
	}
	return nil
}

func newer(path string, is, newest int64) error {
	return geo.Errorf(geo.Conflict, "%s is of version %d; this program knows versions up to %d", path, is, newest).On("store", path)
}

// checkOurs refuses a file that is not a store.
func checkOurs(ctx context.Context, db *sql.DB, path string) error {
	var id int
	err := db.QueryRowContext(ctx, `PRAGMA application_id`).Scan(&id)
	switch {
	case resultCode(err) == codeReadOnly:
		return (&geo.Error{Kind: geo.Unavailable, Message: "the folder of " + path + " must be writable: who reads the store keeps a file beside it", Err: err}).On("store", path)
	case err != nil && resultCode(err) != codeNotADB:
		return wrap("open "+path, err)
	}
	if err != nil || id != applicationID {
		return geo.Errorf(geo.Invalid, "%s is not a store of onegrid", path).On("store", path)
	}
	return nil
}

// peek refuses a foreign file before it is opened for writing, which alone would
// change it.
func peek(ctx context.Context, path string) error {
	db, err := openFile(path, readMode)
	if err != nil {
		return err
	}
	defer db.Close()
	return checkOurs(ctx, db, path)
}

// backUp copies the store, as one transaction sees it, and checks the copy.
func backUp(ctx context.Context, db *sql.DB, to string) error {
	if err := os.Remove(to); err != nil && !os.IsNotExist(err) {
		return fileError("back up", to, err)
	}
	if err := ownFile(to); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, to); err != nil {
		return wrap("back up to "+to, err)
	}
	copied, err := openFile(to, writeMode)
	if err != nil {
		return err
	}
	defer copied.Close()
	var verdict string
	if err := copied.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return wrap("check the backup "+to, err)
	}
	if verdict != "ok" {
		return geo.Errorf(geo.Internal, "the backup %s is not sound: %s", to, verdict)
	}
	return nil
}

// checkReadable refuses, for a reader, what migrate would refuse or change.
func checkReadable(ctx context.Context, db *sql.DB, path string, steps fs.FS) error {
	if err := checkOurs(ctx, db, path); err != nil {
		return err
	}
	if err := checkVersion(ctx, db); err != nil {
		return err
	}
	var is int64
	if err := db.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&is); err != nil {
		return wrap("read the version of "+path, err)
	}
	newest, err := newestOf(steps)
	if err != nil {
		return err
	}
	if is > newest {
		return newer(path, is, newest)
	}
	if is < newest {
		return geo.Errorf(geo.Unavailable, "%s is of version %d and must first be brought to %d by the writer", path, is, newest).On("store", path)
	}
	return nil
}

func newestOf(steps fs.FS) (int64, error) {
	names, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return 0, err
	}
	newest := int64(0)
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, v)
	}
	return newest, nil
}
