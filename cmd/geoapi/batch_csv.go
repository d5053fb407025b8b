package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/problem"
	"onegrid/geo/route"
)

// csvRows are rows of RFC 4180 under a header, as encoding/csv reads them, but
// for one thing: a quote that is opened and not closed within maxRow makes only
// its own line a bad row.
type csvRows struct {
	columns       int
	lon, lat, crs int // columns; crs is -1 where there is none
}

// csvAppended are the columns that an answer adds.
const csvAppended = "status,code,owner,distance_m,edition,warnings,error"

func (*csvRows) name() string          { return "csv" }
func (*csvRows) contentType() []string { return csvType }

var csvType = []string{"text/csv; charset=utf-8"}

// cut returns where the last whole row ends. Most input has no quotes, and then
// that is the last line end.
func (*csvRows) cut(b []byte, end bool) int {
	if end {
		return len(b)
	}
	last := bytes.LastIndexByte(b, '\n') + 1
	if last == 0 || bytes.IndexByte(b[:last], '"') < 0 {
		return last
	}
	at := 0
	for at < len(b) {
		row := scanRow(b[at:])
		if !row.whole {
			break
		}
		at += row.length
	}
	return at
}

// begin reads the header and answers with it and the columns added.
func (f *csvRows) begin(in *cutter) ([]byte, error) {
	if err := in.fill(); err != nil && err != io.EOF {
		return nil, readFault(err, 0)
	}
	head := bytes.TrimPrefix(in.rest, []byte("\xef\xbb\xbf"))
	for len(head) > 0 && (head[0] == '\n' || head[0] == '\r') {
		head = head[1:]
	}
	if len(head) == 0 {
		return nil, geo.Errorf(geo.Invalid, "the CSV is empty: it begins with a header that has lon and lat")
	}
	row := scanRow(head)
	if !row.whole && !in.end {
		return nil, geo.Errorf(geo.TooLarge, "the CSV's header is longer than %d bytes", maxRow)
	}
	text := head[:row.length]
	in.line += bytes.Count(in.rest[:len(in.rest)-len(head)+row.length], newline)
	in.rest = in.rest[len(in.rest)-len(head)+row.length:]
	names, err := csv.NewReader(bytes.NewReader(text)).Read()
	if err != nil {
		return nil, geo.Errorf(geo.Invalid, "the CSV's header cannot be read: %s", err)
	}
	if err := f.columnsOf(names); err != nil {
		return nil, err
	}
	text = bytes.TrimRight(text, "\r\n")
	return append(append(slices.Clone(text), ','), csvAppended+"\n"...), nil
}

// columnsOf finds the columns that matter.
func (f *csvRows) columnsOf(names []string) error {
	f.columns = len(names)
	f.lon, f.lat, f.crs = slices.Index(names, "lon"), slices.Index(names, "lat"), slices.Index(names, "crs")
	for _, name := range [...]string{"lon", "lat", "crs"} {
		if i := slices.Index(names, name); i >= 0 && slices.Contains(names[i+1:], name) {
			return geo.Errorf(geo.Invalid, "the CSV's header has %s twice", name).On(name, "")
		}
	}
	if f.lon >= 0 && f.lat >= 0 {
		return nil
	}
	if slices.Contains(names, "address") {
		return geo.Errorf(geo.Invalid, "address is not supported yet: the CSV needs lon and lat").On("address", "")
	}
	return geo.Errorf(geo.Invalid, "the CSV's header has no lon and lat: it is %s", clipped(strings.Join(names, ","))).
		On("header", strings.Join(names, ","))
}

// answer answers a row by a row.
func (f *csvRows) answer(r *rows, t *answerer, c *chunk) {
	in := c.in
	fields := make([][]byte, 0, f.columns)
	var line csvLine
	for len(in) > 0 {
		if in[0] == '\n' || in[0] == '\r' && (len(in) == 1 || in[1] == '\n') { // an empty line is no row
			in = in[1:]
			continue
		}
		fields, line = splitRow(in, fields[:0])
		in = in[line.length:]
		c.rows++
		c.out = f.answerRow(r, t, c.out, fields, line)
	}
}

var (
	errQuote = geo.Errorf(geo.Invalid, "a quote stands where none may, or is not closed")
	errLong  = geo.Errorf(geo.TooLarge, "the row is longer than %d bytes", maxRow)
)

// answerRow answers one row.
func (f *csvRows) answerRow(r *rows, t *answerer, out []byte, fields [][]byte, line csvLine) []byte {
	switch {
	case len(line.text) >= maxRow:
		return f.appendBad(out, [][]byte{quoteField(line.text[:maxValueEcho])}, errLong)
	case line.bad:
		return f.appendBad(out, [][]byte{quoteField(line.text)}, errQuote)
	case len(fields) != f.columns:
		return f.appendBad(out, fields, geo.Errorf(geo.Invalid, "the row has %d fields, the header %d", len(fields), f.columns))
	}
	out = append(out, line.text...)
	lon, lat := bytes.TrimSpace(fields[f.lon]), bytes.TrimSpace(fields[f.lat])
	if line.quoted {
		lon, lat = unquote(lon), unquote(lat)
	}
	t.q = r.defaults
	t.q.adopt(&r.defaults)
	if f.crs >= 0 {
		if name := bytes.TrimSpace(unquote(fields[f.crs])); len(name) > 0 {
			t.q.seen |= fieldCRS
			if err := r.shelf.asker.setCRS(&t.q, name); err != nil {
				return appendRowError(out, err)
			}
		}
	}
	if err := r.shelf.asker.settle(&t.q, lon, lat); err != nil {
		return appendRowError(out, err)
	}
	t.locate()
	return t.appendColumns(out)
}

// maxValueEcho is how much is repeated of a row that is too long.
const maxValueEcho = 200

// appendColumns writes the answer's columns.
func (t *answerer) appendColumns(b []byte) []byte {
	a := &t.a
	b = append(b, ',')
	b = append(b, a.Status...)
	b = append(b, ',')
	if a.Grid.Has() {
		b = append(b, t.pieceOf(a.Grid).cell...)
	}
	b = append(b, ',')
	if a.Owner.Has() {
		b = append(b, t.pieceOf(a.Owner).cell...)
	}
	b = append(b, ',')
	if a.Has {
		b = appendFixed(b, a.Border.DistanceM, 2)
	}
	b = append(b, ',')
	b = appendInt(b, t.shelf.editionID)
	b = append(b, ',')
	if a.Status == route.Outside || t.stale {
		b = t.appendWarnings(b, ';', false)
	}
	return append(b, ',', '\n')
}

// appendBad writes a row that could not be read: as many of its fields as the
// header has, and the error.
func (f *csvRows) appendBad(out []byte, fields [][]byte, err error) []byte {
	for i := range f.columns {
		if i > 0 {
			out = append(out, ',')
		}
		if i < len(fields) {
			out = append(out, fields[i]...)
		}
	}
	return appendRowError(out, err)
}

// appendRowError writes the answer's columns of a bad row.
func appendRowError(out []byte, err error) []byte {
	out = append(out, ",,,,,,,"...)
	text := problem.Of(err).Detail
	var e *geo.Error
	if errors.As(err, &e) && e.Field != "" && !strings.HasPrefix(text, e.Field) {
		text = e.Field + ": " + text
	}
	out = append(out, quoteField([]byte(text))...)
	return append(out, '\n')
}
