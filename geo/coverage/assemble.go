package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo/lattice"
)

// border is an arc before it has a number. Its ends are nodes, or it is closed.
type border struct {
	points      []lattice.Point
	left, right Region
}

// assemble makes a coverage of borders that meet only at their ends and of the
// area of each region, the exterior first. The result depends only on what is
// drawn, not on the order or the direction in which it came: arcs run from their
// smaller end, lie in Z-order of where they start, and regions are numbered by
// area and then by first appearance.
func assemble(areas []Area, borders []border, areaOf []int32) (*Coverage, error) {
	freeRings(borders)
	for i := range borders {
		borders[i].turn()
	}
	order := make([]keyed, len(borders))
	for i := range borders {
		order[i] = keyed{zkey(borders[i].points[0]), uint32(i)}
	}
	order = sortKeyed(order)
	// Arcs of one node are told apart by their second points.
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && order[j].key == order[i].key {
			j++
		}
		slices.SortFunc(order[i:j], func(a, b keyed) int {
			return lattice.Compare(borders[a.id].points[1], borders[b.id].points[1])
		})
		i = j
	}
	l := layout{areas: areas}
	l.lay(borders, order)
	l.number(areaOf)
	l.connect()
	c := l.coverage()
	return c, c.ring()
}

// layout is a coverage in the making, in flat lists.
type layout struct {
	areas  []Area
	arcs   []arc
	nodes  []node
	areaOf []int32    // by region
	ground [][]Region // by area
	points []lattice.Point
}

func (l *layout) coverage() *Coverage {
	c := &Coverage{arcs: vectorOf(l.arcs), nodes: vectorOf(l.nodes), points: len(l.points)}
	first, children := childrenOf(l.areas)
	areas := make([]entry, len(l.areas))
	for i, a := range l.areas {
		areas[i] = entry{a, children[first[i]:first[i+1]:first[i+1]], l.ground[i]}
	}
	c.areas = vectorOf(areas)
	c.list.do(func() []Area { return l.areas })
	c.bounds = lattice.EmptyBox()
	for i := range l.arcs {
		c.bounds = c.bounds.Union(l.arcs[i].box)
	}
	regions := make([]region, len(l.areaOf))
	for r, a := range l.areaOf {
		regions[r].area = a
	}
	c.regions = vectorOf(regions)
	return c
}

// freeRings starts every closed border that meets no other at its smallest
// vertex.
func freeRings(borders []border) {
	ends := map[lattice.Point]int{}
	for i := range borders {
		p := borders[i].points
		if p[0] == p[len(p)-1] {
			ends[p[0]] = 0
		}
	}
	if len(ends) == 0 {
		return
	}
	for i := range borders {
		p := borders[i].points
		for _, q := range [...]lattice.Point{p[0], p[len(p)-1]} {
			if n, ok := ends[q]; ok {
				ends[q] = n + 1
			}
		}
	}
	for i := range borders {
		p := borders[i].points
		if p[0] != p[len(p)-1] || ends[p[0]] != 2 {
			continue
		}
		borders[i].startAtLeast()
	}
}

// startAtLeast makes a closed border start at its smallest vertex.
func (b *border) startAtLeast() {
	ring := b.points[:len(b.points)-1]
	least := 0
	for k := range ring {
		if less(ring[k], ring[least]) {
			least = k
		}
	}
	if least > 0 {
		turned := make([]lattice.Point, 0, len(b.points))
		turned = append(append(turned, ring[least:]...), ring[:least]...)
		b.points = append(turned, turned[0])
	}
}

// turn makes a border run from its smaller end, a closed one towards its smaller
// neighbour.
func (b *border) turn() {
	p := b.points
	n := len(p)
	backwards := less(p[n-1], p[0])
	if p[0] == p[n-1] {
		backwards = less(p[n-2], p[1])
	}
	if backwards {
		b.points = slices.Clone(p)
		slices.Reverse(b.points)
		b.left, b.right = b.right, b.left
	}
}

// lay stores the borders in order, their points in one list, and numbers their
// nodes.
func (l *layout) lay(borders []border, order []keyed) {
	total := 0
	for i := range borders {
		total += len(borders[i].points)
	}
	l.points = make([]lattice.Point, 0, total)
	l.arcs = make([]arc, 0, len(borders))
	ends := make([]keyed, 0, 2*len(borders))
	for _, o := range order {
		b := &borders[o.id]
		n := uint32(len(ends))
		ends = append(ends, keyed{o.key, n}, keyed{zkey(b.points[len(b.points)-1]), n + 1})
		from := len(l.points)
		l.points = append(l.points, b.points...)
		points := l.points[from:len(l.points):len(l.points)]
		l.arcs = append(l.arcs, arc{points: points, left: b.left, right: b.right, box: lattice.BoxOf(points...)})
	}
	last := uint64(0)
	for i, e := range sortKeyed(ends) {
		if i == 0 || e.key != last {
			l.nodes = append(l.nodes, node{at: zpoint(e.key), out: HalfArc(e.id)})
			last = e.key
		}
		a := &l.arcs[e.id/2]
		if v := int32(len(l.nodes) - 1); e.id%2 == 0 {
			a.from = v
		} else {
			a.to = v
		}
	}
}

// number renumbers the regions: the exterior, then those of each area in turn,
// then gaps, then voids, each by first appearance along the arcs.
func (l *layout) number(areaOf []int32) {
	seen := make([]bool, len(areaOf))
	seen[Exterior] = true
	order := []Region{Exterior}
	for i := range l.arcs {
		for _, r := range [...]Region{l.arcs[i].left, l.arcs[i].right} {
			if !seen[r] {
				seen[r] = true
				order = append(order, r)
			}
		}
	}
	rank := func(r Region) int64 {
		if a := areaOf[r]; a >= 0 {
			return int64(a)
		}
		return 1<<40 - int64(areaOf[r])
	}
	slices.SortStableFunc(order[1:], func(a, b Region) int { return cmp.Compare(rank(a), rank(b)) })
	to := make([]Region, len(areaOf))
	l.areaOf = make([]int32, len(order))
	l.ground = make([][]Region, len(l.areas))
	all := make([]Region, len(order))
	for i, r := range order {
		to[r], all[i] = Region(i), Region(i)
		l.areaOf[i] = areaOf[r]
	}
	l.areaOf[Exterior] = NoArea
	for i := 1; i < len(order); {
		from, a := i, l.areaOf[i]
		for i < len(order) && l.areaOf[i] == a {
			i++
		}
		if a >= 0 {
			l.ground[a] = all[from:i:i]
		}
	}
	for i := range l.arcs {
		l.arcs[i].left, l.arcs[i].right = to[l.arcs[i].left], to[l.arcs[i].right]
	}
}

// connect links the half-arcs around every node.
func (l *layout) connect() {
	at := make([]uint32, len(l.nodes)+1)
	for i := range l.arcs {
		at[l.arcs[i].from+1]++
		at[l.arcs[i].to+1]++
	}
	for i := 1; i < len(at); i++ {
		at[i] += at[i-1]
	}
	spokes := make([]spoke, at[len(at)-1])
	fill := slices.Clone(at)
	for i, a := range l.arcs {
		p, h := a.points, uint32(i)<<1
		spokes[fill[a.from]] = newSpoke(h, p[0], p[1])
		fill[a.from]++
		spokes[fill[a.to]] = newSpoke(h|1, p[len(p)-1], p[len(p)-2])
		fill[a.to]++
	}
	for v := range l.nodes {
		link(spokes[at[v]:at[v+1]], func(h, next uint32) { l.arcs[h>>1].next[h&1] = HalfArc(next) })
	}
}
