package coverage

import (
	"iter"
	"slices"

	"onegrid/geo/lattice"
)

// Polygons returns the exact outline of an area of any level: the union of its
// regions, arcs between them left out. Outer rings counter-clockwise, holes
// clockwise, without the closing repeat. Where it touches itself in a point, two
// rings meet there. The points are the caller's.
func (c *Coverage) Polygons(area int32) lattice.MultiPolygon {
	u := union{c: c, area: area, part: map[Region]int{}}
	u.collect()
	return u.polygons()
}

// union is an area of any level as a set of regions.
type union struct {
	c       *Coverage
	area    int32
	regions []Region
	part    map[Region]int // connected part that a region belongs to
	parts   int
}

// collect gathers the regions of the area and joins those with a common border.
func (u *union) collect() {
	u.regions = u.c.appendRegions(nil, u.area)
	slices.Sort(u.regions)
	for _, r := range u.regions {
		u.part[r] = -1
	}
	for _, r := range u.regions {
		if u.part[r] >= 0 {
			continue
		}
		u.part[r] = u.parts
		for stack := []Region{r}; len(stack) > 0; {
			r := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for h := range u.c.halvesOf(r) {
				other := u.c.leftOf(h ^ 1)
				if p, ok := u.part[other]; ok && p < 0 {
					u.part[other] = u.parts
					stack = append(stack, other)
				}
			}
		}
		u.parts++
	}
}

func (u *union) has(r Region) bool {
	_, ok := u.part[r]
	return ok
}

// next returns the half-arc with which the outline goes on: at its node, the
// first clockwise from the way back that is not inside the area.
func (u *union) next(h HalfArc) HalfArc {
	g := u.c.next(h)
	for u.has(u.c.leftOf(g ^ 1)) {
		g = u.c.next(g ^ 1)
	}
	return g
}

func (u *union) polygons() lattice.MultiPolygon {
	outers := make([]lattice.Ring, u.parts)
	holes := make([][]lattice.Ring, u.parts)
	done := map[HalfArc]bool{}
	trail := newParter(u.c)
	for _, r := range u.regions {
		for h := range u.c.halvesOf(r) {
			if done[h] || u.has(u.c.leftOf(h^1)) {
				continue
			}
			trail.part(h, u.next, func(halves []HalfArc) {
				var ring lattice.Ring
				for _, g := range halves {
					done[g] = true
					ring = u.c.appendChain(ring, g)
				}
				if p := u.part[r]; lattice.TwiceArea(ring) > 0 {
					outers[p] = ring
				} else {
					holes[p] = append(holes[p], ring)
				}
			})
		}
	}
	out := make(lattice.MultiPolygon, 0, u.parts)
	for p, outer := range outers {
		out = append(out, append(lattice.Polygon{outer}, holes[p]...))
	}
	return out
}

// Neighbours returns the areas of the same level that share a border of more
// than a point with area, each once, by index.
func (c *Coverage) Neighbours(area int32) []int32 {
	level := c.area(area).Level
	found := map[int32]bool{}
	for _, r := range c.appendRegions(nil, area) {
		for h := range c.halvesOf(r) {
			if a := c.ancestor(c.AreaOf(c.leftOf(h^1)), level); a >= 0 && a != area {
				found[a] = true
			}
		}
	}
	out := make([]int32, 0, len(found))
	for a := range found {
		out = append(out, a)
	}
	slices.Sort(out)
	return out
}

// halvesOf visits the half-arcs of all rings of a region.
func (c *Coverage) halvesOf(r Region) iter.Seq[HalfArc] {
	return func(yield func(HalfArc) bool) {
		for _, ring := range c.Boundary(r) {
			for _, h := range ring {
				if !yield(h) {
					return
				}
			}
		}
	}
}
