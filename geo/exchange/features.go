package exchange

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"onegrid/geo"
	"onegrid/geo/crs"
)

// Limits bound what a decoder takes. The zero value stands for DefaultLimits.
type Limits struct {
	Bytes        int64 // of the file, unpacked
	FeatureBytes int64 // of one feature
	Features     int
	Vertices     int // of all features together
}

// DefaultLimits hold three million buildings with room to spare.
var DefaultLimits = Limits{Bytes: 8 << 30, FeatureBytes: 64 << 20, Features: 20_000_000, Vertices: 100_000_000}

// Feature is one feature of a file, its parts not yet decoded: as GeoJSON has
// them, whatever the format, but for the geometry of formats that draw in
// numbers.
type Feature struct {
	Row        int // 1-based place in the file
	ID         json.RawMessage
	Geometry   json.RawMessage
	Properties map[string]json.RawMessage

	drawn *drawn // nil in GeoJSON
}

// Features reads the features of a GeoJSON FeatureCollection, of a text sequence
// (RFC 8142, or one feature a line), of a single Feature or of a TopoJSON
// topology with one object, gzipped or not, and calls f for each in order. Of
// GeoJSON it holds one feature at a time. The error is Invalid or TooLarge, with
// the row; an error of f stops the reading.
func Features(r io.Reader, limits Limits, f func(*Feature) error) error {
	if limits == (Limits{}) {
		limits = DefaultLimits
	}
	return readJSON(r, &feed{
		ctx: context.Background(), limits: limits, yield: f,
		begin: func(Source, *crs.System) error { return nil },
	})
}

// readJSON reads GeoJSON and TopoJSON.
func readJSON(r io.Reader, in *feed) error {
	plain, err := unpack(r)
	if err != nil {
		return err
	}
	b := &budget{r: plain, limit: in.limits.FeatureBytes, total: in.limits.Bytes}
	d := &featureReader{in: b, json: json.NewDecoder(b), feed: in}
	for {
		err := d.document()
		if errors.Is(err, io.EOF) {
			if d.documents == 0 {
				return geo.Errorf(geo.Invalid, "the file is empty")
			}
			return nil
		}
		if err != nil {
			return d.explain(err)
		}
	}
}

// unpack looks at the first bytes for gzip's mark, and then for the mark that
// some programs put before UTF-8.
func unpack(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 1<<16)
	if mark, _ := b.Peek(2); bytes.Equal(mark, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, &geo.Error{Kind: geo.Invalid, Message: "the file is not valid gzip", Err: err}
		}
		b = bufio.NewReaderSize(z, 1<<16)
	}
	skipMark(b)
	return b, nil
}

// skipMark reads past a byte order mark.
func skipMark(b *bufio.Reader) {
	if mark, _ := b.Peek(3); string(mark) == "\ufeff" {
		b.Discard(3)
	}
}

// budget is a reader that stops when one value of the document grows past its
// limit, or the whole past the total. The JSON decoder holds a value in memory
// until its end, so without this one endless value would fill the machine.
type budget struct {
	r            io.Reader
	read         int64 // bytes given out so far
	allowed      int64 // may be read before the next renewal
	limit, total int64
	blanks       int // in a row, just now
}

// maxBlanks bounds the blanks in a row: each time that the JSON decoder has read
// more of them it looks through all again, which takes it a minute for the 64 MB
// that a feature may have.
const maxBlanks = 1 << 20

var (
	errLongFeature = errors.New("a feature is over the limit")
	errLongFile    = errors.New("the file is over the limit")
	errBlanks      = errors.New("too many blanks in a row")
)

// renew starts a new value at the given offset.
func (b *budget) renew(offset int64) { b.allowed = offset + b.limit }

// Read also turns record separators (RFC 8142) into blanks: they may stand only
// between values, where JSON allows a blank, and nowhere inside one.
func (b *budget) Read(p []byte) (int, error) {
	if b.allowed == 0 {
		b.allowed = b.limit
	}
	switch {
	case b.read >= b.total:
		return 0, errLongFile
	case b.read >= b.allowed:
		return 0, errLongFeature
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.allowed-b.read, b.total-b.read)])
	b.read += int64(n)
	for i, c := range p[:n] {
		switch c {
		case 0x1e:
			p[i] = ' '
			fallthrough
		case ' ', '\n', '\r', '\t':
			b.blanks++
		default:
			b.blanks = 0
		}
		if b.blanks > maxBlanks {
			return 0, errBlanks
		}
	}
	return n, err
}

type featureReader struct {
	*feed
	in        *budget
	json      *json.Decoder
	begun     bool
	documents int
}

// document reads one top-level value: a collection or a feature. io.EOF means
// that there was none.
func (d *featureReader) document() error {
	d.in.renew(d.json.InputOffset())
	t, err := d.json.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return geo.Errorf(geo.Invalid, "GeoJSON is an object, this starts with %v", t)
	}
	d.documents++
	members := map[string]json.RawMessage{}
	collection := false
	for d.json.More() {
		key, err := d.json.Token()
		if err != nil {
			return unexpected(err)
		}
		name, _ := key.(string)
		if name == "features" {
			collection = true
			if err := d.collection(); err != nil {
				return unexpected(err)
			}
			continue
		}
		if name == "arcs" || name == "objects" {
			d.in.allowed = d.json.InputOffset() + topologyBytes
		}
		var raw json.RawMessage
		if err := d.json.Decode(&raw); err != nil {
			return unexpected(err)
		}
		if len(members) > 64 {
			return geo.Errorf(geo.Invalid, "a GeoJSON object has over 64 members")
		}
		members[name] = raw
	}
	if _, err := d.json.Token(); err != nil {
		return unexpected(err)
	}
	if err := checkCRS(members["crs"]); err != nil {
		return err
	}
	if collection {
		return d.isGeoJSON() // it may hold nothing
	}
	if string(members["type"]) == `"Topology"` {
		return readTopology(members, d.feed)
	}
	return d.member(members)
}

// isGeoJSON tells once what the file is.
func (d *featureReader) isGeoJSON() error {
	if d.begun {
		return nil
	}
	d.begun = true
	degrees := crs.WGS84
	return d.begin(Source{Name: d.name, Format: GeoJSON, CRSFrom: "the format"}, &degrees)
}

// unexpected tells an end in the middle of a document from one between two.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (d *featureReader) collection() error {
	t, err := d.json.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('[') {
		return geo.Errorf(geo.Invalid, "features is a list").On("/features", fmt.Sprint(t))
	}
	for d.json.More() {
		d.in.renew(d.json.InputOffset())
		var members map[string]json.RawMessage
		if err := d.json.Decode(&members); err != nil {
			return err
		}
		if err := d.member(members); err != nil {
			return err
		}
	}
	d.in.renew(d.json.InputOffset())
	_, err = d.json.Token()
	return err
}

// member hands over one feature.
func (d *featureReader) member(members map[string]json.RawMessage) error {
	if err := d.isGeoJSON(); err != nil {
		return err
	}
	var kind string
	if json.Unmarshal(members["type"], &kind) != nil || kind != "Feature" {
		return atRow(geo.Errorf(geo.Invalid, "not a GeoJSON feature").On("/type", short(members["type"])), d.rows+1)
	}
	f := &Feature{ID: members["id"], Geometry: members["geometry"]}
	if p := members["properties"]; p != nil {
		if err := json.Unmarshal(p, &f.Properties); err != nil {
			return atRow(geo.Errorf(geo.Invalid, "properties is an object or null").On("/properties", short(p)), d.rows+1)
		}
	}
	return d.feature(f)
}

// checkCRS refuses a declared coordinate system that is not longitude and
// latitude: RFC 7946 has no other, and files of the older draft name one.
func checkCRS(raw json.RawMessage) error {
	if raw == nil || string(raw) == "null" {
		return nil
	}
	var crs struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if json.Unmarshal(raw, &crs) == nil {
		switch crs.Properties.Name {
		case "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "EPSG:4326",
			"urn:ogc:def:crs:EPSG::4326", "EPSG:4490", "urn:ogc:def:crs:EPSG::4490":
			return nil
		}
	}
	return geo.Errorf(geo.Invalid, "the file names a coordinate system of its own; say --crs instead and take the member out").On("/crs", short(raw))
}

// explain gives an error the row at which it happened.
func (d *featureReader) explain(err error) error {
	var known *geo.Error
	switch {
	case errors.As(err, &known):
		if known.Row == 0 {
			known.Row = d.rows
		}
		return err
	case errors.Is(err, errLongFile):
		return geo.Errorf(geo.TooLarge, "the file has over %d bytes", d.limits.Bytes)
	case errors.Is(err, errLongFeature):
		return &geo.Error{Kind: geo.TooLarge, Row: d.rows + 1, Message: fmt.Sprintf("a feature has over %d bytes", d.limits.FeatureBytes)}
	case errors.Is(err, errBlanks):
		return &geo.Error{Kind: geo.Invalid, Row: d.rows + 1, Message: fmt.Sprintf("over %d blanks in a row", maxBlanks)}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &geo.Error{Kind: geo.Invalid, Row: d.rows + 1, Message: "the file ends in the middle of a feature"}
	}
	message := fmt.Sprintf("the file could not be read after byte %d", d.in.read)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &syntax) || errors.As(err, &kind) {
		message = fmt.Sprintf("not valid JSON near byte %d", d.json.InputOffset())
	}
	return &geo.Error{Kind: geo.Invalid, Row: d.rows + 1, Message: message, Err: err}
}

// short is a value fit for an error message.
func short(b []byte) string {
	const most = 60
	if len(b) <= most {
		return string(b)
	}
	return string(bytes.ToValidUTF8(b[:most], nil)) + "…"
}
