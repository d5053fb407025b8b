package vtile

import (
	"slices"

	"onegrid/geo/boxtree"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// borderLines are the borders of a level as one zoom shows them, each at the
// highest level that it parts: half-arcs joined end to end.
type borderLines struct {
	halves []coverage.HalfArc
	ends   []uint32      // of each line in halves
	tree   *boxtree.Tree // of the lines; nil where the zoom does not show the level
}

// of returns a line.
func (l *borderLines) of(k int32) []coverage.HalfArc {
	first := uint32(0)
	if k > 0 {
		first = l.ends[k-1]
	}
	return l.halves[first:l.ends[k]]
}

// longestLine bounds the steps of a line of several arcs: a longer one would be
// cut at the edge of many tiles, all of it each time.
const longestLine = 64

// drawBorders writes a feature for each level, of all its borders in the tile.
func (n *network) drawBorders(d *drawer, t Tile, s *sheet) {
	f := t.frame()
	d.w.begin("borders", borderKeys, nil)
	for level, lines := range s.borders {
		if lines.tree == nil {
			continue
		}
		d.hits = lines.tree.Search(coverage.PixelBox(f).Plain(), d.hits[:0])
		for _, k := range d.hits {
			if f.encloses(coverage.PixelBoxOf(lines.tree.Box(k))) {
				s.wholeLine(&d.w, lines.of(k))
			} else {
				d.cutLine(f, s, lines.of(k))
			}
		}
		if len(d.w.geom) == 0 {
			continue
		}
		d.w.text(0, n.levels[level].ID)
		d.w.uint(1, uint64(level))
		d.w.put(int64(level)+1, lineType)
	}
	d.w.end()
}

// joiner makes long lines of arcs that meet end to end, so that dashes and joins
// run on, and a tile has fewer lines. Where more than two meet they stay apart.
type joiner struct {
	s    *sheet
	next []int32 // by half-arc: the one that goes on where it ends, -1 if not just one does
	used []bool  // by arc
}

func newJoiner(s *sheet) *joiner {
	j := &joiner{s: s, next: make([]int32, 2*len(s.arcs)), used: make([]bool, len(s.arcs))}
	for h := range j.next {
		j.next[h] = -1
	}
	return j
}

// join makes the lines of a level's arcs.
func (j *joiner) join(arcs []int32) borderLines {
	j.pair(arcs)
	var out borderLines
	var boxes []lattice.Box
	var firsts []uint32
	for _, a := range arcs {
		if j.used[a] {
			continue
		}
		steps := int32(longestLine)
		for h := j.first(2 * a); h >= 0 && !j.used[h>>1]; h = j.next[h] {
			arc := &j.s.arcs[h>>1]
			j.used[h>>1] = true
			if steps += arc.count; steps > longestLine {
				boxes, firsts = append(boxes, lattice.EmptyBox()), append(firsts, uint32(len(out.halves)))
				steps = arc.count
			}
			out.halves = append(out.halves, coverage.HalfArc(h))
			boxes[len(boxes)-1] = boxes[len(boxes)-1].Union(arc.box.Plain())
		}
	}
	return out.ordered(boxes, append(firsts, uint32(len(out.halves))))
}

// pair finds which ends meet. A half-arc stands for the end at which it begins.
func (j *joiner) pair(arcs []int32) {
	ends := make([]int32, 0, 2*len(arcs))
	for _, a := range arcs {
		ends = append(ends, 2*a, 2*a+1)
	}
	at := func(h int32) coverage.Pixel { return j.s.arcs[h>>1].ends[h&1] }
	slices.SortFunc(ends, func(g, h int32) int { return comparePixels(at(g), at(h)) })
	for len(ends) > 0 {
		n := 1
		for n < len(ends) && at(ends[n]) == at(ends[0]) {
			n++
		}
		if n == 2 {
			j.next[ends[0]^1], j.next[ends[1]^1] = ends[1], ends[0]
		}
		ends = ends[n:]
	}
}

// first walks back from a half-arc to the one with which its line begins. A
// closed line begins where it was entered.
func (j *joiner) first(h int32) int32 {
	for at := h; ; {
		before := j.next[at^1]
		if before < 0 || before>>1 == h>>1 {
			return at
		}
		at = before ^ 1
	}
}

// ordered returns the lines in the order of their tree. Line i begins at
// firsts[i].
func (l *borderLines) ordered(boxes []lattice.Box, firsts []uint32) borderLines {
	tree, order := boxtree.New(boxes)
	out := borderLines{halves: make([]coverage.HalfArc, 0, len(l.halves)), ends: make([]uint32, len(order)), tree: tree}
	for to, from := range order {
		out.halves = append(out.halves, l.halves[firsts[from]:firsts[from+1]]...)
		out.ends[to] = uint32(len(out.halves))
	}
	return out
}
