package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"onegrid/geo"
)

// tx is the transaction under way: tables are changed and the log appended to
// through it alone.
type tx struct {
	ctx    context.Context
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	broken bool // a statement failed: nothing of it may be kept

	head   head
	layers map[geo.Layer]*layer // nil until they are read
	kept   head                 // as last committed
	trail  *trail               // nil until this transaction has read it
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
	if t.layers == nil {
		if err := t.load(ctx); err != nil {
			return err
		}
	}
	t.ctx, t.broken, t.trail = ctx, false, nil
	// The log's times never go back, whatever the clock does.
	t.now = time.UnixMicro(max(time.Now().UnixMicro(), t.head.at)).UTC()
	if err := t.exec("begin", `BEGIN IMMEDIATE`); err != nil {
		t.rollback() // when ctx ended meanwhile, it may have begun all the same
		return err
	}
	return nil
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
	if t.load(bg) != nil {
		t.layers = nil // the next write begins with it, and says why if it fails again
	}
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

// change is an entry of the log on its way in, and what the audit calls it.
type change struct {
	by     geo.Actor
	do     string
	kind   geo.Layer
	object string
	op     string
	body   []byte
	detail map[string]any // for the audit
}

// log appends an entry to the log, and to the audit who made it, and returns its
// seq.
func (t *tx) log(c change) (int64, error) {
	h := head{seq: t.head.seq + 1, at: t.now.UnixMicro()}
	h.hash = chained(t.head.hash, h.seq, h.at, c.by.ID, string(c.kind), c.object, c.op, c.body)
	err := t.exec("append to the log", `INSERT INTO changes (seq, at, actor, kind, object, op, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		h.seq, h.at, c.by.ID, string(c.kind), c.object, c.op, c.body, h.hash)
	if err != nil {
		return 0, err
	}
	t.head = h
	l := t.layer(c.kind)
	l.seq, l.dirty = h.seq, true
	return h.seq, t.record(geo.Act{Actor: c.by.ID, Role: c.by.Role, Do: c.do, Object: c.object, Seq: h.seq, Detail: c.detail})
}

// chained is the running hash: SHA-256 over the one before and the entry, texts
// with their length, so that nothing can move from one part to the next.
func chained(before []byte, parts ...any) []byte {
	sum := sha256.New()
	sum.Write(before)
	var n [8]byte
	number := func(v int64) {
		binary.LittleEndian.PutUint64(n[:], uint64(v))
		sum.Write(n[:])
	}
	for _, p := range parts {
		switch p := p.(type) {
		case int64:
			number(p)
		case string:
			number(int64(len(p)))
			io.WriteString(sum, p)
		case []byte:
			number(int64(len(p)))
			sum.Write(p)
		default:
			panic(fmt.Sprintf("a %T cannot be chained", p))
		}
	}
	return sum.Sum(nil)
}
