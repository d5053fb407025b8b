package vtile

import (
	"onegrid/geo/boxtree"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// borderLines are the borders of a level as one zoom shows them, each at the
// highest level that it parts, joined end to end.
type borderLines struct {
	plate
	last []coverage.Pixel // where each line ends
	tree *boxtree.Tree    // of the zoom's pixels, not the base's
}

// longestLine bounds the places of a joined line: a longer one would be cut at
// the edge of many tiles, all of it each time.
const longestLine = 64

func joinBorders(m *coverage.PixelMap, level uint8) borderLines {
	var all clipper // nothing is cut: it only holds the pieces to be joined
	for i := range m.Arcs {
		if m.Arcs[i].Level != level {
			continue
		}
		chain := m.Chain(i)
		all.pieces = append(all.pieces, piece{first: len(all.points), count: len(chain)})
		all.points = append(all.points, chain...)
	}
	var j joiner
	j.join(&all)
	var boxes []lattice.Box
	var lines [][]coverage.Pixel
	for _, l := range j.lines {
		for len(l) > 1 {
			part := l[:min(len(l), longestLine)]
			lines, boxes = append(lines, part), append(boxes, boxOf(part))
			l = l[len(part)-1:]
		}
	}
	var out borderLines
	var order []int32
	out.tree, order = boxtree.New(boxes)
	var one polygons
	for _, from := range order {
		one.clear()
		one.add(lines[from], false)
		out.add(&one, lineType)
		out.last = append(out.last, lines[from][len(lines[from])-1])
	}
	return out
}

// drawBorders writes a feature for each level, of all its borders in the tile.
func (n *network) drawBorders(d *drawer, t Tile, s *sheet) {
	f := t.frame()
	d.w.begin("borders", borderKeys, nil)
	for i, lines := range s.borders {
		if lines.tree == nil {
			continue
		}
		d.hits = lines.tree.Search(coverage.PixelBox(f).Plain(), d.hits[:0])
		for _, k := range d.hits {
			if f.encloses(coverage.PixelBoxOf(lines.tree.Box(k))) {
				d.w.moveTo(lines.start[k])
				d.w.geom = append(d.w.geom, lines.of(k)...)
				d.w.cursor = lines.last[k]
			} else {
				d.cutLines(f, lines.start[k], lines.of(k))
			}
		}
		if len(d.w.geom) == 0 {
			continue
		}
		level := n.levels[i]
		d.w.text(0, n.net.Spec.Levels[level].ID)
		d.w.uint(1, uint64(level))
		d.w.put(int64(level)+1, lineType)
	}
	d.w.end()
}
