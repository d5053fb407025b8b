package vtile

import (
	"cmp"
	"math"
	"slices"

	"onegrid/geo/coverage"
)

// segment is a directed piece of a ring, its interior on the right of a walker
// on the screen.
type segment struct{ a, b coverage.Pixel }

// mender makes valid polygons of rings that cross or touch themselves, which
// rounding to pixels and cutting can cause: it breaks the segments wherever they
// meet, lets opposite ones cancel, keeps those with the inside on one hand only,
// and walks along these. Inside is what the rings wind around at least once.
//
// It is the slow and general way, for the few shapes that need it.
type mender struct {
	segs  []segment
	cuts  []breakAt
	bands bands
	walk  []coverage.Pixel
	seen  map[coverage.Pixel]int // where a place stands in walk
	loops polygons
	work  int // pairs of segments that may still be compared
}

// mostWork bounds how many pairs of segments are compared for one shape: about
// a quarter of a second. Shapes of cities need a thousandth of it; one made to need more
// is not drawn.
const mostWork = 50_000_000

// breakAt is a place at which a segment is to be broken.
type breakAt struct {
	seg  int
	at   coverage.Pixel
	dist int64 // from the segment's start, along it, in some unit
}

// maxRounds bounds how often crossings are rounded to pixels, which can make new
// ones next to them. Two rounds are usual, and five were the most in any city.
const maxRounds = 32

// mend appends the polygons of m.segs to dst.
func (m *mender) mend(dst *polygons) {
	m.work = mostWork
	most := 8*len(m.segs) + 1000 // pieces: a shape of a city has few crossings
	for range maxRounds {
		if !m.breakUp(most) {
			break
		}
	}
	m.cancel()
	m.bounds()
	if m.work < 0 {
		return
	}
	m.trace()
	m.loops.group(dst)
}

// breakUp breaks all segments where they meet others, and tells whether any did.
// If that would make more than most of them, the shape is given up.
func (m *mender) breakUp(most int) bool {
	slices.SortFunc(m.segs, func(s, t segment) int {
		return cmp.Compare(min(s.a.X, s.b.X), min(t.a.X, t.b.X))
	})
	m.cuts = m.cuts[:0]
	for i, s := range m.segs {
		east := max(s.a.X, s.b.X)
		for j := i + 1; j < len(m.segs); j++ {
			t := m.segs[j]
			if min(t.a.X, t.b.X) > east {
				break
			}
			if m.work--; m.work < 0 || len(m.cuts) > most {
				m.work = -1
				return false
			}
			if max(s.a.Y, s.b.Y) < min(t.a.Y, t.b.Y) || max(t.a.Y, t.b.Y) < min(s.a.Y, s.b.Y) {
				continue
			}
			m.meet(i, j)
		}
	}
	if len(m.cuts) == 0 {
		return false
	}
	m.apply()
	return true
}

// meet notes where two segments are to be broken for each other.
func (m *mender) meet(i, j int) {
	s, t := m.segs[i], m.segs[j]
	sa, sb := cross(t.a, t.b, s.a), cross(t.a, t.b, s.b)
	ta, tb := cross(s.a, s.b, t.a), cross(s.a, s.b, t.b)
	if opposite(sa, sb) && opposite(ta, tb) {
		f := float64(ta) / (float64(ta) - float64(tb))
		p := coverage.Pixel{
			X: t.a.X + int32(math.Round(f*float64(t.b.X-t.a.X))),
			Y: t.a.Y + int32(math.Round(f*float64(t.b.Y-t.a.Y))),
		}
		m.cut(i, p)
		m.cut(j, p)
		return
	}
	for _, p := range [2]coverage.Pixel{t.a, t.b} {
		if onSegment(p, s.a, s.b) {
			m.cut(i, p)
		}
	}
	for _, p := range [2]coverage.Pixel{s.a, s.b} {
		if onSegment(p, t.a, t.b) {
			m.cut(j, p)
		}
	}
}

func opposite(a, b int64) bool { return a < 0 && b > 0 || a > 0 && b < 0 }

// cut notes a place on a segment, unless it is one of its ends.
func (m *mender) cut(i int, p coverage.Pixel) {
	s := m.segs[i]
	if p == s.a || p == s.b {
		return
	}
	dist := int64(p.X-s.a.X)*int64(s.b.X-s.a.X) + int64(p.Y-s.a.Y)*int64(s.b.Y-s.a.Y)
	m.cuts = append(m.cuts, breakAt{seg: i, at: p, dist: dist})
}

// apply breaks the segments at the places noted.
func (m *mender) apply() {
	slices.SortFunc(m.cuts, func(a, b breakAt) int {
		return cmp.Or(cmp.Compare(a.seg, b.seg), cmp.Compare(a.dist, b.dist), comparePixels(a.at, b.at))
	})
	for i := 0; i < len(m.cuts); {
		s := m.cuts[i].seg
		from, end := m.segs[s].a, m.segs[s].b
		first := true
		put := func(to coverage.Pixel) {
			if to == from {
				return
			}
			if first {
				m.segs[s] = segment{from, to}
			} else {
				m.segs = append(m.segs, segment{from, to})
			}
			from, first = to, false
		}
		for ; i < len(m.cuts) && m.cuts[i].seg == s; i++ {
			put(m.cuts[i].at)
		}
		put(end)
	}
}

func comparePixels(a, b coverage.Pixel) int {
	return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y))
}

// cancel removes what runs there and back. What runs several times the same way
// stays as often, for bounds counts how often the rings wind around. Segments
// come out sorted, equal ones together.
func (m *mender) cancel() {
	key := func(s segment) (lo, hi coverage.Pixel, dir int) {
		if comparePixels(s.a, s.b) < 0 {
			return s.a, s.b, 1
		}
		return s.b, s.a, -1
	}
	slices.SortFunc(m.segs, func(s, t segment) int {
		sl, sh, _ := key(s)
		tl, th, _ := key(t)
		return cmp.Or(comparePixels(sl, tl), comparePixels(sh, th))
	})
	out := m.segs[:0]
	for i := 0; i < len(m.segs); {
		lo, hi, _ := key(m.segs[i])
		sum := 0
		for ; i < len(m.segs); i++ {
			l, h, d := key(m.segs[i])
			if l != lo || h != hi {
				break
			}
			sum += d
		}
		for ; sum > 0; sum-- {
			out = append(out, segment{lo, hi})
		}
		for ; sum < 0; sum++ {
			out = append(out, segment{hi, lo})
		}
	}
	m.segs = out
}

// trace walks along the segments, at every place turning into the nearest one
// on the inside, and takes out a ring whenever a place comes again. So rings
// touch themselves nowhere, and what hangs together only by a point comes apart.
func (m *mender) trace() {
	m.loops.clear()
	if m.seen == nil {
		m.seen = map[coverage.Pixel]int{}
	}
	slices.SortFunc(m.segs, func(s, t segment) int {
		return cmp.Or(comparePixels(s.a, t.a), comparePixels(s.b, t.b))
	})
	used := make([]bool, len(m.segs))
	for i := range m.segs {
		if used[i] {
			continue
		}
		m.walk = m.walk[:0]
		clear(m.seen)
		last := i
		for at := i; at >= 0; at = m.follow(at, used) {
			used[at], last = true, at
			m.visit(m.segs[at].a)
		}
		m.visit(m.segs[last].b)
	}
}

// visit adds a place to the walk and takes out the ring that it closes.
func (m *mender) visit(p coverage.Pixel) {
	i, again := m.seen[p]
	if !again {
		m.seen[p] = len(m.walk)
		m.walk = append(m.walk, p)
		return
	}
	if len(m.walk)-i >= 3 {
		m.loops.begin()
		m.loops.points = append(m.loops.points, m.walk[i:]...)
		m.loops.finish()
	}
	for _, q := range m.walk[i+1:] {
		delete(m.seen, q)
	}
	m.walk = m.walk[:i+1]
}

// follow returns the segment after s: the unused one that leaves s's end
// nearest to the right of the way back, going round by the inside; -1 if there
// is none.
func (m *mender) follow(s int, used []bool) int {
	at, back := m.segs[s].b, m.segs[s].a
	i, _ := slices.BinarySearchFunc(m.segs, at, func(t segment, p coverage.Pixel) int { return comparePixels(t.a, p) })
	best := -1
	for ; i < len(m.segs) && m.segs[i].a == at; i++ {
		if used[i] {
			continue
		}
		if best < 0 || before(at, back, m.segs[i].b, m.segs[best].b) {
			best = i
		}
	}
	return best
}

// before tells that, turning at o counter-clockwise on the screen from the
// direction of z, p comes before q.
func before(o, z, p, q coverage.Pixel) bool {
	hp, hq := behind(o, z, p), behind(o, z, q)
	if hp != hq {
		return !hp
	}
	return cross(o, p, q) < 0
}

// behind tells that p is in the second half of that turn.
func behind(o, z, p coverage.Pixel) bool {
	c := cross(o, z, p)
	return c > 0 || c == 0 && int64(z.X-o.X)*int64(p.X-o.X)+int64(z.Y-o.Y)*int64(p.Y-o.Y) > 0
}
