package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo/lattice"
)

// nodes checks that arcs end where they say, that something meets at every node,
// and that around each node the sides agree: what is left of one arc is right of
// the next one counter-clockwise.
func (k *checker) nodes() {
	c := k.c
	around := make([][]HalfArc, len(c.nodes))
	at := make(map[lattice.Point]int, len(c.nodes))
	for v, p := range c.nodes {
		if other, twice := at[p]; twice {
			k.add(LooseEnd, p, nil, "nodes %d and %d are the same place", other, v)
		}
		at[p] = v
	}
	for i := range c.Arcs() {
		p := c.pointsOf(uint32(i))
		a := c.arcs[i]
		if p[0] != c.nodes[a.from] || p[len(p)-1] != c.nodes[a.to] {
			k.add(LooseEnd, p[0], k.beside(i), "arc %d does not end at its nodes", i)
		}
		if a.left == a.right {
			k.add(WrongSide, p[0], k.beside(i), "arc %d has region %d on both sides", i, a.left)
		}
		around[a.from] = append(around[a.from], HalfArc(i<<1))
		around[a.to] = append(around[a.to], HalfArc(i<<1|1))
	}
	for v, halves := range around {
		p := c.nodes[v]
		switch {
		case len(halves) < 2:
			k.add(LooseEnd, p, nil, "%d arcs end at a node", len(halves))
			continue
		case len(halves) == 2 && halves[0]>>1 != halves[1]>>1:
			k.add(Unhealed, p, k.beside(int(halves[0]>>1)), "only two arcs meet at a node")
		case len(halves) == 2 && slices.ContainsFunc(c.pointsOf(uint32(halves[0]>>1)), func(q lattice.Point) bool { return less(q, p) }):
			k.add(Unhealed, p, k.beside(int(halves[0]>>1)), "a closed border does not start at its smallest vertex")
		}
		slices.SortFunc(halves, func(g, h HalfArc) int { return turnFromEast(p, k.toward(g), k.toward(h)) })
		for i, g := range halves {
			h := halves[(i+1)%len(halves)]
			if c.leftOf(g) != c.leftOf(h^1) {
				k.add(WrongSide, p, []int32{c.areaOf[c.leftOf(g)], c.areaOf[c.leftOf(h^1)]},
					"between arcs %d and %d lies region %d by the one and %d by the other", g>>1, h>>1, c.leftOf(g), c.leftOf(h^1))
			}
		}
	}
}

// toward returns the point after the tail of a half-arc.
func (k *checker) toward(h HalfArc) lattice.Point {
	p := k.c.pointsOf(uint32(h >> 1))
	if h&1 == 0 {
		return p[1]
	}
	return p[len(p)-2]
}

// turnFromEast compares the directions from o to p and to q, counter-clockwise
// from east.
func turnFromEast(o, p, q lattice.Point) int {
	south := func(p lattice.Point) bool { return p.Y < o.Y || p.Y == o.Y && p.X < o.X }
	if a, b := south(p), south(q); a != b {
		if b {
			return -1
		}
		return 1
	}
	switch turn := lattice.Cross(o, p, q); {
	case turn > 0:
		return -1
	case turn < 0:
		return 1
	}
	return 0
}

// rings checks that every half-arc is in one ring of the region on its left, and
// that rings close and come in order.
func (k *checker) rings() {
	c := k.c
	times := make([]int, 2*c.Arcs())
	for r := range Region(len(c.areaOf)) {
		for i, ring := range c.Boundary(r) {
			if len(ring) == 0 {
				k.add(UnpairedHalf, k.place(r), []int32{c.areaOf[r]}, "ring %d of region %d is empty", i, r)
				continue
			}
			for j, h := range ring {
				p := c.points[c.arcs[h>>1].first]
				times[h]++
				if c.leftOf(h) != r {
					k.add(UnpairedHalf, p, []int32{c.areaOf[r]}, "arc %d is in a ring of region %d, which does not lie there", h>>1, r)
				}
				if c.tail(h^1) != c.tail(ring[(j+1)%len(ring)]) {
					k.add(UnpairedHalf, p, []int32{c.areaOf[r]}, "ring %d of region %d is broken after arc %d", i, r, h>>1)
				}
			}
			if outer := k.ringArea(ring) > 0; outer != (i == 0) && r != Exterior {
				k.add(UnpairedHalf, c.points[c.arcs[ring[0]>>1].first], []int32{c.areaOf[r]}, "ring %d of region %d runs the wrong way", i, r)
			}
		}
	}
	for h, n := range times {
		if n != 1 {
			k.add(UnpairedHalf, c.points[c.arcs[h>>1].first], k.beside(h>>1), "a side of arc %d is in %d rings", h>>1, n)
		}
	}
}

// ringArea is twice the signed area of a ring.
func (k *checker) ringArea(ring []HalfArc) int64 {
	sum, o := int64(0), k.c.points[0]
	for _, h := range ring {
		p := k.c.pointsOf(uint32(h >> 1))
		part := int64(0)
		for i := 1; i < len(p); i++ {
			part += lattice.Cross(o, p[i-1], p[i])
		}
		if h&1 == 1 {
			part = -part
		}
		sum += part
	}
	return sum
}

// euler checks V - E + F = 1 + C, and that every connected piece of the drawing
// lies in the region that it says: looking west from its lowest vertex, the
// first border met has that region on its near side.
func (k *checker) euler() {
	c := k.c
	if c.Arcs() == 0 {
		return
	}
	pieces := newSets[uint32](len(c.nodes))
	for i := range c.Arcs() {
		pieces.join(uint32(c.arcs[i].from), uint32(c.arcs[i].to))
	}
	// Of each piece, its lowest vertex, the leftmost of several.
	lowest := map[uint32]lattice.Point{}
	for i := range c.Arcs() {
		low := slices.MinFunc(c.pointsOf(uint32(i)), byHeight)
		id := pieces.root(uint32(c.arcs[i].from))
		if old, ok := lowest[id]; !ok || byHeight(low, old) < 0 {
			lowest[id] = low
		}
	}
	outside := 0
	for _, ring := range c.Boundary(Exterior) {
		if k.ringArea(ring) > 0 {
			outside++
		}
	}
	faces := len(c.areaOf) + outside
	if v, e := len(c.nodes), c.Arcs(); v-e+faces != 1+len(lowest) {
		k.add(WrongEuler, k.anywhere(), nil, "%d nodes - %d arcs + %d faces is not 1 + %d pieces", v, e, faces, len(lowest))
	}
	for _, p := range lowest {
		says, lies := k.below(p), Exterior
		if s, ok := k.cells.westOf(p); ok {
			lies = k.eastSide(s)
		}
		if says != lies {
			k.add(Misplaced, p, []int32{c.areaOf[says], c.areaOf[lies]}, "the piece at %v says that it lies in region %d, but it lies in region %d", p, says, lies)
		}
	}
}

// byHeight orders points from south to north, then from west to east.
func byHeight(p, q lattice.Point) int {
	return cmp.Or(cmp.Compare(p.Y, q.Y), cmp.Compare(p.X, q.X))
}

// below returns the region just below the lowest, leftmost vertex p of a piece.
// All segments there rise, or run level to the east, so the clockwise-most one
// has that region on its right.
func (k *checker) below(p lattice.Point) Region {
	c := k.c
	var last uint32
	var head lattice.Point
	found := false
	for _, s := range k.cells.in(k.cells.cell(p)) {
		q := c.points[s]
		switch p {
		case c.points[s]:
			q = c.points[s+1]
		case c.points[s+1]:
		default:
			continue
		}
		if q != p && (!found || lattice.Cross(p, head, q) < 0) {
			last, head, found = s, q, true
		}
	}
	if !found {
		return Exterior // only segments of zero length, reported as such
	}
	a := c.arcs[k.arcOf(last)]
	if c.points[last] == p {
		return a.right
	}
	return a.left
}

// eastSide returns the region on the east of a segment.
func (k *checker) eastSide(s uint32) Region {
	a := k.c.arcs[k.arcOf(s)]
	if k.c.points[s].Y < k.c.points[s+1].Y {
		return a.right
	}
	return a.left
}

// figures checks what is derived from the rest: levels of arcs, links, bounds.
func (k *checker) figures() {
	c := k.c
	if len(c.points) > 0 && c.bounds != lattice.BoxOf(c.points...) {
		k.add(StaleFigure, k.anywhere(), nil, "the bounds are not those of the points")
	}
	for _, v := range k.found {
		if v.Kind == ParentCycle || v.Kind == MissingParent {
			return // chains cannot be climbed
		}
	}
	for i := range c.Arcs() {
		if want := k.arcLevel(i); int(c.levels[i]) != want {
			k.add(StaleFigure, c.points[c.arcs[i].first], k.beside(i), "the level of arc %d is %d, not %d", i, want, c.levels[i])
		}
	}
	for h, n := range c.next {
		if int(n) >= len(c.next) || c.tail(HalfArc(n)) != c.tail(HalfArc(h)^1) || c.leftOf(HalfArc(n)) != c.leftOf(HalfArc(h)) {
			k.add(StaleFigure, c.points[c.arcs[h>>1].first], k.beside(h>>1), "arc %d is followed by one that is not next to it", h>>1)
		}
	}
}

// arcLevel finds the smallest level at which the chains of both sides differ.
func (k *checker) arcLevel(i int) int {
	chain := func(r Region) (at [maxLevels]int32) {
		for a := k.c.areaOf[r]; a >= 0; a = k.c.areas[a].Parent {
			at[k.c.areas[a].Level%maxLevels] = a + 1
		}
		return at
	}
	left, right := chain(k.c.arcs[i].left), chain(k.c.arcs[i].right)
	for level := range left {
		if left[level] != right[level] {
			return level
		}
	}
	return 0
}
