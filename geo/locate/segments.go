package locate

import (
	"iter"

	"onegrid/geo/coverage"
)

// segment is a segment of a border, relative to a place: that place is 0, 0.
type segment struct {
	ax, ay, bx, by int64
	arc            int
	label          coverage.Region
}

// through says whether the segment passes through the place, exactly. Twice the
// area of the triangle fits wherever a coverage may lie; see lattice.Cross.
func (s segment) through() bool {
	return s.ax*s.by == s.ay*s.bx &&
		min(s.ax, s.bx) <= 0 && max(s.ax, s.bx) >= 0 &&
		min(s.ay, s.by) <= 0 && max(s.ay, s.by) >= 0
}

// segments yields those of the cell that holds a place of the grid, relative to
// that place, each in its arc's direction.
func (x *Index) segments(px, py int64) iter.Seq[segment] {
	cell := int(py>>x.high)*x.cols + int(px>>x.wide)
	return func(yield func(segment) bool) { x.scan(uint32(cell), px, py, yield) }
}

// scan yields the segments of a cell relative to any place.
func (x *Index) scan(cell uint32, px, py int64, yield func(segment) bool) {
	h := x.head(cell)
	if h == nil {
		return
	}
	far, words := h.words&wide != 0, x.words[h.words&^wide:]
	mx, my := x.middle(cell)
	mx, my = mx-px, my-py
	vertex := func(words []uint32, i int) (int64, int64) {
		if far {
			return int64(int32(words[2*i])) + mx, int64(int32(words[2*i+1])) + my
		}
		return int64(int16(words[i])) + mx, int64(int32(words[i])>>16) + my
	}
	for {
		label, n := words[0], int(words[1]&maxStretch)
		s := segment{arc: int(words[1] >> 8), label: coverage.Region(label &^ more)}
		s.ax, s.ay = vertex(words[2:], 0)
		for i := 1; i < n; i++ {
			s.bx, s.by = vertex(words[2:], i)
			if !yield(s) {
				return
			}
			s.ax, s.ay = s.bx, s.by
		}
		if label < more {
			return
		}
		if far {
			n *= 2
		}
		words = words[2+n:]
	}
}
