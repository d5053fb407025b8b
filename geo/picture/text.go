package picture

import (
	"image"
	"image/color"
	"image/draw"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Size is a size of type.
type Size float64

// The sizes of type, in pixels.
const (
	Tiny  Size = 11
	Small Size = 14
	Plain Size = 17
	Title Size = 26
)

var parsed = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic(err) // the font is part of the program
	}
	return f
})

// face returns a face of a size. A face is not safe for several goroutines, so
// each use has its own.
func face(size Size) font.Face {
	f, err := opentype.NewFace(parsed(), &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic(err) // only sizes below zero fail
	}
	return f
}

// Text writes a line of text from the left end of its baseline. It has Latin
// letters; others are shown as boxes.
func (s *Sheet) Text(at image.Point, text string, size Size, c color.Color) {
	s.write(s.img, at, text, size, c)
}

func (s *Sheet) write(dst draw.Image, at image.Point, text string, size Size, c color.Color) {
	d := font.Drawer{Dst: dst, Src: image.NewUniform(c), Face: face(size), Dot: fixed.P(at.X, at.Y)}
	d.DrawString(text)
}

// Width returns how many pixels a text takes.
func (s *Sheet) Width(text string, size Size) int { return font.MeasureString(face(size), text).Ceil() }

// label writes a text in the middle of a place, with a pale edge.
func (s *Sheet) label(x, y int, text string, size Size, c color.RGBA, clip image.Rectangle) {
	dst := s.img.SubImage(clip).(*image.RGBA)
	at := image.Pt(x-s.Width(text, size)/2, y+int(size*0.36))
	for _, d := range [...]image.Point{{-1, -1}, {0, -1}, {1, -1}, {-1, 0}, {1, 0}, {-1, 1}, {0, 1}, {1, 1}} {
		s.write(dst, at.Add(d), text, size, color.RGBA{0xff, 0xff, 0xff, 0xff})
	}
	s.write(dst, at, text, size, c)
}
