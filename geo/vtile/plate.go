package vtile

import (
	"encoding/binary"
	"slices"

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
		var to []coverage.Pixel // of a MoveTo
		to, w.rest = appendPlaces(w.pts[:0], w.at, w.rest[1:], 1)
		w.at = to[0]
	}
	n, i := number(w.rest, 0)
	w.pts, w.rest = appendPlaces(append(w.pts[:0], w.at), w.at, w.rest[i:], int(n>>3))
	w.at = w.pts[len(w.pts)-1]
	if len(w.rest) > 0 && w.rest[0] == closePath {
		w.rest = w.rest[1:]
	}
	return w.pts
}

// appendPlaces appends the places that so many steps lead to, and returns what
// comes after them.
func appendPlaces(dst []coverage.Pixel, at coverage.Pixel, steps []byte, n int) ([]coverage.Pixel, []byte) {
	dst = slices.Grow(dst, n)
	i := 0
	for range n {
		var x, y uint32
		x, i = number(steps, i)
		y, i = number(steps, i)
		at.X += unzigzag(x)
		at.Y += unzigzag(y)
		dst = append(dst, at)
	}
	return dst, steps[i:]
}

// number reads the varint at i and returns where the next one is, inlined for
// short ones.
func number(b []byte, i int) (uint32, int) {
	if b[i] < 0x80 {
		return uint32(b[i]), i + 1
	}
	return longNumber(b, i)
}

func longNumber(b []byte, i int) (uint32, int) {
	if b[i+1] < 0x80 {
		return uint32(b[i]&0x7f) | uint32(b[i+1])<<7, i + 2
	}
	n, size := binary.Uvarint(b[i:])
	return uint32(n), i + size
}

func unzigzag(n uint32) int32 { return int32(n>>1) ^ -int32(n&1) }
