package vtile

import (
	"cmp"
	"slices"

	"onegrid/geo/coverage"
)

// few is up to how many segments every pair is compared; more are swept.
const few = 32

// prover tells polygons that are valid from those that need mending.
type prover struct{ segs []segment }

// mostPairs bounds how many pairs of segments are compared; a shape that needs
// more is not called sound.
const mostPairs = 20_000_000

// sound tells that no two rings of g touch, no ring touches itself, holes lie in
// their outer rings and outer rings in no other polygon. Each ring turns as its
// role says. It may say no to polygons whose rings touch as they may: these are
// mended, which does no harm.
func (v *prover) sound(g *polygons) bool {
	v.segs = v.segs[:0]
	for _, r := range g.rings {
		pts := g.of(r)
		for i, p := range pts {
			q := pts[0]
			if i+1 < len(pts) {
				q = pts[i+1]
			}
			v.segs = append(v.segs, segment{p, q})
		}
	}
	return v.apart() && nested(g)
}

// apart tells that segments meet only where one follows the other: every place
// begins one segment, and lies on no other but the one that it ends.
func (v *prover) apart() bool {
	swept := len(v.segs) > few
	if swept {
		slices.SortFunc(v.segs, func(s, t segment) int {
			return cmp.Compare(min(s.a.X, s.b.X), min(t.a.X, t.b.X))
		})
	}
	work := mostPairs
	for i, s := range v.segs {
		east := max(s.a.X, s.b.X)
		lo, hi := min(s.a.Y, s.b.Y), max(s.a.Y, s.b.Y)
		for _, t := range v.segs[i+1:] {
			if min(t.a.X, t.b.X) > east {
				if swept {
					break
				}
				continue
			}
			if work--; work < 0 {
				return false
			}
			if max(t.a.Y, t.b.Y) < lo || min(t.a.Y, t.b.Y) > hi {
				continue
			}
			if collide(s, t) {
				return false
			}
		}
	}
	return true
}

// collide tells that two segments meet other than at the end of the one that is
// the beginning of the other.
func collide(s, t segment) bool {
	if s.a == t.a || s.b == t.b {
		return true
	}
	ta, tb := cross(s.a, s.b, t.a), cross(s.a, s.b, t.b)
	if ta != 0 && tb != 0 && (ta > 0) == (tb > 0) {
		return false
	}
	switch {
	case s.b == t.a:
		return ta == 0 && tb == 0 && onSegment(t.b, s.a, s.b) || onSegment(s.a, t.a, t.b)
	case t.b == s.a:
		return ta == 0 && tb == 0 && onSegment(t.a, s.a, s.b) || onSegment(s.b, t.a, t.b)
	}
	sa, sb := cross(t.a, t.b, s.a), cross(t.a, t.b, s.b)
	if opposite(sa, sb) && opposite(ta, tb) {
		return true
	}
	return ta == 0 && inBox(t.a, s) || tb == 0 && inBox(t.b, s) || sa == 0 && inBox(s.a, t) || sb == 0 && inBox(s.b, t)
}

func inBox(p coverage.Pixel, s segment) bool {
	return p.X >= min(s.a.X, s.b.X) && p.X <= max(s.a.X, s.b.X) && p.Y >= min(s.a.Y, s.b.Y) && p.Y <= max(s.a.Y, s.b.Y)
}

// nested tells that rings which do not meet lie in each other as their roles
// say.
func nested(g *polygons) bool {
	outer := -1
	for i, r := range g.rings {
		if r.outer {
			for k, o := range g.rings {
				if k != i && o.outer && within(g.points[r.first], g.points[r.first+1], g.of(o)) {
					return false
				}
			}
			outer = i
			continue
		}
		if outer < 0 || !within(g.points[r.first], g.points[r.first+1], g.of(g.rings[outer])) {
			return false
		}
		for h := outer + 1; h < i; h++ {
			if within(g.points[r.first], g.points[r.first+1], g.of(g.rings[h])) {
				return false
			}
			o := g.rings[h]
			if within(g.points[o.first], g.points[o.first+1], g.of(r)) {
				return false
			}
		}
	}
	return true
}
