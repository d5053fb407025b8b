package world

import (
	"encoding/binary"
	"strings"

	"onegrid/geo"
)

// chunkBits is the size of an arena's chunk, as a power of two. A record's place
// is its chunk's number and its offset there, in 32 bits together: 4096 chunks
// of 1 MiB. A record that is larger than a chunk has one to itself.
const chunkBits = 20

// arena holds records one after the other in a few large strings, so that the
// collector has nothing to look at, and growing never copies.
type arena struct {
	chunks []string
	at     []uint32 // place of each record
}

// body is the record i. It aliases the arena.
func (a *arena) body(i int) string {
	at := a.at[i]
	chunk := a.chunks[at>>chunkBits][at&(1<<chunkBits-1):]
	n, shift := 0, 0
	for k := 0; ; k++ {
		c := chunk[k]
		n |= int(c&0x7f) << shift
		if c < 0x80 {
			return chunk[k+1 : k+1+n]
		}
		shift += 7
	}
}

// filling is an arena that is being filled.
type filling struct {
	arena
	open strings.Builder // the last chunk, not sealed yet
}

// add appends a record: its length, then itself.
func (f *filling) add(body []byte) error {
	var head [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(len(body)))
	if f.open.Len() > 0 && f.open.Len()+n+len(body) > 1<<chunkBits {
		f.seal()
	}
	if len(f.chunks) == 1<<(32-chunkBits)-1 {
		return geo.Errorf(geo.TooLarge, "a layer holds at most %d MiB of records", len(f.chunks))
	}
	if f.open.Len() == 0 {
		f.open.Grow(max(1<<chunkBits, n+len(body)))
	}
	f.at = append(f.at, uint32(len(f.chunks))<<chunkBits|uint32(f.open.Len()))
	f.open.Write(head[:n])
	f.open.Write(body)
	return nil
}

func (f *filling) seal() {
	f.chunks = append(f.chunks, f.open.String())
	f.open = strings.Builder{}
}

// done returns the arena, cut to size.
func (f *filling) done() arena {
	if f.open.Len() > 0 {
		last := strings.Clone(f.open.String()) // a small layer keeps no whole chunk
		f.chunks = append(f.chunks, last)
	}
	return arena{chunks: f.chunks, at: append([]uint32(nil), f.at...)}
}
