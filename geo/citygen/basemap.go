package citygen

import (
	"cmp"
	"math"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// addBase draws the base map: land, water, green, streets, rail, names.
func (b *builder) addBase(blocks []block) {
	t := b.land
	b.polygon("land", "", b.f.Name, b.points(t.outline))
	b.addWater(t)
	b.addGreen(blocks, t)
	order := make([]int, len(b.lines))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(b.lines[x].class, b.lines[y].class) })
	for _, i := range order {
		l := &b.lines[i]
		if len(l.pieces) == 0 {
			continue
		}
		switch {
		case l.class.street():
			b.base("street", traits[l.class].base, l.name, geo.Geometry{Lines: b.dry(l)})
		case l.class == rail:
			b.base("rail", "rail", l.name, geo.Geometry{Lines: l.joined()})
		case l.class == river || l.class == stream:
			b.base("waterway", map[class]string{river: "river", stream: "stream"}[l.class], l.name, geo.Geometry{Lines: l.joined()})
		}
	}
	b.addPlaces(t)
}

func (b *builder) base(kind, class string, name geo.Text, g geo.Geometry) {
	b.city.Base = append(b.city.Base, geo.BaseFeature{
		Code: b.f.objectCode("B", 6, len(b.city.Base)+1), Kind: kind, Class: class, Name: name, Shape: g,
	})
}

func (b *builder) polygon(kind, class string, name geo.Text, rings ...[]lattice.Point) {
	b.base(kind, class, name, geo.Geometry{Polygons: lattice.MultiPolygon{rings}})
}

func (b *builder) addWater(t *terrain) {
	for i := range b.lines {
		l := &b.lines[i]
		if l.class != river && l.class != stream {
			continue
		}
		half := traits[l.class].halfWidth
		for _, p := range l.joined() {
			path := b.vecs(p)
			if bank := ribbon(path, half, chanceOf(b.f.Seed, 51, uint64(i))); len(bank) > 2 {
				b.polygon("water", map[class]string{river: "river", stream: "stream"}[l.class], l.name, b.points(bank))
			}
		}
	}
	if t.lake != nil {
		rings := [][]lattice.Point{b.points(t.lake)}
		for _, isle := range t.isles {
			rings = append(rings, b.points(reversed(isle)))
		}
		b.polygon("water", "lake", b.names.name(suffix{"湖", "Lake"}), rings...)
	}
}

// ribbon is the outline of a path of some width that swells and narrows a little.
func ribbon(path []vec, half float64, r *chance) []vec {
	n := noise(r.next())
	widths := make([]float64, len(path))
	for i := range path {
		widths[i] = half * (0.86 + 0.14*n.at(float64(i)/25, 0.5))
	}
	left := offset(path, func(i int) float64 { return widths[i] })
	right := offset(path, func(i int) float64 { return -widths[i] })
	return append(right, reversed(left)...)
}

// offset moves a path sideways (positive is left), leaving out points that would
// come too near another part of it, so that sharp bends do not tangle.
func offset(path []vec, by func(i int) float64) []vec {
	var out []vec
	for i, p := range path {
		a, b := path[max(0, i-1)], path[min(len(path)-1, i+1)]
		d := by(i)
		q := p.add(b.sub(a).unit().left().mul(d))
		near := math.Inf(1)
		span := int(3*math.Abs(d)/pointEvery) + 2
		for k := max(1, i-span); k < min(len(path), i+span); k++ {
			near = min(near, segDist(q, path[k-1], path[k]))
		}
		if near > math.Abs(d)*0.985-0.05 {
			out = append(out, q)
		}
	}
	return out
}

// addGreen draws the promenade around the lake, the parks, fields and woods.
func (b *builder) addGreen(blocks []block, t *terrain) {
	if t.lake != nil {
		strip := offset(closed(t.lake), func(int) float64 { return -56 })
		b.polygon("green", "park", geo.Text{"zh": "环湖公园", "en": "Lakeside Park"}, b.points(strip[:len(strip)-1]), b.points(reversed(t.lake)))
	}
	for i := range blocks {
		bl := &blocks[i]
		if !bl.ok {
			continue
		}
		ring, whole := b.points(bl.plot.ring), b.ring(bl.face) // fields reach the streets
		for _, g := range bl.greens {
			b.polygon("green", "pitch", nil, b.points(g.rounded()))
		}
		switch {
		case bl.use == farm && b.faces[bl.face].zone == upland:
			b.polygon("green", "wood", nil, whole)
		case bl.use == farm || bl.use == village:
			b.polygon("green", "farm", nil, whole)
		case bl.use == green && bl.plot.area > 12_000:
			b.polygon("green", "park", b.names.name(suffix{"公园", "Park"}), ring)
		case bl.use == green:
			b.polygon("green", "garden", nil, ring)
		}
	}
}

// upland tells whether p is on a hill.
func (t *terrain) upland(p vec) bool {
	for _, h := range t.hills {
		if p.dist(h.at) < 0.95*h.radius {
			return true
		}
	}
	return false
}

func (b *builder) addPlaces(t *terrain) {
	at := func(p vec, class string, name geo.Text) {
		q := b.point(p)
		b.base("place", class, name, geo.Geometry{Point: &q})
	}
	at(t.centre, "quarter", geo.Text{"zh": "中央商务区", "en": "Business District"})
	at(t.oldTown, "quarter", geo.Text{"zh": "老城", "en": "Old Town"})
	for _, h := range t.hills {
		if inPoly(h.at, t.outline) {
			at(h.at, "hill", b.names.name(suffix{"山", "Hill"}))
		}
	}
	for _, isle := range t.isles {
		lo, hi := boxAround(isle)
		at(lo.lerp(hi, 0.5), "island", b.names.name(suffix{"岛", "Island"}))
	}
}

// dry returns the course of a street without the ends that would stand in the
// water: where it ends at a river without a bridge it ends at the bank.
func (b *builder) dry(l *line) [][]lattice.Point {
	var out [][]lattice.Point
	for _, path := range l.joined() {
		for range 2 {
			tip := path[len(path)-1]
			if c, wet := b.wet[tip]; wet && !b.bridges[tip] {
				end := b.vec(tip)
				for len(path) > 2 && b.vec(path[len(path)-1]).dist(end) < traits[c].halfWidth+9 {
					path = path[:len(path)-1]
				}
			}
			path = slices.Clone(path)
			slices.Reverse(path)
		}
		out = append(out, path)
	}
	return out
}
