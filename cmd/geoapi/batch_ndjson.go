package main

import (
	"bytes"
	"errors"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// ndjsonRows are locate requests, a line each. A line end cannot stand inside a
// JSON text, so every one ends a row.
type ndjsonRows struct{}

func (*ndjsonRows) name() string          { return "ndjson" }
func (*ndjsonRows) contentType() []string { return ndjsonType }

var ndjsonType = []string{"application/x-ndjson"}

func (*ndjsonRows) begin(*cutter) ([]byte, error) { return nil, nil }

func (*ndjsonRows) cut(b []byte, end bool) int {
	if end {
		return len(b)
	}
	return bytes.LastIndexByte(b, '\n') + 1
}

// read reads a line; one of white space is no row.
func (*ndjsonRows) read(r *rows, in *unread, row *asked) bool {
	for len(in.text) > 0 {
		line := in.text
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line, in.text = line[:i], line[i+1:]
		} else {
			in.text = nil
		}
		row.line = in.line
		in.line++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if len(line) >= maxRow {
			row.echo, row.err = nil, geo.Errorf(geo.TooLarge, "the row is longer than %d bytes", maxRow)
			return true
		}
		row.q.from(&r.defaults)
		row.echo, row.err = r.shelf.asker.parseBody(line, &row.q, true)
		return true
	}
	return false
}

// write answers a line by a line.
func (*ndjsonRows) write(t *answerer, out []byte, row *asked) []byte {
	if row.err != nil {
		return append(appendProblem(out, row.echo, row.err, row.line+1), '\n')
	}
	t.q.from(&row.q)
	t.brief = t.q.include&includeFull == 0
	if err := t.locate(); err != nil {
		return append(appendProblem(out, row.echo, err, row.line+1), '\n')
	}
	return append(t.append(out, row.echo), '\n')
}

// appendProblem writes a row's problem with its own id, if it has one.
func appendProblem(out, id []byte, err error, row int) []byte {
	var e *geo.Error
	if errors.As(err, &e) {
		e.Row = row
	}
	if id == nil {
		return problem.Append(out, err)
	}
	out = append(out, `{"id":`...)
	out = append(out, id...)
	out = append(out, ',')
	at := len(out)
	out = problem.Append(out, err)
	return append(out[:at], out[at+1:]...) // without its opening brace
}
