package main

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"onegrid/geo"
)

// maxQuery bounds a query string, in bytes.
const maxQuery = 4096

// parseQuery reads a locate request from a raw query string. It does by hand
// what url.ParseQuery does, since that one costs more than the answer: no map,
// and no allocation where nothing is escaped.
func (k *asker) parseQuery(raw string, q *question) error {
	lon, lat, err := k.parseDefaults(raw, q)
	if err != nil {
		return err
	}
	return k.settle(q, lon, lat)
}

// parseDefaults reads a query string into q and returns the texts of lon and
// lat, nil where they are not given.
func (k *asker) parseDefaults(raw string, q *question) (lon, lat []byte, err error) {
	if len(raw) > maxQuery {
		return nil, nil, geo.Errorf(geo.TooLarge, "the query is longer than %d bytes", maxQuery)
	}
	for len(raw) > 0 {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		key, value, err := cutPair(pair)
		if err != nil {
			return nil, nil, err
		}
		if err := k.parameter(q, key, value, &lon, &lat); err != nil {
			return nil, nil, err
		}
	}
	return lon, lat, nil
}

// cutPair takes key=value apart and undoes its escapes.
func cutPair(pair string) (key, value string, err error) {
	key, value, _ = strings.Cut(pair, "=")
	if key, err = unescape(key); err != nil {
		return "", "", err
	}
	value, err = unescape(value)
	return key, value, err
}

func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') >= 0 || strings.IndexByte(s, '+') >= 0 {
		u, err := url.QueryUnescape(s)
		if err != nil {
			return "", geo.Errorf(geo.Invalid, "the query holds a broken escape: %s", strconv.QuoteToGraphic(clipped(s))).On("query", s)
		}
		s = u
	}
	if !utf8.ValidString(s) {
		return "", geo.Errorf(geo.Invalid, "the query is not UTF-8").On("query", clipped(s))
	}
	return s, nil
}

// parameter takes one parameter.
func (k *asker) parameter(q *question, key, value string, lon, lat *[]byte) error {
	v := view(value)
	switch key {
	case "lon":
		*lon = v
		return q.once(fieldLon, "lon")
	case "lat":
		*lat = v
		return q.once(fieldLat, "lat")
	case "crs":
		if err := q.once(fieldCRS, "crs"); err != nil {
			return err
		}
		return k.setCRS(q, v)
	case "level":
		if err := q.once(fieldLevel, "level"); err != nil {
			return err
		}
		return k.setLevel(q, v)
	case "networks":
		if err := q.once(fieldNetworks, "networks"); err != nil {
			return err
		}
		return eachOf(value, func(id string) error { return k.addNetwork(q, view(id)) })
	case "include":
		if err := q.once(fieldInclude, "include"); err != nil {
			return err
		}
		q.include, q.Border = 0, false
		return eachOf(value, func(name string) error { return q.addInclude(view(name)) })
	case "on_outside":
		if err := q.once(fieldOnOutside, "on_outside"); err != nil {
			return err
		}
		return q.setOnOutside(v)
	case "max_m":
		if err := q.once(fieldMaxM, "max_m"); err != nil {
			return err
		}
		return q.setMaxM(v)
	}
	return unknown(key, value)
}

// eachOf calls f with each part of a comma-separated list.
func eachOf(list string, f func(string) error) error {
	for {
		part, rest, more := strings.Cut(list, ",")
		if err := f(part); err != nil || !more {
			return err
		}
		list = rest
	}
}

// view returns the bytes of a string without copying them. They are only read.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) } // #nosec G103
