package vtile

import (
	"onegrid/geo/access"
	"onegrid/geo/boxtree"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// stock is a layer that rarely changes, made ready once: its shapes by zoom, its
// attributes as numbers of a dictionary. Objects are numbered along a Hilbert
// curve, so that a tile's lie together, and are written in that order in every
// tile.
type stock struct {
	name   string
	kind   byte
	keys   []string
	from   uint8 // the first zoom that is drawn
	ids    []int64
	least  []uint8  // the first zoom of each object
	values []uint32 // len(keys) for each object
	dict   *dict
	tree   *boxtree.Tree
	plates [MaxZoom + 1]plate // none for points, whose places are the tree's boxes
	// hiding returns what takes out of an object's values those that a sight may
	// not have; nil if it may have all. Nil: everybody may.
	hiding func(access.Sight) func(values []uint32)
}

// draw writes the layer's part of a tile.
func (s *stock) draw(d *drawer, t Tile) {
	if len(s.ids) == 0 {
		return
	}
	d.w.begin(s.name, s.keys, s.dict)
	if d.hide = nil; s.hiding != nil {
		d.hide = s.hiding(d.sight)
	}
	if s.kind == pointType {
		s.drawPoints(d, t)
	} else {
		s.drawShapes(d, t)
	}
	d.w.end()
}

func (s *stock) drawPoints(d *drawer, t Tile) {
	d.hits = s.tree.Search(base(t.inner(), t.Z).Plain(), d.hits[:0])
	for _, i := range d.hits {
		if s.least[i] > t.Z {
			continue
		}
		d.w.listed(s.tags(d, i))
		d.w.point(coverage.Pixel(s.tree.Box(i).Min).At(t.Z))
		d.w.put(s.ids[i], pointType)
	}
}

func (s *stock) drawShapes(d *drawer, t Tile) {
	f := t.frame()
	p := &s.plates[t.Z]
	d.hits = s.tree.Search(base(coverage.PixelBox(f), t.Z).Plain(), d.hits[:0])
	for _, i := range d.hits {
		commands := p.of(i)
		if len(commands) == 0 {
			continue
		}
		if f.encloses(boxAt(coverage.PixelBoxOf(s.tree.Box(i)), t.Z)) {
			d.w.moveTo(p.start[i])
		} else {
			if !s.cut(d, f, p.start[i], commands) {
				continue
			}
			commands = nil
		}
		d.w.listed(s.tags(d, i))
		d.w.putRest(s.ids[i], s.kind, commands)
	}
}

// cut puts what the frame leaves of a shape into the writer's geometry, and
// tells whether that is anything.
func (s *stock) cut(d *drawer, f frame, start coverage.Pixel, commands []byte) bool {
	if s.kind == lineType {
		d.cutLines(f, start, commands)
	} else {
		d.cutPolygons(f, start, commands)
	}
	return len(d.w.geom) > 0
}

// tags are an object's values, as far as they may be told.
func (s *stock) tags(d *drawer, i int32) []uint32 {
	n := len(s.keys)
	values := s.values[int(i)*n : int(i)*n+n]
	if d.hide == nil {
		return values
	}
	d.tags = append(d.tags[:0], values...)
	d.hide(d.tags)
	return d.tags
}

// stocker fills a stock. Objects are added in any order.
type stocker struct {
	stock
	dict   *dictMaker
	shaper *shaper
	boxes  []lattice.Box
}

func newStocker(name string, kind byte, from uint8, keys ...string) *stocker {
	return &stocker{
		stock:  stock{name: name, kind: kind, from: from, keys: keys},
		dict:   newDictMaker(),
		shaper: &shaper{},
	}
}

// object adds an object: its shape is in the shaper, its values are numbered in
// the dictionary, in the order of the keys. It is shown from zoom least on, where it
// is not too small.
func (s *stocker) object(id int64, least uint8, values ...uint32) {
	s.ids = append(s.ids, id)
	s.least = append(s.least, least)
	s.values = append(s.values, values...)
	s.boxes = append(s.boxes, s.shaper.box())
	if s.kind == pointType {
		return
	}
	for z := s.from; z <= MaxZoom; z++ {
		switch {
		case z < least:
			s.shaper.out.clear()
		case s.kind == lineType:
			s.shaper.linesAt(z)
		default:
			s.shaper.polygonsAt(z, smallest(z))
		}
		s.plates[z].add(&s.shaper.out, s.kind)
	}
}

// smallest is how many square pixels polygons of these layers must cover to be
// drawn at a zoom: those of one pixel of a screen, on which a tile is 512 wide.
// It is the same in every tile, so nothing blinks at an edge. At the finest zoom
// everything is drawn, for clients enlarge it.
func smallest(z uint8) int64 {
	if z == MaxZoom {
		return 1
	}
	return (Extent / 512) * (Extent / 512)
}

// done puts the objects in order.
func (s *stocker) done() *stock {
	out := s.stock
	var order []int32
	out.tree, order = boxtree.New(s.boxes)
	n, k := len(order), len(s.keys)
	out.dict = s.dict.dict
	out.ids, out.least, out.values = make([]int64, n), make([]uint8, n), make([]uint32, n*k)
	for to, from := range order {
		out.ids[to], out.least[to] = s.ids[from], s.least[from]
		copy(out.values[to*k:], s.values[int(from)*k:int(from)*k+k])
	}
	for z := range s.plates {
		out.plates[z] = s.plates[z].ordered(order)
	}
	return &out
}

// ordered returns the plate with its shapes in another order.
func (p *plate) ordered(order []int32) plate {
	if len(p.ends) == 0 {
		return plate{}
	}
	q := plate{
		start:    make([]coverage.Pixel, len(order)),
		ends:     make([]uint32, len(order)),
		commands: make([]byte, 0, len(p.commands)),
	}
	for to, from := range order {
		q.start[to] = p.start[from]
		q.commands = append(q.commands, p.of(from)...)
		q.ends[to] = uint32(len(q.commands))
	}
	return q
}
