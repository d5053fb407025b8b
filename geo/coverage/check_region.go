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
	around := make([][]HalfArc, c.nodes.len())
	at := make(map[lattice.Point]int, c.nodes.len())
	for v := range c.nodes.len() {
		p := c.nodes.at(v).at
		if other, twice := at[p]; twice {
			k.add(LooseEnd, p, nil, "nodes %d and %d are the same place", other, v)
		}
		at[p] = v
	}
	for i := range c.Arcs() {
		p := c.pointsOf(uint32(i))
		a := c.arcs.at(i)
		if p[0] != c.nodes.at(int(a.from)).at || p[len(p)-1] != c.nodes.at(int(a.to)).at {
			k.add(LooseEnd, p[0], k.beside(i), "arc %d does not end at its nodes", i)
		}
		if a.left == a.right {
			k.add(WrongSide, p[0], k.beside(i), "arc %d has region %d on both sides", i, a.left)
		}
		around[a.from] = append(around[a.from], HalfArc(i<<1))
		around[a.to] = append(around[a.to], HalfArc(i<<1|1))
	}
	for v, halves := range around {
		p := c.nodes.at(v).at
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
				k.add(WrongSide, p, []int32{c.AreaOf(c.leftOf(g)), c.AreaOf(c.leftOf(h ^ 1))},
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
	for r := range Region(c.Regions()) {
		for i, ring := range c.Boundary(r) {
			if len(ring) == 0 {
				k.add(UnpairedHalf, k.place(r), []int32{c.AreaOf(r)}, "ring %d of region %d is empty", i, r)
				continue
			}
			for j, h := range ring {
				p := c.pointsOf(uint32(h >> 1))[0]
				times[h]++
				if c.leftOf(h) != r {
					k.add(UnpairedHalf, p, []int32{c.AreaOf(r)}, "arc %d is in a ring of region %d, which does not lie there", h>>1, r)
				}
				if c.tail(h^1) != c.tail(ring[(j+1)%len(ring)]) {
					k.add(UnpairedHalf, p, []int32{c.AreaOf(r)}, "ring %d of region %d is broken after arc %d", i, r, h>>1)
				}
			}
			if outer := k.c.sweepRing(ring) > 0; outer != (i == 0) && r != Exterior {
				k.add(UnpairedHalf, c.pointsOf(uint32(ring[0] >> 1))[0], []int32{c.AreaOf(r)}, "ring %d of region %d runs the wrong way", i, r)
			}
		}
	}
	for h, n := range times {
		if n != 1 {
			k.add(UnpairedHalf, c.pointsOf(uint32(h >> 1))[0], k.beside(h>>1), "a side of arc %d is in %d rings", h>>1, n)
		}
	}
}

// euler checks V - E + F = 1 + C, and that every connected piece of the drawing
// lies in the region that it says: looking west from its lowest vertex, the
// first border met has that region on its near side.
func (k *checker) euler() {
	c := k.c
	if c.Arcs() == 0 {
		return
	}
	pieces := newSets[uint32](c.nodes.len())
	for i := range c.Arcs() {
		pieces.join(uint32(c.arcs.at(i).from), uint32(c.arcs.at(i).to))
	}
	// Of each piece, its lowest vertex, the leftmost of several.
	lowest := map[uint32]lattice.Point{}
	for i := range c.Arcs() {
		low := slices.MinFunc(c.pointsOf(uint32(i)), byHeight)
		id := pieces.root(uint32(c.arcs.at(i).from))
		if old, ok := lowest[id]; !ok || byHeight(low, old) < 0 {
			lowest[id] = low
		}
	}
	outside := 0
	for _, ring := range c.Boundary(Exterior) {
		if k.c.sweepRing(ring) > 0 {
			outside++
		}
	}
	faces := c.Regions() + outside
	if v, e := c.nodes.len(), c.Arcs(); v-e+faces != 1+len(lowest) {
		k.add(WrongEuler, k.anywhere(), nil, "%d nodes - %d arcs + %d faces is not 1 + %d pieces", v, e, faces, len(lowest))
	}
	for _, p := range lowest {
		says, lies := k.below(p), Exterior
		if s, ok := k.cells.westOf(p); ok {
			lies = k.eastSide(s)
		}
		if says != lies {
			k.add(Misplaced, p, []int32{c.AreaOf(says), c.AreaOf(lies)}, "the piece at %v says that it lies in region %d, but it lies in region %d", p, says, lies)
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
		q := k.points[s]
		switch p {
		case k.points[s]:
			q = k.points[s+1]
		case k.points[s+1]:
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
	a := c.arcs.at(k.arcOf(last))
	if k.points[last] == p {
		return a.right
	}
	return a.left
}

// eastSide returns the region on the east of a segment.
func (k *checker) eastSide(s uint32) Region {
	a := k.c.arcs.at(k.arcOf(s))
	if k.points[s].Y < k.points[s+1].Y {
		return a.right
	}
	return a.left
}

// figures checks what is derived from the rest: levels of arcs, links, bounds.
func (k *checker) figures() {
	c := k.c
	if len(k.points) > 0 && c.bounds != lattice.BoxOf(k.points...) {
		k.add(StaleFigure, k.anywhere(), nil, "the bounds are not those of the points")
	}
	for _, v := range k.found {
		if v.Kind == ParentCycle || v.Kind == MissingParent {
			return // chains cannot be climbed
		}
	}
	for i := range c.Arcs() {
		if want := k.arcLevel(i); c.ArcLevel(i) != want {
			k.add(StaleFigure, c.pointsOf(uint32(i))[0], k.beside(i), "the level of arc %d is %d, not %d", i, want, c.ArcLevel(i))
		}
	}
	for i := range c.Arcs() {
		if a := c.arcs.at(i); a.box != lattice.BoxOf(a.points...) {
			k.add(StaleFigure, a.points[0], k.beside(i), "the box of arc %d is not that of its points", i)
		}
	}
	for h := range HalfArc(2 * c.Arcs()) {
		if n := c.next(h); c.tail(n) != c.tail(h^1) || c.leftOf(n) != c.leftOf(h) {
			k.add(StaleFigure, c.pointsOf(uint32(h >> 1))[0], k.beside(int(h>>1)), "arc %d is followed by one that is not next to it", h>>1)
		}
	}
	for _, kind := range [...]*sequence{byCode, byPlace} {
		k.order(kind)
	}
	for v := range c.nodes.len() {
		if n := c.nodes.at(v); c.tail(n.out) != int32(v) {
			k.add(StaleFigure, n.at, nil, "the arc that is said to leave node %d starts elsewhere", v)
		}
	}
}

// order checks one of the orders, if it was found already: that it is the one
// that would be found now, cut into the same chunks with the same hashes.
func (k *checker) order(kind *sequence) {
	found := kind.of(k.c).Load()
	if found == nil {
		return
	}
	want := k.c.sorted(kind)
	if !slices.EqualFunc(found.chunks, want.chunks, func(a, b *chunk) bool {
		sum := a.sum.Load()
		return slices.Equal(a.ids, b.ids) && (sum == nil || *sum == kind.sumOf(k.c, b))
	}) {
		k.add(StaleFigure, k.anywhere(), nil, "the order in which areas or arcs are stored is not that of what they are")
	}
}

// arcLevel finds the smallest level at which the chains of both sides differ.
func (k *checker) arcLevel(i int) int {
	chain := func(r Region) (at [maxLevels]int32) {
		for a := k.c.AreaOf(r); a >= 0; a = k.areas[a].Parent {
			at[k.areas[a].Level%maxLevels] = a + 1
		}
		return at
	}
	left, right := chain(k.c.arcs.at(i).left), chain(k.c.arcs.at(i).right)
	for level := range left {
		if left[level] != right[level] {
			return level
		}
	}
	return 0
}
