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

var (
	errQuote = geo.Errorf(geo.Invalid, "a quote stands where none may, or is not closed")
	errLong  = geo.Errorf(geo.TooLarge, "the row is longer than %d bytes", maxRow)
)

// read reads a row; an empty line is none.
func (f *csvRows) read(r *rows, in *unread, row *asked) bool {
	for len(in.text) > 0 && (in.text[0] == '\n' || in.text[0] == '\r' && (len(in.text) == 1 || in.text[1] == '\n')) {
		in.text = in.text[1:]
	}
	if len(in.text) == 0 {
		return false
	}
	fields, line := splitRow(in.text, row.fields[:0])
	in.text = in.text[line.length:]
	row.fields, row.echo = fields, line.text
	switch {
	case len(line.text) >= maxRow:
		row.echo, row.err = f.pad(quoteField(line.text[:maxValueEcho])), errLong
	case line.bad:
		row.echo, row.err = f.pad(quoteField(line.text)), errQuote
	case len(fields) != f.columns:
		row.echo = f.pad(fields...)
		row.err = geo.Errorf(geo.Invalid, "the row has %d fields, the header %d", len(fields), f.columns)
	default:
		row.err = f.ask(r, row, line.quoted)
	}
	return true
}

// ask makes a row's fields its question.
func (f *csvRows) ask(r *rows, row *asked, quoted bool) error {
	lon, lat := bytes.TrimSpace(row.fields[f.lon]), bytes.TrimSpace(row.fields[f.lat])
	if quoted {
		lon, lat = unquote(lon), unquote(lat)
	}
	row.q.from(&r.defaults)
	if f.crs >= 0 {
		if name := bytes.TrimSpace(unquote(row.fields[f.crs])); len(name) > 0 {
			row.q.seen |= fieldCRS
			if err := r.shelf.asker.setCRS(&row.q, name); err != nil {
				return err
			}
		}
	}
	return r.shelf.asker.settle(&row.q, lon, lat)
}

// write answers a row.
func (*csvRows) write(t *answerer, out []byte, row *asked) []byte {
	out = append(out, row.echo...)
	if row.err != nil {
		return appendRowError(out, row.err)
	}
	t.q.from(&row.q)
	if err := t.locate(); err != nil {
		return appendRowError(out, err)
	}
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

// pad makes a row that could not be read one of as many fields as the header has.
func (f *csvRows) pad(fields ...[]byte) []byte {
	fields = append(slices.Clone(fields), make([][]byte, f.columns)...)
	return bytes.Join(fields[:f.columns], []byte{','})
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
