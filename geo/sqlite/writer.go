package sqlite

import (
	"context"
	"database/sql"
	"sync"

	"onegrid/geo"
)

// writer is the one goroutine that writes. What it is asked to do waits in
// line; small writes that wait together share a transaction, and so one wait for
// the disk.
type writer struct {
	place     place
	db        *sql.DB
	conn      *sql.Conn // the only one
	tx        tx        // reused
	jobs      chan *job
	stop      chan struct{}
	stopped   chan struct{}
	once      sync.Once
	committed chan struct{} // signalled after commits
}

// job is one write. do must not write before it has decided that it will not
// refuse: what it refuses leaves its neighbours in the transaction alone.
type job struct {
	ctx   context.Context
	do    func(*tx) error
	alone bool // not to be gathered with others
	err   error
	done  chan struct{}
}

// gather is how many small writes share a transaction at most.
const gather = 512

func newWriter(ctx context.Context, db *sql.DB, path string) (*writer, error) {
	at, err := placeOf(path)
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, wrap("open the store", err)
	}
	w := &writer{
		place:     at,
		db:        db,
		conn:      conn,
		jobs:      make(chan *job, gather),
		stop:      make(chan struct{}),
		stopped:   make(chan struct{}),
		committed: make(chan struct{}, 1),
	}
	w.tx = tx{conn: conn, stmts: map[string]*sql.Stmt{}}
	if err := w.tx.load(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	go w.run()
	return w, nil
}

// close does what waits, and ends the goroutine.
func (w *writer) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
}

// write has a write done and waits until it is durable. When ctx ends first, the
// write may or may not have been done.
func (w *writer) write(ctx context.Context, alone bool, do func(*tx) error) error {
	j := &job{ctx: ctx, do: do, alone: alone, done: make(chan struct{})}
	select {
	case <-w.stop:
		return closed()
	case <-ctx.Done():
		return ctx.Err()
	case w.jobs <- j:
	}
	var gaveUp <-chan struct{}
	if !alone { // such a job looks at ctx itself, and its caller learns what became of it
		gaveUp = ctx.Done()
	}
	select {
	case <-j.done:
		return j.err
	case <-gaveUp:
		return ctx.Err()
	case <-w.stopped:
	}
	select {
	case <-j.done:
		return j.err
	default: // it came too late
		return closed()
	}
}

func closed() error { return geo.Errorf(geo.Unavailable, "the store is closed") }

func (w *writer) run() {
	defer close(w.stopped)
	defer w.conn.Close()
	defer w.tx.closeStmts()
	var group []*job
	for {
		select {
		case j := <-w.jobs:
			group = w.waiting(append(group[:0], j))
			w.commit(group)
		case <-w.stop:
			for {
				select {
				case j := <-w.jobs:
					w.commit([]*job{j})
				default:
					return
				}
			}
		}
	}
}

// waiting adds what waits to the group, up to a job that must be alone; that
// one is done by itself before the group goes on.
func (w *writer) waiting(group []*job) []*job {
	for len(group) < gather && !group[len(group)-1].alone {
		select {
		case j := <-w.jobs:
			if j.alone {
				w.commit(group)
				return append(group[:0], j)
			}
			group = append(group, j)
		default:
			return group
		}
	}
	return group
}

// commit does a group of jobs in one transaction and answers them.
func (w *writer) commit(group []*job) {
	err := w.transact(group)
	for _, j := range group {
		if j.err == nil {
			j.err = err
		}
		close(j.done)
	}
	if err == nil {
		select {
		case w.committed <- struct{}{}:
		default:
		}
	}
}

// transact returns the error that befell the whole transaction; a job's own
// refusal is in the job. It looks for the file before, so as not to write into
// what lies beside another, and after, so as not to acknowledge what is lost.
func (w *writer) transact(group []*job) error {
	if err := w.place.check(); err != nil {
		return err
	}
	// The transaction is the group's, not one caller's: only a job that is
	// alone may be interrupted by its caller.
	ctx := context.Background()
	if group[0].alone {
		ctx = group[0].ctx
	}
	t := &w.tx
	if err := t.begin(ctx); err != nil {
		return err
	}
	for _, j := range group {
		if err := j.do(t); err != nil {
			if j.alone || t.broken {
				t.rollback()
				return err
			}
			j.err = err
		}
	}
	if err := t.commit(); err != nil {
		return err
	}
	return w.place.check()
}
