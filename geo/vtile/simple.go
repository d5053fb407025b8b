package vtile

import (
	"slices"

	"onegrid/geo/lattice"
)

// simple tells that no ring touches itself. Only the segments of sails are looked
// at: the others were valid before, and along the sides nothing lies between one
// end and the next. But where the rings of the face touched at a place, as they
// may, the cut may have made one ring of them.
func (s *assembler) simple(c *clipper) bool {
	if c.rings > 1 && s.repeats() {
		return false
	}
	for _, r := range s.rings {
		if r.count < 3 {
			return false
		}
		for i := 0; i < r.count; i++ {
			first := i
			for i < r.count && s.fresh[r.first+i] {
				i++
			}
			if i > first && s.touched(r, first, i) {
				return false
			}
		}
	}
	return true
}

// repeats tells that a ring comes to a place twice.
func (s *assembler) repeats() bool {
	for _, r := range s.rings {
		s.sorted = append(s.sorted[:0], s.of(r)...)
		slices.SortFunc(s.sorted, comparePixels)
		for i := 1; i < len(s.sorted); i++ {
			if s.sorted[i] == s.sorted[i-1] {
				return true
			}
		}
	}
	return false
}

// touched tells that a sail, the segments of a ring from its first place to its
// last, meets a segment other than at the ends that they have in common.
func (s *assembler) touched(r ring, first, last int) bool {
	box := lattice.EmptyBox()
	for i := first; i <= last; i++ {
		box = box.Extend(lattice.Point(s.points[r.first+i%r.count]))
	}
	for _, o := range s.rings {
		prev := o.first + o.count - 1
		p := s.points[prev]
		for k := o.first; k < o.first+o.count; k++ {
			q := s.points[k]
			if max(p.X, q.X) >= box.Min.X && min(p.X, q.X) <= box.Max.X && max(p.Y, q.Y) >= box.Min.Y && min(p.Y, q.Y) <= box.Max.Y {
				for i := first; i < last; i++ {
					if s.meet(r.first+i, r.first+(i+1)%r.count, prev, k) {
						return true
					}
				}
			}
			prev, p = k, q
		}
	}
	return false
}

// meet tells that two different segments, from i to j and from m to n, meet
// other than where one follows the other.
func (s *assembler) meet(i, j, m, n int) bool {
	if i == m {
		return false
	}
	a, b, p, q := s.points[i], s.points[j], s.points[m], s.points[n]
	return n != i && onSegment(q, a, b) ||
		m != j && onSegment(p, a, b) ||
		j != m && onSegment(b, p, q) ||
		i != n && onSegment(a, p, q)
}
