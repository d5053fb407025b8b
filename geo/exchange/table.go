package exchange

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"onegrid/geo"
)

// The table of a Shapefile is dBASE III: a header of fields, then rows of texts
// of fixed width.

const (
	maxTableFields = 2048
	tableEnd       = 0x0d // after the last field
)

// tableField is a column.
type tableField struct {
	name  string
	kind  byte // C text, N and F number, D date, L yes or no
	from  int  // in a row, after its mark
	width int
}

// tableReader reads the rows of a .dbf.
type tableReader struct {
	r      *bufio.Reader
	text   textEncoding
	fields []tableField
	row    []byte
	rows   uint32 // that are still to come
	driver byte
	cut    bool // a text ended in half a character
}

// newTableReader reads the header.
func newTableReader(r io.Reader, text textEncoding, limits Limits) (*tableReader, error) {
	t := &tableReader{r: bufio.NewReaderSize(r, 1<<16), text: text}
	var h [32]byte
	if _, err := io.ReadFull(t.r, h[:]); err != nil {
		return nil, endedEarly(err, "the .dbf ends in its header")
	}
	t.rows = binary.LittleEndian.Uint32(h[4:])
	header, width := int(binary.LittleEndian.Uint16(h[8:])), int(binary.LittleEndian.Uint16(h[10:]))
	t.driver = h[29]
	if h[0]&7 != 3 && h[0]&7 != 4 || header < 33 || width < 1 {
		return nil, errTable("it does not begin as one")
	}
	if int64(t.rows) > int64(limits.Features) {
		return nil, geo.Errorf(geo.TooLarge, "a file has at most %d features", limits.Features)
	}
	b := make([]byte, header-32) // at most 64 KB
	if _, err := io.ReadFull(t.r, b); err != nil {
		return nil, endedEarly(err, "the .dbf ends in its header")
	}
	t.row = make([]byte, width)
	return t, t.readFields(b)
}

func errTable(what string) error {
	return geo.Errorf(geo.Invalid, "the .dbf is no table: %s", what)
}

func (t *tableReader) readFields(b []byte) error {
	at := 0
	seen := map[string]bool{}
	for ; len(b) >= 32 && b[0] != tableEnd; b = b[32:] {
		name, _, _ := bytes.Cut(b[:11], []byte{0})
		text, _, err := t.text.decode(bytes.TrimSpace(name), true)
		if err != nil {
			return err
		}
		f := tableField{name: text, kind: b[11], from: at, width: int(b[16])}
		if f.kind == 'C' {
			f.width += int(b[17]) << 8 // some programs write longer texts so
		}
		if f.width == 0 || f.name == "" || seen[f.name] {
			return errTable("a field has no width, no name or another's name: " + short([]byte(f.name)))
		}
		seen[f.name] = true
		at += f.width
		t.fields = append(t.fields, f)
	}
	switch {
	case at+1 > len(t.row):
		return errTable("its fields are wider than its rows")
	case len(t.fields) > maxTableFields:
		return errTable("it has too many fields")
	}
	return nil
}

// next reads a row. A deleted one is told, and its values are not. io.EOF after
// the last.
func (t *tableReader) next() (properties map[string]json.RawMessage, deleted bool, err error) {
	if err := t.advance(); err != nil {
		return nil, false, err
	}
	if t.row[0] == '*' {
		return nil, true, nil
	}
	properties = make(map[string]json.RawMessage, len(t.fields))
	for _, f := range t.fields {
		v, err := t.value(f)
		if err != nil {
			var known *geo.Error
			if errors.As(err, &known) {
				known.Field = "/properties/" + f.name
			}
			return nil, false, err
		}
		properties[f.name] = v
	}
	return properties, false, nil
}

// advance reads the bytes of the next row.
func (t *tableReader) advance() error {
	if t.rows == 0 {
		return io.EOF
	}
	t.rows--
	if _, err := io.ReadFull(t.r, t.row); err != nil {
		return endedEarly(err, "the .dbf ends in the middle of a row")
	}
	return nil
}

// endedEarly is an error of reading, which most often is an early end.
func endedEarly(err error, message string) error {
	var known *geo.Error
	if errors.As(err, &known) {
		return err
	}
	// The end of the bytes is none of the records, which io.EOF would say.
	return &geo.Error{Kind: geo.Invalid, Message: message, Err: unexpected(err)}
}

func (t *tableReader) bytes(f tableField) []byte {
	return t.row[1+f.from : 1+f.from+f.width]
}

var null = json.RawMessage("null")

// value reads a field as JSON has it. Numbers are kept digit by digit: codes are
// often among them.
func (t *tableReader) value(f tableField) (json.RawMessage, error) {
	raw := t.bytes(f)
	plain := bytes.Trim(raw, " \x00")
	if len(plain) == 0 {
		return null, nil
	}
	switch f.kind {
	case 'C':
		b := bytes.TrimRight(raw, " \x00")
		s, cut, err := t.text.decode(b, len(b) == f.width)
		t.cut = t.cut || cut
		if err != nil {
			return nil, err
		}
		return quoted(s), nil
	case 'N', 'F':
		return numeral(string(plain)), nil
	case 'D':
		if len(plain) == 8 && plain[0] != '0' {
			return quoted(string(plain[:4]) + "-" + string(plain[4:6]) + "-" + string(plain[6:])), nil
		}
		return null, nil
	case 'L':
		switch plain[0] {
		case 'T', 't', 'Y', 'y':
			return json.RawMessage("true"), nil
		case 'F', 'f', 'N', 'n':
			return json.RawMessage("false"), nil
		}
	}
	return null, nil // a memo lies in a file of its own
}

// numeral is a number as it is written, where JSON writes it so too; else a text.
// Stars stand for a number that did not fit.
func numeral(s string) json.RawMessage {
	if strings.Trim(s, "*") == "" {
		return null
	}
	if (s[0] == '-' || s[0] >= '0' && s[0] <= '9') && json.Valid([]byte(s)) {
		return json.RawMessage(s)
	}
	return quoted(strings.ToValidUTF8(s, "\ufffd"))
}

// quoted is a text as JSON has it.
func quoted(s string) json.RawMessage {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts can always be written
	}
	return b
}

// detectEncoding finds what a table is written in that has no .cpg.
func detectEncoding(in *feed, table part) (textEncoding, string, error) {
	r, err := table.open()
	if err != nil {
		return textEncoding{}, "", err
	}
	defer r.Close()
	// Names of fields are judged with the texts: any encoding reads them here.
	t, err := newTableReader(r, latinText, in.limits)
	if err != nil {
		return textEncoding{}, "", err
	}
	if e, says := encodingOfDriver(t.driver); says {
		return e, "its .dbf", nil
	}
	fits := []textEncoding{utf8Text, gbkText}
	for _, f := range t.fields {
		if name, err := latinText.code.NewEncoder().String(f.name); err == nil {
			fits = fitting(fits, []byte(name), true)
		}
	}
	for {
		err := t.advance()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return textEncoding{}, "", err
		}
		if in.ctx.Err() != nil {
			return textEncoding{}, "", in.ctx.Err()
		}
		for _, f := range t.fields {
			if f.kind == 'C' {
				b := bytes.TrimRight(t.bytes(f), " \x00")
				fits = fitting(fits, b, len(b) == f.width)
			}
		}
	}
	if len(fits) == 0 {
		return textEncoding{}, "", geo.Errorf(geo.Invalid, "the texts of the .dbf are neither in UTF-8 nor in GBK, and nothing beside it says what else; name it with --encoding").On("encoding", "")
	}
	return fits[0], "its texts", nil
}

// fitting keeps the encodings that a text may be in.
func fitting(all []textEncoding, b []byte, whole bool) []textEncoding {
	if ascii(b) {
		return all
	}
	var out []textEncoding
	for _, e := range all {
		if _, _, err := e.decode(b, whole); err == nil {
			out = append(out, e)
		}
	}
	return out
}

// upTo cuts a text to so many bytes, between characters.
func upTo(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}
