package picture_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"onegrid/geo/lattice"
	"onegrid/geo/picture"
)

var red, white = color.RGBA{0xff, 0, 0, 0xff}, picture.Paper

func square(x, y, side int32) lattice.Ring {
	return lattice.Ring{{X: x, Y: y}, {X: x + side, Y: y}, {X: x + side, Y: y + side}, {X: x, Y: y + side}}
}

// TestFillAgreesWithSide paints polygons that cross themselves and looks at
// pixels: those whose middle is well inside or outside must be so.
func TestFillAgreesWithSide(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const side = 100
	for range 50 {
		var ring lattice.Ring
		for range 3 + r.IntN(8) {
			ring = append(ring, lattice.Point{X: int32(r.IntN(1000)), Y: int32(r.IntN(1000))})
		}
		shape := lattice.MultiPolygon{{ring, square(300, 300, 200)}}
		s := picture.NewSheet(side, side)
		m := s.Map(s.Bounds(), lattice.BoxOf(lattice.Point{}, lattice.Point{X: 1000, Y: 1000}))
		m.Fill(shape, red)
		judged := 0
		for x := int32(5); x < 1000; x += 10 {
			for y := int32(5); y < 1000; y += 10 {
				p := lattice.Point{X: x, Y: y}
				if nearEdge(shape, p, 15) {
					continue
				}
				want := white
				if lattice.Side(shape, p) > 0 {
					want = red
				}
				px, py := m.Pixel(p)
				if got := s.At(int(px), int(py)); got != want {
					t.Fatalf("%v of %v is %v, want %v", p, shape, got, want)
				}
				judged++
			}
		}
		if judged < 500 {
			t.Fatalf("only %d pixels were judged", judged)
		}
	}
}

func nearEdge(m lattice.MultiPolygon, p lattice.Point, units float64) bool {
	for _, polygon := range m {
		for _, ring := range polygon {
			for i, a := range ring {
				if d, _ := lattice.SegmentDistanceM(a, ring[(i+1)%len(ring)], p); d < units*0.0112 {
					return true
				}
			}
		}
	}
	return false
}

// TestMetresAreTrue: a metre is as long to the east as to the north.
func TestMetresAreTrue(t *testing.T) {
	o := lattice.Point{X: 1_066_000_000, Y: 600_000_000}
	box := lattice.BoxOf(lattice.Offset(o, -300, -200), lattice.Offset(o, 300, 200))
	s := picture.NewSheet(600, 600)
	m := s.Map(s.Bounds(), box)
	x0, y0 := m.Pixel(o)
	for _, d := range [][2]float64{{100, 0}, {0, 100}, {70, -70}} {
		x, y := m.Pixel(lattice.Offset(o, d[0], d[1]))
		if math.Abs(x-x0-d[0]*m.MetrePixels()) > 0.1 || math.Abs(y0-y-d[1]*m.MetrePixels()) > 0.1 {
			t.Errorf("%v m lie at %v, %v pixels from the middle, at %v a metre", d, x-x0, y0-y, m.MetrePixels())
		}
	}
	if math.Abs(m.MetrePixels()-1) > 0.01 {
		t.Errorf("600 m in 600 pixels are %v a metre", m.MetrePixels())
	}
}

// TestNothingLeavesItsWindow draws around and far beyond a window.
func TestNothingLeavesItsWindow(t *testing.T) {
	s := picture.NewSheet(200, 100)
	window := image.Rect(20, 20, 80, 80)
	m := s.Map(window, lattice.BoxOf(lattice.Point{}, lattice.Point{X: 10, Y: 10}))
	m.Fill(lattice.MultiPolygon{{square(-1_500_000_000, -700_000_000, 1_400_000_000)}}, red)
	m.Fill(lattice.MultiPolygon{{square(-1000, -1000, 2000)}}, red)
	m.Outline(lattice.MultiPolygon{{square(-3, -3, 16)}}, 5, picture.Ink)
	m.Line([]lattice.Point{{X: -1_700_000_000, Y: -800_000_000}, {X: 1_700_000_000, Y: 800_000_000}}, 9, picture.Ink)
	m.Label(lattice.Point{X: 10, Y: 10}, "a long label that does not fit", picture.Plain, picture.Ink)
	m.Dot(lattice.Point{X: 10, Y: 0}, 20, red)
	m.Ring(lattice.Point{X: 0, Y: 0}, 20, 3, red)
	m.ScaleBar()
	for x := range 200 {
		for y := range 100 {
			if !(image.Point{X: x, Y: y}).In(window) && s.At(x, y) != white {
				t.Fatalf("pixel %d, %d is %v", x, y, s.At(x, y))
			}
		}
	}
	if s.At(50, 50) == white {
		t.Error("nothing was drawn")
	}
}

// TestOddMaps draws what has no inside, or nothing.
func TestOddMaps(t *testing.T) {
	point := lattice.BoxOf(lattice.Point{X: 5, Y: 5})
	for _, box := range []lattice.Box{point, lattice.EmptyBox(), lattice.BoxOf(lattice.Point{}, lattice.Point{X: 9}),
		lattice.BoxOf(lattice.Point{X: 0, Y: lattice.MaxLat}, lattice.Point{X: 9, Y: lattice.MaxLat})} {
		s := picture.NewSheet(50, 50)
		m := s.Map(s.Bounds(), box)
		m.Fill(lattice.MultiPolygon{{}, {{}}, {{{X: 5, Y: 5}}}}, red)
		m.Line(nil, 1, red)
		m.Line([]lattice.Point{{X: 5, Y: 5}, {X: 5, Y: 5}}, 1, red)
		m.Outline(lattice.MultiPolygon{{{}}}, 1, red)
		m.ScaleBar()
	}
}

// TestSameBytes: the same calls give the same file, and it is a PNG.
func TestSameBytes(t *testing.T) {
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		s := picture.NewSheet(300, 200)
		m := s.Map(image.Rect(0, 0, 200, 200), lattice.BoxOf(lattice.Point{}, lattice.Point{X: 500, Y: 500}))
		m.Fill(lattice.MultiPolygon{{square(10, 10, 300)}}, picture.Tint(1))
		m.Outline(lattice.MultiPolygon{{square(10, 10, 300)}}, 2, picture.Ink)
		m.Label(lattice.Point{X: 150, Y: 150}, "A-17", picture.Plain, picture.Ink)
		m.ScaleBar()
		if height := s.Legend(image.Pt(210, 10), []picture.Entry{{"patch", picture.Tint(1), picture.Patch}, {"line", picture.Ink, picture.Line}, {"ring", red, picture.Ring}}); height <= 0 {
			t.Error("a legend without a height")
		}
		if err := s.Encode(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same calls gave different bytes")
	}
	if img, err := png.Decode(&first); err != nil || img.Bounds() != image.Rect(0, 0, 300, 200) {
		t.Error(err)
	}
}
