package citygen

import (
	"cmp"
	"math"
	"slices"

	"onegrid/geo"
)

// division says which grid every face belongs to, and the hierarchy above:
// each step by index.
type division struct {
	grid      []int32 // by face, -1 outside
	community []int32 // by grid
	street    []int32 // by community
	streets   int
	isles     []int32 // the islands' grids
	faces     [][]int32
}

// border is a neighbour of a face and what lies between.
type neighbour struct {
	face int32
	cost float64 // of parting the two
	wet  bool    // across a river
}

// reluctance to draw a border of grids along a line, a metre: rivers and great
// streets part people anyway.
var reluctance = [...]float64{
	river: 0.05, stream: 0.25, rail: 0.12, motorway: 0.12, primary: 0.2, secondary: 0.35,
	tertiary: 0.65, residential: 1, service: 1.7, shore: 1, waterline: 1, border: 1,
}

// divider parts the land by halving: a set of blocks is swept from one side to
// the other until the share is reached, in the direction that cuts cheapest,
// then blocks change sides as long as the cut gets cheaper. Every part stays in
// one piece throughout. What it moves are faces, or groups of them: streets and
// towns are made of whole quarters between great streets, communities of whole
// blocks between named ones, grids of single blocks.
type divider struct {
	members [][]int32 // faces, by group
	group   []int32   // by face
	weight  []float64 // of a group, in grids
	plots   []int     // habitable ones, by group
	near    [][]neighbour
	centre  []vec
	side    []int8  // of a group while its set is halved; 0 where it is not in it
	seen    []int32 // stamp of the last search
	stamp   int32
	wet     bool // whether a set may reach across rivers
}

// newDivider groups the faces that are parted only by lines of a class beyond
// the given one.
func newDivider(c *carver, faceWeight []float64, within class) *divider {
	group, n := c.grouped(within)
	d := &divider{group: group, members: make([][]int32, n), weight: make([]float64, n), plots: make([]int, n), near: make([][]neighbour, n),
		centre: make([]vec, n), side: make([]int8, n), seen: make([]int32, n)}
	area := make([]float64, n)
	for f := range c.faces {
		g := group[f]
		if g < 0 {
			continue
		}
		fc := &c.faces[f]
		d.members[g] = append(d.members[g], int32(f))
		d.weight[g] += faceWeight[f]
		d.plots[g] += bool01(faceWeight[f] > emptyWeight)
		d.centre[g] = d.centre[g].add(c.middle(int32(f)).mul(fc.area))
		area[g] += fc.area
		c.around(int32(f), func(h half) {
			o := c.face[h.twin()]
			if group[o] < 0 || group[o] == g {
				return
			}
			k := reluctance[c.class(h)]
			if fc.family != 0 && fc.family == c.faces[o].family {
				k *= 1.5
			}
			d.near[g] = append(d.near[g], neighbour{group[o], k * c.stretch(h, 0, c.size(h)-1), c.class(h) == river})
		})
	}
	for g := range d.centre {
		d.centre[g] = d.centre[g].mul(1 / area[g])
	}
	return d
}

// grouped numbers the groups of dry faces that hang together without crossing a
// line of a class up to the given one; -1 for the others.
func (c *carver) grouped(within class) (group []int32, n int) {
	group = make([]int32, len(c.faces))
	for f := range group {
		group[f] = -1
	}
	dry := func(f int32) bool { return f != outside && (c.faces[f].zone == land || c.faces[f].zone == upland) }
	for f := range group {
		if group[f] >= 0 || !dry(int32(f)) {
			continue
		}
		group[f] = int32(n)
		for queue := []int32{int32(f)}; len(queue) > 0; {
			g := queue[0]
			queue = queue[1:]
			c.around(g, func(h half) {
				if o := c.face[h.twin()]; dry(o) && group[o] < 0 && c.class(h) > within {
					group[o] = int32(n)
					queue = append(queue, o)
				}
			})
		}
		n++
	}
	return group, n
}

// emptyWeight is that of a face on which no grid can live.
const emptyWeight = 0.004

// weigh says how many grids' worth of people each face will hold: by its plot,
// which on the whole is two thirds of it.
func (c *carver) weigh(blocks []block) []float64 {
	out := make([]float64, len(blocks))
	for f := 1; f < len(out); f++ {
		out[f] = emptyWeight
		if b := &blocks[f]; b.habitable() && c.faces[f].zone == land {
			out[f] += min(b.plot.area*1.5, c.faces[f].area) / 1e6 * c.densityOf(int32(f))
		}
	}
	return out
}

// habitable tells whether a grid could live on the block alone.
func (b *block) habitable() bool { return b.ok && b.use != landmark && b.plot.area > 2600 }

// divide makes the grids, communities and streets of the figures.
func (c *carver) divide(f *Figures, blocks []block) (*division, error) {
	v := &division{grid: make([]int32, len(c.faces))}
	for i := range v.grid {
		v.grid[i] = -1
	}
	isles := c.islands()
	grids := f.Grids - len(isles)
	r := chanceOf(f.Seed, 3)
	weight := c.weigh(blocks)

	all := c.dry()
	streets := c.gather(weight, secondary, all, func(d *divider, set []int32) [][]int32 { return d.streetsOf(set, f.Streets, r) }, f.Streets)
	v.streets = len(streets)
	var communities [][]int32
	for s, n := range capped(seats(f.Communities, sums(streets, weight)), plotsIn(streets, weight)) {
		share := shares(r, n, 0.22)
		for _, part := range c.gather(weight, tertiary, streets[s], func(d *divider, set []int32) [][]int32 { return d.parts(set, share) }, n) {
			v.street = append(v.street, int32(s))
			communities = append(communities, part)
		}
	}
	for k, n := range capped(seats(grids, sums(communities, weight)), plotsIn(communities, weight)) {
		share := shares(r, n, 0)
		for _, part := range c.gather(weight, service, communities[k], func(d *divider, set []int32) [][]int32 { return d.parts(set, share) }, n) {
			for _, f := range part {
				v.grid[f] = int32(len(v.community))
			}
			v.community = append(v.community, int32(k))
			v.faces = append(v.faces, part)
		}
	}
	if v.streets != f.Streets || len(v.street) != f.Communities || len(v.community) != grids {
		return nil, geo.Errorf(geo.Invalid, "%d blocks cannot be gathered into %d grids in %d communities in %d streets; a larger area or another seed is needed",
			len(all), f.Grids, f.Communities, f.Streets).On("grids", "")
	}
	v.flood(c.planar, isles)
	return v, nil
}

// dry lists the faces of land, hills among them.
func (c *carver) dry() []int32 {
	var out []int32
	for f := range c.faces {
		if z := c.faces[f].zone; f != outside && (z == land || z == upland) {
			out = append(out, int32(f))
		}
	}
	return out
}

// gather parts faces into n sets by part, in groups between lines of a class; in
// finer groups where there are too few of those.
func (c *carver) gather(weight []float64, within class, faces []int32, part func(d *divider, set []int32) [][]int32, n int) [][]int32 {
	for ; within <= service; within++ {
		d := c.dividers[within]
		if d == nil {
			d = newDivider(c, weight, within)
			c.dividers[within] = d
		}
		set := d.setOf(faces)
		if len(set) < 4*n && within < service {
			continue
		}
		d.wet = false
		d.wet = len(d.pieces(set)) > 1 // a street on both banks
		if parts := part(d, set); len(parts) == n {
			for i := range parts {
				parts[i] = d.facesOf(parts[i])
			}
			return parts
		}
	}
	return nil
}

// plotsIn counts the habitable plots of each set of faces.
func plotsIn(sets [][]int32, weight []float64) []int {
	out := make([]int, len(sets))
	for i, set := range sets {
		for _, f := range set {
			out[i] += bool01(weight[f] > emptyWeight)
		}
	}
	return out
}

// capped moves seats from where there are more than the cap to where there is
// most room.
func capped(seats, caps []int) []int {
	for i := range seats {
		for seats[i] > max(1, caps[i]) {
			to := 0
			for j := range seats {
				if caps[j]-seats[j] > caps[to]-seats[to] {
					to = j
				}
			}
			seats[i]--
			seats[to]++
		}
	}
	return seats
}

func (d *divider) facesOf(set []int32) []int32 {
	var out []int32
	for _, g := range set {
		out = append(out, d.members[g]...)
	}
	slices.Sort(out)
	return out
}

// setOf is the groups that the faces make up.
func (d *divider) setOf(faces []int32) []int32 {
	var out []int32
	for _, f := range faces {
		out = append(out, d.group[f])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sums(sets [][]int32, weight []float64) []float64 {
	out := make([]float64, len(sets))
	for i, set := range sets {
		for _, f := range set {
			out[i] += weight[f]
		}
	}
	return out
}

// streetsOf parts the land into streets, bank by bank where the banks are large
// enough.
func (d *divider) streetsOf(all []int32, n int, r *chance) [][]int32 {
	d.wet = false
	banks := d.pieces(all)
	var weights []float64
	small := false
	total := d.sum(all)
	for _, b := range banks {
		weights = append(weights, d.sum(b))
		small = small || d.sum(b) < 0.7*total/float64(n)
	}
	if small {
		d.wet = true
		return d.parts(all, shares(r, n, 0.2))
	}
	var out [][]int32
	counts := seats(n, weights)
	for i, b := range banks {
		out = append(out, d.parts(b, shares(r, counts[i], 0.2))...)
	}
	return out
}

func (d *divider) sum(set []int32) float64 {
	w := 0.0
	for _, f := range set {
		w += d.weight[f]
	}
	return w
}

// seats shares n whole seats by weight, at least one each (largest remainder).
func seats(n int, weights []float64) []int {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	out := make([]int, len(weights))
	rest := make([]float64, len(weights))
	left := n
	for i, w := range weights {
		exact := w / total * float64(n)
		out[i] = max(1, int(exact))
		rest[i] = exact - float64(out[i])
		left -= out[i]
	}
	for ; left != 0; left -= cmp.Compare(left, 0) {
		best := -1
		for i := range rest {
			if left < 0 && out[i] == 1 {
				continue
			}
			if best < 0 || float64(cmp.Compare(left, 0))*(rest[i]-rest[best]) > 0 {
				best = i
			}
		}
		if best < 0 {
			break
		}
		out[best] += cmp.Compare(left, 0)
		rest[best] -= float64(cmp.Compare(left, 0))
	}
	return out
}

// shares are n weights around 1.
func shares(r *chance, n int, spread float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1 + r.in(-spread, spread)
	}
	return out
}

// parts divides a connected set by shares; fewer come back where it is too small.
func (d *divider) parts(set []int32, share []float64) [][]int32 {
	if len(share) == 1 {
		return [][]int32{set}
	}
	k := len(share) / 2
	var first, total float64
	for i, s := range share {
		total += s
		if i < k {
			first += s
		}
	}
	a, b := d.halve(set, first/total, k, len(share)-k)
	if a == nil || b == nil {
		return nil
	}
	return append(d.parts(a, share[:k]), d.parts(b, share[k:])...)
}

// halve parts a connected set in two connected ones, the first with a share of
// the weight, each with a least number of habitable plots. nil if there is no way.
func (d *divider) halve(set []int32, share float64, leastA, leastB int) (a, b []int32) {
	total, plots := d.sum(set), 0
	for _, f := range set {
		plots += d.plots[f]
	}
	directions := 4
	if len(set) > 20_000 {
		directions = 2
	} else if len(set) < 400 {
		directions = 8
	}
	best := math.Inf(1)
	var bestSides []int8
	for k := range directions {
		dir := bearing(math.Pi * (float64(k) + 0.17) / float64(directions))
		d.sweep(set, dir, share*total, plots, leastA, leastB)
		d.refine(set, share*total, total, plots, leastA, leastB)
		wa, na, cut := d.state(set)
		if na < leastA || plots-na < leastB {
			continue
		}
		off := math.Abs(wa-share*total) / max(0.3, total*0.04)
		if score := cut * (1 + off*off); score < best {
			best = score
			bestSides = bestSides[:0]
			for _, f := range set {
				bestSides = append(bestSides, d.side[f])
			}
		}
	}
	for i, f := range set {
		if bestSides != nil {
			if bestSides[i] == 1 {
				a = append(a, f)
			} else {
				b = append(b, f)
			}
		}
		d.side[f] = 0
	}
	return a, b
}

func (d *divider) state(set []int32) (weightA float64, countA int, cut float64) {
	for _, f := range set {
		if d.side[f] != 1 {
			continue
		}
		countA += d.plots[f]
		weightA += d.weight[f]
		for _, n := range d.near[f] {
			if d.side[n.face] == 2 {
				cut += n.cost
			}
		}
	}
	return
}

// sweep gives the faces on one side to the first part until it has its weight,
// then sets loose pieces to the other side, so that both are connected.
func (d *divider) sweep(set []int32, dir vec, weight float64, plots, leastA, leastB int) {
	order := slices.Clone(set)
	slices.SortFunc(order, func(f, g int32) int {
		return cmp.Or(cmp.Compare(d.centre[f].dot(dir), d.centre[g].dot(dir)), cmp.Compare(f, g))
	})
	sum, count := 0.0, 0
	for _, f := range order {
		d.side[f] = 2
		if (sum+d.weight[f]/2 < weight || count < leastA) && plots-count-d.plots[f] >= leastB {
			d.side[f] = 1
			sum += d.weight[f]
			count += d.plots[f]
		}
	}
	d.gather(set, 1)
	d.gather(set, 2)
}

// gather keeps the heaviest piece of a side and gives the others away.
func (d *divider) gather(set []int32, side int8) {
	var own []int32
	for _, f := range set {
		if d.side[f] == side {
			own = append(own, f)
		}
	}
	pieces := d.pieces(own)
	heaviest, most := 0, -1.0
	for i, p := range pieces {
		if w := d.sum(p); w > most {
			heaviest, most = i, w
		}
	}
	for i, p := range pieces {
		if i != heaviest {
			for _, f := range p {
				d.side[f] = 3 - side
			}
		}
	}
}

// pieces are the connected pieces of a set, in the order of their first faces.
func (d *divider) pieces(set []int32) [][]int32 {
	d.stamp += 2
	in, done := d.stamp-1, d.stamp
	for _, f := range set {
		d.seen[f] = in
	}
	var out [][]int32
	for _, f := range set {
		if d.seen[f] != in {
			continue
		}
		d.seen[f] = done
		piece := []int32{f}
		for i := 0; i < len(piece); i++ {
			for _, n := range d.near[piece[i]] {
				if d.seen[n.face] == in && (d.wet || !n.wet) {
					d.seen[n.face] = done
					piece = append(piece, n.face)
				}
			}
		}
		out = append(out, piece)
	}
	return out
}

// refine moves faces across the cut while that makes it cheaper, within a
// tolerance of weight, and never breaks a part.
func (d *divider) refine(set []int32, weight, total float64, plots, leastA, leastB int) {
	sum, count, _ := d.state(set)
	tolerance := max(0.12, 0.03*total)
	for range 10 {
		moved := false
		for _, f := range set {
			s := d.side[f]
			var own, other float64
			for _, n := range d.near[f] {
				if n.wet && !d.wet {
					continue
				}
				switch d.side[n.face] {
				case s:
					own += n.cost
				case 3 - s:
					other += n.cost
				}
			}
			if other == 0 {
				continue
			}
			w, k := d.weight[f], d.plots[f]
			if s == 1 {
				w, k = -w, -k
			}
			if count+k < leastA || plots-count-k < leastB {
				continue
			}
			before, after := math.Abs(sum-weight), math.Abs(sum+w-weight)
			cheaper := other > own+1e-9 && (after <= tolerance || after < before)
			fairer := before > tolerance && after < before-1e-9 && other > 0.6*own
			if (cheaper || fairer) && d.loose(f) {
				d.side[f] = 3 - s
				sum, count, moved = sum+w, count+k, true
			}
		}
		if !moved {
			return
		}
	}
}

// loose tells whether a face can leave its side without breaking it: its
// neighbours there reach each other within a short walk.
func (d *divider) loose(f int32) bool {
	s := d.side[f]
	var own []int32
	for _, n := range d.near[f] {
		if d.side[n.face] == s && (d.wet || !n.wet) && !slices.Contains(own, n.face) {
			own = append(own, n.face)
		}
	}
	if len(own) == 0 {
		return false
	}
	d.stamp++
	d.seen[f], d.seen[own[0]] = d.stamp, d.stamp
	queue := []int32{own[0]}
	left := len(own) - 1
	for i := 0; i < len(queue) && left > 0 && len(queue) < 240; i++ {
		for _, n := range d.near[queue[i]] {
			if d.side[n.face] == s && (d.wet || !n.wet) && d.seen[n.face] != d.stamp {
				d.seen[n.face] = d.stamp
				queue = append(queue, n.face)
				if slices.Contains(own, n.face) {
					left--
				}
			}
		}
	}
	return left == 0
}

// islands are the sets of faces that make up an island each.
func (m *planar) islands() [][]int32 {
	var out [][]int32
	seen := map[int32]bool{}
	for f := range int32(len(m.faces)) {
		if f == outside || m.faces[f].zone != island || seen[f] {
			continue
		}
		seen[f] = true
		set := []int32{f}
		for i := 0; i < len(set); i++ {
			m.around(set[i], func(h half) {
				if g := m.face[h.twin()]; m.faces[g].zone == island && !seen[g] {
					seen[g] = true
					set = append(set, g)
				}
			})
		}
		out = append(out, set)
	}
	return out
}

// flood gives the water to grids of the street with the longest shore, by their
// own shore, so that no street ends in the middle of the lake. Each island is a
// grid: the waters around it go to one other grid, in whose community it is, so
// that it lies in that grid like an egg in a nest.
func (v *division) flood(m *planar, isles [][]int32) {
	var waters []int32
	for f := range m.faces {
		if f != outside && m.faces[f].zone == water {
			waters = append(waters, int32(f))
		}
	}
	give := func(faces []int32, g int32) {
		for _, f := range faces {
			v.grid[f] = g
			v.faces[g] = append(v.faces[g], f)
		}
	}
	street := func(g int32) int32 { return v.street[v.community[g]] }
	lakeside := v.longest(m, waters, street, nil)
	mine := func(g int32) bool { return street(g) == lakeside }
	self := func(g int32) int32 { return g }
	for _, isle := range isles {
		around := m.watersAround(isle)
		g := v.longest(m, around, self, mine)
		if g < 0 { // a long lake: another street's shore
			g = v.longest(m, around, self, nil)
		}
		give(around, g)
		v.isles = append(v.isles, int32(len(v.community)))
		v.community = append(v.community, v.community[g])
		v.faces = append(v.faces, nil)
		give(isle, v.isles[len(v.isles)-1])
	}
	for _, may := range []func(int32) bool{mine, nil} {
		for range len(waters) { // waters off the shore follow those on it
			for _, f := range waters {
				if v.grid[f] < 0 {
					if g := v.longest(m, []int32{f}, self, may); g >= 0 {
						give([]int32{f}, g)
					}
				}
			}
		}
	}
}

// watersAround are the faces of water that an island touches.
func (m *planar) watersAround(isle []int32) []int32 {
	var out []int32
	for _, f := range isle {
		m.around(f, func(h half) {
			if g := m.face[h.twin()]; m.faces[g].zone == water && !slices.Contains(out, g) {
				out = append(out, g)
			}
		})
	}
	slices.Sort(out)
	return out
}

// longest is the key of the grids with which the faces share most of their
// border, -1 if there are none; only grids that may are counted.
func (v *division) longest(m *planar, faces []int32, key func(grid int32) int32, may func(grid int32) bool) int32 {
	length := map[int32]float64{}
	for _, f := range faces {
		m.around(f, func(h half) {
			if g := v.grid[m.face[h.twin()]]; g >= 0 && !slices.Contains(v.isles, g) && (may == nil || may(g)) {
				length[key(g)] += m.stretch(h, 0, m.size(h)-1)
			}
		})
	}
	best := int32(-1)
	for k, l := range length {
		if best < 0 || l > length[best] || l == length[best] && k < best {
			best = k
		}
	}
	return best
}
