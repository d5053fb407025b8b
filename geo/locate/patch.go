package locate

import (
	"slices"
	"sync/atomic"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// Patched returns an index of what operations made of x's coverage; diff is what
// they touched. It answers what an index made anew would, at a cost that depends
// on what was touched.
//
// Over the index of the coverage as it was lies a small one, of the regions that
// operations have touched since and the borders around them. Who is in none of
// these regions is where he was. Once the small index has grown, one of the whole
// is made in the background, and what is patched after that goes by it.
func (x *Index) Patched(c *coverage.Coverage, diff coverage.Diff) (*Index, error) {
	p := &patch{under: x, diff: diff, now: c}
	if before := x.patch; before != nil {
		p.under, p.diff = before.under, before.diff.Then(diff)
		if r := before.rebuilt; r != nil {
			p.rebuilt = &rebuilding{r.done, r.since.Then(diff)}
			if whole := r.done.Load(); whole != nil {
				p.under, p.diff, p.rebuilt = whole, p.rebuilt.since, nil
			}
		}
	}
	if err := p.build(); err != nil {
		return nil, err
	}
	if p.rebuilt == nil && len(p.arcs) > grown {
		p.rebuilt = rebuild(c)
	}
	return &Index{patch: p}, nil
}

// grown is how many borders of touched regions are so many that an index of the
// whole is worth making. With them a patch costs about half a millisecond.
const grown = 500

// small is the memory of the index over what was touched. It is made with every
// operation, so large cells are better, which are made faster than they answer.
const small = 64 << 10

// patch is what a patched index has instead of cells.
type patch struct {
	under, over *Index
	now         *coverage.Coverage
	diff        coverage.Diff     // from under's coverage to now
	fresh       []coverage.Region // regions of over, by their numbers there
	arcs        []int             // of over, likewise
	regions     map[int]int       // of under that have another number, or are gone
	borders     map[int]int       // arcs of under, likewise
	rebuilt     *rebuilding       // nil as long as the patch is small
}

// gone stands for the number of what is there no more.
const gone = -1

// rebuilding is an index of the whole that is being made.
type rebuilding struct {
	done  *atomic.Pointer[Index]
	since coverage.Diff // from its coverage to now
}

func rebuild(c *coverage.Coverage) *rebuilding {
	r := &rebuilding{done: &atomic.Pointer[Index]{}}
	go func() {
		// An error here is one that the next index made anew returns, too.
		if x, err := New(c, Options{}); err == nil {
			r.done.Store(x)
		}
	}()
	return r
}

// build makes the index over what was touched.
func (p *patch) build() error {
	if err := p.now.Bounds().CheckSpan(); err != nil {
		return geo.Errorf(geo.Invalid, "%v", err).Where(p.now.Bounds().Min)
	}
	p.regions, p.borders = renumbered(p.diff.Regions), renumbered(p.diff.Arcs)
	p.fresh, p.arcs = []coverage.Region{coverage.Exterior}, slices.Clone(p.diff.Arcs.After)
	local := map[coverage.Region]coverage.Region{}
	for _, i := range p.diff.Regions.After {
		r := coverage.Region(i)
		if r == coverage.Exterior {
			continue
		}
		local[r] = coverage.Region(len(p.fresh))
		p.fresh = append(p.fresh, r)
		for _, ring := range p.now.Boundary(r) {
			for _, h := range ring {
				p.arcs = append(p.arcs, int(h>>1))
			}
		}
	}
	slices.Sort(p.arcs)
	p.arcs = slices.Compact(p.arcs)
	var err error
	p.over, err = build(p.touched(local), Options{MaxBytes: small})
	return err
}

// renumbered says where things went: to another number, or gone.
func renumbered(t coverage.Touched) map[int]int {
	to := make(map[int]int, len(t.Before)+len(t.Moved))
	for _, i := range t.Before {
		to[i] = gone
	}
	for _, m := range t.Moved {
		to[m.From] = m.To
	}
	return to
}

// now follows a number.
func now(to map[int]int, i int) int {
	if n, ok := to[i]; ok {
		return n
	}
	return i
}

// touched is the part of a coverage that a patch is built from. All that was not
// touched is its exterior.
type touched struct {
	*patch
	borders []coverage.Arc
}

func (p *patch) touched(local map[coverage.Region]coverage.Region) *touched {
	t := &touched{p, make([]coverage.Arc, len(p.arcs))}
	for i, arc := range p.arcs {
		a := p.now.Arc(arc)
		a.Left, a.Right = local[a.Left], local[a.Right]
		t.borders[i] = a
	}
	return t
}

func (t *touched) Regions() int                   { return len(t.fresh) }
func (t *touched) AreaOf(r coverage.Region) int32 { return t.now.AreaOf(t.fresh[r]) }
func (t *touched) Arcs() int                      { return len(t.arcs) }
func (t *touched) Arc(i int) coverage.Arc         { return t.borders[i] }
func (t *touched) ArcLevel(i int) int             { return t.now.ArcLevel(t.arcs[i]) }

// regionNow is the number of a region of under; what is gone is nobody's.
func (p *patch) regionNow(r coverage.Region) coverage.Region {
	return coverage.Region(max(0, now(p.regions, int(r))))
}

// plain answers by the semi-open rule alone. Where neither index has a region,
// the place may lie on borders of both.
func (p *patch) plain(q lattice.Point) (r coverage.Region, onBorder bool) {
	r, onOver := p.over.plain(q)
	if r != coverage.Exterior {
		return p.fresh[r], onOver
	}
	r, onUnder := p.under.plain(q)
	if r = p.regionNow(r); r != coverage.Exterior {
		return r, onUnder
	}
	return r, onOver || onUnder && p.staysBorder(q)
}

// staysBorder says whether a place on a border of under is on one that is there
// still.
func (p *patch) staysBorder(q lattice.Point) bool {
	for s := range p.under.segments(p.under.at(q)) {
		if s.through() && now(p.borders, s.arc) != gone {
			return true
		}
	}
	return false
}

// firstOwned finds the first owned region counter-clockwise from east: what over
// knows of it and what under does are told by where they begin.
func (p *patch) firstOwned(q lattice.Point, r coverage.Region) coverage.Region {
	over, a, ok := p.over.turn(q, func(r coverage.Region) bool { return p.owned(p.fresh[r]) })
	under, b, also := p.under.turn(q, func(r coverage.Region) bool { return p.owned(p.regionNow(r)) })
	switch {
	case ok && (!also || a.before(b)):
		return p.fresh[over]
	case also:
		return p.regionNow(under)
	}
	return r
}

func (p *patch) owned(r coverage.Region) bool { return p.now.AreaOf(r) >= 0 }

// search looks for the nearest border in both indexes.
func (p *patch) search(s *search, q lattice.Point) {
	for _, x := range [...]*Index{p.over, p.under} {
		if len(x.cells) > 0 {
			s.Index = x
			s.px, s.py = x.at(q)
			s.run()
		}
	}
}

// number is the number now of an arc of one of the indexes, or gone.
func (p *patch) number(x *Index, arc int) int {
	if x == p.over {
		return p.arcs[arc]
	}
	return now(p.borders, arc)
}

func (p *patch) sides(arc int) sides {
	a := p.now.Arc(arc)
	return sides{left: a.Left, right: a.Right}
}

func (p *patch) bytes() int { return p.under.Bytes() + p.over.Bytes() }
