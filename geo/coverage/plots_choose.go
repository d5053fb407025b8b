package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo/lattice"
)

// wall is what two faces have in common.
type wall struct {
	half uint32 // with from on its left
	to   uint32
	cost float64
}

// walls lists what lies between the faces inside.
func (p *plots) walls() [][]wall {
	out := make([][]wall, p.count)
	for h, from := range p.left {
		to := p.left[h^1]
		if from == to || !p.inside[from] || !p.inside[to] {
			continue
		}
		out[from] = append(out[from], wall{uint32(h), to, p.lengthOf(uint32(h))})
	}
	return out
}

// lengthOf is what a chain costs: its length in metres by the cheapest guide
// along it.
func (p *plots) lengthOf(h uint32) (sum float64) {
	least := openCost
	for _, label := range p.lw.labelsOf(p.segs[h>>1]) {
		if label > 0 {
			least = min(least, p.cost[label])
		}
	}
	verts := p.of(h >> 1)
	for k := 1; k < len(verts); k++ {
		sum += lattice.DistanceM(p.lw.points[verts[k-1]], p.lw.points[verts[k]])
	}
	return sum * least
}

// touching tells which faces lie along the target, and what it would save to
// take them: the border that is there today.
func (p *plots) touching() map[uint32]float64 {
	along := map[[2]lattice.Point]bool{}
	for h := range p.c.halvesOf(p.region) {
		if p.c.AreaOf(p.c.leftOf(h^1)) != p.target {
			continue
		}
		points := p.c.pointsOf(uint32(h >> 1))
		for k := 1; k < len(points); k++ {
			a, b := ordered(points[k-1], points[k])
			along[[2]lattice.Point{a, b}] = true
		}
	}
	out := map[uint32]float64{}
	for i := range uint32(len(p.lw.segs)) {
		h := p.half[i]
		for _, face := range [...]uint32{p.left[h], p.left[h^1]} {
			a, b := p.lw.ends(i)
			if p.inside[face] && p.lw.labelsOf(i)[0] == 0 && p.alongAny(along, a, b) {
				out[face] += lattice.DistanceM(a, b)
			}
		}
	}
	return out
}

// alongAny tells whether a segment of the noded border is one, or part of one,
// of those given.
func (p *plots) alongAny(along map[[2]lattice.Point]bool, a, b lattice.Point) bool {
	if along[[2]lattice.Point{a, b}] {
		return true
	}
	for s := range along {
		if lattice.BoxOf(s[0], s[1]).ContainsBox(lattice.BoxOf(a, b)) {
			if m, _ := lattice.SegmentDistanceM(s[0], s[1], a); m > reachM {
				continue
			}
			if m, _ := lattice.SegmentDistanceM(s[0], s[1], b); m <= reachM {
				return true
			}
		}
	}
	return false
}

// choose finds the cheapest border.
func (p *plots) choose() ([][]lattice.Point, error) {
	walls, touching := p.walls(), p.touching()
	if len(touching) == 0 {
		return nil, refused(p.anchor[p.first(1)], "the two grids have no border in common here")
	}
	for range p.count + 1 {
		taken := p.cut(walls, touching)
		way, err := p.connect(walls, touching, taken)
		if err != nil {
			return nil, err
		}
		if len(way) > 0 { // what goes does not hang together with the target yet
			for _, face := range way {
				p.fixed[face] = 1
			}
			continue
		}
		stays, err := p.together(walls, taken)
		if err != nil {
			return nil, err
		}
		if len(stays) == 0 {
			return p.lines(taken), nil
		}
		for _, face := range stays { // free ground that would be cut off goes too
			p.fixed[face] = 1
		}
	}
	return nil, refused(p.anchor[p.first(1)], "no border leaves both grids in one piece")
}

func (p *plots) first(fixed int8) uint32 { return uint32(max(0, slices.Index(p.fixed, fixed))) }

// connect finds ground that joins to the target what goes and does not touch it:
// of the shortest way, over ground on which nothing stands.
func (p *plots) connect(walls [][]wall, touching map[uint32]float64, taken []bool) ([]uint32, error) {
	reached := make([]bool, p.count)
	var queue []uint32
	for face := range uint32(p.count) {
		if _, ok := touching[face]; ok && taken[face] {
			reached[face] = true
			queue = append(queue, face)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, w := range walls[queue[0]] {
			if taken[w.to] && !reached[w.to] {
				reached[w.to] = true
				queue = append(queue, w.to)
			}
		}
	}
	for face := range uint32(p.count) {
		if p.fixed[face] != 1 || reached[face] {
			continue
		}
		way := p.way(walls, face, func(g uint32) bool { _, ok := touching[g]; return ok || reached[g] })
		var blocked []string
		for _, g := range way {
			if p.fixed[g] < 0 {
				for _, i := range p.holds[g] {
					blocked = append(blocked, p.stand[i].Code)
				}
			}
		}
		if len(blocked) > 0 {
			slices.Sort(blocked)
			return nil, denied("buildings", blocked[0], "the ground does not reach the other grid: these stand between, and would have to go too: %v", slices.Compact(blocked))
		}
		return way, nil
	}
	return nil, nil
}

// way finds the cheapest way from a face to one that is good, that face included,
// around buildings that stay if there is any such way.
func (p *plots) way(walls [][]wall, from uint32, good func(uint32) bool) []uint32 {
	const detour = 1e6 // a building that stays counts as so many square metres
	far := map[uint32]float64{from: 0}
	back := map[uint32]uint32{}
	done := map[uint32]bool{}
	for {
		at, least := unset, 0.0
		for face := range uint32(p.count) {
			if d, ok := far[face]; ok && !done[face] && (at == unset || d < least) {
				at, least = face, d
			}
		}
		if at == unset {
			return nil
		}
		if good(at) {
			way := []uint32{at}
			for at != from {
				at = back[at]
				way = append(way, at)
			}
			return way
		}
		done[at] = true
		for _, w := range walls[at] {
			d := least + float64(p.area2[w.to])*1e-9 + 1
			if p.fixed[w.to] < 0 {
				d += detour
			}
			if old, ok := far[w.to]; !ok || d < old {
				far[w.to], back[w.to] = d, at
			}
		}
	}
}

// together finds what would be cut off from the rest that stays: free ground is
// returned, ground with buildings is refused.
func (p *plots) together(walls [][]wall, taken []bool) ([]uint32, error) {
	piece := make([]int, p.count)
	var pieces [][]uint32
	for face := range uint32(p.count) {
		if !p.inside[face] || taken[face] || piece[face] > 0 {
			continue
		}
		queue := []uint32{face}
		piece[face] = len(pieces) + 1
		for k := 0; k < len(queue); k++ {
			for _, w := range walls[queue[k]] {
				if !taken[w.to] && piece[w.to] == 0 {
					piece[w.to] = len(pieces) + 1
					queue = append(queue, w.to)
				}
			}
		}
		pieces = append(pieces, queue)
	}
	if len(pieces) == 0 {
		return nil, denied("buildings", "", "nothing would be left of %s: merge the two instead", p.c.area(p.c.AreaOf(p.region)).Code)
	}
	// The piece that keeps most buildings stays, the larger of equals.
	weigh := func(faces []uint32) (n int, area int64) {
		for _, face := range faces {
			n += len(p.holds[face])
			area += p.area2[face]
		}
		return n, area
	}
	slices.SortStableFunc(pieces, func(a, b []uint32) int {
		n, s := weigh(a)
		m, t := weigh(b)
		return cmp.Or(cmp.Compare(m, n), cmp.Compare(t, s))
	})
	var loose []uint32
	for _, faces := range pieces[1:] {
		if n, _ := weigh(faces); n > 0 {
			return nil, refused(p.anchor[faces[0]], "%s would be cut in two here", p.c.area(p.c.AreaOf(p.region)).Code)
		}
		loose = append(loose, faces...)
	}
	return loose, nil
}

// lines strings the chains between what goes and what stays together.
func (p *plots) lines(taken []bool) [][]lattice.Point {
	next := map[uint32][]uint32{} // by vertex: half-chains that begin there
	begins := map[uint32]int{}    // by vertex: how many more begin than end
	var all []uint32
	for h := range uint32(len(p.left)) {
		if a, b := p.left[h], p.left[h^1]; p.inside[a] && p.inside[b] && taken[a] && !taken[b] {
			next[p.tail(h)] = append(next[p.tail(h)], h)
			begins[p.tail(h)]++
			begins[p.tail(h^1)]--
			all = append(all, h)
		}
	}
	used := map[uint32]bool{}
	follow := func(h uint32) []lattice.Point {
		var points []lattice.Point
		for {
			used[h] = true
			points = p.appendPoints(points, h)
			head := p.tail(h ^ 1)
			k := slices.IndexFunc(next[head], func(g uint32) bool { return !used[g] })
			if k < 0 {
				return append(points, p.lw.points[head])
			}
			h = next[head][k]
		}
	}
	var out [][]lattice.Point
	for _, open := range [...]bool{true, false} {
		for _, h := range all {
			if !used[h] && (!open || begins[p.tail(h)] > 0) {
				out = append(out, follow(h))
			}
		}
	}
	return out
}
