package coverage

import (
	"cmp"
	"math"
	"slices"

	"onegrid/geo/lattice"
)

// Patched returns the simplification of what an operation made of the coverage.
// Arcs that the operation left alone keep the order in which their vertices go,
// but where that would lead one over a vertex of a new arc; those, and the new
// arcs, get theirs among what stays. What comes of it is as sound as what
// Simplify makes of the whole, at the cost of what was touched and a look at the
// box of every arc; it may differ from that in which vertices go first.
func (s *Simplified) Patched(c *Coverage, diff Diff) *Simplified {
	p := newReranking(s, c, diff)
	for p.rank() { // until nothing that was decided before is in the way
	}
	return &Simplified{c: c, goes: p.goes.vector}
}

// reranking decides anew for some arcs.
type reranking struct {
	c     *Coverage
	goes  *edit[[]float32]
	anew  []int // arcs
	isNew map[int]bool
	boxes []lattice.Box // of anew
	near  []int         // other arcs whose boxes meet those
}

func newReranking(s *Simplified, c *Coverage, diff Diff) *reranking {
	p := &reranking{c: c, goes: s.goes.edit(), isNew: map[int]bool{}}
	for p.goes.len() > c.Arcs() {
		p.goes.pop()
	}
	for p.goes.len() < c.Arcs() {
		p.goes.push(nil)
	}
	for _, m := range diff.Arcs.Moved {
		*p.goes.change(m.To) = *s.goes.at(m.From)
	}
	for _, i := range diff.Arcs.After {
		p.add(i)
	}
	return p
}

func (p *reranking) add(arc int) {
	p.isNew[arc] = true
	p.anew = append(p.anew, arc)
	p.boxes = append(p.boxes, p.c.arcs.at(arc).box)
}

// rank decides for the arcs anew, with all others as they are. It returns true
// after it has added arcs that cannot stay as they are.
func (p *reranking) rank() (again bool) {
	p.find()
	r := newRanker(p.c, 0)
	for _, i := range p.anew {
		r.addArc(p.c.Arc(i))
	}
	own := len(r.vs)
	r.until = make([]float32, own)
	for i := range r.until {
		r.until[i] = float32(math.Inf(1))
	}
	for _, i := range p.near {
		p.stand(r, i)
	}
	all := r.rank()
	for _, i := range p.anew {
		n := len(p.c.pointsOf(uint32(i)))
		*p.goes.change(i) = slices.Clone(all[:n])
		all = all[n:]
	}
	for _, i := range p.near {
		if p.disturbs(i) {
			p.add(i)
			again = true
		}
	}
	return again
}

// find lists the arcs near those that are decided for anew.
func (p *reranking) find() {
	all := lattice.EmptyBox()
	for _, b := range p.boxes {
		all = all.Union(b)
	}
	p.near = p.near[:0]
	for i := range p.c.Arcs() {
		box := p.c.arcs.at(i).box
		if !p.isNew[i] && all.Intersects(box) && slices.ContainsFunc(p.boxes, box.Intersects) {
			p.near = append(p.near, i)
		}
	}
}

// stand puts an arc's vertices where they are until they go by what was decided.
func (p *reranking) stand(r *ranker, arc int) {
	a, goes := p.c.arcs.at(arc), *p.goes.at(arc)
	for k, q := range a.points {
		v := vertex{q, ^(int32(p.c.nodes.len()) + int32(len(r.vs))), 0} // an end, at a node of its own
		switch k {
		case 0:
			v.prev = ^a.from
		case len(a.points) - 1:
			v.prev = ^a.to
		}
		r.vs = append(r.vs, v)
		r.until = append(r.until, goes[k])
	}
	r.straight[pair(a.from, a.to)] = true // two arcs that join the same nodes may not both become straight
}

// bothStraight tells whether two arcs become the same segment in the end.
func (p *reranking) bothStraight(i, j int) bool {
	a, b := p.c.arcs.at(i), p.c.arcs.at(j)
	return pair(a.from, a.to) == pair(b.from, b.to) && p.straightens(i) && p.straightens(j)
}

func (p *reranking) straightens(arc int) bool {
	goes := *p.goes.at(arc)
	return !slices.ContainsFunc(goes[1:len(goes)-1], func(g float32) bool { return math.IsInf(float64(g), 1) })
}

// disturbs tells whether a vertex of an arc that was decided for anew lies, while
// it is there, where another arc passes as its own vertices go.
func (p *reranking) disturbs(arc int) bool {
	points, goes := p.c.pointsOf(uint32(arc)), *p.goes.at(arc)
	box := p.c.arcs.at(arc).box
	type stay struct {
		at    lattice.Point
		until float32
	}
	var theirs []stay
	for n, i := range p.anew {
		if p.bothStraight(arc, i) {
			return true
		}
		if !p.boxes[n].Intersects(box) {
			continue
		}
		for k, q := range p.c.pointsOf(uint32(i)) {
			if box.Contains(q) {
				theirs = append(theirs, stay{q, (*p.goes.at(i))[k]})
			}
		}
	}
	if len(theirs) == 0 {
		return false
	}
	prev, next := make([]int, len(points)), make([]int, len(points))
	order := make([]int, 0, len(points))
	for k := range points {
		prev[k], next[k] = k-1, k+1
		if !math.IsInf(float64(goes[k]), 1) {
			order = append(order, k)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(goes[i], goes[j]) })
	for _, k := range order {
		a, b, c := points[prev[k]], points[k], points[next[k]]
		for _, t := range theirs {
			if t.until > goes[k] && t.at != a && t.at != b && t.at != c && inTriangle(a, b, c, t.at) {
				return true
			}
		}
		next[prev[k]], prev[next[k]] = next[k], prev[k]
	}
	return false
}
