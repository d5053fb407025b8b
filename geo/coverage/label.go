package coverage

import "onegrid/geo/lattice"

// Label is where an area's name stands: in the middle of its largest part, where
// the nearest of its borders is as far as can be (its pole of inaccessibility,
// to a twentieth of that distance). At is strictly inside the area.
type Label struct {
	At      lattice.Point
	RadiusM float64 // metres to the area's nearest border; 0 when there is no label
}

// Labels returns the label of every area of every level, by area number. An area
// without a region, or too thin to hold a lattice point, has none.
func (c *Coverage) Labels() []Label {
	l := newLabeller(newOutliner(c))
	out := make([]Label, len(c.Areas()))
	for level := range l.o.up {
		l.each(level, func(area int32, parts []outline) { out[area] = l.label(parts) })
	}
	return out
}

// Label returns the label of one area. Labels is the cheaper way to many.
func (c *Coverage) Label(area int32) Label {
	l := newLabeller(newOutliner(c))
	var out Label
	l.each(int(c.Areas()[area].Level), func(a int32, parts []outline) {
		if a == area {
			out = l.label(parts)
		}
	})
	return out
}

// labeller places labels. It looks at borders in pieces of a few segments with a
// box around each, made once and shared by the areas of all levels on both sides.
type labeller struct {
	o        *outliner
	pieces   []piece
	piecesOf []uint32 // by arc: its first piece; one more at the end
	search   poleSearch
}

// piece is a run of segments of an arc.
type piece struct {
	points []lattice.Point
	box    lattice.Box
}

// pieceSize is how many segments a piece has: enough for the box to be worth its
// test, few enough for it to be small.
const pieceSize = 12

func newLabeller(o *outliner) *labeller {
	l := &labeller{o: o}
	for i := range o.c.Arcs() {
		l.piecesOf = append(l.piecesOf, uint32(len(l.pieces)))
		points := o.c.Arc(i).Points
		for from := 0; from < len(points)-1; from += pieceSize {
			p := points[from:min(len(points), from+pieceSize+1)]
			l.pieces = append(l.pieces, piece{p, lattice.BoxOf(p...)})
		}
	}
	l.piecesOf = append(l.piecesOf, uint32(len(l.pieces)))
	return l
}

// each calls f with the outlines of each area of a level.
func (l *labeller) each(level int, f func(area int32, rings []outline)) {
	rings := l.o.level(level)
	for from := 0; from < len(rings); {
		to := from + 1
		for to < len(rings) && rings[to].area == rings[from].area {
			to++
		}
		f(rings[from].area, rings[from:to])
		from = to
	}
}

// label places the label of an area, given its outlines.
func (l *labeller) label(rings []outline) Label {
	part := largest(rings)
	s := &l.search
	s.reset(part[0].box)
	for _, r := range part {
		for _, h := range r.arcs {
			s.pieces = append(s.pieces, l.pieces[l.piecesOf[h>>1]:l.piecesOf[h>>1+1]]...)
		}
	}
	if at, ok := s.pole(part[0].area2); ok {
		return Label{At: at, RadiusM: s.radiusM(at)}
	}
	// Too thin for the search: any point inside will do.
	if at, ok := lattice.Interior(l.polygon(part)); ok {
		return Label{At: at, RadiusM: s.radiusM(at)}
	}
	return Label{}
}

// largest returns the rings of the part with the largest area, its holes taken
// off.
func largest(rings []outline) []outline {
	var best []outline
	most := int64(-1)
	for from := 0; from < len(rings); {
		area2, to := rings[from].area2, from+1
		for to < len(rings) && rings[to].part == rings[from].part {
			area2 += rings[to].area2
			to++
		}
		if area2 > most {
			best, most = rings[from:to], area2
		}
		from = to
	}
	return best
}

// polygon returns the points of a part.
func (l *labeller) polygon(part []outline) lattice.MultiPolygon {
	polygon := make(lattice.Polygon, len(part))
	for i, r := range part {
		for _, h := range r.arcs {
			chain := l.o.c.Chain(h)
			polygon[i] = append(polygon[i], chain[:len(chain)-1]...)
		}
	}
	return lattice.MultiPolygon{polygon}
}
