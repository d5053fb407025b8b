package main

import (
	"image"
	"image/color"
	"math"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/picture"
)

// inset draws a repair large: as the file drew it, and as it is now.
func (d *cleanPicture) inset(k, repair int) {
	r := &d.report.Repairs[repair]
	box := d.around(r)
	pair := (cleanSheetWidth - 2*cleanSheetEdge) / cleanInsetsWide
	x := cleanSheetEdge + k%cleanInsetsWide*pair
	y := cleanHeadHeight + cleanMapHeight + 20 + k/cleanInsetsWide*(cleanInsetSide+64)
	d.sheet.Text(image.Pt(x, y+18), cleanTitle(r, repair), picture.Small, picture.Ink)
	for side, shapes := range [][]lattice.MultiPolygon{d.before, d.after} {
		at := image.Rect(x, y+28, x+cleanInsetSide, y+28+cleanInsetSide).Add(image.Pt(side*(cleanInsetSide+cleanInsetGap), 0))
		m := d.sheet.Map(at, box)
		if side == 0 {
			d.drawn(m, shapes)
			c := cleanColor(r.Kind)
			m.Fill(r.Outline, color.NRGBA{c.R, c.G, c.B, 0xa0})
			m.Outline(r.Outline, 1.2, c) // what is narrower than its own lines
		} else {
			d.ground(m, shapes, d.boxes[1])
			m.Outline(r.Outline, 1.5, cleanColor(r.Kind))
		}
		if r.Outline == nil {
			m.Ring(r.At, 14, 2, cleanColor(r.Kind))
		}
		d.named(m, shapes, r)
		m.ScaleBar()
		m.Caption([...]string{"before", "after"}[side], picture.Tiny, picture.Ink)
		d.sheet.Frame(at, 1, picture.Faint)
	}
}

// drawn shows shapes as the file has them: where two lie over each other, both
// are seen.
func (d *cleanPicture) drawn(m *picture.Map, shapes []lattice.MultiPolygon) {
	for i, shape := range shapes {
		if m.Shows(d.boxes[0][i]) {
			t := d.tints[i]
			deep := func(v uint8) uint8 { return uint8(max(0, 255-3*(255-int(v)))) }
			m.Fill(shape, color.NRGBA{deep(t.R), deep(t.G), deep(t.B), 0x70})
		}
	}
	var vertices []lattice.Point
	for i, shape := range shapes {
		if !m.Shows(d.boxes[0][i]) {
			continue
		}
		m.Outline(shape, 1, picture.Ink)
		for _, polygon := range shape {
			for _, ring := range polygon {
				for _, p := range ring {
					if m.Ground().Contains(p) {
						vertices = append(vertices, p)
					}
				}
			}
		}
	}
	if len(vertices) <= cleanDotted {
		for _, p := range vertices {
			m.Dot(p, 2, picture.Ink)
		}
	}
}

// named writes the codes of what a window shows of a repair, each where it has
// most room there, beside the ring around one that is a mere place.
func (d *cleanPicture) named(m *picture.Map, shapes []lattice.MultiPolygon, r *coverage.Repair) {
	ringX, ringY := m.Pixel(r.At)
	free := func(p lattice.Point) bool {
		x, y := m.Pixel(p)
		return r.Outline != nil || math.Abs(x-ringX) > 48 || math.Abs(y-ringY) > 22
	}
	for i, shape := range shapes {
		if at, ok := roomiest(m.Ground(), shape, free); ok {
			m.Label(at, d.features[i].shape.Code, picture.Tiny, picture.Ink)
		}
	}
}

// around is the box that is shown of a repair: half as wide again as it is, and
// large enough to see what it lies between.
func (d *cleanPicture) around(r *coverage.Repair) lattice.Box {
	box := lattice.BoxOfShape(r.Outline)
	least := 3.0
	if box.Empty() {
		box, least = lattice.BoxOf(r.At), 40
		for _, i := range r.Rows {
			if b := d.boxes[0][i-1]; b.Contains(r.At) {
				east, north := lattice.ScaleAt(r.At.Y)
				least = min(least, max(3, 0.75*max(float64(b.Width())*east, float64(b.Height())*north)))
			}
		}
	}
	east, north := lattice.ScaleAt(r.At.Y)
	side := max(least, 1.5*float64(box.Width())*east, 1.5*float64(box.Height())*north)
	o := box.Center()
	return lattice.BoxOf(lattice.Offset(o, -side/2, -side/2), lattice.Offset(o, side/2, side/2))
}
