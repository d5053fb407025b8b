package vtile

import (
	"cmp"
	"slices"

	"onegrid/geo/coverage"
)

// joiner makes long lines of pieces that meet end to end, so that dashes and
// joins run on, and a tile has fewer lines. Where more than two meet they stay
// apart. Ends are numbered: a piece's beginning is piece<<1, its end that plus 1.
type joiner struct {
	lines [][]coverage.Pixel
	arena []coverage.Pixel
	ends  []lineEnd
	other []int32 // by end: the one that meets it, -1 if not just one does
	used  []bool  // by piece
}

type lineEnd struct {
	at  coverage.Pixel
	end int32
}

// join leaves in lines what c's pieces make.
func (j *joiner) join(c *clipper) {
	j.lines, j.arena = j.lines[:0], j.arena[:0]
	j.pair(c)
	for i := range c.pieces {
		if !j.used[i] {
			j.run(c, j.first(int32(i)<<1))
		}
	}
}

// pair finds which ends meet.
func (j *joiner) pair(c *clipper) {
	j.ends, j.other, j.used = j.ends[:0], j.other[:0], j.used[:0]
	for i, p := range c.pieces {
		pts := c.of(p)
		j.ends = append(j.ends, lineEnd{pts[0], int32(i) << 1}, lineEnd{pts[len(pts)-1], int32(i)<<1 | 1})
		j.other = append(j.other, -1, -1)
		j.used = append(j.used, false)
	}
	slices.SortFunc(j.ends, func(a, b lineEnd) int {
		return cmp.Or(comparePixels(a.at, b.at), cmp.Compare(a.end, b.end))
	})
	for i := 0; i < len(j.ends); {
		k := i + 1
		for k < len(j.ends) && j.ends[k].at == j.ends[i].at {
			k++
		}
		if k == i+2 {
			a, b := j.ends[i].end, j.ends[i+1].end
			j.other[a], j.other[b] = b, a
		}
		i = k
	}
}

// first walks back from a piece's beginning to where its line begins: the end at
// which to enter it. A closed line is entered where it was.
func (j *joiner) first(start int32) int32 {
	enter := start
	for {
		before := j.other[enter]
		if before < 0 || before>>1 == start>>1 {
			return enter
		}
		enter = before ^ 1
	}
}

// run writes the line that begins at an end.
func (j *joiner) run(c *clipper, enter int32) {
	from := len(j.arena)
	for enter >= 0 && !j.used[enter>>1] {
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
		enter = j.other[enter^1]
	}
	j.lines = append(j.lines, j.arena[from:len(j.arena):len(j.arena)])
}
