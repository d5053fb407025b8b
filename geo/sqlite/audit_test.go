package sqlite_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/sqlite"
	"onegrid/geo/storetest"
)

// acted makes a store with some acts in its audit, and returns a copy's path with
// nobody at it.
func acted(t *testing.T) (path string, entries int64) {
	t.Helper()
	ctx := context.Background()
	s := create(t)
	at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	acts := []geo.Act{
		{At: at, Actor: "k1", Role: geo.RoleAdmin, Do: "export", Object: "grids", Detail: map[string]any{"rows": 12}},
		{At: at, Actor: "k2", Role: geo.RoleWall, Do: "tiles.read", Object: "incidents/14/1/2", Seq: 77},
		{At: at, Actor: "k1", Do: "look"},
	}
	for _, a := range acts {
		if err := s.Record(ctx, a); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := s.OpenIncident(ctx, geo.Actor{ID: "k3", Role: geo.RoleMember}, storetest.Incident(storetest.At(0, 0, 0, 0)), ""); err != nil {
			t.Fatal(err)
		}
	}
	entries, _, err := s.VerifyAudit(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	return s.Path(), entries
}

func verifyAudit(t *testing.T, path string) (int64, error) {
	t.Helper()
	s, err := sqlite.OpenReader(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n, _, err := s.VerifyAudit(context.Background())
	return n, err
}

// TestOneByteOfTheAuditIsFound changes every byte of every value of every entry,
// one at a time.
func TestOneByteOfTheAuditIsFound(t *testing.T) {
	path, entries := acted(t)
	changes := 0
	err := sqlite.ByHand(path, func(exec func(string, ...any) error) error {
		s, err := sqlite.OpenReader(context.Background(), path)
		if err != nil {
			return err
		}
		defer s.Close()
		for number := int64(1); number <= entries; number++ {
			for _, column := range []string{"at", "actor", "role", "do", "object", "seq", "detail", "hash"} {
				was, err := sqlite.Column(path, column, number)
				if err != nil {
					return err
				}
				for i := range was {
					broken := slices.Clone(was)
					broken[i] ^= 1 // a digit stays a digit, a letter nearly always a letter
					if err := exec(`UPDATE audit SET `+column+` = `+cast(column)+` WHERE number = ?`, broken, number); err != nil {
						return fmt.Errorf("%s of %d: %w", column, number, err)
					}
					n, _, err := s.VerifyAudit(context.Background())
					if geo.KindOf(err) != geo.Invalid || !strings.Contains(fmt.Sprint(err), "entry "+strconv.FormatInt(number, 10)+" ") || n != number-1 {
						t.Errorf("byte %d of %s of entry %d: %d entries, %v", i, column, number, n, err)
					}
					if err := exec(`UPDATE audit SET `+column+` = `+cast(column)+` WHERE number = ?`, was, number); err != nil {
						return err
					}
					changes++
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := verifyAudit(t, path); err != nil || n != entries {
		t.Fatalf("put back as it was: %d entries of %d, %v", n, entries, err)
	}
	if changes < 500 {
		t.Errorf("only %d changes", changes)
	}
	t.Logf("%d changes of one byte", changes)
}

// cast makes of bytes what a column holds.
func cast(column string) string {
	switch column {
	case "at", "seq":
		return "CAST(CAST(? AS TEXT) AS INTEGER)"
	case "hash":
		return "?"
	}
	return "CAST(? AS TEXT)"
}

// TestAnAuditThatWasCutIsFound takes entries out, the last too, swaps two, and puts
// one in.
func TestAnAuditThatWasCutIsFound(t *testing.T) {
	for name, c := range map[string]struct{ by, says string }{
		"the first":           {`DELETE FROM audit WHERE number = 1`, "entry 1 of the audit is missing"},
		"one":                 {`DELETE FROM audit WHERE number = 3`, "entry 3 of the audit is missing"},
		"two":                 {`DELETE FROM audit WHERE number IN (3, 4)`, "entries 3 to 4 of the audit are missing"},
		"the last":            {`DELETE FROM audit WHERE number = 7`, "entry 7 of the audit is missing"},
		"the last three":      {`DELETE FROM audit WHERE number > 4`, "entries 5 to 7 of the audit are missing"},
		"all":                 {`DELETE FROM audit`, "entries 1 to 7 of the audit are missing"},
		"another number":      {`UPDATE audit SET number = 17 WHERE number = 7`, "entries 7 to 16 of the audit are missing"},
		"moved up":            {`UPDATE audit SET number = number - 1 WHERE number > 0`, "entry 1 of the audit is missing"},
		"one put in the end":  {`INSERT INTO audit SELECT 8, at, actor, role, do, object, seq, detail, hash FROM audit WHERE number = 7`, "entry 8 "},
		"one put in before":   {`INSERT INTO audit SELECT 0, at, actor, role, do, object, seq, detail, hash FROM audit WHERE number = 7`, "entry 1 of the audit is missing"},
		"a text moves over":   {`UPDATE audit SET object = actor || object, actor = '' WHERE number = 2`, "entry 2 "},
		"one like the next":   {`UPDATE audit SET (at, actor, role, do, object, seq, detail, hash) = (SELECT at, actor, role, do, object, seq, detail, hash FROM audit WHERE number = 4) WHERE number = 3`, "entry 3 "},
		"a detail no more":    {`UPDATE audit SET detail = '' WHERE number = 2`, "entry 2 "},
		"an actor by another": {`UPDATE audit SET actor = 'k4' WHERE actor = 'k3' AND number = 5`, "entry 5 "},
	} {
		t.Run(name, func(t *testing.T) {
			path, entries := acted(t)
			if entries != 7 {
				t.Fatalf("%d entries", entries)
			}
			if err := sqlite.ByHand(path, func(exec func(string, ...any) error) error { return exec(c.by) }); err != nil {
				t.Fatal(err)
			}
			if _, err := verifyAudit(t, path); geo.KindOf(err) != geo.Invalid || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("it says %v, want %q", err, c.says)
			}
		})
	}
}

// TestTheAuditIsOnlyAppendedTo tries what any program that has the file might.
func TestTheAuditIsOnlyAppendedTo(t *testing.T) {
	path, entries := acted(t)
	for _, query := range []string{
		`UPDATE audit SET actor = 'k9' WHERE number = 2`,
		`DELETE FROM audit WHERE number = 7`,
		`DELETE FROM audit`,
		`INSERT OR REPLACE INTO audit SELECT number, at, 'k9', role, do, object, seq, detail, hash FROM audit WHERE number = 2`,
		`REPLACE INTO audit SELECT number, at, 'k9', role, do, object, seq, detail, hash FROM audit WHERE number = 7`,
		`INSERT INTO audit SELECT 9, at, actor, role, do, object, seq, detail, hash FROM audit WHERE number = 7`,
		`INSERT INTO audit SELECT -1, at, actor, role, do, object, seq, detail, hash FROM audit WHERE number = 7`,
		`UPDATE OR REPLACE audit SET number = 3 WHERE number = 2`,
	} {
		if err := sqlite.Exec(path, query); err == nil {
			t.Errorf("done: %s", query)
		}
	}
	if n, err := verifyAudit(t, path); err != nil || n != entries {
		t.Fatalf("%d entries of %d, %v", n, entries, err)
	}
}

// TestOneByteOfTheFileIsFound changes a byte of the closed store's file itself,
// below SQLite: of the audit, and of the log of changes.
func TestOneByteOfTheFileIsFound(t *testing.T) {
	ctx := context.Background()
	s := create(t)
	const mark = "a place that stands nowhere else"
	if err := s.Record(ctx, geo.Act{Actor: "k1", Do: "look", Object: mark}); err != nil {
		t.Fatal(err)
	}
	in := storetest.Incident(storetest.At(0, 0, 0, 0))
	in.Code = "a code that stands nowhere else"
	if _, _, _, err := s.OpenIncident(ctx, geo.By("x"), in, ""); err != nil {
		t.Fatal(err)
	}
	s.Close()
	whole, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	for text, c := range map[string]struct {
		verify func(*sqlite.Store) error
		all    bool // wherever it stands; an incident stands in a table of its own, too
	}{
		mark:    {func(s *sqlite.Store) error { _, _, err := s.VerifyAudit(ctx); return err }, true},
		in.Code: {func(s *sqlite.Store) error { _, _, err := s.VerifyLog(ctx); return err }, false},
	} {
		places, found := 0, 0
		for at := bytes.Index(whole, []byte(text)); at >= 0; {
			places++
			broken := slices.Clone(whole)
			broken[at+len(text)-1] ^= 1
			if err := os.WriteFile(s.Path(), broken, 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := sqlite.OpenReader(ctx, s.Path())
			if err != nil {
				t.Fatal(err)
			}
			if geo.KindOf(c.verify(r)) == geo.Invalid {
				found++
			}
			r.Close()
			next := bytes.Index(whole[at+1:], []byte(text))
			if next < 0 {
				break
			}
			at += 1 + next
		}
		if found == 0 || c.all && found < places {
			t.Errorf("%q stands in %d places and was missed in some: found in %d", text, places, found)
		}
	}
}
