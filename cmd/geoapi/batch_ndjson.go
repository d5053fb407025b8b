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

// answer answers a line by a line; lines of white space are no rows.
func (*ndjsonRows) answer(r *rows, t *answerer, c *chunk) {
	in, out := c.in, c.out
	for line := c.line; len(in) > 0; line++ {
		row := in
		if i := bytes.IndexByte(in, '\n'); i >= 0 {
			row, in = in[:i], in[i+1:]
		} else {
			in = nil
		}
		if len(bytes.TrimSpace(row)) == 0 {
			continue
		}
		c.rows++
		out = r.answerLine(t, out, row, line)
		out = append(out, '\n')
	}
	c.out = out
}

// answerLine answers one line. line counts from 0.
func (r *rows) answerLine(t *answerer, out, row []byte, line int) []byte {
	if len(row) >= maxRow {
		return appendProblem(out, nil, geo.Errorf(geo.TooLarge, "the row is longer than %d bytes", maxRow), line+1)
	}
	t.q = r.defaults
	t.q.adopt(&r.defaults)
	id, err := r.shelf.asker.parseBody(row, &t.q, true)
	if err != nil {
		return appendProblem(out, id, err, line+1)
	}
	t.brief = t.q.include&includeFull == 0
	t.locate()
	return t.append(out, id)
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
