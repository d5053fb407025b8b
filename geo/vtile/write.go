package vtile

import (
	"encoding/binary"
	"math"

	"onegrid/geo/coverage"
)

// The fields of vector_tile.proto, as tag bytes: number<<3 + wire type.
const (
	varint, fixed64, message = 0, 1, 2

	tileLayer = 3<<3 + message

	layerVersion = 15<<3 + varint
	layerName    = 1<<3 + message
	layerFeature = 2<<3 + message
	layerKey     = 3<<3 + message
	layerValue   = 4<<3 + message
	layerExtent  = 5<<3 + varint

	featureID   = 1<<3 + varint
	featureTags = 2<<3 + message
	featureType = 3<<3 + varint
	featureGeom = 4<<3 + message

	valueString = 1<<3 + message
	valueDouble = 3<<3 + fixed64
	valueUint   = 5<<3 + varint
	valueSint   = 6<<3 + varint
	valueBool   = 7<<3 + varint
)

// The geometry types, and the command integers that are always the same.
const (
	pointType   = 1
	lineType    = 2
	polygonType = 3

	moveToOne = 1<<3 | 1
	lineTo    = 2
	closePath = 1<<3 | 7
)

// reserved is how many bytes a layer's length is given before it is known: three
// hold up to 2 MB, and what is not needed is closed up once, at the layer's end.
const reserved = 3

// writer appends a tile's layers to a buffer. It is reused from tile to tile and
// allocates nothing once its slices have grown.
//
// Values are numbered in a layer as they come. Those of a dictionary are looked
// up by their number there, in seen; others by their bytes, in found.
type writer struct {
	buf    []byte
	origin coverage.Pixel
	rename map[string]string // layers that are to have another name

	layerAt int // the layer's tag; its body begins reserved+1 bytes later
	count   int // features in the layer
	tags    []byte
	geom    []byte
	cursor  coverage.Pixel

	values  []byte // the layer's values, encoded with tag and length
	valueNo uint32
	found   map[string]uint32
	scratch []byte
	dict    *dict
	seen    []mark // by number in dict
	lap     uint32 // marks of earlier layers have another
}

type mark struct{ lap, local uint32 }

// begin opens a layer with the keys that its features' tags number from 0. d is
// the dictionary of its values, nil if it has none.
func (w *writer) begin(name string, keys []string, d *dict) {
	w.layerAt = len(w.buf)
	w.count = 0
	w.buf = append(w.buf, tileLayer, 0, 0, 0)
	w.buf = append(w.buf, layerVersion, 2)
	if other, ok := w.rename[name]; ok {
		name = other
	}
	w.buf = appendString(append(w.buf, layerName), name)
	for _, k := range keys {
		w.buf = appendString(append(w.buf, layerKey), k)
	}
	w.buf = appendUvarint(append(w.buf, layerExtent), Extent)
	w.values, w.valueNo = w.values[:0], 0
	if w.found == nil {
		w.found = make(map[string]uint32)
	}
	clear(w.found)
	w.dict = d
	w.lap++
	if d != nil && len(w.seen) < d.len() {
		w.seen, w.lap = make([]mark, d.len()), 1
	}
	if w.lap == 0 { // once around: marks of long ago would count again
		clear(w.seen)
		w.lap = 1
	}
	w.feature()
}

// end closes the layer; a layer without features leaves nothing behind.
func (w *writer) end() {
	if w.count == 0 {
		w.buf = w.buf[:w.layerAt]
		return
	}
	w.buf = append(w.buf, w.values...)
	body := w.layerAt + 1 + reserved
	size := len(w.buf) - body
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(size))
	if n > reserved {
		w.buf = append(w.buf, head[:n-reserved]...) // only to make room
	}
	if n != reserved {
		copy(w.buf[w.layerAt+1+n:], w.buf[body:body+size])
	}
	copy(w.buf[w.layerAt+1:], head[:n])
	w.buf = w.buf[:w.layerAt+1+n+size]
}

// feature begins a feature: its tags and its geometry come next, then put.
func (w *writer) feature() {
	w.tags, w.geom, w.cursor = w.tags[:0], w.geom[:0], w.origin
}

// put writes the feature and begins the next.
func (w *writer) put(id int64, kind byte) { w.putRest(id, kind, nil) }

// putRest is put for a feature whose geometry goes on with commands that were
// made before.
func (w *writer) putRest(id int64, kind byte, rest []byte) {
	length := len(w.geom) + len(rest)
	size := 1 + uvarintLen(uint64(id)) + 2 + 1 + uvarintLen(uint64(length)) + length
	if len(w.tags) > 0 {
		size += 1 + uvarintLen(uint64(len(w.tags))) + len(w.tags)
	}
	b := appendUvarint(append(w.buf, layerFeature), uint64(size))
	b = appendUvarint(append(b, featureID), uint64(id))
	if len(w.tags) > 0 {
		b = appendUvarint(append(b, featureTags), uint64(len(w.tags)))
		b = append(b, w.tags...)
	}
	b = append(b, featureType, kind, featureGeom)
	b = appendUvarint(b, uint64(length))
	w.buf = append(append(b, w.geom...), rest...)
	w.count++
	w.feature()
}

// Tags. Each pairs a key, by its place among the layer's, with a value.

func (w *writer) text(key byte, s string) {
	if s == "" {
		return
	}
	w.scratch = appendString(append(w.scratch[:0], valueString), s)
	w.tag(key, w.local())
}

func (w *writer) uint(key byte, n uint64) {
	w.scratch = appendUvarint(append(w.scratch[:0], valueUint), n)
	w.tag(key, w.local())
}

func (w *writer) int(key byte, n int64) {
	if n >= 0 {
		w.uint(key, uint64(n))
		return
	}
	w.scratch = appendUvarint(append(w.scratch[:0], valueSint), uint64(n<<1)^uint64(n>>63))
	w.tag(key, w.local())
}

// local returns the number in the layer of the value in scratch.
func (w *writer) local() uint32 {
	n, ok := w.found[string(w.scratch)]
	if !ok {
		n = w.valueNo
		w.found[string(w.scratch)] = n
		w.values = appendValue(w.values, w.scratch)
		w.valueNo++
	}
	return n
}

// listed tags the values of the dictionary, one for each key, 0 for none.
func (w *writer) listed(values []uint32) {
	tags := w.tags
	for key, v := range values {
		if v == 0 {
			continue
		}
		m := &w.seen[v]
		if m.lap != w.lap {
			*m = mark{lap: w.lap, local: w.valueNo}
			w.valueNo++
			w.values = append(w.values, w.dict.value(v)...)
		}
		tags = append(tags, byte(key))
		tags = appendUvarint(tags, uint64(m.local))
	}
	w.tags = tags
}

func (w *writer) tag(key byte, value uint32) {
	w.tags = append(w.tags, key)
	w.tags = appendUvarint(w.tags, uint64(value))
}

// Geometry, in pixels of the tile's zoom.

func (w *writer) moveTo(p coverage.Pixel) {
	w.geom = append(w.geom, moveToOne)
	w.delta(p)
}

func (w *writer) lineTo(pts []coverage.Pixel) {
	w.geom = appendUvarint(w.geom, uint64(len(pts))<<3|lineTo)
	w.steps(pts)
}

// steps goes from place to place.
func (w *writer) steps(pts []coverage.Pixel) {
	geom, at := w.geom, w.cursor
	for _, p := range pts {
		geom = appendZigzag(appendZigzag(geom, p.X-at.X), p.Y-at.Y)
		at = p
	}
	w.geom, w.cursor = geom, at
}

func (w *writer) delta(p coverage.Pixel) {
	w.geom = appendZigzag(w.geom, p.X-w.cursor.X)
	w.geom = appendZigzag(w.geom, p.Y-w.cursor.Y)
	w.cursor = p
}

func (w *writer) point(p coverage.Pixel) { w.moveTo(p) }

func (w *writer) line(pts []coverage.Pixel) {
	w.moveTo(pts[0])
	w.lineTo(pts[1:])
}

func (w *writer) polygons(g *polygons) {
	for _, r := range g.rings {
		w.line(g.of(r))
		w.geom = append(w.geom, closePath)
	}
}

func appendZigzag(b []byte, n int32) []byte {
	return appendUvarint(b, uint64(uint32(n<<1)^uint32(n>>31)))
}

// appendUvarint is binary.AppendUvarint with the short ones inlined.
func appendUvarint(b []byte, n uint64) []byte {
	if n < 0x80 {
		return append(b, byte(n))
	}
	if n < 0x4000 {
		return append(b, byte(n)|0x80, byte(n>>7))
	}
	return binary.AppendUvarint(b, n)
}

func uvarintLen(n uint64) int {
	size := 1
	for n >= 0x80 {
		n >>= 7
		size++
	}
	return size
}

// appendValue appends a layer's value, with tag and length.
func appendValue(b, v []byte) []byte {
	return append(appendUvarint(append(b, layerValue), uint64(len(v))), v...)
}

func appendString(b []byte, s string) []byte {
	return append(appendUvarint(b, uint64(len(s))), s...)
}

func appendDouble(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}
