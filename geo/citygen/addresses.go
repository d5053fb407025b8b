package citygen

import (
	"fmt"

	"onegrid/geo/lattice"
)

type doorKey struct {
	line   int32
	number int
}

// course is a line from end to end with the distance at each point.
type course struct {
	points []vec
	at     []float64
}

// door is a plot's address: the best street beside it and a number there, odd on
// the left and even on the right, counted by distance from the street's start.
func (b *builder) door(bl *block) string {
	best := -1
	for i, s := range bl.plot.sides {
		if !s.class.street() || s.class == motorway || b.lines[b.arcs[s.h.arc()].line].name == nil {
			continue
		}
		if best < 0 || s.class < bl.plot.sides[best].class {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	s := bl.plot.sides[best]
	id := b.arcs[s.h.arc()].line
	c := b.course(id)
	mid := bl.plot.ring[best].lerp(bl.plot.ring[(best+1)%len(bl.plot.ring)], 0.5)
	k := nearest(c.points, mid)
	number := 2*int(c.at[k]/24) + 1
	next := min(k+1, len(c.points)-1)
	prev := max(next-1, 0)
	if c.points[next].sub(c.points[prev]).cross(mid.sub(c.points[prev])) < 0 {
		number++
	}
	for b.doors[doorKey{id, number}] != 0 && b.doors[doorKey{id, number}] != int(bl.face) {
		number += 2
	}
	b.doors[doorKey{id, number}] = int(bl.face)
	return fmt.Sprintf("%s%d号", b.lines[id].name["zh"], number)
}

func (b *builder) course(id int32) course {
	c, ok := b.courses[id]
	if !ok {
		c.points = b.vecs(b.lines[id].joined()[0])
		c.at = make([]float64, len(c.points))
		for i := 1; i < len(c.points); i++ {
			c.at[i] = c.at[i-1] + c.points[i].dist(c.points[i-1])
		}
		b.courses[id] = c
	}
	return c
}

// joined puts the pieces of a line end to end; what does not join stays apart.
func (l *line) joined() [][]lattice.Point {
	var out [][]lattice.Point
	var cur []lattice.Point
	for _, p := range l.pieces {
		switch {
		case cur == nil:
			cur = append(cur, p...)
		case p[0] == cur[len(cur)-1]:
			cur = append(cur, p[1:]...)
		case p[0] == cur[0]:
			back := make([]lattice.Point, 0, len(p)+len(cur))
			for i := len(p) - 1; i > 0; i-- {
				back = append(back, p[i])
			}
			cur = append(back, cur...)
		default:
			out = append(out, cur)
			cur = append([]lattice.Point(nil), p...)
		}
	}
	return append(out, cur)
}
