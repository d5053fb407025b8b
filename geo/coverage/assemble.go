package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
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
	c := &Coverage{areas: areas}
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
	c.lay(borders, order)
	c.number(areaOf)
	c.connect()
	if err := c.ring(); err != nil {
		return nil, err
	}
	c.setLevels()
	return c, nil
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
		ring := p[:len(p)-1]
		least := 0
		for k := range ring {
			if less(ring[k], ring[least]) {
				least = k
			}
		}
		if least > 0 {
			turned := make([]lattice.Point, 0, len(p))
			turned = append(append(turned, ring[least:]...), ring[:least]...)
			borders[i].points = append(turned, turned[0])
		}
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

// lay stores the borders flat, in order, and numbers their nodes.
func (c *Coverage) lay(borders []border, order []keyed) {
	total := 0
	for i := range borders {
		total += len(borders[i].points)
	}
	c.points = make([]lattice.Point, 0, total)
	c.arcs = make([]arc, 0, len(borders)+1)
	ends := make([]keyed, 0, 2*len(borders))
	for _, o := range order {
		b := &borders[o.id]
		n := uint32(len(ends))
		ends = append(ends, keyed{o.key, n}, keyed{zkey(b.points[len(b.points)-1]), n + 1})
		c.arcs = append(c.arcs, arc{first: uint32(len(c.points)), left: b.left, right: b.right})
		c.points = append(c.points, b.points...)
	}
	last := uint64(0)
	for i, e := range sortKeyed(ends) {
		if i == 0 || e.key != last {
			c.nodes = append(c.nodes, zpoint(e.key))
			last = e.key
		}
		a := &c.arcs[e.id/2]
		if node := int32(len(c.nodes) - 1); e.id%2 == 0 {
			a.from = node
		} else {
			a.to = node
		}
	}
	c.arcs = append(c.arcs, arc{first: uint32(len(c.points))})
	c.bounds = lattice.BoxOf(c.points...)
}

// number renumbers the regions: the exterior, then those of each area in turn,
// then gaps, then voids, each by first appearance along the arcs.
func (c *Coverage) number(areaOf []int32) {
	seen := make([]bool, len(areaOf))
	seen[Exterior] = true
	order := []Region{Exterior}
	for i := range c.Arcs() {
		for _, r := range [...]Region{c.arcs[i].left, c.arcs[i].right} {
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
	c.areaOf = make([]int32, len(order))
	c.regions = make([]Region, len(order))
	c.regionFirst = make([]uint32, len(c.areas)+1)
	for i, r := range order {
		to[r] = Region(i)
		c.areaOf[i] = areaOf[r]
		c.regions[i] = Region(i)
		if a := areaOf[r]; a >= 0 {
			c.regionFirst[a+1]++
		}
	}
	c.areaOf[Exterior] = NoArea
	c.regionFirst[0] = 1
	for i := 1; i < len(c.regionFirst); i++ {
		c.regionFirst[i] += c.regionFirst[i-1]
	}
	c.regions = c.regions[:c.regionFirst[len(c.areas)]] // gaps and voids are nobody's
	for i := range c.Arcs() {
		c.arcs[i].left, c.arcs[i].right = to[c.arcs[i].left], to[c.arcs[i].right]
	}
}

// connect links the half-arcs around every node.
func (c *Coverage) connect() {
	at := make([]uint32, len(c.nodes)+1)
	for i := range c.Arcs() {
		at[c.arcs[i].from+1]++
		at[c.arcs[i].to+1]++
	}
	for i := 1; i < len(at); i++ {
		at[i] += at[i-1]
	}
	spokes := make([]spoke, at[len(at)-1])
	fill := slices.Clone(at)
	for i := range uint32(c.Arcs()) {
		a := c.arcs[i]
		p := c.pointsOf(i)
		spokes[fill[a.from]] = newSpoke(i<<1, p[0], p[1])
		fill[a.from]++
		spokes[fill[a.to]] = newSpoke(i<<1|1, p[len(p)-1], p[len(p)-2])
		fill[a.to]++
	}
	c.next = make([]uint32, 2*c.Arcs())
	for v := range c.nodes {
		link(c.next, spokes[at[v]:at[v+1]])
	}
}

// ring collects the rings of every region from the walks around it. A walk that
// comes to a node twice is parted there: a hole that touches its outer ring is a
// ring of its own.
func (c *Coverage) ring() error {
	_, start := cycles(c.next)
	type loop struct {
		region Region
		hole   bool
		halves []HalfArc
	}
	loops := make([]loop, 0, len(start)+8)
	area := c.arcAreas()
	p := parter{c: c, at: make([]int32, len(c.nodes))}
	for _, h := range start {
		r := c.leftOf(HalfArc(h))
		for g := c.next[h]; g != h; g = c.next[g] {
			if c.leftOf(HalfArc(g)) != r {
				at := c.points[c.arcs[g>>1].first]
				return geo.Errorf(geo.Invalid, "the border at %v has different regions along one side", at).Where(at)
			}
		}
		p.part(h, func(halves []HalfArc) {
			sum := int64(0)
			for _, h := range halves {
				if h&1 == 0 {
					sum += area[h>>1]
				} else {
					sum -= area[h>>1]
				}
			}
			loops = append(loops, loop{r, sum <= 0, slices.Clone(halves)})
		})
	}
	slices.SortFunc(loops, func(a, b loop) int {
		if a.region != b.region {
			return cmp.Compare(a.region, b.region)
		}
		if a.hole != b.hole {
			if a.hole {
				return 1
			}
			return -1
		}
		return cmp.Compare(a.halves[0], b.halves[0])
	})
	c.halves = make([]HalfArc, 0, 2*c.Arcs())
	c.ringFirst = make([]uint32, 0, len(loops)+1)
	c.rings = make([]uint32, len(c.areaOf)+1)
	for _, l := range loops {
		c.ringFirst = append(c.ringFirst, uint32(len(c.halves)))
		c.halves = append(c.halves, l.halves...)
		c.rings[l.region+1]++
	}
	c.ringFirst = append(c.ringFirst, uint32(len(c.halves)))
	for i := 1; i < len(c.rings); i++ {
		c.rings[i] += c.rings[i-1]
	}
	return nil
}

// arcAreas returns what each arc adds to twice the area of a ring. The sums may
// wrap on the way: see lattice.TwiceArea.
func (c *Coverage) arcAreas() []int64 {
	out := make([]int64, c.Arcs())
	if len(c.points) == 0 {
		return out
	}
	o := c.points[0]
	for i := range out {
		p := c.pointsOf(uint32(i))
		for k := 1; k < len(p); k++ {
			out[i] += lattice.Cross(o, p[k-1], p[k])
		}
	}
	return out
}

// parter parts walks into rings that pass no node twice.
type parter struct {
	c    *Coverage
	at   []int32 // by node: 1 + its place on the stack, 0 if it is not there
	path []HalfArc
}

// part calls emit with every ring of the walk that starts with h, each from its
// smallest half-arc.
func (p *parter) part(h uint32, emit func([]HalfArc)) {
	for g := h; ; {
		p.walk(HalfArc(g), func(ring []HalfArc) {
			rotateToLeast(ring)
			emit(ring)
		})
		if g = p.c.next[g]; g == h {
			return
		}
	}
}

// walk takes one more half-arc of a walk, and calls emit when it closes a ring.
func (p *parter) walk(g HalfArc, emit func(ring []HalfArc)) {
	tail, head := p.c.tail(g), p.c.tail(g^1)
	p.at[tail] = int32(len(p.path)) + 1
	p.path = append(p.path, g)
	from := p.at[head]
	if from == 0 {
		return
	}
	ring := p.path[from-1:]
	for _, g := range ring {
		p.at[p.c.tail(g)] = 0
	}
	p.path = p.path[:from-1]
	emit(ring)
}

func rotateToLeast(ring []HalfArc) {
	least := 0
	for i := range ring {
		if ring[i] < ring[least] {
			least = i
		}
	}
	if least > 0 {
		copy(ring, append(slices.Clone(ring[least:]), ring[:least]...))
	}
}
