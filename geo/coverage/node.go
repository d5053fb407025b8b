package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// noded makes linework whose segments meet only at their ends, by snap rounding:
// a crossing makes the lattice cell that holds it hot, so does every vertex, and
// a segment that passes through a hot cell is bent through its centre.
//
// Rounded as a whole, linework would also bend segments that merely pass within
// half a unit of some vertex far from any fault, and would bend again what an
// earlier rounding left. So only what hangs together with a crossing is bent: a
// cell is live if a crossing lies in it, or if a segment enters it that also
// enters a live cell; and a segment is bent iff it enters a live cell. A vertex
// exactly on a segment divides it, which moves nothing. What neither crosses nor
// is touched does not move.
//
// Why nothing crosses afterwards. Let s be bent, from the centre p to the centre
// q of cells that it enters one after the other. Between them s and p-q enclose a
// sliver, every point of which is less than half a unit from s in x and in y: a
// lattice point in it, p-q included, would be a vertex whose cell s enters, so s
// would have been bent there too. Any other segment t did not cross s there, or
// a live cell would lie between p and q. To cross p-q, t must come into the
// sliver and stay (its end would be such a lattice point), or leave it by p-q
// again (two straight lines do not meet twice), or leave it inside the cell of p
// or q, which is live: then t is bent through the same centre.
func noded(edges []edge) (*linework, error) {
	lw := merge(edges)
	f := &meetings{lw: lw}
	all := joinSelf(lw.boxes(), f.pair)
	if all && len(f.hits) == 0 && len(f.crossings) == 0 {
		return lw, nil
	}
	all = all && f.addCells()
	switch {
	case f.tooMany():
		return nil, geo.Errorf(geo.TooLarge, "outlines cross and touch each other more than %d times: that is no map", f.limit()).Where(f.place())
	case !all:
		return nil, tooDense(lw.points[0])
	}
	return f.bend(), nil
}

// meetings is where segments of a linework meet other than at their ends.
type meetings struct {
	lw        *linework
	hits      []hit
	first     []uint32        // once sorted, the hits of segment s: hits[first[s]:first[s+1]]
	crossings []lattice.Point // cells with a crossing
	cells     []lattice.Point // crossings without a vertex: numbered after the vertices
	hot       []uint32        // cells with a crossing, by number
	notices   []notice
}

// hit is a segment that enters a cell in which it does not end. It is exact if
// the segment passes through the very centre.
type hit struct {
	seg, cell uint32
	exact     bool
}

// limit is how often segments of a map may meet: beyond it, crossings could fill
// the memory.
func (m *meetings) limit() int { return 1<<18 + 8*len(m.lw.segs) }

func (m *meetings) tooMany() bool { return max(len(m.crossings), len(m.hits)) > m.limit() }

// place is where some of them meet.
func (m *meetings) place() lattice.Point {
	if len(m.crossings) > 0 {
		return m.crossings[0]
	}
	return m.at(m.hits[0].cell)
}

// pair looks at two segments whose boxes share a point.
func (m *meetings) pair(s, t uint32) (more bool) {
	a, b := m.lw.ends(s)
	c, d := m.lw.ends(t)
	oc, od := lattice.Cross(a, b, c), lattice.Cross(a, b, d)
	oa, ob := lattice.Cross(c, d, a), lattice.Cross(c, d, b)
	m.enter(s, t, a, b, c, d, oc, od)
	m.enter(t, s, c, d, a, b, oa, ob)
	if (oc > 0) != (od > 0) && (oa > 0) != (ob > 0) && oc != 0 && od != 0 && oa != 0 && ob != 0 {
		p := crossingCell(a, b, oa, ob)
		m.crossings = append(m.crossings, p)
		for _, l := range m.lw.labelsOf(s) {
			if slices.Contains(m.lw.labelsOf(t), l) {
				m.notices = append(m.notices, notice{RepairBowTie, p, l})
			}
		}
	}
	return !m.tooMany()
}

// enter notes where s = a-b enters the cells of the ends c and d of t.
func (m *meetings) enter(s, t uint32, a, b, c, d lattice.Point, oc, od int64) {
	if c != a && c != b && entersCell(a, b, c, oc) {
		m.hits = append(m.hits, hit{s, m.vertex(t, c), oc == 0})
	}
	if d != a && d != b && entersCell(a, b, d, od) {
		m.hits = append(m.hits, hit{s, m.vertex(t, d), od == 0})
	}
}

// vertex returns the number of the end of s that lies at p.
func (m *meetings) vertex(s uint32, p lattice.Point) uint32 {
	if seg := m.lw.segs[s]; m.lw.points[seg.u] != p {
		return seg.v
	}
	return m.lw.segs[s].u
}

// addCells numbers the cells of crossings and finds every segment that enters
// one that is not also a vertex's.
func (m *meetings) addCells() (all bool) {
	slices.SortFunc(m.crossings, lattice.Compare)
	m.crossings = slices.Compact(m.crossings)
	var boxes []boxed
	for _, p := range m.crossings {
		if v, ok := slices.BinarySearchFunc(m.lw.points, p, func(q, p lattice.Point) int {
			return cmp.Compare(zkey(q), zkey(p))
		}); ok {
			m.hot = append(m.hot, uint32(v))
			continue
		}
		cell := uint32(len(m.lw.points) + len(m.cells))
		m.cells = append(m.cells, p)
		m.hot = append(m.hot, cell)
		boxes = append(boxes, boxOf(p, p, cell))
	}
	return joinTwo(boxes, m.lw.boxes(), func(cell, s uint32) bool {
		a, b := m.lw.ends(s)
		p := m.at(cell)
		if o := lattice.Cross(a, b, p); entersCell(a, b, p, o) {
			m.hits = append(m.hits, hit{s, cell, o == 0})
		}
		return !m.tooMany()
	})
}

// at returns the centre of a cell.
func (m *meetings) at(cell uint32) lattice.Point {
	if n := uint32(len(m.lw.points)); cell >= n {
		return m.cells[cell-n]
	}
	return m.lw.points[cell]
}

// bend returns the linework bent through the live cells.
func (m *meetings) bend() *linework {
	m.sortHits()
	live := m.spread()
	bent := &linework{}
	to := m.renumber(bent)
	ends := make([]segment, 0, len(m.lw.labels)+2*len(m.hits))
	labels := make([]int32, 0, cap(ends))
	for s := range uint32(len(m.lw.segs)) {
		m.divide(s, live, func(u, v uint32) {
			u, v = to[u], to[v]
			for _, label := range m.lw.labelsOf(s) {
				ends = append(ends, segment{min(u, v), max(u, v)})
				labels = append(labels, label)
			}
		})
	}
	bent.fold(ends, labels)
	bent.notices = m.notices
	return bent
}

// renumber gives a linework the vertices and the cells of crossings, in Z-order,
// and returns the new number of each.
func (m *meetings) renumber(bent *linework) (to []uint32) {
	cells := make([]keyed, len(m.cells))
	for i, p := range m.cells {
		cells[i] = keyed{zkey(p), uint32(len(m.lw.points) + i)}
	}
	cells = sortKeyed(cells)
	to = make([]uint32, len(m.lw.points)+len(m.cells))
	bent.points = make([]lattice.Point, 0, len(to))
	for v, p := range m.lw.points {
		for len(cells) > 0 && cells[0].key < zkey(p) {
			to[cells[0].id] = uint32(len(bent.points))
			bent.points = append(bent.points, zpoint(cells[0].key))
			cells = cells[1:]
		}
		to[v] = uint32(len(bent.points))
		bent.points = append(bent.points, p)
	}
	for _, c := range cells {
		to[c.id] = uint32(len(bent.points))
		bent.points = append(bent.points, zpoint(c.key))
	}
	return to
}

// sortHits puts the hits of each segment in the order in which it meets them,
// each once. A straight path through cells never turns back in x or in y, so the
// order of centres is that of the path.
func (m *meetings) sortHits() {
	m.first = make([]uint32, len(m.lw.segs)+1)
	sorted := group(m.hits, m.first, func(h hit) uint32 { return h.seg })
	kept := sorted[:0]
	for s := range uint32(len(m.lw.segs)) {
		list := sorted[m.first[s]:m.first[s+1]]
		a, b := m.lw.ends(s)
		slices.SortFunc(list, func(g, h hit) int {
			p, q := m.at(g.cell), m.at(h.cell)
			if p.X != q.X {
				return cmp.Compare(p.X, q.X)
			}
			if b.Y < a.Y {
				return cmp.Compare(q.Y, p.Y)
			}
			return cmp.Compare(p.Y, q.Y)
		})
		m.first[s] = uint32(len(kept))
		for i, h := range list {
			if i == 0 || h != list[i-1] {
				kept = append(kept, h)
			}
		}
	}
	m.first[len(m.lw.segs)] = uint32(len(kept))
	m.hits = kept
}

func (m *meetings) hitsOf(s uint32) []hit { return m.hits[m.first[s]:m.first[s+1]] }

// group sorts by a small number, keeping the order of equals: those of number k
// are at first[k] up to first[k+1].
func group[T any](items []T, first []uint32, number func(T) uint32) []T {
	for _, x := range items {
		first[number(x)+1]++
	}
	for i := 1; i < len(first); i++ {
		first[i] += first[i-1]
	}
	sorted := make([]T, len(items))
	for _, x := range items {
		sorted[first[number(x)]] = x
		first[number(x)]++
	}
	// Every start has moved on to the next one's place.
	copy(first[1:], first)
	first[0] = 0
	return sorted
}

// spread finds the live cells: those with a crossing, and all that hang together
// with one by segments that enter both.
func (m *meetings) spread() []bool {
	cells := len(m.lw.points) + len(m.cells)
	first := make([]uint32, cells+1)
	byCell := group(m.hits, first, func(h hit) uint32 { return h.cell })
	live := make([]bool, cells)
	bent := make([]bool, len(m.lw.segs))
	queue := slices.Clone(m.hot)
	for _, c := range queue {
		live[c] = true
	}
	for len(queue) > 0 {
		c := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, h := range byCell[first[c]:first[c+1]] {
			if bent[h.seg] {
				continue
			}
			bent[h.seg] = true
			for _, g := range m.hitsOf(h.seg) {
				if !live[g.cell] {
					live[g.cell] = true
					queue = append(queue, g.cell)
				}
			}
		}
	}
	return live
}

// divide calls piece for each of the pieces of segment s. Since a segment that
// enters one live cell has only live ones, its hits are all followed or only the
// exact ones.
func (m *meetings) divide(s uint32, live []bool, piece func(u, v uint32)) {
	u, v := m.lw.segs[s].u, m.lw.segs[s].v
	if less(m.lw.points[v], m.lw.points[u]) {
		u, v = v, u // as ends does
	}
	for _, h := range m.hitsOf(s) {
		if h.exact || live[h.cell] {
			piece(u, h.cell)
			u = h.cell
			if !h.exact && h.cell < uint32(len(m.lw.points)) {
				m.notices = append(m.notices, notice{RepairBent, m.at(h.cell), m.lw.labelsOf(s)[0]})
			}
		}
	}
	piece(u, v)
}
