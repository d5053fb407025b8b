package main

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/picture"
)

// The colours of fates, and of borders.
var (
	fateColours = []struct {
		fate   coverage.Fate
		colour color.RGBA
	}{
		{coverage.FateSplit, color.RGBA{0xf2, 0xb1, 0x5c, 0xff}},
		{coverage.FateMerged, color.RGBA{0x7f, 0xb3, 0xd9, 0xff}},
		{coverage.FateMoved, color.RGBA{0xb7, 0x9b, 0xd6, 0xff}},
		{coverage.FateCreated, color.RGBA{0x8f, 0xc9, 0x8f, 0xff}},
		{coverage.FateRetired, color.RGBA{0xb0, 0xae, 0xaa, 0xff}},
		{coverage.FateReshaped, color.RGBA{0xf4, 0xe0, 0x7a, 0xff}},
		{coverage.FateRenamed, color.RGBA{0x97, 0xd5, 0xcf, 0xff}},
		{coverage.FateReparented, color.RGBA{0xe3, 0xae, 0xc0, 0xff}},
		{coverage.FateUnchanged, color.RGBA{0xff, 0xff, 0xff, 0xff}},
	}
	oldBorder = color.RGBA{0xd0, 0x2b, 0x20, 0xff}
	newBorder = picture.Ink
	flowInk   = color.RGBA{0x1c, 0x4f, 0x8a, 0xff}
)

// drawing is a difference on its way to a sheet.
type drawing struct {
	*difference
	level    int
	events   []coverage.Event
	colour   map[string]color.RGBA // of new areas, by code
	gone     map[string]bool       // old areas that were retired
	prefix   int                   // of all codes: labels leave it out
	shapes   map[string]lattice.MultiPolygon
	labels   map[string]lattice.Point
	clusters []cluster
}

// Where things stand on the sheet.
const (
	sheetWidth, sheetHeight = 1760, 1130
	sheetMargin, sheetTop   = 24, 96
	legendHeight            = 64
)

// draw draws the level that is shown: the whole city, and beside it, larger, the
// places where it changed, the largest first.
func (d *difference) draw(file string) error {
	g := d.newDrawing()
	s := picture.NewSheet(sheetWidth, sheetHeight)
	s.Text(image.Pt(sheetMargin, 44), strings.TrimPrefix(d.City+", ", ", ")+d.Network+": what became of each "+d.spec.Levels[g.level].ID, picture.Title, picture.Ink)
	s.Text(image.Pt(sheetMargin, 74), d.Old+"   to   "+d.New, picture.Plain, picture.Faint)
	all := image.Rect(sheetMargin, sheetTop, sheetWidth-sheetMargin, sheetHeight-sheetMargin-legendHeight)
	box := d.overlay.Old.Bounds().Union(d.overlay.New.Bounds())
	if windows := g.windows(box); len(windows) == 0 {
		g.window(s, all, padded(box, 20), true)
	} else {
		half := all
		half.Max.X = all.Min.X + all.Dx()*2/5
		whole := g.window(s, half, padded(box, 20), false)
		right := image.Rect(half.Max.X+16, all.Min.Y, all.Max.X, all.Max.Y)
		columns, rows := layOut(len(windows))
		for i, w := range windows {
			x, y := i%columns, i/columns
			at := image.Rect(right.Min.X+right.Dx()*x/columns, right.Min.Y+right.Dy()*y/rows,
				right.Min.X+right.Dx()*(x+1)/columns-8, right.Min.Y+right.Dy()*(y+1)/rows-8)
			m := g.window(s, at, w, true)
			ground := m.Ground()
			corner := lattice.Point{X: ground.Min.X, Y: ground.Max.Y}
			whole.Outline(lattice.MultiPolygon{{{ground.Min, {X: ground.Max.X, Y: ground.Min.Y}, ground.Max, corner}}}, 2, oldBorder)
			whole.LabelBeside(corner, 4, fmt.Sprint(i+1), picture.Plain, oldBorder)
			m.Caption(fmt.Sprint(i+1), picture.Title, oldBorder)
		}
	}
	g.legend(s)
	if more := len(g.clusters) - mostWindows; more > 0 {
		text := fmt.Sprintf("%s more, marked on the left only", plural(more, "changed place"))
		s.Text(image.Pt(sheetWidth-sheetMargin-s.Width(text, picture.Plain), 74), text, picture.Plain, picture.Faint)
	}
	return writeWhole(file, s.Encode)
}

// newDrawing gathers what is drawn of the level that is shown.
func (d *difference) newDrawing() *drawing {
	g := &drawing{difference: d, level: d.shown(), colour: map[string]color.RGBA{}, gone: map[string]bool{},
		shapes: map[string]lattice.MultiPolygon{}, labels: map[string]lattice.Point{}}
	var codes []string
	for _, e := range d.Lineage.Of(d.spec.Levels[g.level].ID) {
		codes = append(append(codes, e.Old...), e.New...)
		if e.Fate == coverage.FateUnchanged {
			continue
		}
		g.events = append(g.events, e)
		for _, code := range e.New {
			g.colour[code] = colourOf(e.Fate)
		}
		if e.Fate == coverage.FateRetired {
			g.gone[e.Old[0]] = true
		}
	}
	g.prefix = commonPrefix(codes)
	g.cluster()
	return g
}

func colourOf(f coverage.Fate) color.RGBA {
	for _, c := range fateColours {
		if c.fate == f {
			return c.colour
		}
	}
	return color.RGBA{}
}

// commonPrefix returns how many bytes all codes begin with alike, three of the
// shortest always left.
func commonPrefix(codes []string) int {
	if len(codes) == 0 {
		return 0
	}
	n := len(codes[0]) - 3
	for _, c := range codes {
		n = min(n, len(c)-3)
		for k := 0; k < n; k++ {
			if c[k] != codes[0][k] {
				n = k
			}
		}
	}
	return max(0, n)
}

// shape returns the outline of an area by side and code, found once.
func (g *drawing) shape(c *coverage.Coverage, code string) lattice.MultiPolygon {
	key := fmt.Sprint(c == g.overlay.New, code)
	if _, ok := g.shapes[key]; !ok {
		if a, found := c.AreaByCode(code); found {
			g.shapes[key] = c.Polygons(a)
		}
	}
	return g.shapes[key]
}

// place returns where an area is named in a window: at its label, or, where that
// is not seen, in the middle of what is.
func (g *drawing) place(m *picture.Map, c *coverage.Coverage, code string) lattice.Point {
	at := g.label(c, code)
	if !m.Ground().Contains(at) {
		if p, ok := roomiest(m.Ground(), g.shape(c, code), func(lattice.Point) bool { return true }); ok {
			return p
		}
	}
	return at
}

// label returns where an area's name stands.
func (g *drawing) label(c *coverage.Coverage, code string) lattice.Point {
	key := fmt.Sprint(c == g.overlay.New, code)
	if _, ok := g.labels[key]; !ok {
		if a, found := c.AreaByCode(code); found {
			g.labels[key] = c.Label(a).At
		}
	}
	return g.labels[key]
}

// mostWindows is how many places are shown larger.
const mostWindows = 9

// window draws a part of the ground. Names and flows are drawn where it is shown
// large.
func (g *drawing) window(s *picture.Sheet, at image.Rectangle, box lattice.Box, large bool) *picture.Map {
	s.Rect(at, color.RGBA{0xf1, 0xf0, 0xec, 0xff})
	m := s.Map(at, box)
	old, new := g.overlay.Old, g.overlay.New
	for _, a := range new.Areas() {
		if int(a.Level) != g.level {
			continue
		}
		shape := g.shape(new, a.Code)
		if m.Shows(lattice.BoxOfShape(shape)) {
			m.Fill(shape, cmp.Or(g.colour[a.Code], colourOf(coverage.FateUnchanged)))
		}
	}
	for code := range g.gone {
		if shape := g.shape(old, code); large || len(shape) > 0 {
			fill := colourOf(coverage.FateRetired)
			fill.R, fill.G, fill.B, fill.A = fill.R/2, fill.G/2, fill.B/2, 0x80
			m.Fill(shape, fill)
		}
	}
	width := 1.0
	if large && m.MetrePixels() > 0.1 {
		width = 2.4
	}
	if large {
		borders(m, old, g.level, width*0.6, oldBorder) // what stays is covered by the new one
	}
	borders(m, new, g.level, width, newBorder)
	if large {
		g.flows(m)
		g.names(s, m)
	}
	m.ScaleBar()
	m.Frame(1, picture.Faint)
	return m
}

// borders draws the borders between areas of a level, or above it.
func borders(m *picture.Map, c *coverage.Coverage, level int, width float64, ink color.RGBA) {
	for i := range c.Arcs() {
		if c.ArcLevel(i) <= level {
			m.Line(c.Arc(i).Points, width, ink)
		}
	}
}

// mostArrows is how many events there are at most for arrows to tell anything.
const mostArrows = 200

// flows draws an arrow for each ground that changed hands between areas that are
// both still told: from the middle of who had it to the middle of the ground's new
// owner.
func (g *drawing) flows(m *picture.Map) {
	if len(g.events) > mostArrows {
		return
	}
	for _, e := range g.events {
		for _, s := range e.Shares {
			if s.Old == "" || s.New == "" || s.Old == s.New {
				continue
			}
			from, to := g.place(m, g.overlay.Old, s.Old), g.place(m, g.overlay.New, s.New)
			arrow(m, from, to, 1.5+2.5*max(s.OfOld, s.OfNew), flowInk)
		}
	}
}

// arrow draws an arrow that is so many pixels wide and stops short of both ends;
// none where it would be too short to see.
func arrow(m *picture.Map, from, to lattice.Point, width float64, ink color.RGBA) {
	x1, y1 := m.Pixel(from)
	x2, y2 := m.Pixel(to)
	length := math.Hypot(x2-x1, y2-y1)
	if length < 24 {
		return
	}
	dx, dy := (x2-x1)/length, (y2-y1)/length
	at := func(along, aside float64) lattice.Point {
		return onGround(m, x1+dx*along-dy*aside, y1+dy*along+dx*aside)
	}
	const short, head = 8, 11
	end := length - short
	m.Line([]lattice.Point{at(short, 0), at(end-head+2, 0)}, width, ink)
	m.Fill(lattice.MultiPolygon{{{at(end, 0), at(end-head, 5), at(end-head, -5)}}}, ink)
}

// onGround returns the place that a pixel of a window shows.
func onGround(m *picture.Map, x, y float64) lattice.Point {
	ground := m.Ground()
	left, bottom := m.Pixel(ground.Min)
	right, top := m.Pixel(ground.Max)
	return lattice.Point{
		X: ground.Min.X + int32(float64(ground.Width())*(x-left)/(right-left)),
		Y: ground.Min.Y + int32(float64(ground.Height())*(y-bottom)/(top-bottom)),
	}
}

// legend explains the colours that were used.
func (g *drawing) legend(s *picture.Sheet) {
	used := map[coverage.Fate]int{}
	for _, e := range g.Lineage.Of(g.spec.Levels[g.level].ID) {
		used[e.Fate]++
	}
	var entries []picture.Entry
	for _, c := range fateColours {
		if used[c.fate] > 0 {
			entries = append(entries, picture.Entry{Text: fmt.Sprintf("%s (%s)", c.fate, grouped(used[c.fate])), Color: c.colour})
		}
	}
	entries = append(entries,
		picture.Entry{Text: "new border", Color: newBorder, Mark: picture.Line},
		picture.Entry{Text: "old border", Color: oldBorder, Mark: picture.Line},
		picture.Entry{Text: "ground that changed hands", Color: flowInk, Mark: picture.Line})
	x := sheetMargin
	for i := 0; i < len(entries); i += 2 {
		pair := entries[i:min(i+2, len(entries))]
		s.Legend(image.Pt(x, sheetHeight-sheetMargin-legendHeight+16), pair)
		wide := 0
		for _, e := range pair {
			wide = max(wide, s.Width(e.Text, picture.Small))
		}
		x += wide + 60
	}
	if g.prefix > 0 {
		code := g.overlay.New.Areas()[0].Code
		for _, a := range g.overlay.New.Areas() {
			if int(a.Level) == g.level {
				code = a.Code
			}
		}
		s.Text(image.Pt(x, sheetHeight-sheetMargin-legendHeight+30), "codes without "+code[:g.prefix], picture.Small, picture.Faint)
	}
}
