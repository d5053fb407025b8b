package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	driver "modernc.org/sqlite" // also registers itself

	"onegrid/geo"
)

// How a file is opened.
const (
	createMode = "rwc"
	writeMode  = "rw"
	readMode   = "ro"
)

// openFile opens a database file. Nothing is read until it is used.
//
// WAL lets readers go on while one writes; synchronous=FULL makes a commit wait
// for the disk, so that an acknowledged write survives power loss.
func openFile(path, mode string) (*sql.DB, error) {
	q := url.Values{"mode": {mode}}
	q.Add("_pragma", "busy_timeout(5000)")
	q.Add("_pragma", "journal_mode(WAL)")
	q.Add("_pragma", "synchronous(FULL)")
	q.Add("_pragma", "foreign_keys(1)")
	q.Add("_pragma", "cache_size(-32000)")
	q.Add("_pragma", "temp_store(MEMORY)")
	q.Add("_pragma", "journal_size_limit(67108864)") // after a large import
	if mode == readMode {
		q.Del("_pragma")
		q.Add("_pragma", "busy_timeout(5000)")
		q.Add("_pragma", "query_only(1)")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fileError("open", path, err)
	}
	name := "file:" + (&url.URL{Path: abs}).EscapedPath() + "?" + q.Encode()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, wrap("open "+path, err)
	}
	if mode != readMode {
		db.SetMaxOpenConns(1)
	}
	return db, nil
}

// oldest is the oldest SQLite to trust: before it, two connections that reset
// the WAL at once could lose commits.
const oldest = "3.51.3"

func checkVersion(ctx context.Context, db *sql.DB) error {
	var v string
	if err := db.QueryRowContext(ctx, `SELECT sqlite_version()`).Scan(&v); err != nil {
		return wrap("open the store", err)
	}
	if older(v, oldest) {
		return geo.Errorf(geo.Internal, "SQLite %s is linked; at least %s is needed, older ones can lose commits", v, oldest)
	}
	return nil
}

func older(a, b string) bool {
	var x, y [3]int
	fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2])
	fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	return slices.Compare(x[:], y[:]) < 0
}

// SQLite's primary result codes, the low byte of a code.
const (
	codeBusy       = 5
	codeLocked     = 6
	codeReadOnly   = 8
	codeIO         = 10
	codeCorrupt    = 11
	codeFull       = 13
	codeCantOpen   = 14
	codeConstraint = 19
	codeNotADB     = 26
)

// wrap makes an error of the database one for the person who asked: what was
// tried, and of which kind it is.
func wrap(tried string, err error) error {
	var ours *geo.Error
	if err == nil || errors.As(err, &ours) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &geo.Error{Kind: kindOf(err), Message: tried, Err: err}
}

func kindOf(err error) geo.Kind {
	if errors.Is(err, sql.ErrConnDone) || strings.Contains(err.Error(), "database is closed") {
		return geo.Unavailable
	}
	switch resultCode(err) {
	case codeFull:
		return geo.Full
	case codeBusy, codeLocked, codeReadOnly, codeIO, codeCantOpen, codeCorrupt, codeNotADB:
		return geo.Unavailable
	case codeConstraint:
		return geo.Conflict
	}
	return geo.Internal
}

func resultCode(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

func fileError(tried, path string, err error) error {
	kind := geo.Unavailable
	switch {
	case errors.Is(err, fs.ErrNotExist):
		kind = geo.NotFound
	case errors.Is(err, syscall.ENOSPC):
		kind = geo.Full
	}
	return (&geo.Error{Kind: kind, Message: tried + " the store", Err: err}).On("store", path)
}

// syncFolder makes a new name in a folder durable.
func syncFolder(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err == nil {
		err = errors.Join(dir.Sync(), dir.Close())
	}
	if err != nil {
		return fileError("create", path, err)
	}
	return nil
}
