package world

import "math/bits"

// trie is an immutable map from unsigned numbers, in their order: a binary
// radix tree with its chains of single children left out. Putting and deleting
// copy the path to the root, some twenty small nodes in a hundred thousand, and
// share the rest. The nil trie is empty.
//
//	branch(bit 5)
//	├── 0: leaf 3
//	└── 1: branch(bit 2)
//	       ├── 0: leaf 32
//	       └── 1: leaf 36
type trie[V any] struct {
	key  uint64 // of a leaf; of a branch, the bits above bit, the others zero
	bit  uint64 // that tells a branch's children apart; 0 marks a leaf
	kids [2]*trie[V]
	val  V
}

func (t *trie[V]) side(key uint64) int {
	if key&t.bit != 0 {
		return 1
	}
	return 0
}

// holds tells that key shares the bits above the branch's.
func (t *trie[V]) holds(key uint64) bool {
	return key&^(t.bit|(t.bit-1)) == t.key
}

func (t *trie[V]) get(key uint64) (V, bool) {
	for t != nil && t.bit != 0 {
		t = t.kids[t.side(key)]
	}
	if t == nil || t.key != key {
		var none V
		return none, false
	}
	return t.val, true
}

func (t *trie[V]) put(key uint64, val V) *trie[V] {
	switch {
	case t == nil, t.bit == 0 && t.key == key:
		return &trie[V]{key: key, val: val}
	case t.bit != 0 && t.holds(key):
		next := *t
		k := t.side(key)
		next.kids[k] = t.kids[k].put(key, val)
		return &next
	}
	// A new branch above t, at the highest bit in which they differ.
	bit := uint64(1) << (63 - bits.LeadingZeros64(t.key^key))
	next := &trie[V]{key: key &^ (bit | (bit - 1)), bit: bit}
	k := next.side(key)
	next.kids[k] = &trie[V]{key: key, val: val}
	next.kids[1-k] = t
	return next
}

func (t *trie[V]) del(key uint64) *trie[V] {
	if t == nil {
		return nil
	}
	if t.bit == 0 {
		if t.key == key {
			return nil
		}
		return t
	}
	k := t.side(key)
	kid := t.kids[k].del(key)
	switch kid {
	case t.kids[k]:
		return t
	case nil:
		return t.kids[1-k]
	}
	next := *t
	next.kids[k] = kid
	return &next
}

// all gives the values by ascending key.
func (t *trie[V]) all(yield func(V) bool) bool {
	if t == nil {
		return true
	}
	if t.bit == 0 {
		return yield(t.val)
	}
	return t.kids[0].all(yield) && t.kids[1].all(yield)
}
