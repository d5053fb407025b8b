package exchange

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"onegrid/geo"
)

const (
	maxTableText   = 254 // bytes
	maxTableNumber = 20  // digits, with sign and point
	maxTableName   = 10  // bytes
)

// tableSurvey looks over a layer before its table is written: fields are as wide
// as what is in them.
type tableSurvey struct {
	survey
	text  textEncoding
	sizes map[string]*tableSize
	long  map[string]int // values that do not fit, by property
}

// tableSize is how much room a column's values take.
type tableSize struct {
	text            int // bytes
	whole, decimals int // digits of numbers before and after the point
}

// add also measures.
func (s *tableSurvey) add(r *record) error {
	if err := s.survey.add(r); err != nil {
		return err
	}
	for _, p := range r.properties {
		if p.empty() {
			continue
		}
		kind, text, err := tableText(p.value)
		if err != nil {
			return err
		}
		b, err := s.text.encode(text)
		if err != nil {
			return cannotEncode(r, p.name, err)
		}
		size := s.sizes[p.name]
		if size == nil {
			size = &tableSize{}
			s.sizes[p.name] = size
		}
		if len(b) > maxTableText {
			s.long[p.name]++
		}
		if kind != listCell || len(b) <= maxTableText {
			size.text = max(size.text, min(len(b), maxTableText))
		}
		before, after, _ := strings.Cut(text, ".")
		size.whole, size.decimals = max(size.whole, len(before)), max(size.decimals, len(after))
	}
	return nil
}

// cannotEncode names the object whose text an encoding lacks a character of.
func cannotEncode(r *record, name string, err error) error {
	code := ""
	for _, p := range r.properties {
		if p.name == "code" {
			code = fmt.Sprint(p.value)
		}
	}
	return geo.Errorf(geo.Invalid, "%s of %q: %v; write utf-8", name, code, err).On("encoding", "")
}

// encode writes a text. GBK here is what old programs read, so that a later
// character is refused rather than lost.
func (e textEncoding) encode(s string) ([]byte, error) {
	if e == utf8Text {
		return []byte(s), nil
	}
	b, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		return nil, fmt.Errorf("%q has a character that is not in %s", s, e.name)
	}
	return []byte(b), nil
}

// tableText is a value as a table has it, before it is fitted to its field.
func tableText(v any) (cellKind, string, error) {
	kind, whole, real, text, err := cell(v)
	switch kind {
	case wholeCell:
		text = strconv.FormatInt(whole, 10)
	case realCell:
		text = strconv.FormatFloat(real, 'f', -1, 64)
	}
	return kind, text, err
}

// fields lays the columns out. A table has at least one.
func (s *tableSurvey) fields() []tableWritten {
	if len(s.columns) == 0 {
		s.columns = []*surveyed{{name: "code", kind: textCell}}
	}
	var names []string
	for _, c := range s.columns {
		names = append(names, c.name)
	}
	names = cutNames(names, maxTableName)
	var out []tableWritten
	from := 0
	for i, c := range s.columns {
		f := tableWritten{property: c.name}
		f.name, f.kind, f.from = names[i], 'C', from
		if size := s.sizes[c.name]; size != nil {
			f.width = size.text
			point := min(1, size.decimals)
			if number := size.whole + point + size.decimals; c.kind <= realCell && number <= maxTableNumber {
				f.kind, f.width, f.decimals = 'N', number, size.decimals
			}
		}
		f.width = max(1, f.width)
		from += f.width
		out = append(out, f)
	}
	return out
}

// tableWritten is a field of a table that is written.
type tableWritten struct {
	tableField
	property string
	decimals int
}

// cutNames cuts names to so many bytes. Those that would become one get a number
// instead of their last bytes, in the order in which they stand.
func cutNames(names []string, most int) []string {
	out := make([]string, len(names))
	taken := map[string]bool{}
	// Names that fit keep themselves, wherever they stand.
	for i, n := range names {
		if key := strings.ToLower(n); len(n) <= most && !taken[key] {
			out[i] = n
			taken[key] = true
		}
	}
	for i, n := range names {
		if out[i] != "" {
			continue
		}
		cut := upTo(n, most)
		for number := 1; taken[strings.ToLower(cut)]; number++ {
			end := "_" + strconv.Itoa(number)
			cut = upTo(n, most-len(end)) + end
		}
		out[i] = cut
		taken[strings.ToLower(cut)] = true
	}
	return out
}

// tableSink writes the rows of a table.
type tableSink struct {
	w      *bufio.Writer
	text   textEncoding
	fields []tableWritten
	row    []byte
}

// newTableSink writes the header.
func newTableSink(w io.Writer, text textEncoding, fields []tableWritten, rows int) *tableSink {
	s := &tableSink{w: bufio.NewWriter(w), text: text, fields: fields}
	width := 1
	for _, f := range fields {
		width += f.width
	}
	s.row = make([]byte, width)
	header := make([]byte, 32+32*len(fields)+1)
	header[0] = 3
	now := time.Now().UTC()
	header[1], header[2], header[3] = byte(now.Year()-1900), byte(now.Month()), byte(now.Day())
	binary.LittleEndian.PutUint32(header[4:], uint32(rows))
	binary.LittleEndian.PutUint16(header[8:], uint16(len(header)))
	binary.LittleEndian.PutUint16(header[10:], uint16(width))
	if text == gbkText {
		header[29] = 0x4d
	}
	for i, f := range fields {
		at := header[32+32*i:]
		copy(at[:11], f.name)
		at[11], at[16], at[17] = f.kind, byte(f.width), byte(f.decimals)
	}
	header[len(header)-1] = tableEnd
	s.w.Write(header)
	return s
}

// add writes a row.
func (s *tableSink) add(r *record) error {
	copy(s.row, bytes.Repeat([]byte{' '}, len(s.row)))
	for _, f := range s.fields {
		i := slices.IndexFunc(r.properties, func(p property) bool { return p.name == f.property && !p.empty() })
		if i < 0 {
			continue
		}
		b, err := s.value(f, r.properties[i].value)
		if err != nil {
			return err
		}
		at := s.row[1+f.from : 1+f.from+f.width]
		if f.kind == 'N' {
			at = at[len(at)-len(b):]
		}
		copy(at, b)
	}
	_, err := s.w.Write(s.row)
	return err
}

// value fits a value to its field. A text that is too long is cut between
// characters; a list that is, is left out, since half of one is none.
func (s *tableSink) value(f tableWritten, v any) ([]byte, error) {
	kind, text, err := tableText(v)
	if err != nil {
		return nil, err
	}
	if f.kind == 'N' {
		before, after, _ := strings.Cut(text, ".")
		if f.decimals > 0 {
			text = before + "." + after + strings.Repeat("0", f.decimals-len(after))
		}
		return []byte(text), nil
	}
	b, err := s.text.encode(text)
	if err != nil || len(b) <= f.width {
		return b, err
	}
	if kind == listCell {
		return nil, nil
	}
	for len(b) > f.width { // a character is at most four bytes
		text = upTo(text, len(text)-1)
		if b, err = s.text.encode(text); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (s *tableSink) close() error {
	s.w.WriteByte(0x1a)
	return s.w.Flush()
}
