package main

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"onegrid/geo"
)

// pull reads JSON from a buffer token by token, without allocating: what a
// locate request needs of a parser, and no more. It accepts exactly the grammar
// of RFC 8259, in UTF-8, for the shapes that its callers ask for.
type pull struct {
	b []byte
	i int
}

// space skips white space.
func (p *pull) space() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

// peek returns the next byte after white space, 0 at the end.
func (p *pull) peek() byte {
	p.space()
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

// take consumes c, after white space, if it is next.
func (p *pull) take(c byte) bool {
	if p.peek() != c || p.i == len(p.b) {
		return false
	}
	p.i++
	return true
}

// end reports whether only white space is left.
func (p *pull) end() bool {
	p.space()
	return p.i == len(p.b)
}

// object reads an object and calls member for each of its keys, with the value
// next to be read. A key is good only during the call.
func (p *pull) object(field string, member func(key []byte) error) error {
	if !p.take('{') {
		return p.wrong(field, "an object")
	}
	if p.take('}') {
		return nil
	}
	for {
		if p.peek() != '"' {
			return p.wrong(field, "a key in quotes")
		}
		key, err := p.text(field)
		if err != nil {
			return err
		}
		if !p.take(':') {
			return p.wrong(field, "a colon after the key")
		}
		if err := member(key); err != nil {
			return err
		}
		if p.take('}') {
			return nil
		}
		if !p.take(',') {
			return p.wrong(field, "a comma or a closing brace")
		}
	}
}

// list reads an array and calls element with each value next to be read.
func (p *pull) list(field string, element func() error) error {
	if !p.take('[') {
		return p.wrong(field, "an array")
	}
	if p.take(']') {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if p.take(']') {
			return nil
		}
		if !p.take(',') {
			return p.wrong(field, "a comma or a closing bracket")
		}
	}
}

// text reads a string. The result aliases the buffer unless the string holds
// escapes.
func (p *pull) text(field string) ([]byte, error) {
	raw, escaped, err := p.rawText(field)
	if err != nil {
		return nil, err
	}
	if !escaped {
		return raw[1 : len(raw)-1], nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, p.wrong(field, "a string with valid escapes")
	}
	return []byte(s), nil
}

// rawText reads a string and returns its token, quotes included.
func (p *pull) rawText(field string) (token []byte, escaped bool, err error) {
	if p.peek() != '"' {
		return nil, false, p.wrong(field, "a string")
	}
	start, ascii := p.i, true
	for i := p.i + 1; i < len(p.b); i++ {
		switch c := p.b[i]; {
		case c == '"':
			p.i = i + 1
			token = p.b[start:p.i]
			if !ascii && !utf8.Valid(token) {
				p.i = start
				return nil, false, p.wrong(field, "UTF-8")
			}
			return token, escaped, nil
		case c == '\\':
			escaped = true
			i++
			if i >= len(p.b) {
				return nil, false, p.wrong(field, "a closing quote")
			}
			switch p.b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for k := 1; k <= 4; k++ {
					if i+k >= len(p.b) || !isHex(p.b[i+k]) {
						return nil, false, p.wrong(field, "a string with valid escapes")
					}
				}
				i += 4
			default:
				return nil, false, p.wrong(field, "a string with valid escapes")
			}
		case c < 0x20:
			return nil, false, p.wrong(field, "a string without control characters")
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false, p.wrong(field, "a closing quote")
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// number reads a number and returns its text.
func (p *pull) number(field string) ([]byte, error) {
	p.space()
	b, start := p.b, p.i
	i := start
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := digits(b, i)
	if whole == i || b[i] == '0' && whole > i+1 {
		return nil, p.wrong(field, "a number")
	}
	i = whole
	if i < len(b) && b[i] == '.' {
		end := digits(b, i+1)
		if end == i+1 {
			return nil, p.wrong(field, "a number")
		}
		i = end
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		end := digits(b, i)
		if end == i {
			return nil, p.wrong(field, "a number")
		}
		i = end
	}
	p.i = i
	return b[start:i], nil
}

// digits returns where the run of digits at i ends.
func digits(b []byte, i int) int {
	for i < len(b) && '0' <= b[i] && b[i] <= '9' {
		i++
	}
	return i
}

// wrong says what was wanted at the present place, and what stands there.
func (p *pull) wrong(field, want string) error {
	p.space()
	if p.i >= len(p.b) {
		return geo.Errorf(geo.Invalid, "the JSON ends at byte %d where %s is wanted", len(p.b), want).On(field, "")
	}
	const most = 40
	here := p.b[p.i:min(p.i+most, len(p.b))]
	if n := bytes.IndexAny(here, ",}]\n"); n > 0 {
		here = here[:n]
	}
	return geo.Errorf(geo.Invalid, "at byte %d: want %s, found %s", p.i, want, strconv.QuoteToGraphic(string(here))).
		On(field, string(here))
}
