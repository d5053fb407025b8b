package main

import (
	"bytes"
	"slices"
)

// csvRow is where a row ends and how well it is made.
type csvRow struct {
	length int  // with the line end
	whole  bool // it ends within what was seen
	bad    bool // a quote stands where none may
}

// scanRow finds the end of the row that b begins with, by the grammar: a quote
// opens a field only at its start. After a quote out of place, the row ends with
// the line, as in encoding/csv.
func scanRow(b []byte) csvRow {
	i := 0
	for {
		if i < len(b) && b[i] == '"' {
			end, closed := endOfQuotes(b, i+1)
			switch {
			case !closed || end == len(b):
				return csvRow{length: len(b)}
			case b[end] == ',':
				i = end + 1
				continue
			case b[end] == '\n':
				return csvRow{length: end + 1, whole: true}
			case b[end] == '\r' && end+1 < len(b) && b[end+1] == '\n':
				return csvRow{length: end + 2, whole: true}
			case b[end] == '\r' && end+1 == len(b):
				return csvRow{length: len(b)}
			}
			return lineEnd(b, end, true)
		}
		n := bytes.IndexAny(b[i:], ",\n\"")
		if n < 0 {
			return csvRow{length: len(b)}
		}
		i += n
		switch b[i] {
		case ',':
			i++
		case '\n':
			return csvRow{length: i + 1, whole: true}
		default:
			return lineEnd(b, i, true)
		}
	}
}

// endOfQuotes returns where a quoted field ends: after its closing quote.
func endOfQuotes(b []byte, i int) (end int, closed bool) {
	for {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return len(b), false
		}
		i += n + 1
		if i == len(b) || b[i] != '"' {
			return i, true
		}
		i++
	}
}

func lineEnd(b []byte, from int, bad bool) csvRow {
	if n := bytes.IndexByte(b[from:], '\n'); n >= 0 {
		return csvRow{length: from + n + 1, whole: true, bad: bad}
	}
	return csvRow{length: len(b), bad: bad}
}

// csvLine is a row taken apart.
type csvLine struct {
	csvRow
	text   []byte // without the line end
	quoted bool   // fields hold quotes that are still to be undone
}

// splitRow takes the row that b begins with apart. Rows without quotes, nearly
// all, are done in one pass.
func splitRow(b []byte, fields [][]byte) ([][]byte, csvLine) {
	start := 0
	for i, c := range b {
		switch c {
		case ',':
			fields = append(fields, b[start:i])
			start = i + 1
		case '\n':
			end := i
			if end > start && b[end-1] == '\r' {
				end--
			}
			return append(fields, b[start:end]), csvLine{csvRow{i + 1, true, false}, b[:end], false}
		case '"':
			return splitQuoted(b, fields[:0])
		}
	}
	end := len(b)
	if end > start && b[end-1] == '\r' {
		end--
	}
	return append(fields, b[start:end]), csvLine{csvRow{len(b), true, false}, b[:end], false}
}

// splitQuoted takes a row with quotes apart. A quote that is never closed leaves
// its line as a bad row.
func splitQuoted(b []byte, fields [][]byte) ([][]byte, csvLine) {
	row := scanRow(b)
	if !row.whole && !row.bad {
		switch trimmed := bytes.TrimSuffix(b, []byte{'\r'}); {
		case endsWell(trimmed):
			row.whole = true
		default:
			row = lineEnd(b, 0, true)
		}
	}
	text := bytes.TrimSuffix(bytes.TrimSuffix(b[:row.length], newline), []byte{'\r'})
	line := csvLine{row, text, true}
	if row.bad {
		return nil, line
	}
	for i := 0; ; {
		end := len(text)
		if i < len(text) && text[i] == '"' {
			end, _ = endOfQuotes(text, i+1)
		} else if n := bytes.IndexByte(text[i:], ','); n >= 0 {
			end = i + n
		}
		fields = append(fields, text[i:end])
		if end >= len(text) {
			return fields, line
		}
		i = end + 1
	}
}

// endsWell reports whether the last row of the input, which has no line end,
// closes all its quotes.
func endsWell(b []byte) bool {
	row := scanRow(append(slices.Clone(b), '\n'))
	return row.whole && !row.bad && row.length == len(b)+1
}

// unquote undoes a field's quotes.
func unquote(field []byte) []byte {
	if len(field) < 2 || field[0] != '"' {
		return field
	}
	return bytes.ReplaceAll(field[1:len(field)-1], []byte(`""`), []byte(`"`))
}

// quoteField writes a field so that it reads back the same.
func quoteField(text []byte) []byte {
	if len(text) > 0 && !bytes.ContainsAny(text, ",\"\r\n") && text[0] != ' ' {
		return text
	}
	if len(text) == 0 {
		return nil
	}
	out := append(make([]byte, 0, len(text)+2), '"')
	out = append(out, bytes.ReplaceAll(text, []byte(`"`), []byte(`""`))...)
	return append(out, '"')
}
