package mvt

import (
	"encoding/binary"
	"errors"
	"math"
)

// Wire types of protocol buffers.
const (
	varint  = 0
	fixed64 = 1
	bytes   = 2
	fixed32 = 5
)

var errShort = errors.New("the data end within a field")

// message walks over the fields of a protocol buffer message.
type message struct{ rest []byte }

// field is one field: num for varints and fixed numbers, data for the others.
type field struct {
	number int
	wire   int
	num    uint64
	data   []byte
}

// next takes the next field; ok is false at the end.
func (m *message) next() (f field, ok bool, err error) {
	if len(m.rest) == 0 {
		return f, false, nil
	}
	key, err := m.varint()
	if err != nil {
		return f, false, err
	}
	f.number, f.wire = int(key>>3), int(key&7)
	if f.number < 1 || key>>3 > 1<<29-1 {
		return f, false, errors.New("a field number is out of range")
	}
	switch f.wire {
	case varint:
		f.num, err = m.varint()
	case fixed64:
		if f.data, err = m.take(8); err == nil {
			f.num = binary.LittleEndian.Uint64(f.data)
		}
	case fixed32:
		if f.data, err = m.take(4); err == nil {
			f.num = uint64(binary.LittleEndian.Uint32(f.data))
		}
	case bytes:
		var n uint64
		if n, err = m.varint(); err == nil {
			f.data, err = m.take(n)
		}
	default:
		err = errors.New("a field has a wire type that vector tiles do not use")
	}
	return f, err == nil, err
}

func (m *message) take(n uint64) ([]byte, error) {
	if n > uint64(len(m.rest)) {
		return nil, errShort
	}
	b := m.rest[:n]
	m.rest = m.rest[n:]
	return b, nil
}

func (m *message) varint() (uint64, error) {
	n, size := binary.Uvarint(m.rest)
	switch {
	case size == 0:
		return 0, errShort
	case size < 0:
		return 0, errors.New("a varint is longer than 64 bits")
	}
	m.rest = m.rest[size:]
	return n, nil
}

// uint32s reads a packed list. Each number must fit into 32 bits.
func uint32s(data []byte) ([]uint32, error) {
	n := 0
	for _, b := range data {
		if b < 0x80 {
			n++
		}
	}
	out := make([]uint32, 0, n)
	m := message{data}
	for len(m.rest) > 0 {
		v, err := m.varint()
		if err != nil {
			return nil, err
		}
		if v > math.MaxUint32 {
			return nil, errors.New("a number of a packed list does not fit into 32 bits")
		}
		out = append(out, uint32(v))
	}
	return out, nil
}
