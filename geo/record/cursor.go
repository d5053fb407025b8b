package record

import (
	"encoding/binary"
	"math"
	"math/bits"

	"onegrid/geo/lattice"
)

// cursor reads a record. Past its end, or at something malformed, it turns bad
// and gives zeros from there on: the caller asks once, at the end. It never
// reads beyond the record, so the views need no check of their own.
type cursor struct {
	rest string
	bad  bool
}

func (c *cursor) fail() {
	c.bad, c.rest = true, ""
}

func (c *cursor) anchor() lattice.Point {
	if len(c.rest) < 8 {
		c.fail()
		return lattice.Point{}
	}
	p := anchorAt(c.rest)
	c.rest = c.rest[8:]
	return p
}

func anchorAt(s string) lattice.Point {
	x := uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
	y := uint32(s[4]) | uint32(s[5])<<8 | uint32(s[6])<<16 | uint32(s[7])<<24
	return lattice.Point{X: int32(x), Y: int32(y)}
}

func (c *cursor) uvarint() uint64 {
	if len(c.rest) > 0 && c.rest[0] < 0x80 {
		v := uint64(c.rest[0])
		c.rest = c.rest[1:]
		return v
	}
	return c.longUvarint()
}

func (c *cursor) longUvarint() uint64 {
	var v uint64
	for i := 0; i < len(c.rest) && i < binary.MaxVarintLen64; i++ {
		x := c.rest[i]
		if x < 0x80 {
			if i == binary.MaxVarintLen64-1 && x > 1 {
				break
			}
			c.rest = c.rest[i+1:]
			return v | uint64(x)<<(7*i)
		}
		v |= uint64(x&0x7f) << (7 * i)
	}
	c.fail()
	return 0
}

func (c *cursor) varint() int64 {
	u := c.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// count reads how many things follow, each of at least one byte.
func (c *cursor) count() int {
	n := c.uvarint()
	if n > uint64(len(c.rest)) {
		c.fail()
		return 0
	}
	return int(n)
}

func (c *cursor) take(n int) string {
	if n > len(c.rest) {
		c.fail()
		return ""
	}
	s := c.rest[:n]
	c.rest = c.rest[n:]
	return s
}

func (c *cursor) str() string { return c.take(c.count()) }

func (c *cursor) byte() byte {
	if c.rest == "" {
		c.fail()
		return 0
	}
	v := c.rest[0]
	c.rest = c.rest[1:]
	return v
}

func (c *cursor) float() float64 {
	return math.Float64frombits(bits.Reverse64(c.uvarint()))
}

// sharing reads what appendSharing wrote: whether the prefix was left out, and
// the rest.
func (c *cursor) sharing() (s string, shared bool) {
	head := c.uvarint()
	if head>>1 > uint64(len(c.rest)) {
		c.fail()
		return "", false
	}
	return c.take(int(head >> 1)), head&1 == 1
}
