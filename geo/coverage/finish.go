package coverage

import "slices"

// finish closes the gaps in the numbers and returns what became of the draft.
func (d *draft) finish() (*Coverage, Diff) {
	d.relevel()
	var diff Diff
	diff.Arcs = touched(keys(d.went), keys(d.came), d.free.arcs, fill(d.free.arcs, d.arcs, d.moveArc), d.c.Arcs())
	diff.Nodes = touched(d.nodesWent, d.nodesCame, d.free.nodes, fill(d.free.nodes, d.nodes, d.moveNode), d.c.nodes.len())
	regions := append(keys(d.rings), d.free.regions...)
	diff.Regions = touched(regions, regions, d.free.regions, fill(d.free.regions, d.regions, d.moveRegion), d.c.Regions())
	areas := keys(d.changed)
	diff.Areas = touched(areas, areas, d.free.areas, fill(d.free.areas, d.areas, d.moveArea), d.c.areas.len())
	d.sync()
	d.reorder(&diff)
	return d.now, diff
}

// relevel marks the borders whose level is another because what lies beside them
// is another's now, or hangs elsewhere.
func (d *draft) relevel() {
	d.sync()
	var regions []Region
	for r := range d.rings {
		if int(r) < d.c.Regions() && d.c.AreaOf(r) != d.now.AreaOf(r) {
			regions = append(regions, r)
		}
	}
	for a := range d.changed {
		if int(a) < d.c.areas.len() && !slices.Contains(d.free.areas, int(a)) && d.c.area(a).Parent != d.now.area(a).Parent {
			regions = d.now.appendRegions(regions, a)
		}
	}
	for _, r := range regions {
		for h := range d.now.halvesOf(r) {
			i := int(h >> 1)
			if i < d.c.Arcs() && d.c.ArcLevel(i) != d.now.ArcLevel(i) {
				d.came[uint32(i)], d.went[uint32(i)] = true, true
			}
		}
	}
}

func keys[K ~int32 | ~uint32](set map[K]bool) []int {
	out := make([]int, 0, len(set))
	for k := range set {
		out = append(out, int(k))
	}
	return out
}

// fill closes the gaps in a list with the last of its kind.
func fill[T any](free []int, list *edit[T], move func(from, to int)) (moved []Moved) {
	slices.Sort(free)
	for len(free) > 0 {
		last := list.len() - 1
		if free[len(free)-1] == last {
			free = free[:len(free)-1]
		} else {
			move(last, free[0])
			moved = append(moved, Moved{last, free[0]})
			free = free[1:]
		}
		list.pop()
	}
	return moved
}

// touched makes one list of a Diff: of what was changed or went, by its old
// number, and of what was changed or came, by its number before gaps were closed.
func touched(went, came, free []int, moved []Moved, count int) Touched {
	t := Touched{Before: slices.DeleteFunc(slices.Clone(went), func(i int) bool { return i >= count })}
	to := make(map[int]int, len(moved))
	for _, m := range moved {
		to[m.From] = m.To
	}
	isFree := set(free)
	done := map[int]bool{}
	for _, i := range came {
		if isFree[i] {
			continue
		}
		done[i] = true
		if m, ok := to[i]; ok {
			i = m
		}
		t.After = append(t.After, i)
	}
	for _, m := range moved {
		if !done[m.From] {
			t.Moved = append(t.Moved, m)
		}
	}
	for _, list := range []*[]int{&t.Before, &t.After} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return t
}

// moveArc gives the last arc another number.
func (d *draft) moveArc(from, to int) {
	d.sync()
	old := [...]HalfArc{HalfArc(from << 1), HalfArc(from<<1 | 1)}
	fresh := func(h HalfArc) HalfArc {
		if h>>1 == old[0]>>1 {
			return HalfArc(to<<1) | h&1
		}
		return h
	}
	before := [...]HalfArc{d.now.before(old[0]), d.now.before(old[1])}
	a := d.arcs.change(to)
	*a = *d.arcs.at(from)
	for i, h := range before {
		h = fresh(h)
		d.arcs.change(int(h >> 1)).next[h&1] = fresh(old[i])
	}
	for _, v := range [...]int32{a.from, a.to} {
		if n := d.nodes.at(int(v)); n.out>>1 == old[0]>>1 {
			d.nodes.change(int(v)).out = fresh(n.out)
		}
	}
	for _, r := range [...]Region{a.left, a.right} {
		g := d.regions.change(int(r))
		g.rings = slices.Clone(g.rings)
		for i, ring := range g.rings {
			if k := slices.IndexFunc(ring, func(h HalfArc) bool { return h>>1 == old[0]>>1 }); k >= 0 {
				ring = slices.Clone(ring)
				ring[k] = fresh(ring[k])
				g.rings[i] = ring
			}
		}
	}
}

// before returns the half-arc whose next is h.
func (c *Coverage) before(h HalfArc) HalfArc {
	g := h
	for {
		next := c.next(g ^ 1)
		if next == h {
			return g ^ 1
		}
		g = next
	}
}

// moveNode gives the last node another number.
func (d *draft) moveNode(from, to int) {
	d.sync()
	*d.nodes.change(to) = *d.nodes.at(from)
	for _, h := range d.now.around(int32(from)) {
		if a := d.arcs.change(int(h >> 1)); h&1 == 0 {
			a.from = int32(to)
		} else {
			a.to = int32(to)
		}
	}
}

// moveRegion gives the last region another number.
func (d *draft) moveRegion(from, to int) {
	d.sync()
	g := *d.regions.at(from)
	*d.regions.change(to) = g
	for h := range d.now.halvesOf(Region(from)) {
		if a := d.arcs.change(int(h >> 1)); h&1 == 0 {
			a.left = Region(to)
		} else {
			a.right = Region(to)
		}
	}
	if g.area >= 0 {
		a := d.areas.change(int(g.area))
		a.regions = slices.DeleteFunc(slices.Clone(a.regions), func(r Region) bool { return r == Region(from) })
		a.regions = append(a.regions, Region(to))
		slices.Sort(a.regions)
	}
}

// moveArea gives the last area another number.
func (d *draft) moveArea(from, to int) {
	d.sync()
	a := *d.areas.at(from)
	*d.areas.change(to) = a
	for _, child := range a.children {
		d.areas.change(int(child)).Parent = int32(to)
	}
	if a.Parent >= 0 {
		d.adopt(a.Parent, int32(from), int32(to))
	}
	for _, r := range a.regions {
		d.regions.change(int(r)).area = int32(to)
	}
}

// adopt puts a child in the place of another among a parent's; NoArea for none.
func (d *draft) adopt(parent, old, fresh int32) {
	p := d.areas.change(int(parent))
	p.children = slices.DeleteFunc(slices.Clone(p.children), func(a int32) bool { return a == old })
	if fresh >= 0 {
		p.children = append(p.children, fresh)
		slices.Sort(p.children)
	}
}

// reorder brings the orders up to date that were found already.
func (d *draft) reorder(diff *Diff) {
	if o := d.c.codes.Load(); o != nil {
		old, fresh := diff.Areas.numbers()
		d.now.codes.Store(o.patched(d.c, d.now, old, fresh))
	}
	o := d.c.places.Load()
	if o == nil {
		return
	}
	old, fresh := diff.Arcs.numbers()
	// Arcs that stayed say of a region that its area has several now, or has
	// another code, or of one without an area that its smallest vertex moved.
	listed := make(map[uint32]bool, len(fresh))
	for _, i := range fresh {
		listed[i] = true
	}
	for r, was := range d.renamed(diff) {
		if slices.Equal(d.c.sideOf(was), d.now.sideOf(r)) {
			continue
		}
		for h := range d.now.halvesOf(r) {
			i := uint32(h >> 1)
			if listed[i] {
				continue
			}
			listed[i] = true
			fresh, old = append(fresh, i), append(old, i)
		}
	}
	d.now.places.Store(o.patched(d.c, d.now, old, fresh))
}

// renamed returns regions that may be told from others by something else now, and
// the numbers that they had.
func (d *draft) renamed(diff *Diff) map[Region]Region {
	from := make(map[int]int, len(diff.Regions.Moved))
	for _, m := range diff.Regions.Moved {
		from[m.To] = m.From
	}
	out := map[Region]Region{}
	add := func(r Region) {
		was, ok := from[int(r)]
		if !ok {
			was = int(r)
		}
		if was < d.c.Regions() {
			out[r] = Region(was)
		}
	}
	for _, r := range diff.Regions.After {
		add(Region(r))
	}
	for _, a := range diff.Areas.After {
		for _, r := range d.now.RegionsOf(int32(a)) {
			add(r)
		}
	}
	return out
}

// sideOf is what chunks say of a region.
func (c *Coverage) sideOf(r Region) []byte {
	b, _ := c.appendSide(nil, "", r)
	return b
}

// numbers returns what was at other numbers or was different, and what is.
func (t *Touched) numbers() (old, fresh []uint32) {
	for _, i := range t.Before {
		old = append(old, uint32(i))
	}
	for _, i := range t.After {
		fresh = append(fresh, uint32(i))
	}
	for _, m := range t.Moved {
		old, fresh = append(old, uint32(m.From)), append(fresh, uint32(m.To))
	}
	return old, fresh
}
