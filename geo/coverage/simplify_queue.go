package coverage

import (
	"math"

	"onegrid/geo/lattice"
)

// queue gives vertices out by importance, the least first; equal ones in the
// order of their places, so that the result does not hang on how arcs are
// numbered.
//
// Only those of about the least importance stand in order, in a heap that fits
// the processor's cache; the others lie in unsorted piles, one for each
// quarter of an octave, until it is their turn. A vertex whose importance changes is put
// in once more; what it was put in as before is passed over.
type queue struct {
	vs    []vertex
	key   []float32 // by vertex: its importance; out when it is not in the queue
	heap  []queued
	later [1 << (32 - bucketShift)][]queued
	turn  int // all below and at it in later are in the heap
}

// queued is a vertex and its importance, side by side as the processor likes it.
type queued struct {
	key float32
	v   int32
}

const (
	out         = -1
	bucketShift = 21 // leaves of a float32 its exponent and two bits
)

func newQueue(vs []vertex) *queue {
	q := &queue{vs: vs, key: make([]float32, len(vs))}
	for i := range q.key {
		q.key[i] = out
	}
	return q
}

// put adds v, or gives it another importance.
func (q *queue) put(v int32, key float32) {
	q.key[v] = key
	e := queued{key, v}
	// Bits of floats that are not negative are in the order of the floats.
	if b := int(math.Float32bits(key) >> bucketShift); b > q.turn {
		q.later[b] = append(q.later[b], e)
	} else {
		q.push(e)
	}
}

// pop takes the first vertex out; ok is false when there is none.
func (q *queue) pop() (first queued, ok bool) {
	for {
		for len(q.heap) == 0 {
			if q.turn++; q.turn == len(q.later) {
				return queued{}, false
			}
			for _, e := range q.later[q.turn] {
				if q.key[e.v] == e.key {
					q.push(e)
				}
			}
			q.later[q.turn] = nil
		}
		if first = q.take(); q.key[first.v] == first.key {
			q.key[first.v] = out
			return first, true
		}
	}
}

func (q *queue) before(e, f queued) bool {
	if e.key != f.key {
		return e.key < f.key
	}
	return lattice.Compare(q.vs[e.v].at, q.vs[f.v].at) < 0
}

// arity is the number of children of a heap's node: four lie side by side.
const arity = 4

// push adds to the heap.
func (q *queue) push(e queued) {
	q.heap = append(q.heap, e)
	i := len(q.heap) - 1
	for i > 0 {
		parent := (i - 1) / arity
		if !q.before(e, q.heap[parent]) {
			break
		}
		q.heap[i] = q.heap[parent]
		i = parent
	}
	q.heap[i] = e
}

// take takes the first from the heap, which is not empty.
func (q *queue) take() queued {
	first, n := q.heap[0], len(q.heap)-1
	e := q.heap[n]
	q.heap = q.heap[:n]
	for i := 0; n > 0; {
		least := arity*i + 1
		for c := least + 1; c < min(n, arity*i+arity+1); c++ {
			if q.before(q.heap[c], q.heap[least]) {
				least = c
			}
		}
		if least >= n || !q.before(q.heap[least], e) {
			q.heap[i] = e
			break
		}
		q.heap[i] = q.heap[least]
		i = least
	}
	return first
}
