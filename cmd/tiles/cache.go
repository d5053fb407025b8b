package main

import (
	"container/list"
	"sync"
	"sync/atomic"

	"onegrid/geo/access"
	"onegrid/geo/vtile"
)

// tileKey names a tile's bytes: they never change.
type tileKey struct {
	set      string
	sight    access.Sight // of those for whom it is drawn
	revision int64        // at which the tile last changed for them
	tile     vtile.Tile
}

// encodings of a tile.
type encoding uint8

const (
	identity encoding = iota
	gzipped
	zstandard
	brotlied
	encodings
)

// picture is a tile drawn, in the encodings that were asked for.
type picture struct {
	key  tileKey
	hash string // of the bytes before encoding
	hits atomic.Uint32
	cost int64 // bytes of all encodings, as the cache counts them, under its lock

	mu    sync.Mutex // held while an encoding is made, so that it is made once
	forms [encodings]atomic.Pointer[[]byte]
}

func (p *picture) form(e encoding) []byte {
	if b := p.forms[e].Load(); b != nil {
		return *b
	}
	return nil
}

// overhead is about what a picture costs besides its bytes.
const overhead = 400

// cache keeps the pictures that were asked for last, bounded in bytes.
type cache struct {
	most int64

	mu    sync.Mutex
	bytes int64
	order *list.List // of *picture, the last used first
	at    map[tileKey]*list.Element
}

func newCache(most int64) *cache {
	return &cache{most: most, order: list.New(), at: map[tileKey]*list.Element{}}
}

// get returns a picture, nil if it is not kept.
func (c *cache) get(k tileKey) *picture {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.at[k]
	if e == nil {
		return nil
	}
	c.order.MoveToFront(e)
	return e.Value.(*picture)
}

// put keeps a picture.
func (c *cache) put(p *picture) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at[p.key] != nil {
		return
	}
	c.at[p.key] = c.order.PushFront(p)
	p.cost += overhead
	c.bytes += p.cost
	c.trim()
}

// grew tells that a picture has a further form of so many bytes.
func (c *cache) grew(p *picture, by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.cost += int64(by)
	if e := c.at[p.key]; e != nil && e.Value == p {
		c.bytes += int64(by)
		c.trim()
	}
}

func (c *cache) trim() {
	for c.bytes > c.most && c.order.Len() > 0 {
		e := c.order.Back()
		p := e.Value.(*picture)
		c.order.Remove(e)
		delete(c.at, p.key)
		c.bytes -= p.cost
	}
}

// size is how many pictures and bytes are kept.
func (c *cache) size() (pictures int, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len(), c.bytes
}
