package vtile

import "math"

// bounds keeps the segments that have the inside on one hand and the outside on
// the other, with the inside on the right of a walker on the screen. Segments
// come sorted, equal ones together, and meet only at their ends.
func (m *mender) bounds() {
	m.bands.fill(m.segs)
	kept := make([]segment, 0, len(m.segs))
	for i := 0; i < len(m.segs) && m.work >= 0; {
		s, many := m.segs[i], 0
		for ; i < len(m.segs) && m.segs[i] == s; i++ {
			many++
		}
		right, left := m.winding(s, many)
		switch {
		case right > 0 && left <= 0:
			kept = append(kept, s)
		case left > 0 && right <= 0:
			kept = append(kept, segment{s.b, s.a})
		}
	}
	m.segs = kept
}

// winding returns how often the rings wind around the two hands of a segment
// that is there many times: what a ray from its middle to the east crosses. The
// coordinates are doubled, so that the middle is a pixel. The ray of a segment
// that runs east-west begins just south of it for one hand and just north of it
// for the other.
func (m *mender) winding(s segment, many int) (right, left int) {
	mx, my := int64(s.a.X)+int64(s.b.X), int64(s.a.Y)+int64(s.b.Y)
	south, north := 0, 0
	near := m.bands.at(my)
	m.work -= len(near)
	for _, i := range near {
		t := m.segs[i]
		if t == s {
			continue
		}
		py, qy := 2*int64(t.a.Y), 2*int64(t.b.Y)
		if max(py, qy) < my || min(py, qy) > my {
			continue
		}
		d := 2*(int64(t.b.X)-int64(t.a.X))*(my-py) - (qy-py)*(mx-2*int64(t.a.X))
		turn := 0
		switch {
		case qy > py && d > 0:
			turn = 1
		case qy < py && d < 0:
			turn = -1
		}
		if (py > my) != (qy > my) {
			south += turn
		}
		if (py >= my) != (qy >= my) {
			north += turn
		}
	}
	switch {
	case s.b.Y > s.a.Y: // southwards: the ray's side is on the left
		return south + many, south
	case s.b.Y < s.a.Y:
		return south, south - many
	case s.b.X > s.a.X: // eastwards: the south is on the right
		return south, north
	}
	return north, south
}

// bands find the segments that a level line may cross: those of its band of the
// plane.
type bands struct {
	top, tall int64 // in doubled coordinates
	first     []int32
	items     []int32
}

// fill sorts segments into about as many bands as there are segments to eight.
func (b *bands) fill(segs []segment) {
	lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
	for _, s := range segs {
		lo, hi = min(lo, 2*int64(min(s.a.Y, s.b.Y))), max(hi, 2*int64(max(s.a.Y, s.b.Y)))
	}
	n := len(segs)/8 + 1
	b.top, b.tall = lo, max((hi-lo)/int64(n)+1, 1)
	if len(segs) == 0 {
		b.top, n = 0, 1
	}
	b.first = append(b.first[:0], make([]int32, n+2)...)
	for pass := range 2 {
		for i, s := range segs {
			from, to := b.of(2*int64(min(s.a.Y, s.b.Y))), b.of(2*int64(max(s.a.Y, s.b.Y)))
			for k := from; k <= to; k++ {
				if pass == 0 {
					b.first[k+2]++
				} else {
					b.items[b.first[k+1]] = int32(i)
					b.first[k+1]++
				}
			}
		}
		if pass == 0 {
			for k := 1; k < len(b.first); k++ {
				b.first[k] += b.first[k-1]
			}
			b.items = append(b.items[:0], make([]int32, b.first[len(b.first)-1])...)
		}
	}
}

func (b *bands) of(y int64) int { return int((y - b.top) / b.tall) }

func (b *bands) at(y int64) []int32 {
	k := b.of(y)
	return b.items[b.first[k]:b.first[k+1]]
}
