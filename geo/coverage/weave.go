package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// weave puts new borders into a coverage in the place of some of its arcs.
type weave struct {
	d      *draft
	old    []uint32 // arcs that go
	gone   map[uint32]bool
	fresh  []border                   // that come; without points once joined to another
	ends   map[lattice.Point][]end    // where they end
	nodeAt map[lattice.Point]int32    // nodes of before that may change
	places []lattice.Point            // of all of these, each once, in a fixed order
	seen   map[lattice.Point]struct{} // places
}

// end is an end of a new border.
type end struct {
	border int
	last   bool
}

func newWeave(d *draft, old []uint32, fresh []border) *weave {
	w := &weave{d: d, fresh: fresh, gone: map[uint32]bool{}, ends: map[lattice.Point][]end{},
		nodeAt: map[lattice.Point]int32{}, seen: map[lattice.Point]struct{}{}}
	for _, i := range old {
		w.take(i)
	}
	for i := range fresh {
		w.tie(i)
	}
	return w
}

// take takes an arc out.
func (w *weave) take(i uint32) {
	w.gone[i] = true
	w.old = append(w.old, i)
	a := w.d.c.arcs.at(int(i))
	for _, v := range [...]int32{a.from, a.to} {
		p := w.d.c.nodes.at(int(v)).at
		w.nodeAt[p] = v
		w.note(p)
	}
}

// tie notes where a new border ends.
func (w *weave) tie(i int) {
	p := w.fresh[i].points
	for n, q := range [...]lattice.Point{p[0], p[len(p)-1]} {
		w.ends[q] = append(w.ends[q], end{i, n == 1})
		w.note(q)
	}
}

func (w *weave) note(p lattice.Point) {
	if _, ok := w.seen[p]; !ok {
		w.seen[p] = struct{}{}
		w.places = append(w.places, p)
	}
}

// staying returns the half-arcs that leave a place and stay as they are.
func (w *weave) staying(p lattice.Point) []HalfArc {
	v, ok := w.nodeAt[p]
	if !ok {
		return nil
	}
	return slices.DeleteFunc(w.d.c.around(v), func(h HalfArc) bool { return w.gone[uint32(h>>1)] })
}

// heal joins borders at places where only two meet, and lets closed ones that
// meet no other begin at their smallest vertex.
func (w *weave) heal() error {
	for i := 0; i < len(w.places); i++ { // taking an arc in adds places
		p := w.places[i]
		staying := w.staying(p)
		if len(w.ends[p])+len(staying) != 2 {
			continue
		}
		for _, h := range staying {
			if i := uint32(h >> 1); !w.gone[i] {
				w.take(i)
				a := w.d.c.arcs.at(int(i))
				w.fresh = append(w.fresh, border{a.points, a.left, a.right})
				w.tie(len(w.fresh) - 1)
			}
		}
		if e := w.ends[p]; e[0].border != e[1].border {
			if err := w.join(p, e[0], e[1]); err != nil {
				return err
			}
		}
	}
	for i := range w.fresh {
		b := &w.fresh[i]
		if b.points == nil {
			continue
		}
		if p := b.points[0]; p == b.points[len(b.points)-1] && len(w.ends[p]) == 2 && len(w.staying(p)) == 0 {
			delete(w.ends, p)
			b.startAtLeast()
			w.tie(i)
		}
		b.turn()
	}
	w.ends = map[lattice.Point][]end{}
	for i := range w.fresh {
		if w.fresh[i].points != nil {
			w.tie(i)
		}
	}
	return nil
}

// join makes one border of two that end at p.
func (w *weave) join(p lattice.Point, e, f end) error {
	a, b := w.fresh[e.border], w.fresh[f.border]
	if !e.last {
		a = a.reversed()
	}
	if f.last {
		b = b.reversed()
	}
	if a.left != b.left || a.right != b.right {
		return refused(p, "the borders do not fit each other here")
	}
	delete(w.ends, p)
	w.untie(e.border)
	w.untie(f.border)
	points := append(slices.Clone(a.points), b.points[1:]...)
	w.fresh[e.border] = border{points, a.left, a.right}
	w.fresh[f.border] = border{}
	w.tie(e.border)
	return nil
}

func (w *weave) untie(i int) {
	p := w.fresh[i].points
	for _, q := range [...]lattice.Point{p[0], p[len(p)-1]} {
		w.ends[q] = slices.DeleteFunc(w.ends[q], func(e end) bool { return e.border == i })
	}
}

func (b border) reversed() border {
	p := slices.Clone(b.points)
	slices.Reverse(p)
	return border{p, b.right, b.left}
}

// keep leaves arcs alone that would come back as they were.
func (w *weave) keep() {
	type start [2]lattice.Point
	at := make(map[start]int, len(w.fresh))
	for i, b := range w.fresh {
		if b.points != nil {
			at[start(b.points[:2])] = i
		}
	}
	w.old = slices.DeleteFunc(w.old, func(i uint32) bool {
		a := w.d.c.arcs.at(int(i))
		k, ok := at[start(a.points[:2])]
		if !ok {
			return false
		}
		if b := w.fresh[k]; b.left != a.left || b.right != a.right || !slices.Equal(b.points, a.points) {
			return false
		}
		w.untie(k)
		w.fresh[k] = border{}
		delete(w.gone, i)
		return true
	})
	slices.Sort(w.old)
}

// heedLocks refuses a change of the border of a locked area. A new node on it is
// none.
func (w *weave) heedLocks() error {
	type step struct {
		a, b lattice.Point
		area int32
	}
	have := map[step]int{}
	count := func(points []lattice.Point, left, right int32, by int) {
		onLeft, onRight := w.d.locked(left), w.d.locked(right)
		for k := 1; k < len(points) && (onLeft || onRight); k++ {
			if onLeft {
				have[step{points[k-1], points[k], left}] += by
			}
			if onRight {
				have[step{points[k], points[k-1], right}] += by
			}
		}
	}
	for _, i := range w.old {
		a := w.d.c.arcs.at(int(i))
		count(a.points, w.d.c.AreaOf(a.left), w.d.c.AreaOf(a.right), 1)
	}
	for _, b := range w.fresh {
		count(b.points, w.d.regions.at(int(b.left)).area, w.d.regions.at(int(b.right)).area, -1)
	}
	var moved []step
	for s, n := range have {
		if n != 0 {
			moved = append(moved, s)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	first := slices.MinFunc(moved, func(s, t step) int {
		return cmp.Or(lattice.Compare(s.a, t.a), lattice.Compare(s.b, t.b), cmp.Compare(s.area, t.area))
	})
	code := w.d.areas.at(int(first.area)).Code
	return refused(first.a, "the border of %s is locked", code).(*geo.Error).On("grid", code)
}

// heedIdle refuses that ground of nobody borders on ground of nobody: a gap or a
// void that is open to the outside is the outside.
func (w *weave) heedIdle() error {
	for _, b := range w.fresh {
		if b.points != nil && w.d.regions.at(int(b.left)).area < 0 && w.d.regions.at(int(b.right)).area < 0 {
			return refused(b.points[0], "this would open ground of nobody to other ground of nobody")
		}
	}
	return nil
}

// place gives the new borders numbers, links them with what stays around every
// node, and marks the regions beside what came and went.
func (w *weave) place() {
	d := w.d
	for _, i := range w.old {
		a := d.c.arcs.at(int(i))
		d.now.points -= len(a.points)
		d.touchRings(a.left, a.right)
	}
	free := w.old
	came := make([]uint32, 0, len(w.fresh)) // by border that came
	for i := range w.fresh {
		b := &w.fresh[i]
		if b.points == nil {
			came = append(came, unset)
			continue
		}
		a := arc{points: slices.Clip(b.points), left: b.left, right: b.right, box: lattice.BoxOf(b.points...)}
		var id uint32
		if len(free) > 0 {
			id, free = free[0], free[1:]
			*d.arcs.change(int(id)) = a
		} else {
			id = uint32(d.arcs.push(a))
		}
		came = append(came, id)
		d.came[id] = true
		d.now.points += len(a.points)
		d.touchRings(b.left, b.right)
		d.halves[b.left] = append(d.halves[b.left], HalfArc(id<<1))
		d.halves[b.right] = append(d.halves[b.right], HalfArc(id<<1|1))
	}
	for _, i := range w.old {
		d.went[i] = true
	}
	for _, i := range free {
		d.free.arcs = append(d.free.arcs, int(i))
	}
	for _, p := range w.places {
		w.link(p, came)
	}
}

// link makes the node at a place, or takes it away where nothing meets now.
func (w *weave) link(p lattice.Point, came []uint32) {
	d := w.d
	halves := w.staying(p)
	for _, e := range w.ends[p] {
		h := HalfArc(came[e.border] << 1)
		if e.last {
			h |= 1
		}
		halves = append(halves, h)
	}
	v, was := w.nodeAt[p]
	switch {
	case len(halves) == 0:
		if was {
			d.free.nodes = append(d.free.nodes, int(v))
			d.nodesWent = append(d.nodesWent, int(v))
		}
		return
	case !was:
		v = int32(d.nodes.push(node{at: p}))
	default:
		d.nodesWent = append(d.nodesWent, int(v))
	}
	d.nodesCame = append(d.nodesCame, int(v))
	d.nodes.change(int(v)).out = slices.Min(halves)
	spokes := make([]spoke, len(halves))
	for i, h := range halves {
		a := d.arcs.change(int(h >> 1))
		q := a.points[1]
		if h&1 == 0 {
			a.from = v
		} else {
			a.to = v
			q = a.points[len(a.points)-2]
		}
		spokes[i] = newSpoke(uint32(h), p, q)
	}
	link(spokes, func(h, next uint32) { d.arcs.at(int(h >> 1)).next[h&1] = HalfArc(next) })
}
