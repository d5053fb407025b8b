// Package sqlite is the embedded store: one file, one writing process, any
// number of readers. Every write is one transaction that changes tables and
// appends to the log, and is durable when it is answered.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"onegrid/geo"
)

// Store is an open store file. Its methods may be called by any goroutine.
type Store struct {
	path   string
	lock   *lock   // nil where the store is not open for writing
	writer *writer // likewise
	aside  *aside  // nil but beside a writer
	reader *reader
}

// Create makes a new store for a city at path and opens it for writing. It
// refuses an existing file: Conflict.
func Create(ctx context.Context, path string, scheme geo.Scheme) (*Store, error) {
	if err := mustNotExist(path); err != nil { // or a lock would be left beside what is not ours
		return nil, err
	}
	l, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	if err := mustNotExist(path); err != nil {
		l.release()
		return nil, err
	}
	if err := createFile(ctx, path, scheme); err != nil {
		l.release()
		return nil, err
	}
	return openLocked(ctx, path, l)
}

// createFile makes the file beside its place and moves it there when it is
// whole, so that a crash leaves no half-made store.
func createFile(ctx context.Context, path string, scheme geo.Scheme) error {
	tmp := path + ".new"
	removeFile(tmp)
	defer removeFile(tmp)
	if err := ownFile(tmp); err != nil {
		return err
	}
	if err := initFile(ctx, tmp, scheme); err != nil {
		return err
	}
	if _, err := os.Stat(tmp + "-wal"); err == nil {
		return geo.Errorf(geo.Internal, "the new store still has a log of its own beside it")
	}
	return moveIn(tmp, path)
}

// Move brings a closed store to a path where there is none: Conflict otherwise,
// and when a process still has the one that was there open for writing.
func Move(from, to string) error {
	l, err := takeLock(to)
	if err != nil {
		return err
	}
	defer l.release()
	if err := mustNotExist(to); err != nil {
		return err
	}
	return moveIn(from, to)
}

// moveIn gives a whole store its name. The log of a store that was removed from
// there must go first: SQLite would take it for the new one's.
func moveIn(from, to string) error {
	for _, suffix := range [...]string{"-wal", "-shm"} {
		if err := os.Remove(to + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError("create", to, err)
		}
	}
	if err := os.Rename(from, to); err != nil {
		return fileError("create", to, err)
	}
	return syncFolder(to)
}

func initFile(ctx context.Context, tmp string, scheme geo.Scheme) error {
	db, err := openFile(tmp, createMode)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := prepare(ctx, db, tmp); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, applicationID)); err != nil {
		return wrap("mark the store", err)
	}
	id := make([]byte, 16)
	rand.Read(id) // never fails
	if _, err := db.ExecContext(ctx, `INSERT INTO store (id) VALUES (?)`, hex.EncodeToString(id)); err != nil {
		return wrap("create the store", err)
	}
	w, err := newWriter(ctx, db, tmp)
	if err != nil {
		return err
	}
	defer w.close()
	_, err = w.setScheme(ctx, geo.By("init"), scheme)
	return err
}

// ownFile makes an empty file that nobody else may read: a store holds incidents,
// and by what the deployment's programs know each other. What SQLite lays beside it
// gets the same mode.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return fileError("create", path, err)
	}
	return nil
}

// keepToOwner takes a store, with what lies beside it, from all but its owner.
func keepToOwner(path string) error {
	for _, suffix := range [...]string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+suffix, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError("protect", path, err)
		}
	}
	return nil
}

// removeFile removes a database that is not in use, with what lies beside it.
func removeFile(path string) {
	for _, suffix := range [...]string{"", "-wal", "-shm"} {
		os.Remove(path + suffix) // mostly not there
	}
}

// Open opens an existing store for writing. Only one process may: Conflict
// names the pid and the address of the one that has it.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	if err := peek(ctx, path); err != nil { // or a lock would be left beside what is not ours
		return nil, err
	}
	l, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	return openLocked(ctx, path, l)
}

func openLocked(ctx context.Context, path string, l *lock) (*Store, error) {
	s := &Store{path: path, lock: l}
	db, err := openFile(path, writeMode)
	if err != nil {
		l.release()
		return nil, err
	}
	if err = prepare(ctx, db, path); err == nil {
		s.writer, err = newWriter(ctx, db, path)
	}
	if err != nil {
		db.Close()
		l.release()
		return nil, err
	}
	if s.reader, err = newReader(ctx, path); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// OpenReader opens an existing store for reading and following only. It may be
// open for writing in another process at the same time.
func OpenReader(ctx context.Context, path string) (*Store, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	r, err := newReader(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Store{path: path, reader: r}, nil
}

func mustExist(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fileError("open", path, err)
	}
	if info.IsDir() {
		return geo.Errorf(geo.Invalid, "%s is a folder, not a store", path).On("store", path)
	}
	return nil
}

func mustNotExist(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return geo.Errorf(geo.Conflict, "%s exists already", path).On("store", path)
	}
	return nil
}

// SetAddress tells other processes where the API of this writer listens.
func (s *Store) SetAddress(addr string) error {
	if s.lock == nil {
		return readOnly()
	}
	return s.lock.write(addr)
}

// Close ends the store. Writes that wait are done first.
func (s *Store) Close() error {
	if s.reader != nil {
		s.reader.close()
	}
	var err error
	if s.aside != nil {
		err = s.aside.close()
	}
	if s.writer != nil {
		s.writer.close()
		err = wrap("close the store", s.writer.db.Close())
	}
	if s.lock != nil {
		s.lock.release()
	}
	return err
}

// Committed is signalled after commits of this process. It is for one follower.
func (s *Store) Committed() <-chan struct{} {
	if s.writer == nil {
		return nil
	}
	return s.writer.committed
}

// prepare brings a file to where everybody can work with it. The lock is held.
func prepare(ctx context.Context, db *sql.DB, path string) error {
	if err := migrate(ctx, db, path, migrations()); err != nil {
		return err
	}
	return makeSecret(ctx, db, path)
}

// forWriting returns the writer, or why there is none. Whoever writes has a name.
func (s *Store) forWriting(by geo.Actor) (*writer, error) {
	switch {
	case s.writer == nil:
		return nil, readOnly()
	case by.ID == "":
		return nil, nameless()
	}
	return s.writer, nil
}

func nameless() error {
	return geo.Errorf(geo.Internal, "a write by nobody: the audit has to name who did it")
}

func readOnly() error {
	return geo.Errorf(geo.Unavailable, "the store is open for reading only")
}

// queryer is what a connection, a pool and a transaction have in common.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}
