package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"onegrid/geo"
)

// errNoRows keeps the name of the driver's package out of the other files.
var errNoRows = sql.ErrNoRows

// entry is a row of the audit as it is stored.
type entry struct {
	number, at, seq         int64
	actor, role, do, object string
	detail                  string
	hash                    []byte
}

// eachEntry calls do for the audit after a number. It keeps one entry at a time.
func eachEntry(ctx context.Context, q queryer, after int64, limit int, do func(*entry) error) error {
	rows, err := q.QueryContext(ctx, `SELECT number, at, actor, role, do, object, seq, detail, hash FROM audit WHERE number > ? ORDER BY number LIMIT ?`, after, limit)
	if err != nil {
		return err
	}
	defer rows.Close()
	last := after
	for rows.Next() {
		var e entry
		if err := rows.Scan(&e.number, &e.at, &e.actor, &e.role, &e.do, &e.object, &e.seq, &e.detail, &e.hash); err != nil {
			return &geo.Error{Kind: geo.Invalid, Message: "the entry after " + strconv.FormatInt(last, 10) + " of the audit cannot be read", Err: err}
		}
		last = e.number
		if err := do(&e); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (e *entry) read() (geo.Entry, error) {
	out := geo.Entry{Number: e.number, Hash: hex.EncodeToString(e.hash), Act: geo.Act{
		At: micros(e.at), Actor: e.actor, Role: geo.Role(e.role), Do: e.do, Object: e.object, Seq: e.seq,
	}}
	if e.detail == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(e.detail), &out.Act.Detail); err != nil {
		return out, e.broken("its detail is no JSON: " + err.Error())
	}
	return out, nil
}

// broken says what is wrong with an entry.
func (e *entry) broken(how string) error {
	number := strconv.FormatInt(e.number, 10)
	return geo.Errorf(geo.Invalid, "entry %s of the audit, of %s, is not what was written: %s", number,
		micros(e.at).Format("2006-01-02 15:04:05 MST"), how).On("number", number)
}

// VerifyAudit walks the whole audit and returns how many entries it has and the
// hash of the last, which stands for all of them: whoever notes it elsewhere can
// tell later whether somebody wrote the audit anew. Invalid names the first entry
// that is missing or is not what was written.
func (s *Store) VerifyAudit(ctx context.Context) (entries int64, head string, err error) {
	hash := make([]byte, sha256.Size)
	err = s.reader.snapshot(ctx, func(tx *sql.Tx) error {
		var given int64 // the last number that was ever given to an entry
		err := tx.QueryRowContext(ctx, `SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)`).Scan(&given)
		if err != nil {
			return err
		}
		err = eachEntry(ctx, tx, -1<<63, -1, func(e *entry) error {
			if e.number != entries+1 {
				return missing(entries+1, e.number-1)
			}
			hash = chained(hash, e.number, e.at, e.actor, e.role, e.do, e.object, e.seq, e.detail)
			if !bytes.Equal(hash, e.hash) {
				return e.broken("its hash does not follow from it and the entry before")
			}
			entries = e.number
			return nil
		})
		if err == nil && entries < given {
			return missing(entries+1, given)
		}
		return err
	})
	if err != nil || entries == 0 {
		return entries, "", err
	}
	return entries, hex.EncodeToString(hash), nil
}

func missing(from, to int64) error {
	first := strconv.FormatInt(from, 10)
	if to <= from {
		return geo.Errorf(geo.Invalid, "entry %s of the audit is missing", first).On("number", first)
	}
	return geo.Errorf(geo.Invalid, "entries %s to %d of the audit are missing", first, to).On("number", first)
}

// VerifyLog walks the log of changes as VerifyAudit does the audit.
func (s *Store) VerifyLog(ctx context.Context) (entries int64, head string, err error) {
	hash := make([]byte, sha256.Size)
	err = s.reader.snapshot(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT seq, at, actor, kind, object, op, body, hash FROM changes ORDER BY seq`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var seq, at int64
			var actor, kind, object, op string
			var body, is []byte
			if err := rows.Scan(&seq, &at, &actor, &kind, &object, &op, &body, &is); err != nil {
				return &geo.Error{Kind: geo.Invalid, Message: "the change after " + strconv.FormatInt(entries, 10) + " cannot be read", Err: err}
			}
			hash = chained(hash, seq, at, actor, kind, object, op, body)
			if seq != entries+1 || !bytes.Equal(hash, is) {
				number := strconv.FormatInt(entries+1, 10)
				return geo.Errorf(geo.Invalid, "change %s is missing or not what was written: its hash does not follow from it and the change before", number).On("seq", number)
			}
			entries = seq
		}
		return rows.Err()
	})
	if err != nil || entries == 0 {
		return entries, "", err
	}
	return entries, hex.EncodeToString(hash), nil
}
