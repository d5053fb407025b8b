package vtile

import "onegrid/geo/coverage"

// arcFace is a polygon of a pixel map: an outer ring and its holes, made of arcs
// that neighbours share.
type arcFace struct {
	m     *coverage.PixelMap
	rings []coverage.PixelRing
}

// appendTo copies the rings out whole.
func (f arcFace) appendTo(g *polygons) {
	for _, r := range f.rings {
		g.begin()
		for _, h := range r.Arcs {
			pts := f.m.Chain(int(h >> 1))
			for i := range len(pts) - 1 {
				g.points = append(g.points, step(pts, h, i))
			}
		}
		g.finish()
	}
}

// step is the i-th place along a half-arc.
func step(pts []coverage.Pixel, h coverage.HalfArc, i int) coverage.Pixel {
	if h&1 == 1 {
		return pts[len(pts)-1-i]
	}
	return pts[i]
}

// holds tells whether a place that is on no ring is inside. Arcs that do not
// pass it to the east, at its height, are not looked into.
func (f arcFace) holds(p coverage.Pixel) bool {
	in := false
	for _, r := range f.rings {
		for _, h := range r.Arcs {
			b := f.m.Arcs[h>>1].Box
			if b.Max.X < p.X || b.Min.Y > p.Y || b.Max.Y < p.Y {
				continue
			}
			pts := f.m.Chain(int(h >> 1))
			for i := range len(pts) - 1 {
				if passes(p, pts[i], pts[i+1]) {
					in = !in
				}
			}
		}
	}
	return in
}

// passes tells that the segment from a to b crosses the ray from p to the east.
func passes(p, a, b coverage.Pixel) bool {
	if (a.Y > p.Y) == (b.Y > p.Y) {
		return false
	}
	return (cross(a, b, p) < 0) == (b.Y < a.Y)
}

// arcs adds what the frame leaves of a ring that is made of arcs. An arc off the
// frame is passed by its box.
func (c *clipper) arcs(m *coverage.PixelMap, r coverage.PixelRing) {
	first, open := len(c.pieces), false
	c.rings++
	for _, h := range r.Arcs {
		b := m.Arcs[h>>1].Box
		if !open && c.misses(b.Min, b.Max) {
			continue
		}
		pts := m.Chain(int(h >> 1))
		for i := range len(pts) - 1 {
			open = c.edge(step(pts, h, i), step(pts, h, i+1), open)
		}
	}
	if open {
		h := r.Arcs[0]
		c.closeRing(first, step(m.Chain(int(h>>1)), h, 0))
	}
}

// joiner makes long lines of pieces that meet end to end, so that dashes and
// joins run on, and a tile has fewer lines. Where more than two meet they stay
// apart.
type joiner struct {
	lines [][]coverage.Pixel
	arena []coverage.Pixel
	at    map[coverage.Pixel][]int32 // piece<<1, the low bit set for its end
	used  []bool
}

// join leaves in lines what c's pieces make.
func (j *joiner) join(c *clipper) {
	if j.at == nil {
		j.at = map[coverage.Pixel][]int32{}
	}
	clear(j.at)
	j.lines, j.arena = j.lines[:0], j.arena[:0]
	j.used = append(j.used[:0], make([]bool, len(c.pieces))...)
	for i, p := range c.pieces {
		pts := c.of(p)
		head, tail := pts[0], pts[len(pts)-1]
		j.at[head] = append(j.at[head], int32(i)<<1)
		j.at[tail] = append(j.at[tail], int32(i)<<1|1)
	}
	for i := range c.pieces {
		if !j.used[i] {
			j.grow(c, j.first(c, int32(i)<<1|1))
		}
	}
}

// first walks back from a piece to where its line begins: the end at which to
// enter it. A closed line is entered anywhere.
func (j *joiner) first(c *clipper, end int32) int32 {
	start := end
	for {
		enter := end ^ 1
		next, ok := j.beyond(c, enter)
		if !ok || next>>1 == start>>1 {
			return enter
		}
		end = next
	}
}

// beyond returns the end of the other piece that meets an end, if just one does.
func (j *joiner) beyond(c *clipper, end int32) (int32, bool) {
	pts := c.of(c.pieces[end>>1])
	p := pts[0]
	if end&1 == 1 {
		p = pts[len(pts)-1]
	}
	both := j.at[p]
	if len(both) != 2 {
		return 0, false
	}
	if both[0] == end {
		return both[1], true
	}
	return both[0], true
}

// grow writes the line that begins at an end.
func (j *joiner) grow(c *clipper, enter int32) {
	from := len(j.arena)
	for !j.used[enter>>1] {
		j.used[enter>>1] = true
		pts := c.of(c.pieces[enter>>1])
		for i := range pts {
			p := pts[i]
			if enter&1 == 1 {
				p = pts[len(pts)-1-i]
			}
			if len(j.arena) == from || j.arena[len(j.arena)-1] != p {
				j.arena = append(j.arena, p)
			}
		}
		next, ok := j.beyond(c, enter^1)
		if !ok {
			break
		}
		enter = next
	}
	j.lines = append(j.lines, j.arena[from:len(j.arena):len(j.arena)])
}
