package coverage

import (
	"maps"
	"slices"

	"onegrid/geo/lattice"
)

// Patched returns the measures of what an operation made of the coverage, at a
// cost that depends on what it touched.
func (m *Measured) Patched(c *Coverage, diff Diff) *Measured {
	p := &remeasure{before: m.c, now: c, tallies: m.tallies.edit(), sums: map[int32]tally{}, changed: map[int32]bool{}}
	p.number(m, diff.Areas)
	moved, anew := p.rehung(diff.Areas)
	p.count(m.c, -1, diff.Arcs.Before, diff.Regions.Before, moved)
	p.count(c, 1, diff.Arcs.After, diff.Regions.After, anew)
	p.apply()
	p.look()
	return &Measured{c, p.tallies.vector}
}

// remeasure brings measures up to date.
type remeasure struct {
	before, now *Coverage
	tallies     *edit[tally]
	to          map[int32]int32 // areas of before that have another number now, NoArea where they are gone
	sums        map[int32]tally // what areas now gain and lose
	changed     map[int32]bool  // areas now whose outline may be another
}

// number moves the tallies to the areas' numbers of now.
func (p *remeasure) number(m *Measured, areas Touched) {
	count := p.now.areas.len()
	p.to = map[int32]int32{}
	for _, a := range areas.Before {
		p.to[int32(a)] = NoArea
	}
	for _, move := range areas.Moved {
		p.to[int32(move.From)] = int32(move.To)
	}
	stays := map[string]int32{} // changed areas keep their place by their code or by their number
	for _, a := range areas.After {
		stays[p.now.area(int32(a)).Code] = int32(a)
	}
	for _, a := range areas.Before {
		if to, ok := stays[p.before.area(int32(a)).Code]; ok {
			p.to[int32(a)] = to
		} else if slices.Contains(areas.After, a) { // renamed
			p.to[int32(a)] = int32(a)
		}
	}
	for p.tallies.len() > count {
		p.tallies.pop()
	}
	for p.tallies.len() < count {
		p.tallies.push(tally{box: lattice.EmptyBox()})
	}
	for _, a := range areas.After {
		*p.tallies.change(a) = tally{box: lattice.EmptyBox()}
		p.changed[int32(a)] = true
	}
	for from, to := range p.to {
		if to >= 0 {
			*p.tallies.change(int(to)) = *m.tallies.at(int(from))
		}
	}
}

// rehung lists the regions under areas that hang elsewhere now, before and now.
func (p *remeasure) rehung(areas Touched) (before, now []int) {
	for _, a := range areas.Before {
		to := p.to[int32(a)]
		if to >= 0 && p.mapped(p.before.area(int32(a)).Parent) == p.now.area(to).Parent {
			continue
		}
		for _, r := range p.before.appendRegions(nil, int32(a)) {
			before = append(before, int(r))
		}
		if to >= 0 {
			for _, r := range p.now.appendRegions(nil, to) {
				now = append(now, int(r))
			}
		}
	}
	return before, now
}

func (p *remeasure) mapped(a int32) int32 {
	if to, ok := p.to[a]; ok && a >= 0 {
		return to
	}
	return a
}

// count adds arcs, and those around regions, to the areas whose outline they are
// part of, or takes them away.
func (p *remeasure) count(c *Coverage, by int64, arcs []int, regions ...[]int) {
	done := make(map[int]bool, 4*len(arcs))
	for _, i := range arcs {
		done[i] = true
		p.add(c, i, by, true)
	}
	for _, list := range regions {
		for _, r := range list {
			if Region(r) == Exterior {
				continue // what it borders on is touched itself, or as it was
			}
			for h := range c.halvesOf(Region(r)) {
				if i := int(h >> 1); !done[i] {
					done[i] = true
					p.add(c, i, by, false)
				}
			}
		}
	}
}

// add adds one arc; changed says that it is not the same before and now.
func (p *remeasure) add(c *Coverage, arc int, by int64, changed bool) {
	t := measure(c.arcs.at(arc).points)
	for side, h := range [2]HalfArc{HalfArc(2 * arc), HalfArc(2*arc + 1)} {
		for x := c.AreaOf(c.leftOf(h)); x >= 0; x = c.area(x).Parent {
			if c.isUnder(c.AreaOf(c.leftOf(h^1)), x) {
				break // and so is all that stands above
			}
			to := x
			if c == p.before {
				to = p.mapped(x)
			}
			sum := p.sums[to]
			sum.length += by * t.length
			if side == 0 {
				sum.area += by * t.area
			} else {
				sum.area -= by * t.area
			}
			p.sums[to] = sum
			p.changed[to] = p.changed[to] || changed
		}
	}
}

// apply adds up.
func (p *remeasure) apply() {
	for a, sum := range p.sums {
		if a < 0 || sum.area == 0 && sum.length == 0 {
			continue
		}
		t := p.tallies.change(int(a))
		t.area += sum.area
		t.length += sum.length
		p.changed[a] = true
	}
}

// isUnder tells whether an area is another or lies under it.
func (c *Coverage) isUnder(a, above int32) bool {
	for ; a >= 0; a = c.area(a).Parent {
		if a == above {
			return true
		}
	}
	return false
}

// look finds boxes and parts of the areas that changed.
func (p *remeasure) look() {
	for _, a := range slices.Sorted(maps.Keys(p.changed)) {
		if a < 0 || !p.changed[a] {
			continue
		}
		t := p.tallies.change(int(a))
		u := union{c: p.now, area: a, part: map[Region]int{}}
		u.collect()
		t.regions, t.box = u.parts, lattice.EmptyBox()
		for _, r := range u.regions {
			for h := range p.now.halvesOf(r) {
				t.box = t.box.Union(p.now.arcs.at(int(h >> 1)).box)
			}
		}
	}
}
