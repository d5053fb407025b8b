package vtile

import (
	"onegrid/geo/access"
	"onegrid/geo/coverage"
)

// drawer is what drawing a tile needs and can be used again for the next.
type drawer struct {
	w      writer
	clip   clipper
	asm    assembler
	walk   walker
	whole  polygons
	faces  polygons
	hits   []int32
	places []coverage.Pixel

	face   outline
	shaper shaper

	sight access.Sight          // who looks, as far as the tileset turns on it
	view  access.View           // of the world that is drawn
	hide  func(values []uint32) // see stock.hiding
	tags  []uint32
}

func (d *drawer) start(t Tile, buf []byte) {
	d.w.buf = buf
	d.w.origin = t.origin()
}

// inner is the box of the pixels that belong to the tile.
func (t Tile) inner() coverage.PixelBox {
	o := t.origin()
	return coverage.PixelBox{Min: o, Max: coverage.Pixel{X: o.X + Extent - 1, Y: o.Y + Extent - 1}}
}

// cutLines puts what the frame leaves of lines into the writer's geometry.
func (d *drawer) cutLines(f frame, start coverage.Pixel, commands []byte) {
	d.clip.reset(f)
	d.walk.at, d.walk.rest = start, commands
	for pts := d.walk.next(true); pts != nil; pts = d.walk.next(false) {
		d.clip.line(pts)
	}
	for _, p := range d.clip.pieces {
		d.w.line(d.clip.of(p))
	}
}

// cutLine does so for a line of a sheet.
func (d *drawer) cutLine(f frame, s *sheet, line []coverage.HalfArc) {
	start, _ := s.of(line[0])
	d.places = append(d.places[:0], start)
	for _, h := range line {
		d.places = s.appendPlaces(d.places, h)
	}
	d.clip.reset(f)
	d.clip.line(d.places)
	for _, p := range d.clip.pieces {
		d.w.line(d.clip.of(p))
	}
}

// cutPolygons does so for polygons, one by one: an outer ring and its holes.
func (d *drawer) cutPolygons(f frame, start coverage.Pixel, commands []byte) {
	d.faces.clear()
	d.whole.clear()
	d.walk.at, d.walk.rest = start, commands
	for pts := d.walk.next(true); pts != nil; pts = d.walk.next(false) {
		outer := area2(pts) > 0
		if outer && len(d.whole.rings) > 0 {
			d.cutWhole(f)
			d.whole.clear()
		}
		d.whole.add(pts, outer)
	}
	d.cutWhole(f)
	d.w.polygons(&d.faces)
}

func (d *drawer) cutWhole(f frame) {
	d.clip.reset(f)
	for _, r := range d.whole.rings {
		d.clip.ring(d.whole.of(r))
	}
	d.asm.assemble(&d.faces, &d.clip, &d.whole)
}
