package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
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
