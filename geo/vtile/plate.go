package vtile

import (
	"encoding/binary"

	"onegrid/geo/coverage"
)

// plate holds the shapes of a layer as one zoom shows them, already in a tile's
// own form: geometry commands, of which only the first place depends on the
// tile. A shape without commands is not shown at this zoom.
type plate struct {
	start    []coverage.Pixel
	commands []byte
	ends     []uint32 // of each shape's commands
}

func (p *plate) of(i int32) []byte {
	if i == 0 {
		return p.commands[:p.ends[0]]
	}
	return p.commands[p.ends[i-1]:p.ends[i]]
}

// add appends a shape: what follows the place of the first MoveTo.
func (p *plate) add(g *polygons, kind byte) {
	if len(g.rings) == 0 {
		p.start = append(p.start, coverage.Pixel{})
		p.ends = append(p.ends, uint32(len(p.commands)))
		return
	}
	w := writer{geom: p.commands}
	w.cursor = g.points[g.rings[0].first]
	p.start = append(p.start, w.cursor)
	for i, r := range g.rings {
		pts := g.of(r)
		if i > 0 {
			w.moveTo(pts[0])
		}
		w.lineTo(pts[1:])
		if kind == polygonType {
			w.geom = append(w.geom, closePath)
		}
	}
	p.commands = w.geom
	p.ends = append(p.ends, uint32(len(p.commands)))
}

// walker takes a plate's commands apart again, for the shapes that a tile cuts.
type walker struct {
	at   coverage.Pixel
	rest []byte
	pts  []coverage.Pixel
}

// next returns the next ring or line in pixels of the zoom; nil at the end.
func (w *walker) next(first bool) []coverage.Pixel {
	if len(w.rest) == 0 {
		return nil
	}
	if !first {
		w.rest = w.rest[1:] // MoveTo
		w.delta()
	}
	w.pts = append(w.pts[:0], w.at)
	for n := w.uvarint() >> 3; n > 0; n-- {
		w.delta()
		w.pts = append(w.pts, w.at)
	}
	if len(w.rest) > 0 && w.rest[0] == closePath {
		w.rest = w.rest[1:]
	}
	return w.pts
}

func (w *walker) uvarint() uint64 {
	if b := w.rest[0]; b < 0x80 {
		w.rest = w.rest[1:]
		return uint64(b)
	}
	n, size := binary.Uvarint(w.rest)
	w.rest = w.rest[size:]
	return n
}

func (w *walker) delta() {
	x, y := uint32(w.uvarint()), uint32(w.uvarint())
	w.at.X += int32(x>>1) ^ -int32(x&1)
	w.at.Y += int32(y>>1) ^ -int32(y&1)
}
