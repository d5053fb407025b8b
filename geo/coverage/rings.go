package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// parter parts closed walks into rings that pass no node twice, so that a hole
// which touches the outer ring is a ring of its own. It serves one walk after the
// other.
type parter struct {
	c    *Coverage
	at   map[int32]int // by node on the path: its place there
	path []HalfArc
}

func newParter(c *Coverage) *parter { return &parter{c: c, at: map[int32]int{}} }

// part calls emit with every ring of the walk that starts with h and goes on by
// next. The ring is emit's only until it returns.
func (p *parter) part(h HalfArc, next func(HalfArc) HalfArc, emit func(ring []HalfArc)) {
	for g := h; ; {
		p.at[p.c.tail(g)] = len(p.path)
		p.path = append(p.path, g)
		if from, closed := p.at[p.c.tail(g^1)]; closed {
			ring := p.path[from:]
			for _, g := range ring {
				delete(p.at, p.c.tail(g))
			}
			p.path = p.path[:from]
			emit(ring)
		}
		if g = next(g); g == h {
			return
		}
	}
}

// loop is a ring of a region, from its smallest half-arc.
type loop struct {
	region Region
	hole   bool
	halves []HalfArc
}

// compare puts the outer ring of a region first.
func (l *loop) compare(m *loop) int {
	switch {
	case l.hole == m.hole:
		return cmp.Compare(l.halves[0], m.halves[0])
	case l.hole:
		return 1
	}
	return -1
}

// ring collects the rings of every region of a new coverage.
func (c *Coverage) ring() error {
	loops, err := c.loops()
	if err != nil {
		return err
	}
	slices.SortFunc(loops, func(a, b loop) int {
		return cmp.Or(cmp.Compare(a.region, b.region), a.compare(&b))
	})
	rings := make([][]HalfArc, len(loops))
	for i, l := range loops {
		rings[i] = l.halves
	}
	for i := 0; i < len(loops); {
		from, r := i, loops[i].region
		for i < len(loops) && loops[i].region == r {
			i++
		}
		c.regions.at(int(r)).rings = rings[from:i:i]
	}
	return nil
}

// loops finds all rings. The error is for borders that do not fit each other.
func (c *Coverage) loops() ([]loop, error) {
	done := make([]bool, 2*c.Arcs())
	out := make([]loop, 0, c.Regions()+8)
	area := c.arcAreas()
	all := make([]HalfArc, 0, 2*c.Arcs())
	p := newParter(c)
	for h := range HalfArc(len(done)) {
		if done[h] {
			continue
		}
		r := c.leftOf(h)
		for g := h; !done[g]; g = c.next(g) {
			if done[g] = true; c.leftOf(g) != r {
				at := c.pointsOf(uint32(g >> 1))[0]
				return nil, geo.Errorf(geo.Invalid, "the border at %v has different regions along one side", at).Where(at)
			}
		}
		p.part(h, c.next, func(ring []HalfArc) {
			from := len(all)
			all = append(all, ring...)
			halves := all[from:len(all):len(all)]
			rotateToLeast(halves)
			out = append(out, loop{r, sumAround(halves, area) <= 0, halves})
		})
	}
	return out, nil
}

// ringsOf finds the rings that the half-arcs around one region make.
func (c *Coverage) ringsOf(p *parter, halves []HalfArc) [][]HalfArc {
	done := make(map[HalfArc]bool, len(halves))
	var loops []loop
	for _, h := range halves {
		if done[h] {
			continue
		}
		p.part(h, c.next, func(ring []HalfArc) {
			ring = slices.Clone(ring)
			rotateToLeast(ring)
			for _, h := range ring {
				done[h] = true
			}
			loops = append(loops, loop{hole: c.sweepRing(ring) <= 0, halves: ring})
		})
	}
	slices.SortFunc(loops, func(a, b loop) int { return a.compare(&b) })
	rings := make([][]HalfArc, len(loops))
	for i := range loops {
		rings[i] = loops[i].halves
	}
	return rings
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

// arcAreas returns what each arc adds to twice the area of a ring. The sums may
// wrap on the way: see lattice.TwiceArea.
func (c *Coverage) arcAreas() []int64 {
	out := make([]int64, c.Arcs())
	if c.Arcs() == 0 {
		return out
	}
	o := c.pointsOf(0)[0]
	for i := range out {
		out[i] = sweep(o, c.pointsOf(uint32(i)))
	}
	return out
}

// sumAround is twice the signed area of a ring, by what arcAreas returned.
func sumAround(ring []HalfArc, area []int64) (sum int64) {
	for _, h := range ring {
		if h&1 == 0 {
			sum += area[h>>1]
		} else {
			sum -= area[h>>1]
		}
	}
	return sum
}

// sweepRing is the same for one ring alone.
func (c *Coverage) sweepRing(ring []HalfArc) (sum int64) {
	o := c.pointsOf(uint32(ring[0] >> 1))[0]
	for _, h := range ring {
		if part := sweep(o, c.pointsOf(uint32(h>>1))); h&1 == 0 {
			sum += part
		} else {
			sum -= part
		}
	}
	return sum
}

// sweep is twice the signed area between o and a line.
func sweep(o lattice.Point, line []lattice.Point) (sum int64) {
	for k := 1; k < len(line); k++ {
		sum += lattice.Cross(o, line[k-1], line[k])
	}
	return sum
}
