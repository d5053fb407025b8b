package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"sync"
	"time"

	"onegrid/geo"
)

// writer is the one goroutine that writes. What it is asked to do waits in
// line; small writes that wait together share a transaction, and so one wait for
// the disk.
type writer struct {
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

func newWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, wrap("open the store", err)
	}
	w := &writer{
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
func (w *writer) close() error {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
	return nil
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
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if alone {
			<-j.done // it looks at ctx itself
			return j.err
		}
		return ctx.Err()
	case <-w.stopped:
		select {
		case <-j.done:
			return j.err
		default:
			return closed()
		}
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
// refusal is in the job.
func (w *writer) transact(group []*job) error {
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
	return t.commit()
}

// tx is the transaction under way: tables are changed and the log appended to
// through it alone.
type tx struct {
	ctx    context.Context
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	broken bool // a statement failed: nothing of it may be kept

	head   head
	layers map[geo.Layer]*layer
	kept   head // as last committed
	now    time.Time
}

// head is the end of the log.
type head struct {
	seq  int64
	at   int64 // µs
	hash []byte
}

// layer is a row of the table of layers.
type layer struct {
	seq, rows, next int64
	dirty           bool
}

// load reads the log's end and the layers.
func (t *tx) load(ctx context.Context) error {
	t.head = head{hash: make([]byte, sha256.Size)}
	err := t.conn.QueryRowContext(ctx, `SELECT seq, at, hash FROM changes ORDER BY seq DESC LIMIT 1`).
		Scan(&t.head.seq, &t.head.at, &t.head.hash)
	if err != nil && err != sql.ErrNoRows {
		return wrap("read the log's end", err)
	}
	t.kept = t.head
	t.layers = map[geo.Layer]*layer{}
	rows, err := t.conn.QueryContext(ctx, `SELECT layer, seq, rows, next_id FROM layers`)
	if err != nil {
		return wrap("read the layers", err)
	}
	defer rows.Close()
	for rows.Next() {
		var name geo.Layer
		l := &layer{}
		if err := rows.Scan(&name, &l.seq, &l.rows, &l.next); err != nil {
			return wrap("read the layers", err)
		}
		t.layers[name] = l
	}
	return wrap("read the layers", rows.Err())
}

func (t *tx) begin(ctx context.Context) error {
	t.ctx, t.broken = ctx, false
	// The log's times never go back, whatever the clock does.
	t.now = time.UnixMicro(max(time.Now().UnixMicro(), t.head.at)).UTC()
	return t.exec("begin", `BEGIN IMMEDIATE`)
}

func (t *tx) commit() error {
	for name, l := range t.layers {
		if !l.dirty {
			continue
		}
		if err := t.exec("write the layers", `INSERT OR REPLACE INTO layers (layer, seq, rows, next_id) VALUES (?, ?, ?, ?)`,
			string(name), l.seq, l.rows, l.next); err != nil {
			t.rollback()
			return err
		}
	}
	if err := t.exec("commit", `COMMIT`); err != nil {
		t.rollback()
		return err
	}
	for _, l := range t.layers {
		l.dirty = false
	}
	t.kept = t.head
	return nil
}

// rollback forgets the transaction, and what it had counted.
func (t *tx) rollback() {
	bg := context.Background()
	_, _ = t.conn.ExecContext(bg, `ROLLBACK`) // fails where the error has done it already
	t.head = t.kept
	_ = t.load(bg) // if it fails, so will the next write, which says why
}

// exec runs a statement, prepared once.
func (t *tx) exec(tried, query string, args ...any) error {
	stmt, err := t.prepared(query)
	if err == nil {
		_, err = stmt.ExecContext(t.ctx, args...)
	}
	if err != nil {
		t.broken = true
		return wrap(tried, err)
	}
	return nil
}

// scan runs a query for one row; found tells whether there is one.
func (t *tx) scan(tried, query string, args []any, into ...any) (found bool, err error) {
	stmt, err := t.prepared(query)
	if err == nil {
		err = stmt.QueryRowContext(t.ctx, args...).Scan(into...)
	}
	switch err {
	case nil:
		return true, nil
	case sql.ErrNoRows:
		return false, nil
	}
	t.broken = true
	return false, wrap(tried, err)
}

func (t *tx) prepared(query string) (*sql.Stmt, error) {
	if s := t.stmts[query]; s != nil {
		return s, nil
	}
	s, err := t.conn.PrepareContext(context.Background(), query)
	if err == nil {
		t.stmts[query] = s
	}
	return s, err
}

func (t *tx) closeStmts() {
	for _, s := range t.stmts {
		s.Close()
	}
}

func (t *tx) layer(name geo.Layer) *layer {
	l := t.layers[name]
	if l == nil {
		l = &layer{next: 1}
		t.layers[name] = l
	}
	return l
}

// log appends an entry and returns its seq.
func (t *tx) log(actor string, kind geo.Layer, object, op string, body []byte) (int64, error) {
	h := head{seq: t.head.seq + 1, at: t.now.UnixMicro()}
	h.hash = chained(t.head.hash, h, actor, string(kind), object, op, body)
	err := t.exec("append to the log", `INSERT INTO changes (seq, at, actor, kind, object, op, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		h.seq, h.at, actor, string(kind), object, op, body, h.hash)
	if err != nil {
		return 0, err
	}
	t.head = h
	l := t.layer(kind)
	l.seq, l.dirty = h.seq, true
	return h.seq, nil
}

// chained is the running hash: SHA-256 over the one before and the entry, each
// part with its length.
func chained(before []byte, h head, parts ...any) []byte {
	sum := sha256.New()
	sum.Write(before)
	var n [8]byte
	number := func(v uint64) {
		binary.LittleEndian.PutUint64(n[:], v)
		sum.Write(n[:])
	}
	number(uint64(h.seq))
	number(uint64(h.at))
	for _, p := range parts {
		var b []byte
		switch p := p.(type) {
		case string:
			b = []byte(p)
		case []byte:
			b = p
		}
		number(uint64(len(b)))
		sum.Write(b)
	}
	return sum.Sum(nil)
}
