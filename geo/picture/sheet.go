// Package picture draws maps as PNG files for people to read: reports of
// repairs, differences between editions. A Sheet holds titles, legends and
// several Maps, each a window onto a box of ground in which metres are true at
// its middle latitude. What is drawn is covered by what is drawn later.
//
// The same calls give the same bytes.
package picture

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
)

// The colours of a sheet, sober so that what matters can stand out.
var (
	Paper = color.RGBA{0xfb, 0xfa, 0xf7, 0xff}
	Ink   = color.RGBA{0x26, 0x2b, 0x33, 0xff}
	Faint = color.RGBA{0x8d, 0x93, 0x9b, 0xff}
)

// Tint returns one of eight pale colours to tell neighbouring areas apart; i may
// be any number.
func Tint(i int) color.RGBA {
	tints := [...]color.RGBA{
		{0xdc, 0xe6, 0xee, 0xff}, {0xe9, 0xe3, 0xd5, 0xff}, {0xdd, 0xe8, 0xd9, 0xff}, {0xec, 0xdf, 0xdd, 0xff},
		{0xe4, 0xe0, 0xec, 0xff}, {0xf0, 0xea, 0xd0, 0xff}, {0xd7, 0xe9, 0xe7, 0xff}, {0xe6, 0xe6, 0xe6, 0xff}}
	return tints[uint(i)%uint(len(tints))]
}

// Strong returns one of eight full colours for marks and lines; i may be any
// number.
func Strong(i int) color.RGBA {
	strong := [...]color.RGBA{
		{0xc0, 0x39, 0x2b, 0xff}, {0x1f, 0x6f, 0xb2, 0xff}, {0x2e, 0x8b, 0x57, 0xff}, {0xb9, 0x77, 0x0e, 0xff},
		{0x7d, 0x3c, 0x98, 0xff}, {0x0e, 0x7c, 0x7b, 0xff}, {0x8a, 0x5a, 0x44, 0xff}, {0x5d, 0x6d, 0x7e, 0xff}}
	return strong[uint(i)%uint(len(strong))]
}

// Sheet is a picture of so many pixels.
type Sheet struct {
	img    *image.RGBA
	raster raster
}

// NewSheet returns an empty sheet.
func NewSheet(width, height int) *Sheet {
	s := &Sheet{img: image.NewRGBA(image.Rect(0, 0, width, height))}
	draw.Draw(s.img, s.img.Bounds(), image.NewUniform(Paper), image.Point{}, draw.Src)
	return s
}

// Bounds returns the whole sheet.
func (s *Sheet) Bounds() image.Rectangle { return s.img.Bounds() }

// At returns the colour of a pixel.
func (s *Sheet) At(x, y int) color.RGBA { return s.img.RGBAAt(x, y) }

// Encode writes the sheet as PNG.
func (s *Sheet) Encode(w io.Writer) error {
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	return encoder.Encode(w, s.img)
}

// Rect fills a rectangle.
func (s *Sheet) Rect(at image.Rectangle, c color.Color) {
	draw.Draw(s.img, at, image.NewUniform(c), image.Point{}, draw.Over)
}

// Frame draws the sides of a rectangle just inside it, so many pixels wide.
func (s *Sheet) Frame(at image.Rectangle, width int, c color.Color) {
	s.Rect(image.Rect(at.Min.X, at.Min.Y, at.Max.X, at.Min.Y+width), c)
	s.Rect(image.Rect(at.Min.X, at.Max.Y-width, at.Max.X, at.Max.Y), c)
	s.Rect(image.Rect(at.Min.X, at.Min.Y+width, at.Min.X+width, at.Max.Y-width), c)
	s.Rect(image.Rect(at.Max.X-width, at.Min.Y+width, at.Max.X, at.Max.Y-width), c)
}

// Entry is a line of a legend: what a colour stands for.
type Entry struct {
	Text  string
	Color color.RGBA
	Mark  Mark
}

// Mark is how a legend shows a colour.
type Mark int

// The marks of a legend.
const (
	Patch Mark = iota // a filled patch
	Line              // a line
	Ring              // a ring, as around a place
)

// Legend writes entries below each other from their upper left corner, and
// returns the height that they take.
func (s *Sheet) Legend(at image.Point, entries []Entry) (height int) {
	const step, swatch = 24, 18
	for i, e := range entries {
		x, y := at.X, at.Y+i*step
		middle := [2]float64{float64(x) + swatch/2, float64(y) + swatch/2}
		switch e.Mark {
		case Line:
			s.raster.stroke([][2]float64{{float64(x), middle[1]}, {float64(x + swatch), middle[1]}}, 3)
			s.raster.paint(s.img, s.img.Bounds(), e.Color, false)
		case Ring:
			s.ring(middle, 7, 2.5, e.Color, s.img.Bounds())
		default:
			box := image.Rect(x, y+2, x+swatch, y+swatch-2)
			s.Rect(box, e.Color)
			s.Frame(box, 1, Faint)
		}
		s.Text(image.Pt(x+swatch+8, y+swatch-4), e.Text, Small, Ink)
	}
	return len(entries) * step
}

// round is how many sides a circle has.
const round = 48

// ring draws a circle's line.
func (s *Sheet) ring(middle [2]float64, radius, width float64, c color.Color, clip image.Rectangle) {
	s.raster.disc(middle, radius+width/2, round)
	s.raster.disc(middle, radius-width/2, round)
	s.raster.paint(s.img, clip, c, true)
}
