package coverage

import "onegrid/geo/lattice"

// queue is a heap of vertices, the least important first; equal ones go in the
// order of their places, so that the result does not hang on how arcs are
// numbered. A vertex can be moved when its importance changes.
type queue struct {
	vs   []vertex
	at   []int32 // by vertex: its place in heap, -1 when it is not there
	heap []queued
}

// queued is a vertex and its importance, side by side as the processor likes it.
type queued struct {
	key float32
	v   int32
}

func newQueue(vs []vertex) *queue {
	q := &queue{vs: vs, at: make([]int32, len(vs))}
	for i := range q.at {
		q.at[i] = -1
	}
	return q
}

// put adds v, or moves it if it is there already.
func (q *queue) put(v int32, key float32) {
	e := queued{key, v}
	if q.at[v] < 0 {
		q.heap = append(q.heap, e)
		q.up(int32(len(q.heap)-1), e)
		return
	}
	if i := q.at[v]; q.before(e, q.heap[i]) {
		q.up(i, e)
	} else {
		q.down(i, e)
	}
}

// fill adds all of es to an empty queue.
func (q *queue) fill(es []queued) {
	q.heap = es
	for i, e := range es {
		q.at[e.v] = int32(i)
	}
	if len(es) < 2 {
		return
	}
	for i := (len(es) - 2) / arity; i >= 0; i-- {
		q.down(int32(i), es[i])
	}
}

// pop takes the first vertex; there must be one.
func (q *queue) pop() queued {
	first, last := q.heap[0], q.heap[len(q.heap)-1]
	q.heap = q.heap[:len(q.heap)-1]
	q.at[first.v] = -1
	if first.v != last.v {
		q.down(0, last)
	}
	return first
}

func (q *queue) before(e, f queued) bool {
	if e.key != f.key {
		return e.key < f.key
	}
	return lattice.Compare(q.vs[e.v].at, q.vs[f.v].at) < 0
}

// arity is the number of children of a heap's node: four lie in one cache line.
const arity = 4

// up puts e at i or above it.
func (q *queue) up(i int32, e queued) {
	for i > 0 {
		parent := (i - 1) / arity
		if !q.before(e, q.heap[parent]) {
			break
		}
		q.set(i, q.heap[parent])
		i = parent
	}
	q.set(i, e)
}

// down puts e at i or below it.
func (q *queue) down(i int32, e queued) {
	n := int32(len(q.heap))
	for {
		least := arity*i + 1
		if least >= n {
			break
		}
		for c := least + 1; c < min(n, arity*i+arity+1); c++ {
			if q.before(q.heap[c], q.heap[least]) {
				least = c
			}
		}
		if !q.before(q.heap[least], e) {
			break
		}
		q.set(i, q.heap[least])
		i = least
	}
	q.set(i, e)
}

func (q *queue) set(i int32, e queued) { q.heap[i], q.at[e.v] = e, i }
