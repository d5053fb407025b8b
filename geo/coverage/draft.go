package coverage

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// draft is a coverage while an operation makes it of another. What it does not
// touch, the two share. Numbers stay what they are until finish, which closes
// the gaps that vanished things leave with the last of their kind.
type draft struct {
	network geo.Network
	c       *Coverage // before
	now     *Coverage // its lists are those of the edits below, see sync

	areas   *edit[entry]
	arcs    *edit[arc]
	nodes   *edit[node]
	regions *edit[region]
	free    struct{ areas, arcs, nodes, regions []int } // numbers that nothing has now

	came, went map[uint32]bool      // arcs, by their numbers now and before
	rings      map[Region]bool      // whose rings are to be found anew
	halves     map[Region][]HalfArc // that came to be around them
	parts      map[int32]bool       // areas whose list of regions is to be found anew

	nodesCame, nodesWent []int
	changed              map[int32]bool // areas that are not as they were
}

func newDraft(c *Coverage, n geo.Network) *draft {
	d := &draft{network: n, c: c, now: &Coverage{points: c.points, bounds: c.bounds},
		areas: c.areas.edit(), arcs: c.arcs.edit(), nodes: c.nodes.edit(), regions: c.regions.edit(),
		came: map[uint32]bool{}, went: map[uint32]bool{}, rings: map[Region]bool{}, halves: map[Region][]HalfArc{}, parts: map[int32]bool{}, changed: map[int32]bool{}}
	d.sync()
	return d
}

// sync lets d.now see what the edits hold.
func (d *draft) sync() {
	d.now.areas, d.now.arcs, d.now.nodes, d.now.regions = d.areas.vector, d.arcs.vector, d.nodes.vector, d.regions.vector
}

// redraw puts what a sketch settles to in the place of what it took in.
func (d *draft) redraw(s *sketch) error {
	lines, lotOf, err := s.settle()
	if err != nil {
		return err
	}
	w := newWeave(d, s.arcs, d.number(s, lines, lotOf))
	if err := w.heal(); err != nil {
		return err
	}
	w.keep()
	if err := w.heedLocks(); err != nil {
		return err
	}
	if err := w.heedIdle(); err != nil {
		return err
	}
	w.place()
	d.sync()
	if err := d.findRings(); err != nil {
		return err
	}
	d.sync()
	d.findParts()
	d.sync()
	return nil
}

// number gives the regions of a settled sketch their numbers: that of the region
// a part was, if nothing else of the part has it yet.
func (d *draft) number(s *sketch, lines []line, lotOf []int32) []border {
	to := make([]Region, len(lotOf))
	used := map[Region]bool{}
	for i := 1; i < len(to); i++ {
		switch p := s.lots[lotOf[i]]; {
		case p.outside:
			to[i] = Exterior
		case p.from != Exterior && !used[p.from]:
			used[p.from] = true
			to[i] = p.from
			if g := d.regions.at(int(p.from)); g.area != p.area {
				d.parts[g.area], d.parts[p.area] = true, true
				d.regions.change(int(p.from)).area = p.area
			}
		default:
			to[i] = Region(d.regions.push(region{area: p.area}))
			d.parts[p.area] = true
		}
		d.rings[to[i]] = true
	}
	for r := range s.of {
		if !used[r] {
			d.free.regions = append(d.free.regions, int(r))
			d.parts[d.regions.at(int(r)).area] = true
		}
	}
	slices.Sort(d.free.regions)
	of := func(x side) Region {
		if x < 0 {
			return Region(^x)
		}
		return to[x]
	}
	out := make([]border, 0, len(lines))
	for _, l := range lines {
		if left, right := of(l.left), of(l.right); left != right {
			out = append(out, border{l.points, left, right})
		}
	}
	return out
}

func (d *draft) touchRings(regions ...Region) {
	for _, r := range regions {
		d.rings[r] = true
	}
}

// findRings finds the rings of the regions beside what came and went. In a basic
// network nothing may be enclosed that is nobody's and that nobody drew.
func (d *draft) findRings() error {
	trail := newParter(d.now)
	for r := range d.rings {
		if slices.Contains(d.free.regions, int(r)) {
			continue
		}
		halves := d.halves[r]
		for _, ring := range d.regions.at(int(r)).rings {
			for _, h := range ring {
				if !d.went[uint32(h>>1)] && d.now.leftOf(h) == r {
					halves = append(halves, h)
				}
			}
		}
		rings := d.now.ringsOf(trail, halves)
		d.regions.change(int(r)).rings = rings
		if r != Exterior {
			continue
		}
		d.now.bounds = d.now.outerBounds(halves)
		if d.network.Kind == geo.Basic && len(rings) > 0 && d.now.sweepRing(rings[0]) > 0 {
			return refused(d.now.pointsOf(uint32(rings[0][0] >> 1))[0], "this would enclose ground of nobody")
		}
	}
	return nil
}

// outerBounds is the box around what borders the exterior.
func (c *Coverage) outerBounds(halves []HalfArc) lattice.Box {
	box := lattice.EmptyBox()
	for _, h := range halves {
		box = box.Union(c.arcs.at(int(h >> 1)).box)
	}
	return box
}

// findParts finds the regions of the areas that got or lost some.
func (d *draft) findParts() {
	of := map[int32][]Region{}
	look := func(r Region) {
		if a := d.regions.at(int(r)).area; d.parts[a] && a >= 0 && !slices.Contains(of[a], r) && !slices.Contains(d.free.regions, int(r)) {
			of[a] = append(of[a], r)
		}
	}
	for a := range d.parts {
		if a >= 0 && int(a) < d.c.areas.len() {
			for _, r := range d.c.RegionsOf(a) {
				look(r)
			}
		}
	}
	for r := range d.rings {
		look(r)
	}
	for a := range d.parts {
		if a >= 0 {
			slices.Sort(of[a])
			d.areas.change(int(a)).regions = of[a]
			d.changed[a] = true
		}
	}
}
