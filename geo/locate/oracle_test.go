package locate_test

import (
	"fmt"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// oracle answers slowly and obviously, from polygons alone. It shares nothing
// with the index: no arcs, no labels, no cells, no doubling. Whether a point is
// strictly inside it judges by a ray to the north, on the coordinates as they
// are; which of the touching regions owns a point on a border, by the semi-open
// rule as it is stated, with a ray from the west; and the exception of the outer
// border by the sectors that polygons have at the point.
//
// A mosaic's region has several polygons that touch each other. Sectors and the
// rule are right for such, too; only strict-inside then misses the seams.
type oracle struct {
	of    *partition
	boxes [][]lattice.Box // of each polygon of each region
}

func newOracle(p *partition) *oracle {
	o := &oracle{of: p, boxes: make([][]lattice.Box, len(p.shapes))}
	for r, shape := range p.shapes {
		for _, polygon := range shape {
			o.boxes[r] = append(o.boxes[r], lattice.BoxOf(polygon[0]...))
		}
	}
	return o
}

// answer is what the oracle says of a point.
type answer struct {
	plain   coverage.Region // by the semi-open rule
	owner   coverage.Region // with the outer border's exception
	touched bool            // on the border of some polygon
	border  bool            // on a border between two regions
}

// ask looks at the polygons near q: those of the named regions, or of all.
func (o *oracle) ask(q lattice.Point, regions []coverage.Region) (a answer, err error) {
	strictly, plainly := 0, 0
	inside := coverage.Exterior
	var sectors []sector
	look := func(r coverage.Region) {
		for i, polygon := range o.of.shapes[r] {
			if !o.boxes[r][i].Contains(q) {
				continue
			}
			if semiOpen(polygon, q) {
				plainly++
				a.plain = r
			}
			switch fan := sectorsAt(polygon, q, r); {
			case len(fan) > 0:
				a.touched = true
				sectors = append(sectors, fan...)
			case strictlyInside(polygon, q):
				strictly++
				inside = r
			}
		}
	}
	if regions == nil {
		for r := range o.of.shapes {
			look(coverage.Region(r))
		}
	}
	for _, r := range regions {
		look(r)
	}
	switch {
	case plainly > 1:
		return a, fmt.Errorf("%d polygons own %v", plainly, q)
	case strictly > 1 || strictly == 1 && (a.touched || inside != a.plain):
		return a, fmt.Errorf("%v is inside of %d, touches: %v, the rule says %d", q, strictly, a.touched, a.plain)
	case strictly == 0 && !a.touched && plainly > 0:
		return a, fmt.Errorf("%v is outside, but the rule says %d", q, a.plain)
	}
	a.owner = a.plain
	a.border = a.touched && !surrounds(sectors)
	if a.touched && !o.of.owned(a.plain) {
		a.owner = firstOwned(sectors, o.of.owned, a.plain)
	}
	return a, nil
}

// surrounds says whether sectors of one region fill the whole circle: each then
// begins where another ends.
func surrounds(sectors []sector) bool {
	for _, s := range sectors {
		closed := false
		for _, t := range sectors {
			same := s.from.x*t.to.y == s.from.y*t.to.x && (s.from.x > 0) == (t.to.x > 0) && (s.from.y > 0) == (t.to.y > 0) &&
				(s.from.x < 0) == (t.to.x < 0) && (s.from.y < 0) == (t.to.y < 0)
			closed = closed || same && s.region == t.region
		}
		if !closed {
			return false
		}
	}
	return true
}

// strictlyInside counts the edges that a ray due north from q crosses; q is on
// none of them.
func strictlyInside(p lattice.Polygon, q lattice.Point) bool {
	odd := false
	for _, ring := range p {
		for i := range ring {
			a, b := ring[i], ring[(i+1)%len(ring)]
			if a.X > b.X {
				a, b = b, a
			}
			// From west to east now, with the eastern end left out.
			if int64(a.X) <= int64(q.X) && int64(q.X) < int64(b.X) && area2(a, b, q) < 0 {
				odd = !odd
			}
		}
	}
	return odd
}

// semiOpen is the rule as it is written: an edge a-b counts iff exactly one of
// its ends lies above the level of q, and q is on it or east of it; level edges
// never count.
func semiOpen(p lattice.Polygon, q lattice.Point) bool {
	odd := false
	for _, ring := range p {
		for i := range ring {
			a, b := ring[i], ring[(i+1)%len(ring)]
			if (a.Y > q.Y) == (b.Y > q.Y) {
				continue
			}
			if a.Y > b.Y {
				a, b = b, a
			}
			if area2(a, b, q) <= 0 { // right of the upward edge, or on it
				odd = !odd
			}
		}
	}
	return odd
}

// area2 is twice the signed area of a triangle, by the shoelace formula from a.
func area2(a, b, c lattice.Point) int64 {
	ux, uy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	vx, vy := int64(c.X)-int64(a.X), int64(c.Y)-int64(a.Y)
	return ux*vy - uy*vx
}

// sector is what a polygon has of the directions around a point on its border:
// counter-clockwise from one to another.
type sector struct {
	from, to direction
	region   coverage.Region
}

type direction struct{ x, y int64 }

// sectorsAt lists the sectors of a polygon at q: one each time that its border
// passes. Outer rings run counter-clockwise, so inside is on their left.
func sectorsAt(p lattice.Polygon, q lattice.Point, r coverage.Region) (out []sector) {
	towards := func(a lattice.Point) direction {
		return direction{int64(a.X) - int64(q.X), int64(a.Y) - int64(q.Y)}
	}
	for _, ring := range p {
		n := len(ring)
		for i := range ring {
			a, b, c := ring[i], ring[(i+1)%n], ring[(i+2)%n]
			switch {
			case b == q:
				out = append(out, sector{towards(c), towards(a), r})
			case a != q && within(a, b, q):
				out = append(out, sector{towards(b), towards(a), r})
			}
		}
	}
	return out
}

// within says whether q lies on a-b: it sees the ends in opposite directions.
func within(a, b, q lattice.Point) bool {
	ax, ay := int64(a.X)-int64(q.X), int64(a.Y)-int64(q.Y)
	bx, by := int64(b.X)-int64(q.X), int64(b.Y)-int64(q.Y)
	return ax*by == ay*bx && (ax < 0) != (bx < 0) || ax == 0 && bx == 0 && (ay < 0) != (by < 0)
}

// firstOwned is the owned region whose sector begins first, counter-clockwise
// from east: none holds the direction just above east, or there would be no
// question.
func firstOwned(sectors []sector, owned func(coverage.Region) bool, plain coverage.Region) coverage.Region {
	best, found := sector{}, false
	for _, s := range sectors {
		if owned(s.region) && (!found || turned(s.from, best.from)) {
			best, found = s, true
		}
	}
	if !found {
		return plain
	}
	return best.region
}

// turned says whether direction a comes before b, from east counter-clockwise.
func turned(a, b direction) bool {
	quarter := func(d direction) int {
		switch {
		case d.x > 0 && d.y >= 0:
			return 0
		case d.x <= 0 && d.y > 0:
			return 1
		case d.x < 0:
			return 2
		}
		return 3
	}
	if qa, qb := quarter(a), quarter(b); qa != qb {
		return qa < qb
	}
	return a.x*b.y > a.y*b.x
}
