package main

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"onegrid/geo"
)

// decodeStrict reads a small JSON object into v: unknown fields, fields given
// twice, and anything after the object are refused.
func decodeStrict(body []byte, v any) error {
	if !utf8.Valid(body) {
		return geo.Errorf(geo.Invalid, "the body is not UTF-8")
	}
	if err := noTwins(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonFault(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return geo.Errorf(geo.Invalid, "there is something after the JSON object")
	}
	return nil
}

// noTwins refuses an object that names a field twice, or in letters that only
// encoding/json's matching by case folding would take for ours.
func noTwins(body []byte) error {
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return geo.Errorf(geo.Invalid, "the body is not a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return jsonFault(err)
		}
		name, _ := t.(string)
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
			return unknown(name, "")
		}
		if seen[name] {
			return geo.Errorf(geo.Invalid, "%s is given twice", strconv.QuoteToGraphic(clipped(name))).On(name, "")
		}
		seen[name] = true
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return jsonFault(err)
		}
	}
	return nil
}

// jsonFault tells what encoding/json found.
func jsonFault(err error) error {
	switch e := err.(type) {
	case *json.UnmarshalTypeError:
		return geo.Errorf(geo.Invalid, "%s is not a %s", e.Value, e.Type).On(e.Field, e.Value)
	case *json.SyntaxError:
		return geo.Errorf(geo.Invalid, "the JSON is broken at byte %d: %s", e.Offset, e.Error())
	case *time.ParseError:
		return geo.Errorf(geo.Invalid, "at is a time like 2026-05-01T08:30:00+08:00, not %s", e.Value).On("at", e.Value)
	}
	const unknownField = "json: unknown field "
	if text := err.Error(); len(text) > len(unknownField) && text[:len(unknownField)] == unknownField {
		if name, uerr := strconv.Unquote(text[len(unknownField):]); uerr == nil {
			return unknown(name, "")
		}
	}
	return geo.Errorf(geo.Invalid, "the JSON cannot be read: %v", err)
}
