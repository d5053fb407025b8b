package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/sqlite"
)

// auditCommands read who did what. They work beside a running server.
type auditCommands struct {
	Verify auditVerify `cmd:"" help:"Walk the audit and the log; ends with 1 if an entry is missing or not what was written."`
	Export auditExport `cmd:"" help:"Write the audit as a JSON object a line."`
	Tail   auditTail   `cmd:"" help:"Show the last entries."`
}

// auditPage is how many entries are read at once.
const auditPage = 1000

type auditVerify struct {
	storeFlag
	Head string `placeholder:"NUMBER:HASH" help:"A head that was noted elsewhere: the entry of that number must still have that hash."`
}

// Help shows examples.
func (auditVerify) Help() string {
	return `Each entry holds the hash of the one before, so that none can be changed or taken
out unnoticed. Whoever can write the file could write all of it anew: note the head
elsewhere now and then, and give it to --head later.

Examples:
  geoapi audit verify --store sqlite:city.db
  geoapi audit verify --store sqlite:city.db --head 128:5f0c…`
}

// Run walks both chains.
func (c *auditVerify) Run(ctx context.Context, t *server.Terminal) error {
	s, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	entries, head, err := s.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	changes, _, err := s.VerifyLog(ctx)
	if err != nil {
		return err
	}
	if c.Head != "" {
		if err := standsAt(ctx, s, c.Head); err != nil {
			return err
		}
	}
	fmt.Fprintf(t.Out, "Whole: %s of the audit and %s of the log follow on each other.\n", entriesOf(entries), entriesOf(changes))
	if entries > 0 {
		fmt.Fprintf(t.Out, "head %d:%s\n", entries, head)
	}
	return nil
}

func entriesOf(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return grouped(int(n)) + " entries"
}

// standsAt refuses an audit that does not go on from a head that was noted.
func standsAt(ctx context.Context, s *sqlite.Store, head string) error {
	first, hash, _ := strings.Cut(head, ":")
	number, err := strconv.ParseInt(first, 10, 64)
	if err != nil || number < 1 || hash == "" {
		return geo.Errorf(geo.Invalid, "a head is NUMBER:HASH, as verify prints it").On("head", head)
	}
	found, err := s.Audit(ctx, number-1, 1)
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].Number != number || found[0].Hash != strings.ToLower(hash) {
		return geo.Errorf(geo.Invalid, "entry %d is not the one whose head was noted: the audit was cut or written anew", number).On("head", head)
	}
	return nil
}

type auditExport struct {
	storeFlag
	After  int64  `placeholder:"NUMBER" help:"Only what came after an entry."`
	Output string `short:"o" default:"-" placeholder:"FILE" help:"Where to; the standard output unless said."`
}

// Help shows examples.
func (auditExport) Help() string {
	return "Examples:\n  geoapi audit export --store sqlite:city.db -o audit.ndjson\n  geoapi audit export --store sqlite:city.db --after 128 >> audit.ndjson"
}

// Run writes the entries. A file appears whole or not at all.
func (c *auditExport) Run(ctx context.Context, t *server.Terminal) error {
	s, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	if c.Output == "-" {
		return c.write(ctx, s, t.Out, t.Err)
	}
	return writeWhole(c.Output, func(out io.Writer) error { return c.write(ctx, s, out, t.Err) })
}

func (c *auditExport) write(ctx context.Context, s *sqlite.Store, out, tell io.Writer) error {
	buffered := bufio.NewWriter(out)
	e := json.NewEncoder(buffered)
	last := geo.Entry{Number: c.After}
	err := eachEntry(ctx, s, c.After, func(entry *geo.Entry) error {
		last = *entry
		return e.Encode(entry)
	})
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil && last.Hash != "" {
		fmt.Fprintf(tell, "%s; head %d:%s\n", entriesOf(last.Number-c.After), last.Number, last.Hash)
	}
	return err
}

// eachEntry calls do for the audit after a number, piece by piece.
func eachEntry(ctx context.Context, s *sqlite.Store, after int64, do func(*geo.Entry) error) error {
	for {
		piece, err := s.Audit(ctx, after, auditPage)
		if err != nil || len(piece) == 0 {
			return err
		}
		for i := range piece {
			if err := do(&piece[i]); err != nil {
				return err
			}
		}
		after = piece[len(piece)-1].Number
	}
}

type auditTail struct {
	storeFlag
	Lines  int64 `short:"n" default:"20" help:"How many."`
	Follow bool  `short:"f" help:"Go on with what comes, until stopped."`
	JSON   bool  `name:"json" help:"A JSON object a line."`
}

// Help shows examples.
func (auditTail) Help() string {
	return "Examples:\n  geoapi audit tail --store sqlite:city.db\n  geoapi audit tail --store sqlite:city.db -n 5 --follow"
}

// tailEvery is how often a follower looks for more.
const tailEvery = 200 * time.Millisecond

// Run shows the entries.
func (c *auditTail) Run(ctx context.Context, t *server.Terminal) error {
	if c.Lines < 0 {
		return geo.Errorf(geo.Invalid, "how many lines: 0 or more").On("lines", strconv.FormatInt(c.Lines, 10))
	}
	s, err := sqlite.OpenReader(ctx, string(c.Store))
	if err != nil {
		return err
	}
	defer s.Close()
	end, _, err := s.AuditEnd(ctx)
	if err != nil {
		return err
	}
	after := max(end-c.Lines, 0)
	show := func(e *geo.Entry) error {
		after = e.Number
		return c.show(t.Out, e)
	}
	for {
		if err := eachEntry(ctx, s, after, show); err != nil || !c.Follow {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(tailEvery):
		}
	}
}

// show writes an entry in a line.
func (c *auditTail) show(out io.Writer, e *geo.Entry) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(e)
	}
	line := fmt.Sprintf("%6d  %s  %s %s  %s %s", e.Number, e.Act.At.Format("2006-01-02 15:04:05"),
		printable(e.Act.Actor), or(string(e.Act.Role), "-"), printable(e.Act.Do), printable(e.Act.Object))
	if e.Act.Seq > 0 {
		line += fmt.Sprintf("  change %d", e.Act.Seq)
	}
	if e.Act.Detail != nil {
		detail, err := json.Marshal(e.Act.Detail)
		if err != nil {
			return err
		}
		line += "  " + string(detail)
	}
	_, err := fmt.Fprintln(out, line)
	return err
}

// printable keeps what steers a terminal out of it.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}
