package coverage

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Site is what Propose has to know of the ground.
type Site struct {
	Buildings []Building
	Guides    []Guide
}

// Building is a footprint and the code of the grid in which it stands.
type Building struct {
	Code      string
	Grid      string
	Footprint lattice.MultiPolygon
}

// Guide is a line that a border may well follow: the middle of a street, the edge
// of a plot. Cost is what a metre along it counts as, against one across open
// ground: 1 or less.
type Guide struct {
	Line []lattice.Point
	Cost float64
}

// openCost is what a metre across open ground counts, between two buildings that
// no guide parts.
const openCost = 1.5

// Propose finds where the border of a MoveBuildings runs. In each grid in which
// some of the buildings stand, the guides part the ground into plots; where a
// plot holds buildings that stay and others that go, it is parted halfway between
// them. Of all borders that leave every building whole on its side, the one that
// costs least is taken (a minimum cut), such that both grids stay connected. The
// error says what is in the way, with the codes of the buildings that would have
// to go too.
func Propose(c *Coverage, n geo.Network, buildings []string, to string, site Site) (*MoveBuildings, error) {
	op := &MoveBuildings{Buildings: slices.Clone(buildings), To: to}
	d := newDraft(c, n)
	if err := op.disabled(d); err != nil {
		return nil, err
	}
	goes := make(map[string]bool, len(buildings))
	for _, code := range buildings {
		goes[code] = true
	}
	donors, err := donorsOf(site, goes, to)
	if err != nil {
		return nil, err
	}
	for _, from := range donors {
		a, err := d.finest("buildings", from)
		if err != nil {
			return nil, err
		}
		target, _ := c.AreaByCode(to)
		take := Take{From: from}
		for _, r := range c.RegionsOf(a) {
			p := newPlots(c, r, target, site, goes)
			if !p.moves() {
				continue
			}
			lines, err := p.border()
			if err != nil {
				return nil, err
			}
			take.Lines = append(take.Lines, lines...)
		}
		if len(take.Lines) == 0 {
			return nil, denied("buildings", from, "no building named stands on the ground of %s", from)
		}
		op.Takes = append(op.Takes, take)
	}
	return op, nil
}

// donorsOf lists the grids in which the buildings stand.
func donorsOf(site Site, goes map[string]bool, to string) ([]string, error) {
	known := map[string]bool{}
	var donors []string
	for _, b := range site.Buildings {
		if !goes[b.Code] {
			continue
		}
		known[b.Code] = true
		if b.Grid == to {
			return nil, denied("buildings", b.Code, "%s stands in %s already", b.Code, to)
		}
		if !slices.Contains(donors, b.Grid) {
			donors = append(donors, b.Grid)
		}
	}
	for code := range goes {
		if !known[code] {
			return nil, geo.Errorf(geo.NotFound, "there is no building %.40q", code).On("buildings", code)
		}
	}
	slices.Sort(donors)
	return donors, nil
}

// plots are the pieces into which lines part a region.
type plots struct {
	c      *Coverage
	region Region
	target int32
	goes   map[string]bool
	stand  []Building // on the region
	guides []Guide

	*faces
	cost   []float64 // by label: 0 is the region's border
	inside []bool    // by face
	holds  [][]int   // by face: which buildings of stand
	fixed  []int8    // by face: 1 it goes, -1 it stays, 0 either
}

func newPlots(c *Coverage, r Region, target int32, site Site, goes map[string]bool) *plots {
	p := &plots{c: c, region: r, target: target, goes: goes}
	code := c.area(c.AreaOf(r)).Code
	box := c.boxOf(r)
	for _, b := range site.Buildings {
		if at, ok := lattice.Interior(b.Footprint); ok && b.Grid == code && c.holds(r, at) {
			p.stand = append(p.stand, b)
		}
	}
	for _, g := range site.Guides {
		if len(g.Line) > 1 && lattice.BoxOf(g.Line...).Intersects(box) {
			p.guides = append(p.guides, g)
		}
	}
	return p
}

// boxOf is the box around a region.
func (c *Coverage) boxOf(r Region) lattice.Box {
	box := lattice.EmptyBox()
	for h := range c.halvesOf(r) {
		box = box.Union(c.arcs.at(int(h >> 1)).box)
	}
	return box
}

func (p *plots) moves() bool {
	return slices.ContainsFunc(p.stand, func(b Building) bool { return p.goes[b.Code] })
}

// border finds the lines of the new border, what goes on their left.
func (p *plots) border() ([][]lattice.Point, error) {
	if err := p.lay(); err != nil {
		return nil, err
	}
	if mixed := p.mixed(); len(mixed) > 0 {
		for _, face := range mixed {
			p.guides = append(p.guides, p.separate(face)...)
		}
		if err := p.lay(); err != nil {
			return nil, err
		}
		if mixed := p.mixed(); len(mixed) > 0 {
			return nil, refused(p.anchor[mixed[0]], "buildings that go and buildings that stay stand too close together here")
		}
	}
	return p.choose()
}

// lay parts the region along the guides.
func (p *plots) lay() error {
	var edges []edge
	add := func(points []lattice.Point, label int32) {
		for k := 1; k < len(points); k++ {
			if points[k-1] != points[k] {
				edges = append(edges, edge{points[k-1], points[k], label})
			}
		}
	}
	for h := range p.c.halvesOf(p.region) {
		add(p.c.pointsOf(uint32(h>>1)), 0)
	}
	p.cost = []float64{0}
	box := p.c.boxOf(p.region)
	for _, g := range p.guides {
		for k := 1; k < len(g.Line); k++ {
			if lattice.BoxOf(g.Line[k-1], g.Line[k]).Intersects(box) {
				add(g.Line[k-1:k+1], int32(len(p.cost)))
			}
		}
		p.cost = append(p.cost, g.Cost)
	}
	lw, err := noded(edges)
	if err != nil {
		return err
	}
	if p.faces, err = planar(lw); err != nil {
		return err
	}
	p.gather()
	p.flood()
	p.fill()
	return nil
}

// flood finds the faces inside the region: crossing its border leads in or out.
func (p *plots) flood() {
	p.inside = make([]bool, p.count)
	done := make([]bool, p.count)
	done[0] = true
	for queue := []uint32{0}; len(queue) > 0; queue = queue[1:] {
		for _, h := range p.halvesOf(queue[0]) {
			if g := p.left[h^1]; !done[g] {
				done[g] = true
				p.inside[g] = p.inside[queue[0]] != p.isEdge(h)
				queue = append(queue, g)
			}
		}
	}
}

// isEdge tells whether a half-chain is on the border of the region.
func (p *plots) isEdge(h uint32) bool { return p.lw.labelsOf(p.segs[h>>1])[0] == 0 }

// fill finds which buildings stand on which faces, by their corners and by a
// place inside.
func (p *plots) fill() {
	p.holds = make([][]int, p.count)
	p.fixed = make([]int8, p.count)
	for i, b := range p.stand {
		at, _ := lattice.Interior(b.Footprint)
		places := []lattice.Point{at}
		for _, polygon := range b.Footprint {
			places = append(places, polygon[0]...)
		}
		for _, q := range places {
			if face := p.faceAt(q); p.inside[face] && !slices.Contains(p.holds[face], i) {
				p.holds[face] = append(p.holds[face], i)
			}
		}
	}
	for face, held := range p.holds {
		for _, i := range held {
			p.fixed[face] = -1
			if p.goes[p.stand[i].Code] {
				p.fixed[face] = 1
			}
		}
	}
}

// mixed lists the faces with buildings of both kinds.
func (p *plots) mixed() (out []uint32) {
	for face, held := range p.holds {
		if slices.ContainsFunc(held, func(i int) bool { return p.goes[p.stand[i].Code] != p.goes[p.stand[held[0]].Code] }) {
			out = append(out, uint32(face))
		}
	}
	return out
}

// faceAt finds the face of a place, by the segment just below it.
func (p *plots) faceAt(q lattice.Point) uint32 {
	best := unset
	for i := range uint32(len(p.lw.segs)) {
		a, b := p.lw.ends(i)
		if a.X <= q.X && q.X < b.X && lattice.Cross(a, b, q) >= 0 && (best == unset || p.lw.above(i, best)) {
			best = i
		}
	}
	if best == unset {
		return 0
	}
	h := p.half[best]
	if less(p.lw.points[p.lw.segs[best].v], p.lw.points[p.lw.segs[best].u]) {
		h ^= 1
	}
	return p.left[h]
}

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
		points := []lattice.Point{p.lw.points[p.tail(h)]}
		for {
			used[h] = true
			verts := p.of(h >> 1)
			for k := 1; k < len(verts); k++ {
				v := verts[k]
				if h&1 == 1 {
					v = verts[len(verts)-1-k]
				}
				points = append(points, p.lw.points[v])
			}
			k := slices.IndexFunc(next[p.tail(h^1)], func(g uint32) bool { return !used[g] })
			if k < 0 {
				return points
			}
			h = next[p.tail(h^1)][k]
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
