package vtile

import (
	"slices"
	"sync"

	"onegrid/geo"
	"onegrid/geo/boxtree"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// network draws the areas of a network: a layer of polygons for each level, the
// borders, and a label for each area. Everything comes from the coverage's pixel
// maps, one a zoom, in which neighbours share their border.
//
// What takes seconds for a large city waits until it is wanted. Counts want the
// labels alone, and changes of them not even those.
type network struct {
	net    *world.Network
	levels []geo.Level // that are drawn: the first ones of the network's, so that theirs are its numbers
	widths []int64     // of each level: what most of its areas are wide, in base units

	shapes func() *coverage.Simplified
	sheets sheets
	labels func() *labels

	dict     *dict
	areaTags []uint32 // of each area, by areaKeys
	nameTags []uint32 // by labelKeys
}

// What a level's areas must be wide, in pixels, for a zoom to show them: for
// most of them, so that a level is there or not there as one.
const (
	widthOfShapes = 3 * Extent / 512  // three pixels of a screen
	widthOfLabels = 20 * Extent / 512 // room for a name's beginning
	widthOfCounts = 96 * Extent / 512 // room for a plate with figures, and the name below it
)

var areaKeys = []string{"code", "name", "name_en", "parent"}
var borderKeys = []string{"level", "rank"}
var labelKeys = []string{"level", "rank", "code", "name", "name_en"}

// newNetwork makes ready a network; nil for one without drawn areas.
func newNetwork(net *world.Network) *network {
	if net.Coverage == nil {
		return nil
	}
	n := &network{net: net, levels: net.Spec.DrawnLevels(), shapes: sync.OnceValue(net.Coverage.Simplify)}
	n.sheets.make = n.sheet
	n.labels = sync.OnceValue(func() *labels { return labelsOf(net) })
	n.measure()
	n.name()
	return n
}

// name puts what is written of each area into the dictionary.
func (n *network) name() {
	m := newDictMaker()
	for i, a := range n.net.Coverage.Areas() {
		g := &n.net.Grids[i]
		code, zh, en := m.unique(g.Code), m.text(g.Name.In("zh")), m.text(g.Name["en"])
		n.areaTags = append(n.areaTags, code, zh, en, m.text(g.Parent))
		n.nameTags = append(n.nameTags, m.text(g.Level), m.number(uint64(a.Level)), code, zh, en)
	}
	n.dict = m.dict
}

// measure finds how wide the areas of each level are: the width of most of them.
func (n *network) measure() {
	c := n.net.Coverage
	areas := c.Areas()
	boxes := make([]lattice.Box, len(areas))
	for i := range boxes {
		boxes[i] = lattice.EmptyBox()
	}
	for i := range c.Arcs() {
		arc := c.Arc(i)
		box := lattice.BoxOf(arc.Points...)
		for _, r := range [2]coverage.Region{arc.Left, arc.Right} {
			if a := c.AreaOf(r); a >= 0 {
				boxes[a] = boxes[a].Union(box)
			}
		}
	}
	wide := make([][]int64, len(n.levels))
	for i := len(areas) - 1; i >= 0; i-- { // parents come before their children
		b := boxes[i]
		if b.Empty() {
			continue
		}
		if up := areas[i].Parent; up >= 0 {
			boxes[up] = boxes[up].Union(b)
		}
		nw, se := coverage.Project(lattice.Point{X: b.Min.X, Y: b.Max.Y}), coverage.Project(lattice.Point{X: b.Max.X, Y: b.Min.Y})
		wide[areas[i].Level] = append(wide[areas[i].Level], int64(max(se.X-nw.X, se.Y-nw.Y)))
	}
	for _, of := range wide {
		slices.Sort(of)
		middle := int64(0)
		if m := len(of); m > 0 {
			middle = of[m/2]
		}
		n.widths = append(n.widths, middle)
	}
}

// shows tells whether the areas of a level are at least so many pixels wide at a
// zoom. The top level's always are.
func (n *network) shows(level int, z uint8, pixels int64) bool {
	return level == 0 || n.widths[level]>>coverage.BaseShift(z) >= pixels
}

// labels are the areas' label points.
type labels struct {
	tree  *boxtree.Tree // boxes without width, in the order of
	areas []int32
}

func labelsOf(net *world.Network) *labels {
	boxes := make([]lattice.Box, len(net.Coverage.Areas()))
	each(len(boxes), func(i int) {
		boxes[i] = lattice.BoxOf(lattice.Point(coverage.Project(net.Label(int32(i)))))
	})
	tree, areas := boxtree.New(boxes)
	return &labels{tree, areas}
}

// in calls f for each label that belongs to a tile.
func (l *labels) in(d *drawer, t Tile, f func(area int32, place coverage.Pixel)) {
	d.hits = l.tree.Search(base(t.inner(), t.Z).Plain(), d.hits[:0])
	for _, k := range d.hits {
		f(l.areas[k], coverage.Pixel(l.tree.Box(k).Min).At(t.Z))
	}
}

// each calls f for 0 to n-1 on a few goroutines and waits for all.
func each(n int, f func(int)) {
	const workers = 2
	var wg sync.WaitGroup
	for k := range workers {
		wg.Go(func() {
			for i := k; i < n; i += workers {
				f(i)
			}
		})
	}
	wg.Wait()
}

// draw writes the network's layers of a tile.
func (n *network) draw(d *drawer, t Tile) {
	s := n.sheets.get(t.Z)
	for i := range n.levels {
		if n.shows(i, t.Z, widthOfShapes) {
			n.drawAreas(d, t, s, i)
		}
	}
	n.drawBorders(d, t, s)
	n.drawLabels(d, t)
}

// sheet makes the network at a zoom.
func (n *network) sheet(z uint8) *sheet {
	m := n.shapes().Draw(z)
	s := newSheet(m)
	arcs := make([][]int32, len(n.levels))
	for i := range m.Arcs {
		arcs[m.Arcs[i].Level] = append(arcs[m.Arcs[i].Level], int32(i))
	}
	s.borders = make([]borderLines, len(n.levels))
	for i, j := 0, newJoiner(s); i < len(n.levels); i++ {
		if n.shows(i, z, widthOfShapes) {
			s.borders[i] = j.join(arcs[i])
		}
	}
	s.measure()
	return s
}

func (n *network) drawAreas(d *drawer, t Tile, s *sheet, level int) {
	f := t.frame()
	d.w.begin(n.levels[level].ID, areaKeys, n.dict)
	d.hits = s.outlines.SearchAreas(level, coverage.PixelBox(f), d.hits[:0])
	for _, a := range d.hits {
		d.areaAt(f, s, a)
		if len(d.w.geom) == 0 {
			continue
		}
		d.w.listed(n.areaTags[int(a)*len(areaKeys):][:len(areaKeys)])
		d.w.put(n.net.Grids[a].ID, polygonType)
	}
	d.w.end()
}

// areaAt puts what the frame leaves of an area into the writer's geometry.
func (d *drawer) areaAt(f frame, s *sheet, area int32) {
	rings := s.outlines.Rings(area)
	for len(rings) > 0 {
		n := 1
		for n < len(rings) && rings[n].Area2 < 0 {
			n++
		}
		polygon, box := rings[:n], rings[0].Box
		rings = rings[n:]
		switch {
		case f.encloses(box):
			for _, r := range polygon {
				s.whole(&d.w, r)
			}
		case box.Plain().Intersects(coverage.PixelBox(f).Plain()):
			d.clip.reset(f)
			for _, r := range polygon {
				d.clip.outline(s, r)
			}
			d.face.sheet, d.face.rings = s, polygon
			d.faces.clear()
			d.asm.assemble(&d.faces, &d.clip, &d.face)
			d.w.polygons(&d.faces)
		}
	}
}

func (n *network) drawLabels(d *drawer, t Tile) {
	d.w.begin("labels", labelKeys, n.dict)
	areas := n.net.Coverage.Areas()
	n.labels().in(d, t, func(a int32, place coverage.Pixel) {
		if !n.shows(int(areas[a].Level), t.Z, widthOfLabels) {
			return
		}
		d.w.listed(n.nameTags[int(a)*len(labelKeys):][:len(labelKeys)])
		d.w.point(place)
		d.w.put(n.net.Grids[a].ID, pointType)
	})
	d.w.end()
}
