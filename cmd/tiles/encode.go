package main

import (
	"bytes"
	"context"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var encodingNames = [encodings][]string{
	gzipped: {"gzip"}, zstandard: {"zstd"}, brotlied: {"br"},
}

// smallTile is up to which size a tile is not worth encoding.
const smallTile = 200

// Levels: quick ones for the caller who waits, a thorough one in the background
// for the tiles that are asked for again and again.
const (
	gzipLevel   = 1
	brotliLevel = 5
	hotHits     = 4
)

// encoder makes the encoded forms of pictures.
type encoder struct {
	zstd  *zstd.Encoder
	gzips sync.Pool
	hot   chan *picture
	cache *cache
}

func newEncoder(c *cache) *encoder {
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2))
	if err != nil {
		panic(err) // the options above are wrong
	}
	return &encoder{zstd: z, hot: make(chan *picture, 64), cache: c, gzips: sync.Pool{New: func() any {
		w, _ := gzip.NewWriterLevel(nil, gzipLevel)
		return w
	}}}
}

// accepted are the encodings that a request may be answered in.
type accepted [encodings]bool

// accepts reads an Accept-Encoding header.
func accepts(header string) accepted {
	var a accepted
	for header != "" {
		var item string
		item, header, _ = strings.Cut(header, ",")
		name, weight, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(item, " ", "")), ";")
		if q, err := strconv.ParseFloat(strings.TrimPrefix(weight, "q="), 64); err == nil && q == 0 {
			continue
		}
		switch name {
		case "gzip":
			a[gzipped] = true
		case "zstd":
			a[zstandard] = true
		case "br":
			a[brotlied] = true
		}
	}
	return a
}

// form returns a picture in the best encoding that a caller accepts: what the
// background made if it is there, else what is made quickly.
func (n *encoder) form(p *picture, a accepted) (encoding, []byte) {
	plain := p.form(identity)
	if len(plain) <= smallTile {
		return identity, plain
	}
	if a[brotlied] {
		if b := p.form(brotlied); b != nil {
			return brotlied, b
		}
		if p.hits.Add(1) == hotHits {
			select {
			case n.hot <- p:
			default: // busy: the next four hits ask again
				p.hits.Store(0)
			}
		}
	}
	switch {
	case a[zstandard]:
		return zstandard, n.make(p, zstandard)
	case a[gzipped]:
		return gzipped, n.make(p, gzipped)
	case a[brotlied]:
		return brotlied, n.make(p, brotlied)
	}
	return identity, plain
}

// make returns a form, made now if it is not there.
func (n *encoder) make(p *picture, e encoding) []byte {
	if b := p.form(e); b != nil {
		return b
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if b := p.form(e); b != nil {
		return b
	}
	plain := p.form(identity)
	var out []byte
	switch e {
	case zstandard:
		out = n.zstd.EncodeAll(plain, make([]byte, 0, len(plain)/2))
	case gzipped:
		var b bytes.Buffer
		w := n.gzips.Get().(*gzip.Writer)
		w.Reset(&b)
		w.Write(plain) // a Buffer takes everything
		w.Close()
		n.gzips.Put(w)
		out = b.Bytes()
	case brotlied:
		var b bytes.Buffer
		w := brotli.NewWriterLevel(&b, brotliLevel)
		w.Write(plain)
		w.Close()
		out = b.Bytes()
	}
	p.forms[e].Store(&out)
	n.cache.grew(p, len(out))
	return out
}

// recompress makes the thorough forms, one after the other, until ctx ends.
func (s *service) recompress(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case p := <-s.encoder.hot:
			s.encoder.make(p, brotlied)
		}
	}
}
