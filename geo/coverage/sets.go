package coverage

// sets are disjoint sets of the numbers from 0 on. Each number has one of its
// set beside it, nearer to the root, which is the smallest and has itself.
type sets[T ~uint32] []T

// newSets returns n sets of one number each.
func newSets[T ~uint32](n int) sets[T] {
	s := make(sets[T], n)
	for i := range s {
		s[i] = T(i)
	}
	return s
}

// root returns the smallest number of the set of x, and shortens the way there.
func (s sets[T]) root(x T) T {
	for s[x] != x {
		s[x] = s[s[x]]
		x = s[x]
	}
	return x
}

// join makes one set of those of a and b.
func (s sets[T]) join(a, b T) {
	a, b = s.root(a), s.root(b)
	s[max(a, b)] = min(a, b)
}
