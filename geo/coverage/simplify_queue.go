package coverage

import "onegrid/geo/lattice"

// queue is a heap of vertices, the least important first; equal ones go in the
// order of their places, so that the result does not hang on how arcs are
// numbered. A vertex can be moved when its importance changes.
type queue struct {
	pts  []lattice.Point
	key  []float64 // by vertex
	at   []int32   // by vertex: its place in heap, -1 when it is not there
	heap []int32
}

func newQueue(pts []lattice.Point) *queue {
	q := &queue{pts: pts, key: make([]float64, len(pts)), at: make([]int32, len(pts))}
	for i := range q.at {
		q.at[i] = -1
	}
	return q
}

// put adds v, or moves it if it is there already.
func (q *queue) put(v int32, key float64) {
	q.key[v] = key
	if q.at[v] < 0 {
		q.at[v] = int32(len(q.heap))
		q.heap = append(q.heap, v)
		q.up(q.at[v])
		return
	}
	q.up(q.at[v])
	q.down(q.at[v])
}

// fill adds all of vs at once, with the keys that are already set.
func (q *queue) fill(vs []int32) {
	q.heap = append(q.heap, vs...)
	for i, v := range q.heap {
		q.at[v] = int32(i)
	}
	if len(q.heap) < 2 {
		return
	}
	for i := (len(q.heap) - 2) / arity; i >= 0; i-- {
		q.down(int32(i))
	}
}

// pop takes the first vertex; there must be one.
func (q *queue) pop() int32 {
	first, last := q.heap[0], q.heap[len(q.heap)-1]
	q.heap = q.heap[:len(q.heap)-1]
	q.at[first] = -1
	if first != last {
		q.heap[0], q.at[last] = last, 0
		q.down(0)
	}
	return first
}

func (q *queue) before(v, w int32) bool {
	if q.key[v] != q.key[w] {
		return q.key[v] < q.key[w]
	}
	return lattice.Compare(q.pts[v], q.pts[w]) < 0
}

// arity is the number of children of a heap's node: four lie in one cache line.
const arity = 4

func (q *queue) up(i int32) {
	v := q.heap[i]
	for i > 0 {
		parent := (i - 1) / arity
		if !q.before(v, q.heap[parent]) {
			break
		}
		q.set(i, q.heap[parent])
		i = parent
	}
	q.set(i, v)
}

func (q *queue) down(i int32) {
	v, n := q.heap[i], int32(len(q.heap))
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
		if !q.before(q.heap[least], v) {
			break
		}
		q.set(i, q.heap[least])
		i = least
	}
	q.set(i, v)
}

func (q *queue) set(i, v int32) { q.heap[i], q.at[v] = v, i }
