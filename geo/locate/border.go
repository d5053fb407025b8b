package locate

import (
	"math"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Border is the border nearest to a point.
type Border struct {
	Arc        int             // index in the coverage
	DistanceM  float64         // on the ellipsoid
	BearingDeg float64         // from the point to the nearest place, clockwise from north
	At         lattice.Point   // the nearest place, to the nearest lattice point
	Beyond     coverage.Region // on the other side
	Side       string          // which side of the border the point is on: "east" ...
}

// Border returns the border nearest to p among arcs whose level is at most
// level (an area of a higher level has fewer borders), within maxM metres. ok is
// false if there is none. p may lie outside.
//
// The side is one of eight, "north", "northeast" and so on. On the border itself
// the distance is 0, the side is that of p's owner, and the bearing points
// beyond, square to the border. Of two borders equally far the one that is found
// is always the same.
func (x *Index) Border(p lattice.Point, level int, maxM float64) (b Border, ok bool) {
	s, ok := x.searchFrom(p, level, maxM)
	if !ok {
		return Border{}, false
	}
	switch {
	case x.patch != nil:
		x.patch.search(&s, p)
	case !s.listed():
		s.run()
	}
	if !s.found {
		return Border{}, false
	}
	return s.border(p), true
}

// searchFrom sets out to look around p; ok is false if there is nothing to find.
func (x *Index) searchFrom(p lattice.Point, level int, maxM float64) (s search, ok bool) {
	if len(x.cells) == 0 && x.patch == nil || level < 0 || !(maxM >= 0) {
		return s, false
	}
	s = search{Index: x, asked: x, level: uint8(min(level, none-1)), own: unknown}
	s.px, s.py = x.at(p)
	s.east, s.north = lattice.ScaleAt(p.Y)
	s.best.square = maxM * maxM
	return s, true
}

// border describes the nearest place.
func (s *search) border(p lattice.Point) Border {
	n := &s.best
	// From p to the place in metres: the plane at p found it, the one halfway
	// measures it.
	fx, fy := n.place()
	east, north := lattice.ScaleAt(p.Y + int32(fy/2))
	dx, dy := fx*east, fy*north
	b := Border{
		Arc:       n.arc,
		DistanceM: math.Hypot(dx, dy),
		At:        lattice.Point{X: p.X + int32(math.Round(fx)), Y: p.Y + int32(math.Round(fy))},
	}
	left := s.onLeft(p)
	sides := s.sides(n.arc)
	b.Beyond = sides.left
	if left {
		b.Beyond = sides.right
	}
	if n.square == 0 {
		b.DistanceM = 0
		// Square to the segment, away from p's side.
		ux, uy := float64(n.bx-n.ax)*east, float64(n.by-n.ay)*north
		dx, dy = uy, -ux
		if !left {
			dx, dy = -dx, -dy
		}
	}
	b.BearingDeg = math.Atan2(dx, dy) * 180 / math.Pi
	if b.BearingDeg < 0 {
		b.BearingDeg += 360
	}
	b.Side = winds[int(math.Round(b.BearingDeg/45)+4)%8]
	return b
}

var winds = [8]string{"north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"}

// onLeft says whether p lies left of the nearest segment in its arc's direction.
func (s *search) onLeft(p lattice.Point) bool {
	n := &s.best
	if cross := n.ax*n.by - n.ay*n.bx; cross != 0 {
		return cross > 0
	}
	// In line with it. On it, p is on the side of its owner; where the arc is not
	// the owner's, on that of the semi-open rule.
	own := s.owner(p)
	switch sides := s.sides(n.arc); own {
	case sides.left:
		return true
	case sides.right:
		return false
	}
	return n.ay > n.by || n.ay == n.by && n.bx > n.ax
}

const unknown = -1

// owner is the region of p, found once and only if it is needed.
func (s *search) owner(p lattice.Point) coverage.Region {
	if s.own == unknown {
		r, _ := s.asked.Find(p)
		s.own = int64(r)
	}
	return coverage.Region(s.own)
}
