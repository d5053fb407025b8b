package main

import (
	"bytes"
	"io"
)

// cutter reads input and cuts it into pieces of whole rows.
type cutter struct {
	from io.Reader
	cut  func(b []byte, end bool) int
	pump *pump // nil until begun

	rest  []byte // read but not cut yet
	line  int    // at which rest begins: line ends before it
	first int    // at which the piece last handed out begins
	end   bool
	ended bool // the pump
	skip  bool // within a row that is too long, up to its line's end
}

// fill reads until a line is whole, for what comes before the rows.
func (c *cutter) fill() error {
	for !c.end && len(c.rest) < maxRow && c.cut(c.rest, false) == 0 {
		if len(c.rest) == cap(c.rest) {
			c.rest = append(c.rest, make([]byte, max(chunkSize, len(c.rest)))...)[:len(c.rest)]
		}
		n, err := c.from.Read(c.rest[len(c.rest):cap(c.rest)])
		c.rest = c.rest[:len(c.rest)+n]
		if err == io.EOF {
			c.end = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// next reads the next piece into buf: what is there, up to about chunkSize. It
// waits only while there is no whole row, since the caller may be waiting for
// the answer to its last one. io.EOF after the last.
//
// A row longer than maxRow comes as a piece of its own that is cut short, so
// that it is answered by an error like any bad row; what is left of its line is
// skipped. If it is only an open quote that makes it so long, the quote's line is
// the bad row and the next line begins a new one.
func (c *cutter) next(buf []byte) ([]byte, error) {
	if c.pump == nil {
		c.pump = newPump(c.from)
	}
	buf = append(buf[:0], c.rest...)
	c.rest = c.rest[:0]
	for {
		if c.skip {
			buf = c.skipLine(buf)
		}
		b, ready := block{}, false
		if !c.end && len(buf) < chunkSize {
			b, ready = c.pump.take(false)
		}
		if !ready {
			if n := c.whole(buf); n > 0 {
				return c.split(buf, n), nil
			}
			if c.end {
				return nil, io.EOF
			}
			b, _ = c.pump.take(true)
		}
		buf = append(buf, b.data...)
		c.pump.give(b)
		if b.err == io.EOF {
			c.end, c.ended = true, true
		} else if b.err != nil {
			c.ended = true
			return nil, b.err
		}
	}
}

// whole returns how much of buf to hand out, 0 to read on.
func (c *cutter) whole(buf []byte) int {
	switch {
	case len(buf) == 0 || c.skip:
		return 0
	case c.end:
		return c.cut(buf, true)
	}
	if n := c.cut(buf, false); n > 0 || len(buf) < maxRow {
		return n
	}
	if i := bytes.IndexByte(buf, '\n'); i >= 0 {
		return i + 1
	}
	c.skip = true
	return len(buf)
}

// split keeps what comes after n for the next piece.
func (c *cutter) split(buf []byte, n int) []byte {
	c.rest = append(c.rest[:0], buf[n:]...)
	c.first = c.line
	c.line += bytes.Count(buf[:n], newline)
	return buf[:n]
}

// skipLine drops what is left of a row that was too long.
func (c *cutter) skipLine(buf []byte) []byte {
	i := bytes.IndexByte(buf, '\n')
	if i < 0 {
		return buf[:0]
	}
	c.skip = false
	c.line++
	return append(buf[:0], buf[i+1:]...)
}

var newline = []byte{'\n'}

// pump reads ahead in a goroutine of its own, which ends with the input or its
// first error.
type pump struct {
	full  chan block
	empty chan []byte
}

type block struct {
	data []byte
	err  error
}

// Blocks read ahead.
const (
	blockSize   = 64 << 10
	blocksAhead = 4
)

func newPump(from io.Reader) *pump {
	p := &pump{make(chan block, blocksAhead), make(chan []byte, blocksAhead)}
	for range blocksAhead {
		p.empty <- make([]byte, blockSize)
	}
	go func() {
		for data := range p.empty {
			n, err := from.Read(data)
			p.full <- block{data[:n], err}
			if err != nil {
				return
			}
		}
	}()
	return p
}

// take returns the next block; without wait only if there is one.
func (p *pump) take(wait bool) (block, bool) {
	if wait {
		return <-p.full, true
	}
	select {
	case b := <-p.full:
		return b, true
	default:
		return block{}, false
	}
}

// give returns a block for reuse.
func (p *pump) give(b block) { p.empty <- b.data[:cap(b.data)] }

// close waits until nothing reads any more.
func (c *cutter) close() {
	if c.pump != nil && !c.ended {
		c.pump.end()
	}
}

// end waits for the goroutine's end, once the input gives nothing more.
func (p *pump) end() {
	for {
		b := <-p.full
		if b.err != nil {
			return
		}
		p.give(b)
	}
}
