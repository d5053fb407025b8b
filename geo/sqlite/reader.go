package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"sync"

	"onegrid/geo"
)

// reader reads a store in short transactions. It notices when the file at its
// path is no longer the one it opened: an open database would go on reading the
// removed file for ever.
type reader struct {
	path string

	mu     sync.Mutex
	db     *sql.DB
	watch  *sql.Conn // the one that asks for the data's version: it counts per connection
	file   os.FileInfo
	opened int64 // how often
	closed bool
}

func newReader(ctx context.Context, path string) (*reader, error) {
	r := &reader{path: path}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r, r.reopen(ctx)
}

// reopen opens the file that is at the path now. The lock is held.
func (r *reader) reopen(ctx context.Context) error {
	file, err := os.Stat(r.path)
	if err != nil {
		return fileError("open", r.path, err)
	}
	db, err := openFile(r.path, readMode)
	if err != nil {
		return err
	}
	watch, err := db.Conn(ctx)
	if err == nil {
		err = checkReadable(ctx, db, r.path, migrations())
	}
	if err != nil {
		db.Close()
		return wrap("open "+r.path, err)
	}
	r.shut()
	r.db, r.watch, r.file = db, watch, file
	r.opened++
	return nil
}

func (r *reader) shut() {
	if r.watch != nil {
		r.watch.Close()
	}
	if r.db != nil {
		r.db.Close()
	}
	r.db, r.watch = nil, nil
}

func (r *reader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.shut()
}

func (r *reader) pool() (*sql.DB, error) {
	db, _, err := r.opening()
	return db, err
}

// opening returns the open database, and how often it was opened.
func (r *reader) opening() (*sql.DB, int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed || r.db == nil {
		return nil, 0, closed()
	}
	return r.db, r.opened, nil
}

// version is SQLite's data_version, which changes with every commit, and how
// often the file was opened. An asking costs some ten microseconds.
func (r *reader) version(ctx context.Context) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return 0, closed()
	}
	file, err := os.Stat(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, geo.Errorf(geo.Unavailable, "the store %s is gone", r.path).On("store", r.path)
	}
	if err != nil {
		return 0, fileError("look at", r.path, err)
	}
	if r.db == nil || !os.SameFile(file, r.file) {
		if err := r.reopen(ctx); err != nil {
			return 0, err
		}
	}
	var v int64
	if err := r.watch.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&v); err != nil {
		return 0, wrap("look at the store", err)
	}
	return r.opened<<32 + v, nil
}

// snapshot runs read in one read transaction: it sees one moment of the store.
func (r *reader) snapshot(ctx context.Context, read func(tx *sql.Tx) error) error {
	db, err := r.pool()
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return wrap("read the store", err)
	}
	defer tx.Rollback() // nothing to keep
	return wrap("read the store", read(tx))
}

// Version changes whenever something was committed, by any process. It is cheap
// enough to be asked every 20 ms. Unavailable when the file is gone.
func (s *Store) Version(ctx context.Context) (int64, error) { return s.reader.version(ctx) }
