package main

import (
	"encoding/json"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"onegrid/geo"
)

// appendInt writes a number.
func appendInt(b []byte, n int64) []byte { return strconv.AppendInt(b, n, 10) }

// appendFixed writes a number with at most some decimals (up to 3), without
// trailing zeros: several times faster than strconv's shortest float. Numbers
// too large for it are written by strconv.
func appendFixed(b []byte, v float64, decimals int) []byte {
	scale := [...]float64{1, 10, 100, 1000}[decimals]
	if !(math.Abs(v) < 1e12) {
		return strconv.AppendFloat(b, v, 'f', decimals, 64)
	}
	n := int64(math.Round(v * scale))
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	unit := int64(scale)
	b = strconv.AppendInt(b, n/unit, 10)
	if n %= unit; n == 0 {
		return b
	}
	b = append(b, '.')
	for n > 0 {
		unit /= 10
		b = append(b, byte('0'+n/unit))
		n %= unit
	}
	return b
}

// appendString writes a JSON string.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c >= utf8.RuneSelf {
			return appendHardString(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendHardString writes a JSON string that needs a closer look.
func appendHardString(b []byte, s string) []byte {
	body, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return append(b, body...)
}

// appendText writes a name: a string, an object by language, or null.
func appendText(b []byte, t geo.Text) []byte {
	if len(t) == 0 {
		return append(b, "null"...)
	}
	body, err := json.Marshal(t)
	if err != nil {
		panic(err)
	}
	return append(b, body...)
}

// appendTime writes a time as RFC 3339 in UTC, or null.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = t.UTC().AppendFormat(b, time.RFC3339Nano)
	return append(b, '"')
}
