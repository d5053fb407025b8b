package vtile

import "onegrid/geo/coverage"

// end is where a piece meets the frame's sides: at is the way from the
// north-west corner, clockwise on the screen, so with the interior on the right.
type end struct {
	at    int32
	piece int32
	exit  bool
}

// even tells that wherever pieces meet the sides as many end as begin: the sides
// are all the face's, or none of them is.
func (s *assembler) even() bool {
	open := 0
	for i, e := range s.ends {
		open += e.step()
		if open != 0 && (i+1 == len(s.ends) || s.ends[i+1].at != e.at) {
			return false
		}
	}
	return true
}

// corner adds the corners passed from one place on the sides to another.
func (s *assembler) corner(c *clipper, from, to int32) {
	w, h := c.Max.X-c.Min.X, c.Max.Y-c.Min.Y
	marks := [4]int32{0, w, w + h, 2*w + h}
	round := 2 * (w + h)
	if to <= from {
		to += round
	}
	for lap := int32(0); lap <= round; lap += round {
		for i, m := range marks {
			if m+lap > from && m+lap < to {
				s.step(c.corners()[i], false)
			}
		}
	}
}

// around is the way along the frame's sides from its north-west corner to p,
// clockwise on the screen.
func (c *clipper) around(p coverage.Pixel) int32 {
	w, h := c.Max.X-c.Min.X, c.Max.Y-c.Min.Y
	switch {
	case p.Y == c.Min.Y:
		return p.X - c.Min.X
	case p.X == c.Max.X:
		return w + p.Y - c.Min.Y
	case p.Y == c.Max.Y:
		return w + h + c.Max.X - p.X
	default:
		return 2*w + h + c.Max.Y - p.Y
	}
}

// corners are the frame's, clockwise on the screen from the north-west.
func (c *clipper) corners() [4]coverage.Pixel {
	return [4]coverage.Pixel{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}}
}

// sides returns the stretches of the sides that bound the face: where, walking
// clockwise, more pieces have ended than begun.
func (s *assembler) sides(c *clipper) []segment {
	open, least := 0, 0
	for i, e := range s.ends {
		open += e.step()
		if i+1 == len(s.ends) || s.ends[i+1].at != e.at { // among ends at one place there is no order
			least = min(least, open)
		}
	}
	open = -least
	var out []segment
	for i, e := range s.ends {
		open += e.step()
		next := s.ends[(i+1)%len(s.ends)]
		if open <= 0 || e.at == next.at {
			continue
		}
		s.points, s.fresh = s.points[:0], s.fresh[:0]
		s.step(c.place(e.at), true)
		s.corner(c, e.at, next.at)
		s.step(c.place(next.at), true)
		for k := 0; k+1 < len(s.points); k++ {
			out = append(out, segment{s.points[k], s.points[k+1]})
		}
	}
	return out
}

func (s *assembler) sidesAll(c *clipper, whole bool) []segment {
	if !whole {
		return nil
	}
	var out []segment
	for i, p := range c.corners() {
		out = append(out, segment{p, c.corners()[(i+1)%4]})
	}
	return out
}

func (e end) step() int {
	if e.exit {
		return 1
	}
	return -1
}

// place is the inverse of around.
func (c *clipper) place(at int32) coverage.Pixel {
	w, h := c.Max.X-c.Min.X, c.Max.Y-c.Min.Y
	switch {
	case at <= w:
		return coverage.Pixel{X: c.Min.X + at, Y: c.Min.Y}
	case at <= w+h:
		return coverage.Pixel{X: c.Max.X, Y: c.Min.Y + at - w}
	case at <= 2*w+h:
		return coverage.Pixel{X: c.Max.X - (at - w - h), Y: c.Max.Y}
	default:
		return coverage.Pixel{X: c.Min.X, Y: c.Max.Y - (at - 2*w - h)}
	}
}
