package main

import (
	"image"
	"image/color"
	"slices"

	"onegrid/geo/lattice"
	"onegrid/geo/picture"
)

// names writes the codes of what changed, old ones that are gone in the colour of
// old borders.
func (g *drawing) names(s *picture.Sheet, m *picture.Map) {
	n := naming{sheet: s, Map: m, prefix: g.prefix}
	for _, e := range g.events {
		for _, code := range e.New {
			n.name(g.place(m, g.overlay.New, code), g.shape(g.overlay.New, code), code, picture.Ink)
		}
	}
	for _, e := range g.events {
		for _, code := range e.Old {
			if !slices.Contains(e.New, code) {
				n.name(g.place(m, g.overlay.Old, code), g.shape(g.overlay.Old, code), code, oldBorder)
			}
		}
	}
}

// naming writes names that do not run into each other.
type naming struct {
	sheet *picture.Sheet
	*picture.Map
	prefix int
	taken  []image.Rectangle
}

// name writes a code over a place where there is room for it, a little higher or
// lower if need be.
func (n *naming) name(at lattice.Point, shape lattice.MultiPolygon, code string, ink color.RGBA) {
	bounds := lattice.BoxOfShape(shape)
	if bounds.Empty() || !n.Ground().Contains(at) {
		return
	}
	x1, _ := n.Pixel(bounds.Min)
	x2, _ := n.Pixel(bounds.Max)
	text := code[n.prefix:]
	for _, size := range [...]picture.Size{picture.Small, picture.Tiny} {
		width := n.sheet.Width(text, size)
		if float64(width) > 1.1*(x2-x1) {
			continue
		}
		for _, down := range [...]float64{0, 17, -17, 34, -34} {
			x, y := n.Pixel(at)
			y += down
			r := image.Rect(int(x)-width/2-2, int(y)-int(size)/2-1, int(x)+width/2+2, int(y)+int(size)/2+1)
			if !slices.ContainsFunc(n.taken, r.Overlaps) {
				n.taken = append(n.taken, r)
				n.Label(onGround(n.Map, x, y), text, size, ink)
				return
			}
		}
	}
}
