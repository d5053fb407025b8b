package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo/lattice"
)

// outliner draws the outlines of the areas of every level of a coverage at once,
// as rings of half-arcs. (Polygons does it for one area, as points.)
type outliner struct {
	c     *Coverage
	up    [][]int32 // by level: see climbing
	owner []int32   // by half-arc: the finest area on its left, NoArea or Void
	area2 []int64   // by arc: its share of twice the area of what it goes around
	trail *parter
}

// outline is one ring. It passes no node twice.
type outline struct {
	area  int32
	part  Region // the same for all rings of a connected part of the area
	arcs  []HalfArc
	area2 int64 // positive for the one outer ring of a part, negative for holes
	box   lattice.Box
}

func newOutliner(c *Coverage) *outliner {
	n := c.Arcs()
	o := &outliner{c: c, owner: make([]int32, 2*n), area2: c.arcAreas(), trail: newParter(c)}
	levels := 0
	for _, a := range c.Areas() {
		levels = max(levels, int(a.Level)+1)
	}
	for level := range levels {
		o.up = append(o.up, c.climbing(uint8(level)))
	}
	for i := range n {
		a := c.Arc(i)
		o.owner[2*i], o.owner[2*i+1] = c.AreaOf(a.Left), c.AreaOf(a.Right)
	}
	return o
}

// at returns the area of a level that lies left of a half-arc.
func (o *outliner) at(level int, h HalfArc) int32 {
	return climbed(o.up[level], o.owner[h])
}

// isBorder tells whether the areas of a level differ on the two sides.
func (o *outliner) isBorder(level int, h HalfArc) bool {
	return o.at(level, h) != o.at(level, h^1)
}

// next follows the outline of what lies left of h at a level: at its node, the
// first half-arc clockwise from the way back that is a border of the level.
func (o *outliner) next(level int, h HalfArc) HalfArc {
	g := o.c.next(h)
	for !o.isBorder(level, g) {
		g = o.c.next(g ^ 1)
	}
	return g
}

// parts joins the regions that no border of a level parts, and returns the
// part's smallest region for each.
func (o *outliner) parts(level int) []Region {
	part := newSets[Region](o.c.Regions())
	for i := range o.c.Arcs() {
		if !o.isBorder(level, HalfArc(2*i)) {
			a := o.c.Arc(i)
			part.join(a.Left, a.Right)
		}
	}
	for r := range part {
		part[r] = part.root(Region(r))
	}
	return part
}

// level returns the outlines of all areas of a level: area by area, the larger
// outer ring first, holes behind the outer ring of their part.
func (o *outliner) level(level int) []outline {
	part := o.parts(level)
	var rings []outline
	done := make([]bool, len(o.owner))
	for h := range HalfArc(len(o.owner)) {
		if done[h] || o.at(level, h) < 0 || !o.isBorder(level, h) {
			continue
		}
		next := func(g HalfArc) HalfArc { return o.next(level, g) }
		o.trail.part(h, next, func(halves []HalfArc) {
			for _, g := range halves {
				done[g] = true
			}
			r := o.ring(halves)
			r.area, r.part = o.at(level, h), part[o.c.leftOf(h)]
			rings = append(rings, r)
		})
	}
	size := make([]int64, len(part)) // of a part's outer ring
	for _, r := range rings {
		size[r.part] = max(size[r.part], r.area2)
	}
	slices.SortFunc(rings, func(a, b outline) int {
		return cmp.Or(
			cmp.Compare(a.area, b.area),
			-cmp.Compare(size[a.part], size[b.part]),
			cmp.Compare(a.part, b.part),
			-cmp.Compare(a.area2, b.area2),
			cmp.Compare(a.arcs[0], b.arcs[0]))
	})
	return rings
}

// ring measures a ring.
func (o *outliner) ring(halves []HalfArc) outline {
	r := outline{arcs: slices.Clone(halves), area2: sumAround(halves, o.area2), box: lattice.EmptyBox()}
	for _, h := range halves {
		r.box = r.box.Union(o.c.arcs.at(int(h >> 1)).box)
	}
	return r
}
