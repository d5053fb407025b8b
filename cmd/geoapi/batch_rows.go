package main

import (
	"runtime"

	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// asked is a row that was read and is not answered yet.
type asked struct {
	q      question
	err    error    // why there is no answer to q
	echo   []byte   // what the answer repeats: the row of CSV, its id in NDJSON
	line   int      // of NDJSON, counted from 0 (an error names it)
	fields [][]byte // of CSV
}

// unread is what is left of a chunk.
type unread struct {
	text []byte
	line int // at which it begins
}

// yieldEvery is after how many rows a worker lets others have its processor: some
// tens of microseconds. The scheduler would let it compute for ten milliseconds,
// and where there is but one processor nobody else would be answered meanwhile.
const yieldEvery = 4 * locate.FetchMost

// answerAll answers a chunk's rows, some at a time: once these are read, what is
// going to be looked up for all of them is fetched from memory together.
func (r *rows) answerAll(t *answerer, c *chunk) {
	var some [locate.FetchMost]asked
	for in := (unread{c.in, c.line}); ; {
		n := 0
		for n < len(some) && r.format.read(r, &in, &some[n]) {
			n++
		}
		t.fetch(some[:n])
		for i := range n {
			c.out = r.format.write(t, c.out, &some[i])
		}
		c.rows += n
		if n < len(some) {
			return
		}
		if c.rows%yieldEvery == 0 {
			runtime.Gosched()
		}
	}
}

// fetch prepares the processor for the lookups of some rows.
func (t *answerer) fetch(some []asked) {
	basic := t.world.Basic()
	if basic == nil || basic.Index == nil {
		return
	}
	var places [locate.FetchMost]lattice.Point
	borders := false
	for i := range some {
		places[i] = some[i].q.Point
		borders = borders || some[i].q.Border
	}
	basic.Index.Fetch(places[:len(some)], borders)
}

// from makes q a copy of another question, whose list of networks is its own.
func (q *question) from(other *question) {
	*q = *other
	if other.Networks != nil {
		q.Networks = q.networks[:len(other.Networks)]
	}
}
