package picture

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"onegrid/geo/lattice"
)

// Map is a window of a sheet onto a box of ground. North is up.
type Map struct {
	sheet  *Sheet
	at     image.Rectangle
	ground lattice.Box // all that the window shows, a little more than was asked for
	origin lattice.Point
	x, y   float64 // of the origin, in pixels
	east   float64 // pixels a lattice unit
	north  float64
	metre  float64 // pixels a metre
}

// Map opens a window in which all of box is seen, as large as it fits. A box
// without an inside is shown a metre wide.
func (s *Sheet) Map(at image.Rectangle, box lattice.Box) *Map {
	at = at.Intersect(s.Bounds())
	if box.Empty() {
		box = lattice.BoxOf(lattice.Point{})
	}
	o := box.Center()
	eastM, northM := lattice.ScaleAt(o.Y)
	eastM = max(eastM, 1e-9) // at the very pole
	width, height := float64(box.Width())*eastM, float64(box.Height())*northM
	if width == 0 && height == 0 {
		width, height = 1, 1
	}
	perM := math.Inf(1)
	if width > 0 {
		perM = float64(at.Dx()) / width
	}
	if height > 0 {
		perM = min(perM, float64(at.Dy())/height)
	}
	m := &Map{
		sheet: s, at: at, origin: o, metre: perM, east: perM * eastM, north: perM * northM,
		x: float64(at.Min.X+at.Max.X) / 2, y: float64(at.Min.Y+at.Max.Y) / 2,
	}
	m.ground = m.shown()
	return m
}

// shown returns the box of ground that the window shows.
func (m *Map) shown() lattice.Box {
	half := func(pixels int, unit float64) int64 { return int64(math.Ceil(float64(pixels)/2/unit)) + 2 }
	w, h := half(m.at.Dx(), m.east), half(m.at.Dy(), m.north)
	clamp := func(v, limit int64) int32 { return int32(max(-limit, min(limit, v))) }
	x, y := int64(m.origin.X), int64(m.origin.Y)
	return lattice.Box{
		Min: lattice.Point{X: clamp(x-w, lattice.MaxLon), Y: clamp(y-h, lattice.MaxLat)},
		Max: lattice.Point{X: clamp(x+w, lattice.MaxLon), Y: clamp(y+h, lattice.MaxLat)}}
}

// Ground returns the box of ground that the window shows.
func (m *Map) Ground() lattice.Box { return m.ground }

// MetrePixels is how many pixels a metre takes.
func (m *Map) MetrePixels() float64 { return m.metre }

// Pixel returns where a point lies on the sheet.
func (m *Map) Pixel(p lattice.Point) (x, y float64) {
	return m.x + float64(int64(p.X)-int64(m.origin.X))*m.east, m.y - float64(int64(p.Y)-int64(m.origin.Y))*m.north
}

// Shows says whether any of a box is in the window.
func (m *Map) Shows(b lattice.Box) bool { return m.ground.Intersects(b) }

func (m *Map) pixels(points []lattice.Point) [][2]float64 {
	out := make([][2]float64, len(points))
	for i, p := range points {
		out[i][0], out[i][1] = m.Pixel(p)
	}
	return out
}

// Fill paints a shape, even-odd within each polygon, so that what crosses itself
// or winds the wrong way is seen as it is read.
func (m *Map) Fill(shape lattice.MultiPolygon, c color.Color) {
	for _, polygon := range shape {
		if !m.Shows(lattice.BoxOfShape(lattice.MultiPolygon{polygon})) {
			continue
		}
		for _, ring := range polygon {
			m.sheet.raster.polygon(m.pixels(ring))
		}
		m.sheet.raster.paint(m.sheet.img, m.at, c, true)
	}
}

// Outline draws the rings of a shape as lines so many pixels wide.
func (m *Map) Outline(shape lattice.MultiPolygon, width float64, c color.Color) {
	for _, polygon := range shape {
		for _, ring := range polygon {
			if len(ring) > 0 {
				m.Line(append(ring[:len(ring):len(ring)], ring[0]), width, c)
			}
		}
	}
}

// Line draws a line so many pixels wide.
func (m *Map) Line(points []lattice.Point, width float64, c color.Color) {
	if !m.Shows(lattice.BoxOf(points...)) {
		return
	}
	m.sheet.raster.stroke(m.pixels(points), width)
	m.sheet.raster.paint(m.sheet.img, m.at, c, false)
}

// Dot draws a filled circle of so many pixels.
func (m *Map) Dot(p lattice.Point, radius float64, c color.Color) {
	if !m.ground.Contains(p) {
		return
	}
	x, y := m.Pixel(p)
	m.sheet.raster.disc([2]float64{x, y}, radius, round)
	m.sheet.raster.paint(m.sheet.img, m.at, c, true)
}

// Ring draws a circle around a point, so many pixels large and wide.
func (m *Map) Ring(p lattice.Point, radius, width float64, c color.Color) {
	if !m.ground.Contains(p) {
		return
	}
	x, y := m.Pixel(p)
	m.sheet.ring([2]float64{x, y}, radius, width, c, m.at)
}

// Label writes a text over a point, with a pale edge so that it can be read on
// anything: in the middle, or as near to it as keeps the text in the window.
func (m *Map) Label(p lattice.Point, text string, size Size, c color.RGBA) {
	if !m.ground.Contains(p) {
		return
	}
	x, y := m.Pixel(p)
	half := m.sheet.Width(text, size)/2 + 3
	middle := max(m.at.Min.X+half, min(m.at.Max.X-half, int(math.Round(x))))
	m.sheet.label(middle, int(math.Round(y)), text, size, c, m.at)
}

// LabelBeside writes a text so many pixels to the right of a point, on a plate
// that keeps it readable among many marks.
func (m *Map) LabelBeside(p lattice.Point, pixels int, text string, size Size, c color.RGBA) {
	if !m.ground.Contains(p) {
		return
	}
	x, y := m.Pixel(p)
	left, middle, width := int(math.Round(x))+pixels, int(math.Round(y)), m.sheet.Width(text, size)
	m.plate(image.Rect(left-2, middle-int(size)/2-1, left+width+2, middle+int(size)/2+2))
	m.sheet.label(left+(width+1)/2, middle, text, size, c, m.at)
}

// Caption writes a text on a plate in the upper left corner.
func (m *Map) Caption(text string, size Size, c color.RGBA) {
	at := m.at.Min.Add(image.Pt(6, int(size)+2))
	m.plate(image.Rectangle{m.at.Min, at.Add(image.Pt(m.sheet.Width(text, size)+6, 6))})
	m.sheet.Text(at, text, size, c)
}

// plate covers what was drawn, but for the frame, so that a text can stand there.
func (m *Map) plate(at image.Rectangle) {
	m.sheet.Rect(at.Intersect(m.at.Inset(1)), color.NRGBA{Paper.R, Paper.G, Paper.B, 0xe0})
}

// Frame draws the window's sides.
func (m *Map) Frame(width int, c color.Color) { m.sheet.Frame(m.at, width, c) }

// ScaleBar draws a bar of a round length in the lower left corner.
func (m *Map) ScaleBar() {
	length, text := roundLength(float64(m.at.Dx()) / 4 / m.metre)
	x, y := m.at.Min.X+12, m.at.Max.Y-14
	bar := image.Rect(x, y, x+max(2, int(math.Round(length*m.metre))), y+4)
	width := m.sheet.Width(text, Small)
	m.plate(image.Rect(m.at.Min.X, y-20, max(bar.Max.X, x+width)+8, m.at.Max.Y))
	m.sheet.Rect(bar, Ink)
	m.sheet.label(x+width/2, y-10, text, Small, Ink, m.at)
}

// roundLength returns the largest length of 1, 2 or 5 times a power of ten metres
// that is at most limitM, and how it is written.
func roundLength(limitM float64) (lengthM float64, text string) {
	power := math.Pow(10, math.Floor(math.Log10(limitM)))
	lengthM = power
	for _, f := range [...]float64{2, 5} {
		if f*power <= limitM {
			lengthM = f * power
		}
	}
	switch {
	case lengthM >= 1000:
		return lengthM, fmt.Sprintf("%g km", lengthM/1000)
	case lengthM >= 1:
		return lengthM, fmt.Sprintf("%g m", lengthM)
	}
	return lengthM, fmt.Sprintf("%.3g cm", lengthM*100)
}
