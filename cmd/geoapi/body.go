package main

import (
	"strconv"

	"onegrid/geo"
)

// parseBody reads a locate request from JSON into q, which holds the defaults.
// id is the token of the row's own id, nil if there is none: only rows of a
// batch have one.
func (k *asker) parseBody(body []byte, q *question, batch bool) (id []byte, err error) {
	b := bodyReader{asker: k, pull: pull{b: body}, question: q, batch: batch, defaults: q.seen}
	q.seen = 0
	if err := b.object("", b.member); err != nil {
		return b.id, err
	}
	if !b.end() {
		return b.id, b.wrong("", "nothing after the object")
	}
	q.seen |= b.defaults
	return b.id, k.settle(q, b.lon, b.lat)
}

// bodyReader reads the members of a request.
type bodyReader struct {
	*asker
	pull
	*question
	batch    bool
	defaults fields // named by the batch's query, which a row may override
	id       []byte
	lon, lat []byte
}

func (b *bodyReader) member(key []byte) error {
	switch string(key) {
	case "point":
		if err := b.once(fieldPoint, "point"); err != nil {
			return err
		}
		return b.object("point", b.coordinate)
	case "crs":
		return b.word(fieldCRS, "crs", b.setCRS)
	case "level":
		return b.word(fieldLevel, "level", b.setLevel)
	case "networks":
		if err := b.once(fieldNetworks, "networks"); err != nil {
			return err
		}
		b.Networks = b.networks[:0]
		return b.list("networks", b.network)
	case "include":
		if err := b.once(fieldInclude, "include"); err != nil {
			return err
		}
		b.include, b.Border = 0, false
		return b.list("include", b.included)
	case "on_outside":
		return b.word(fieldOnOutside, "on_outside", func(q *question, v []byte) error { return q.setOnOutside(v) })
	case "max_m":
		if err := b.once(fieldMaxM, "max_m"); err != nil {
			return err
		}
		text, err := b.number("max_m")
		if err != nil {
			return err
		}
		return b.setMaxM(text)
	case "id":
		if b.batch {
			return b.ownID()
		}
	}
	return unknown(string(key), "")
}

// word reads a string member.
func (b *bodyReader) word(f fields, name string, set func(*question, []byte) error) error {
	if err := b.once(f, name); err != nil {
		return err
	}
	v, err := b.text(name)
	if err != nil {
		return err
	}
	return set(b.question, v)
}

func (b *bodyReader) network() error {
	id, err := b.text("networks")
	if err != nil {
		return err
	}
	if len(id) == 0 {
		return geo.Errorf(geo.Invalid, "networks holds an empty name").On("networks", "")
	}
	return b.addNetwork(b.question, id)
}

func (b *bodyReader) included() error {
	name, err := b.text("include")
	if err != nil {
		return err
	}
	return b.addInclude(name)
}

// coordinate reads a member of the point.
func (b *bodyReader) coordinate(key []byte) (err error) {
	switch string(key) {
	case "lon":
		if err := b.once(fieldLon, "point.lon"); err != nil {
			return err
		}
		b.lon, err = b.number("point.lon")
	case "lat":
		if err := b.once(fieldLat, "point.lat"); err != nil {
			return err
		}
		b.lat, err = b.number("point.lat")
	default:
		return geo.Errorf(geo.Invalid, "a point has lon and lat, not %s",
			strconv.QuoteToGraphic(clipped(string(key)))).On("point", clipped(string(key)))
	}
	return err
}

// ownID keeps the token of a row's id: a string or a number.
func (b *bodyReader) ownID() (err error) {
	if err := b.once(fieldID, "id"); err != nil {
		return err
	}
	if b.peek() == '"' {
		b.id, _, err = b.rawText("id")
	} else {
		b.id, err = b.number("id")
	}
	if len(b.id) > maxRowID {
		b.id = nil
		return geo.Errorf(geo.TooLarge, "id is longer than %d bytes", maxRowID).On("id", "")
	}
	return err
}

// maxRowID bounds a row's id, which is echoed.
const maxRowID = 1024
