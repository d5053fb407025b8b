package vtile

import (
	"sync"

	"onegrid/geo/coverage"
)

// borders are a network's borders as one zoom shows them, each at the highest
// level that it parts, joined end to end.
type borders struct {
	once   sync.Once
	levels []borderLines // by drawn level
}

type borderLines struct {
	plate
	last []coverage.Pixel // where each line ends
	tree *tree            // of the zoom's pixels, not the base's
}

// longestLine bounds the places of a joined line: a longer one would be cut at
// the edge of many tiles, all of it each time.
const longestLine = 64

// bordersAt returns the borders of a zoom, made at the first call.
func (n *network) bordersAt(z uint8, m *coverage.PixelMap) []borderLines {
	b := &n.borders[z]
	b.once.Do(func() {
		b.levels = make([]borderLines, len(n.levels))
		for i, level := range n.levels {
			if n.shows(i, z, widthOfShapes) {
				b.levels[i] = joinBorders(m, uint8(level))
			}
		}
	})
	return b.levels
}

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
	var boxes []coverage.PixelBox
	var lines [][]coverage.Pixel
	for _, l := range j.lines {
		for len(l) > 1 {
			part := l[:min(len(l), longestLine)]
			lines, boxes = append(lines, part), append(boxes, pixelBoxOf(part))
			l = l[len(part)-1:]
		}
	}
	var out borderLines
	sorted := make([]coverage.PixelBox, len(boxes))
	var one polygons
	for to, from := range hilbertOrder(boxes) {
		sorted[to] = boxes[from]
		one.clear()
		one.add(lines[from], false)
		out.add(&one, lineType)
		out.last = append(out.last, lines[from][len(lines[from])-1])
	}
	out.tree = newTree(sorted)
	return out
}

// drawBorders writes a feature for each level, of all its borders in the tile.
func (n *network) drawBorders(d *drawer, t Tile, m *coverage.PixelMap) {
	f := t.frame()
	d.w.begin("borders", borderKeys, nil)
	for i, lines := range n.bordersAt(t.Z, m) {
		if lines.tree == nil {
			continue
		}
		d.hits = lines.tree.search(coverage.PixelBox(f), d.hits[:0])
		for _, k := range d.hits {
			if f.encloses(lines.tree.levels[0][k]) {
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
