package sqlite

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"sync"
	"time"

	"onegrid/geo"
)

// aside writes credentials and audit beside whoever has the store open for
// writing: each time one short transaction, which the other waits for. It holds no
// lock and nothing between two transactions, and never touches the log.
type aside struct {
	place place
	db    *sql.DB

	mu   sync.Mutex
	conn *sql.Conn
	tx   tx
}

// OpenBeside opens a store for reading, and for writing credentials and audit,
// also while another process has it open for writing. Other writes are refused:
// Unavailable.
func OpenBeside(ctx context.Context, path string) (*Store, error) {
	if err := mustExist(path); err != nil {
		return nil, err
	}
	if err := peek(ctx, path); err != nil {
		return nil, err
	}
	r, err := newReader(ctx, path)
	if geo.KindOf(err) == geo.Unavailable { // it may be of an older version
		if err := bringUp(ctx, path); err != nil {
			return nil, err
		}
		r, err = newReader(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	a, err := newAside(ctx, path)
	if err != nil {
		r.close()
		return nil, err
	}
	return &Store{path: path, reader: r, aside: a}, nil
}

// bringUp brings a store to the newest version where nobody has it open for
// writing; who has will have done it.
func bringUp(ctx context.Context, path string) error {
	l, err := takeLock(path)
	switch {
	case geo.KindOf(err) == geo.Conflict:
		return nil
	case err != nil:
		return err
	}
	defer l.release()
	db, err := openFile(path, writeMode)
	if err != nil {
		return err
	}
	defer db.Close()
	return prepare(ctx, db, path)
}

func newAside(ctx context.Context, path string) (*aside, error) {
	at, err := placeOf(path)
	if err != nil {
		return nil, err
	}
	db, err := openFile(path, writeMode)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, `PRAGMA busy_timeout(0)`) // see write
	}
	if err != nil {
		db.Close()
		return nil, wrap("open "+path, err)
	}
	a := &aside{place: at, db: db, conn: conn}
	a.tx = tx{conn: conn, stmts: map[string]*sql.Stmt{}, layers: map[geo.Layer]*layer{}}
	return a, nil
}

func (a *aside) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tx.closeStmts()
	a.conn.Close()
	return wrap("close the store", a.db.Close())
}

// patience is for how long a writer may be in one transaction: a large import.
const patience = time.Minute

// write does something in one transaction. A busy writer leaves the file alone for
// microseconds between two transactions; SQLite's own waiting sleeps longer and
// longer and would miss them all, so this one asks every millisecond.
func (a *aside) write(ctx context.Context, do func(*tx) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.place.check(); err != nil {
		return err
	}
	t := &a.tx
	for end := time.Now().Add(patience); ; {
		err := t.begin(ctx)
		if err == nil {
			break
		}
		if resultCode(err) != codeBusy || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond/2 + rand.N(time.Millisecond)): // #nosec G404 -- no secret: a pause
		}
	}
	if err := do(t); err != nil {
		t.rollback()
		return err
	}
	if err := t.commit(); err != nil {
		return err
	}
	return a.place.check()
}

// apart does something that concerns neither the log nor the layers: in the
// writer's line or, beside one, in a transaction of its own.
func (s *Store) apart(ctx context.Context, do func(*tx) error) error {
	switch {
	case s.writer != nil:
		return s.writer.write(ctx, false, do)
	case s.aside != nil:
		return s.aside.write(ctx, do)
	}
	return readOnly()
}
