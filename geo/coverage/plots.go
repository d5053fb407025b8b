package coverage

import (
	"slices"

	"onegrid/geo/lattice"
)

// plots are the pieces into which lines part a region.
type plots struct {
	c      *Coverage
	region Region
	target int32
	goes   map[string]bool
	stand  []Building // on the region
	guides []Guide

	*faces
	cost   []float64 // by label: 0 is the region's border
	inside []bool    // by face
	holds  [][]int   // by face: which buildings of stand
	fixed  []int8    // by face: 1 it goes, -1 it stays, 0 either
}

func newPlots(c *Coverage, r Region, target int32, site Site, goes map[string]bool) *plots {
	p := &plots{c: c, region: r, target: target, goes: goes}
	code := c.area(c.AreaOf(r)).Code
	box := c.boxOf(r)
	for _, b := range site.Buildings {
		if at, ok := lattice.Interior(b.Footprint); ok && b.Grid == code && c.holds(r, at) {
			p.stand = append(p.stand, b)
		}
	}
	for _, g := range site.Guides {
		if len(g.Line) > 1 && lattice.BoxOf(g.Line...).Intersects(box) {
			p.guides = append(p.guides, g)
		}
	}
	return p
}

// boxOf is the box around a region.
func (c *Coverage) boxOf(r Region) lattice.Box {
	box := lattice.EmptyBox()
	for h := range c.halvesOf(r) {
		box = box.Union(c.arcs.at(int(h >> 1)).box)
	}
	return box
}

func (p *plots) moves() bool {
	return slices.ContainsFunc(p.stand, func(b Building) bool { return p.goes[b.Code] })
}

// border finds the lines of the new border, what goes on their left.
func (p *plots) border() ([][]lattice.Point, error) {
	if err := p.lay(); err != nil {
		return nil, err
	}
	if mixed := p.mixed(); len(mixed) > 0 {
		for _, face := range mixed {
			p.guides = append(p.guides, p.separate(face)...)
		}
		if err := p.lay(); err != nil {
			return nil, err
		}
		if mixed := p.mixed(); len(mixed) > 0 {
			return nil, refused(p.anchor[mixed[0]], "buildings that go and buildings that stay stand too close together here")
		}
	}
	return p.choose()
}

// lay parts the region along the guides.
func (p *plots) lay() error {
	var edges []edge
	add := func(points []lattice.Point, label int32) {
		for k := 1; k < len(points); k++ {
			if points[k-1] != points[k] {
				edges = append(edges, edge{points[k-1], points[k], label})
			}
		}
	}
	for h := range p.c.halvesOf(p.region) {
		add(p.c.pointsOf(uint32(h>>1)), 0)
	}
	p.cost = []float64{0}
	box := p.c.boxOf(p.region)
	for _, g := range p.guides {
		for k := 1; k < len(g.Line); k++ {
			if lattice.BoxOf(g.Line[k-1], g.Line[k]).Intersects(box) {
				add(g.Line[k-1:k+1], int32(len(p.cost)))
			}
		}
		p.cost = append(p.cost, g.Cost)
	}
	lw, err := noded(edges)
	if err != nil {
		return err
	}
	if p.faces, err = planar(lw); err != nil {
		return err
	}
	p.gather()
	p.flood()
	p.fill()
	return nil
}

// flood finds the faces inside the region: crossing its border leads in or out.
func (p *plots) flood() {
	p.inside = make([]bool, p.count)
	done := make([]bool, p.count)
	done[0] = true
	for queue := []uint32{0}; len(queue) > 0; queue = queue[1:] {
		for _, h := range p.halvesOf(queue[0]) {
			if g := p.left[h^1]; !done[g] {
				done[g] = true
				p.inside[g] = p.inside[queue[0]] != p.isEdge(h)
				queue = append(queue, g)
			}
		}
	}
}

// isEdge tells whether a half-chain is on the border of the region.
func (p *plots) isEdge(h uint32) bool { return p.lw.labelsOf(p.segs[h>>1])[0] == 0 }

// fill finds which buildings stand on which faces, by their corners and by a
// place inside.
func (p *plots) fill() {
	p.holds = make([][]int, p.count)
	p.fixed = make([]int8, p.count)
	for i, b := range p.stand {
		at, _ := lattice.Interior(b.Footprint)
		places := []lattice.Point{at}
		for _, polygon := range b.Footprint {
			places = append(places, polygon[0]...)
		}
		for _, q := range places {
			if face := p.faceAt(q); p.inside[face] && !slices.Contains(p.holds[face], i) {
				p.holds[face] = append(p.holds[face], i)
			}
		}
	}
	for face, held := range p.holds {
		for _, i := range held {
			p.fixed[face] = -1
			if p.goes[p.stand[i].Code] {
				p.fixed[face] = 1
			}
		}
	}
}

// mixed lists the faces with buildings of both kinds.
func (p *plots) mixed() (out []uint32) {
	for face, held := range p.holds {
		if slices.ContainsFunc(held, func(i int) bool { return p.goes[p.stand[i].Code] != p.goes[p.stand[held[0]].Code] }) {
			out = append(out, uint32(face))
		}
	}
	return out
}

// faceAt finds the face of a place, by the segment just below it.
func (p *plots) faceAt(q lattice.Point) uint32 {
	best := unset
	for i := range uint32(len(p.lw.segs)) {
		a, b := p.lw.ends(i)
		if a.X <= q.X && q.X < b.X && lattice.Cross(a, b, q) >= 0 && (best == unset || p.lw.above(i, best)) {
			best = i
		}
	}
	if best == unset {
		return 0
	}
	h := p.half[best]
	if less(p.lw.points[p.lw.segs[best].v], p.lw.points[p.lw.segs[best].u]) {
		h ^= 1
	}
	return p.left[h]
}
