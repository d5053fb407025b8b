package main

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/picture"
)

// The sheet: the whole map with a legend beside it, and below pairs of windows,
// each showing a repair before and after.
const (
	cleanSheetWidth = 1600
	cleanSheetEdge  = 24
	cleanHeadHeight = 70
	cleanMapWidth   = 1120
	cleanMapHeight  = 820
	cleanInsetSide  = 252
	cleanInsetGap   = 8
	cleanInsetsWide = 3
	cleanMostInsets = 9

	cleanNumbered = 80   // up to so many repairs have their numbers on the map
	cleanMarked   = 2000 // up to so many have rings, more have dots
	cleanDotted   = 150  // up to so many vertices are seen one by one in a window
)

// cleanStyles are the colours of the kinds of repair, in the order of a legend.
func cleanStyles() []picture.Entry {
	var out []picture.Entry
	for i, kind := range []string{coverage.RepairOverlap, coverage.RepairGap, coverage.RepairFragment, coverage.RepairSpike,
		coverage.RepairBowTie, coverage.RepairUnited, coverage.RepairInlet} {
		out = append(out, picture.Entry{Text: kind, Color: picture.Strong(i), Mark: picture.Ring})
	}
	return out
}

func cleanColor(kind string) color.RGBA {
	for _, s := range cleanStyles() {
		if s.Text == kind {
			return s.Color
		}
	}
	return picture.Strong(7)
}

// cleanPicture is the picture of a cleaning.
type cleanPicture struct {
	*cleaning
	sheet  *picture.Sheet
	before []lattice.MultiPolygon
	after  []lattice.MultiPolygon
	boxes  [2][]lattice.Box // of before and after
	tints  []color.RGBA     // by feature, neighbours unlike
	insets []int            // repairs that are shown large
}

func (w *cleaning) draw(out io.Writer) error {
	d := &cleanPicture{cleaning: w, after: w.shapes()}
	for i, f := range w.features {
		d.before = append(d.before, f.shape.Shape)
		d.boxes[0] = append(d.boxes[0], lattice.BoxOfShape(f.shape.Shape))
		d.boxes[1] = append(d.boxes[1], lattice.BoxOfShape(d.after[i]))
	}
	d.tint()
	d.choose()
	rows := (len(d.insets) + cleanInsetsWide - 1) / cleanInsetsWide
	d.sheet = picture.NewSheet(cleanSheetWidth, cleanHeadHeight+cleanMapHeight+cleanSheetEdge+rows*(cleanInsetSide+64))
	d.head()
	d.overview()
	d.legend()
	for i, repair := range d.insets {
		d.inset(i, repair)
	}
	return d.sheet.Encode(out)
}

// tint gives neighbours different tints, in the order of the file.
func (d *cleanPicture) tint() {
	d.tints = make([]color.RGBA, len(d.features))
	of := map[int32]int{}
	for i, f := range d.features {
		a, ok := d.coverage.AreaByCode(f.shape.Code)
		if !ok {
			continue
		}
		used := map[int]bool{}
		for _, n := range d.coverage.Neighbours(a) {
			if t, ok := of[n]; ok {
				used[t] = true
			}
		}
		t := i % 5
		for k := 0; used[t] && k < 8; k++ {
			t = (t + 1) % 8
		}
		of[a], d.tints[i] = t, picture.Tint(t)
	}
}

// choose picks what is shown large: the largest of each kind, then the largest of
// all.
func (d *cleanPicture) choose() {
	repairs := d.report.Repairs
	order := make([]int, 0, len(repairs))
	for i := range repairs {
		if r := &repairs[i]; r.Kind != coverage.RepairMissing && r.Kind != coverage.RepairMultipart && r.Count == 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(repairs[j].AreaM2, repairs[i].AreaM2) })
	kinds := map[string]bool{}
	var later []int
	for _, i := range order {
		if kinds[repairs[i].Kind] {
			later = append(later, i)
			continue
		}
		kinds[repairs[i].Kind] = true
		d.insets = append(d.insets, i)
	}
	d.insets = append(d.insets, later...)
	d.insets = d.insets[:min(len(d.insets), cleanMostInsets)]
	slices.Sort(d.insets)
}

func (d *cleanPicture) head() {
	r := d.result()
	d.sheet.Text(image.Pt(cleanSheetEdge, 40), d.name, picture.Title, picture.Ink)
	text := fmt.Sprintf("%s: %s vertices before, %s after; %s, %d open", plural(r.Before.Features, "area"),
		grouped(r.Before.Vertices), grouped(r.After.Vertices), plural(len(r.Repairs), "repair"), r.Open)
	d.sheet.Text(image.Pt(cleanSheetEdge, 60), text, picture.Small, picture.Faint)
}

// overview draws the clean map with every repair in its place.
func (d *cleanPicture) overview() {
	box := lattice.EmptyBox()
	for _, boxes := range d.boxes {
		for _, b := range boxes {
			box = box.Union(b)
		}
	}
	at := image.Rect(cleanSheetEdge, cleanHeadHeight, cleanSheetEdge+cleanMapWidth, cleanHeadHeight+cleanMapHeight)
	m := d.sheet.Map(at.Inset(12), box)
	d.ground(m, d.after, d.boxes[1])
	for i := range d.report.Repairs {
		r := &d.report.Repairs[i]
		m.Fill(r.Outline, cleanColor(r.Kind))
	}
	shown := map[int]bool{}
	for _, i := range d.insets {
		shown[i] = true
	}
	if len(d.report.Repairs) > cleanMarked {
		d.dots(m)
	} else {
		for i := range d.report.Repairs {
			if r := &d.report.Repairs[i]; !shown[i] {
				m.Ring(middleOf(r), 4, 1.2, cleanColor(r.Kind))
			}
		}
	}
	d.codes(m)
	for i := range d.report.Repairs {
		if r := &d.report.Repairs[i]; shown[i] {
			m.Ring(middleOf(r), 8, 2.5, cleanColor(r.Kind))
			m.LabelBeside(middleOf(r), 11, fmt.Sprint(i+1), picture.Small, cleanColor(r.Kind))
		} else if len(d.report.Repairs) <= cleanNumbered {
			m.LabelBeside(middleOf(r), 7, fmt.Sprint(i+1), picture.Tiny, cleanColor(r.Kind))
		}
	}
	m.ScaleBar()
	d.sheet.Frame(at, 1, picture.Faint)
}

// dots marks repairs too many to be told apart: pale, so that the map is seen
// through them and crowds look denser, and the rarest kinds on top.
func (d *cleanPicture) dots(m *picture.Map) {
	byKind := map[string][]lattice.Point{}
	for i := range d.report.Repairs {
		r := &d.report.Repairs[i]
		byKind[r.Kind] = append(byKind[r.Kind], r.At)
	}
	kinds := slices.SortedFunc(maps.Keys(byKind), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(byKind[b]), len(byKind[a])), cmp.Compare(a, b))
	})
	for _, kind := range kinds {
		c := cleanColor(kind)
		ink := color.NRGBA{c.R, c.G, c.B, 0xff}
		if len(byKind[kind]) > cleanMarked {
			ink.A = 0x48
		}
		for _, p := range byKind[kind] {
			m.Dot(p, 1.2, ink)
		}
	}
}

// ground fills areas and draws their borders.
func (d *cleanPicture) ground(m *picture.Map, shapes []lattice.MultiPolygon, boxes []lattice.Box) {
	for i, shape := range shapes {
		if m.Shows(boxes[i]) {
			m.Fill(shape, d.tints[i])
		}
	}
	for i, shape := range shapes {
		if m.Shows(boxes[i]) {
			m.Outline(shape, 1, picture.Faint)
		}
	}
}

// codes writes the codes of areas that have room for them and for no mark.
func (d *cleanPicture) codes(m *picture.Map) {
	var marks [][2]float64
	if len(d.report.Repairs) <= cleanMarked {
		for i := range d.report.Repairs {
			x, y := m.Pixel(middleOf(&d.report.Repairs[i]))
			marks = append(marks, [2]float64{x, y})
		}
	}
	for i, shape := range d.after {
		if len(shape) == 0 {
			continue
		}
		code := d.features[i].shape.Code
		left, top := m.Pixel(lattice.Point{X: d.boxes[1][i].Min.X, Y: d.boxes[1][i].Max.Y})
		right, bottom := m.Pixel(lattice.Point{X: d.boxes[1][i].Max.X, Y: d.boxes[1][i].Min.Y})
		if float64(d.sheet.Width(code, picture.Tiny))*1.6 > right-left || bottom-top < 30 {
			continue
		}
		at, ok := lattice.Interior(shape)
		x, y := m.Pixel(at)
		half := float64(d.sheet.Width(code, picture.Tiny)) / 2
		taken := slices.ContainsFunc(marks, func(p [2]float64) bool {
			return p[0] > x-half-30 && p[0] < x+half+10 && math.Abs(p[1]-y) < 16
		})
		if ok && !taken {
			m.Label(at, code, picture.Tiny, picture.Ink)
		}
	}
}

// middleOf is where a repair is marked.
func middleOf(r *coverage.Repair) lattice.Point {
	if p, ok := lattice.Interior(r.Outline); ok {
		return p
	}
	return r.At
}

func (d *cleanPicture) legend() {
	counts, areas := map[string]int{}, map[string]float64{}
	for _, r := range d.report.Repairs {
		counts[r.Kind] += max(1, r.Count)
		areas[r.Kind] += r.AreaM2
	}
	var entries []picture.Entry
	add := func(e picture.Entry) {
		n := counts[e.Text]
		delete(counts, e.Text)
		if n == 0 {
			return
		}
		text := fmt.Sprintf("%s: %s", e.Text, grouped(n))
		if areas[e.Text] > 0 && e.Text != coverage.RepairMultipart { // whose area is the grid's, not a repair's
			text += fmt.Sprintf(", %s m²", cleanAmount(areas[e.Text]))
		}
		e.Text = text
		entries = append(entries, e)
	}
	for _, e := range cleanStyles() {
		add(e)
	}
	for _, r := range d.report.Repairs { // the others, in the list's order
		add(picture.Entry{Text: r.Kind, Color: cleanColor(r.Kind), Mark: picture.Ring})
	}
	x := cleanSheetEdge + cleanMapWidth + 28
	y := cleanHeadHeight + 20
	d.sheet.Text(image.Pt(x, y), "Repairs", picture.Plain, picture.Ink)
	y += 14
	y += d.sheet.Legend(image.Pt(x, y), entries) + 24
	for _, i := range d.insets {
		r := &d.report.Repairs[i]
		d.sheet.Text(image.Pt(x, y), cleanTitle(r, i), picture.Small-1, picture.Ink)
		y += 17
		const indent = 18
		text := r.Done + " – " + strings.Join(r.Codes, ", ")
		for _, line := range d.wrapped(text, picture.Small-1, cleanSheetWidth-cleanSheetEdge-x-indent, 2) {
			d.sheet.Text(image.Pt(x+indent, y), line, picture.Small-1, picture.Faint)
			y += 17
		}
		y += 8
	}
}

// cleanTitle names a repair as the list does, by number, kind and area.
func cleanTitle(r *coverage.Repair, i int) string {
	text := fmt.Sprintf("%d  %s", i+1, r.Kind)
	if r.AreaM2 > 0 {
		text += fmt.Sprintf(", %s m²", cleanAmount(r.AreaM2))
	}
	return text
}

// wrapped parts a text into lines so many pixels wide; what is beyond the most
// lines is left out, and told by dots.
func (d *cleanPicture) wrapped(text string, size picture.Size, width, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		if line == "" || d.sheet.Width(longer+" …", size) <= width {
			line = longer
			continue
		}
		if len(lines) == most-1 {
			return append(lines, line+" …")
		}
		lines, line = append(lines, line), word
	}
	return append(lines, line)
}

// cleanAmount writes an area with three digits at least.
func cleanAmount(v float64) string {
	if v >= 100 {
		return grouped(int(math.Round(v)))
	}
	return fmt.Sprintf("%.2f", v)
}
