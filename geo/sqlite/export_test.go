package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"time"

	"onegrid/geo"
)

// Path is where the store's file is.
func (s *Store) Path() string { return s.path }

// LimitPages makes the file full at a number of pages.
func (s *Store) LimitPages(n int) error {
	return s.writer.write(context.Background(), true, func(t *tx) error {
		var is int
		_, err := t.scan("limit", fmt.Sprintf(`PRAGMA max_page_count = %d`, n), nil, &is)
		return err
	})
}

// OpenWith opens a store with other migrations than the program's.
func OpenWith(ctx context.Context, path string, steps fs.FS) error {
	db, err := openFile(path, writeMode)
	if err != nil {
		return err
	}
	defer db.Close()
	return migrate(ctx, db, path, steps)
}

// Migrations are the program's.
func Migrations() fs.FS { return migrations() }

// MakeForeign makes a SQLite file that is not a store.
func MakeForeign(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(`CREATE TABLE recipes (dish TEXT)`)
	return err
}

// Together writes in one transaction, as what waits at the same moment is
// written: one entry of the log for each name, and a statement that fails for
// the spoiled one.
func (s *Store) Together(names []string, spoiled string) []error {
	w := s.writer
	write := func(do func(*tx) error) chan error {
		done := make(chan error, 1)
		waiting := len(w.jobs)
		go func() { done <- w.write(context.Background(), false, do) }()
		for len(w.jobs) == waiting && len(done) == 0 {
			time.Sleep(time.Millisecond)
		}
		return done
	}
	busy, gate := make(chan struct{}), make(chan struct{})
	plug := make(chan error, 1)
	go func() {
		plug <- w.write(context.Background(), false, func(*tx) error { close(busy); <-gate; return nil })
	}()
	<-busy // the writer is in its transaction: what comes now waits
	var all []chan error
	for _, name := range names {
		all = append(all, write(func(t *tx) error {
			if _, err := t.log(testChange(name)); err != nil || name != spoiled {
				return err
			}
			return t.exec("spoil", `INSERT INTO incidents (id) VALUES (NULL), (NULL), ('no number')`)
		}))
	}
	close(gate)
	errs := []error{<-plug}
	for _, done := range all {
		errs = append(errs, <-done)
	}
	return errs[1:]
}

// During writes an entry of the log and does something before it is committed.
func (s *Store) During(do func()) error {
	return s.writer.write(context.Background(), false, func(t *tx) error {
		_, err := t.log(testChange("during"))
		do()
		return err
	})
}

// SetClock makes the log's last entry one of a given time, as a clock does that
// is set back afterwards.
func (s *Store) SetClock(at time.Time) error {
	return s.writer.write(context.Background(), true, func(t *tx) error {
		t.head.at = at.UnixMicro()
		return nil
	})
}

// Pragma is a setting of the connection that writes.
func (s *Store) Pragma(name string) (value string, err error) {
	err = s.writer.write(context.Background(), true, func(t *tx) error {
		_, err := t.scan("look at "+name, "PRAGMA "+name, nil, &value)
		return err
	})
	return value, err
}

func testChange(object string) change {
	return change{by: geo.By("test"), do: "test", kind: geo.Incidents, object: object, op: "put"}
}

// ByHand changes a store's file as somebody does who has it and knows how: without
// what keeps the audit from being changed.
func ByHand(path string, do func(exec func(query string, args ...any) error) error) error {
	db, err := openFile(path, writeMode)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Exec(`PRAGMA synchronous = OFF`); err != nil { // nobody waits for the disk here
		return err
	}
	rows, err := db.Query(`SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var guards []string
	var names []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return err
		}
		names, guards = append(names, name), append(guards, text)
	}
	rows.Close()
	for _, name := range names {
		if _, err := db.Exec(`DROP TRIGGER ` + name); err != nil {
			return err
		}
	}
	err = do(func(query string, args ...any) error {
		_, err := db.Exec(query, args...)
		return err
	})
	for _, text := range guards {
		if _, again := db.Exec(text); again != nil {
			return again
		}
	}
	return err
}

// Exec runs a statement as any program might.
func Exec(path, query string, args ...any) error {
	db, err := openFile(path, writeMode)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(query, args...)
	return err
}

// Column reads a value of a row of the audit, as bytes.
func Column(path, column string, number int64) (value []byte, err error) {
	db, err := openFile(path, readMode)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	err = db.QueryRow(`SELECT CAST(`+column+` AS BLOB) FROM audit WHERE number = ?`, number).Scan(&value)
	return value, err
}

// MakeOlder takes a closed store back to the first version.
func MakeOlder(path string) error {
	return Exec(path, `DROP TABLE audit; DROP TABLE credentials; DROP TABLE secrets; DELETE FROM goose_db_version WHERE version_id > 1`)
}
