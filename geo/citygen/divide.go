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
	weight    []float64
	streets   int
	isle      int32 // the grid of the island, -1 if there is none
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

// divider parts the blocks by halving: a set of blocks is swept from one side to
// the other until the share is reached, in the direction that cuts cheapest,
// then blocks change sides as long as the cut gets cheaper. Every part stays in
// one piece throughout.
type divider struct {
	*planar
	weight []float64 // of a face, in grids
	near   [][]neighbour
	centre []vec
	side   []int8  // of a face while its set is halved; 0 where it is not in it
	seen   []int32 // stamp of the last search
	stamp  int32
	wet    bool // whether a set may reach across rivers
}

func newDivider(c *carver) *divider {
	n := len(c.faces)
	d := &divider{planar: c.planar, weight: make([]float64, n), near: make([][]neighbour, n),
		centre: make([]vec, n), side: make([]int8, n), seen: make([]int32, n)}
	for f := 1; f < n; f++ {
		fc := &c.faces[f]
		d.centre[f] = c.middle(int32(f))
		if fc.zone == land {
			d.weight[f] = max(0.004, fc.area/1e6*c.densityOf(int32(f)))
		}
		c.around(int32(f), func(h half) {
			g := c.face[h.twin()]
			if fc.zone != land || g == outside || c.faces[g].zone != land {
				return
			}
			k := reluctance[c.class(h)]
			if fc.family != 0 && fc.family == c.faces[g].family {
				k *= 1.5
			}
			d.near[f] = append(d.near[f], neighbour{g, k * c.stretch(h, 0, c.size(h)-1), c.class(h) == river})
		})
	}
	return d
}

// divide makes the grids, communities and streets of the figures.
func (c *carver) divide(f *Figures) (*division, error) {
	d := newDivider(c)
	v := &division{grid: make([]int32, len(c.faces)), isle: -1}
	var all []int32
	isles := false
	for i := range v.grid {
		v.grid[i] = -1
		if c.faces[i].zone == land && i != outside {
			all = append(all, int32(i))
		}
		isles = isles || c.faces[i].zone == island
	}
	grids := f.Grids
	if isles {
		grids--
	}
	r := chanceOf(f.Seed, 3)
	for _, part := range d.streetsOf(all, f.Streets, r) {
		v.streets++
		if err := v.take(d, part); err != nil {
			return nil, err
		}
	}
	counts := seats(f.Communities, v.weight)
	streets := v.faces
	v.faces, v.weight = nil, nil
	for s, set := range streets {
		for _, part := range d.parts(set, shares(r, counts[s], 0.22), 1) {
			v.street = append(v.street, int32(s))
			if err := v.take(d, part); err != nil {
				return nil, err
			}
		}
	}
	counts = seats(grids, v.weight)
	communities := v.faces
	v.faces, v.weight = nil, nil
	for k, set := range communities {
		parts := d.parts(set, shares(r, counts[k], 0), 1)
		if len(parts) != counts[k] {
			return nil, geo.Errorf(geo.Invalid, "%d blocks are too few for %d grids; a larger area is needed", len(set), counts[k]).On("area_km2", "")
		}
		for _, part := range parts {
			for _, face := range part {
				v.grid[face] = int32(len(v.community))
			}
			v.community = append(v.community, int32(k))
			v.faces = append(v.faces, part)
		}
	}
	if len(v.street) != f.Communities || len(v.community) != grids {
		return nil, geo.Errorf(geo.Invalid, "%d blocks cannot be gathered into %d communities and %d grids", len(all), f.Communities, f.Grids).On("grids", "")
	}
	v.flood(c.planar, isles)
	return v, nil
}

func (v *division) take(d *divider, part []int32) error {
	if len(part) == 0 {
		return geo.Errorf(geo.Invalid, "there are too few blocks for so many streets").On("streets", "")
	}
	w := 0.0
	for _, f := range part {
		w += d.weight[f]
	}
	v.faces = append(v.faces, part)
	v.weight = append(v.weight, w)
	return nil
}

// streetsOf parts the land into streets, bank by bank where the banks are large
// enough.
func (d *divider) streetsOf(all []int32, n int, r *chance) [][]int32 {
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
		return d.parts(all, shares(r, n, 0.2), 1)
	}
	var out [][]int32
	counts := seats(n, weights)
	for i, b := range banks {
		out = append(out, d.parts(b, shares(r, counts[i], 0.2), 1)...)
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

// parts divides a connected set by shares.
func (d *divider) parts(set []int32, share []float64, least int) [][]int32 {
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
	a, b := d.halve(set, first/total, k*least, (len(share)-k)*least)
	if a == nil || b == nil {
		return nil
	}
	return append(d.parts(a, share[:k], least), d.parts(b, share[k:], least)...)
}

// halve parts a connected set in two connected ones, the first with a share of
// the weight, each with a least number of faces. nil if there is no way.
func (d *divider) halve(set []int32, share float64, leastA, leastB int) (a, b []int32) {
	total := d.sum(set)
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
		d.sweep(set, dir, share*total, leastA, leastB)
		d.refine(set, share*total, total, leastA, leastB)
		wa, na, cut := d.state(set)
		if na < leastA || len(set)-na < leastB {
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
		countA++
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
func (d *divider) sweep(set []int32, dir vec, weight float64, leastA, leastB int) {
	order := slices.Clone(set)
	slices.SortFunc(order, func(f, g int32) int {
		return cmp.Or(cmp.Compare(d.centre[f].dot(dir), d.centre[g].dot(dir)), cmp.Compare(f, g))
	})
	sum := 0.0
	for i, f := range order {
		d.side[f] = 2
		if (sum+d.weight[f]/2 < weight || i < leastA) && len(order)-i > leastB {
			d.side[f] = 1
			sum += d.weight[f]
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
func (d *divider) refine(set []int32, weight, total float64, leastA, leastB int) {
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
			w, k := d.weight[f], 1
			if s == 1 {
				w, k = -w, -1
			}
			if count+k < leastA || len(set)-count-k < leastB {
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

// flood gives the water to grids on its shore, by the longest shore, and makes a
// grid of the island: the waters around it go to one grid, in whose community it
// is, so that it lies in that grid like an egg in a nest.
func (v *division) flood(m *planar, isles bool) {
	shares := func(faces []int32) int32 {
		length := map[int32]float64{}
		for _, f := range faces {
			m.around(f, func(h half) {
				if g := v.grid[m.face[h.twin()]]; g >= 0 {
					length[g] += m.stretch(h, 0, m.size(h)-1)
				}
			})
		}
		best := int32(-1)
		for g, l := range length {
			if best < 0 || l > length[best] || l == length[best] && g < best {
				best = g
			}
		}
		return best
	}
	give := func(faces []int32, g int32) {
		for _, f := range faces {
			v.grid[f] = g
			v.faces[g] = append(v.faces[g], f)
		}
	}
	var waters, around, isle []int32
	for f := int32(1); f < int32(len(m.faces)); f++ {
		switch m.faces[f].zone {
		case island:
			isle = append(isle, f)
		case water:
			touches := false
			m.around(f, func(h half) { touches = touches || m.faces[m.face[h.twin()]].zone == island })
			if touches {
				around = append(around, f)
			} else {
				waters = append(waters, f)
			}
		}
	}
	if isles {
		g := shares(around)
		give(around, g)
		v.isle = int32(len(v.community))
		v.community = append(v.community, v.community[g])
		v.faces = append(v.faces, nil)
		give(isle, v.isle)
	}
	for range len(waters) + 1 { // waters off the shore follow those on it
		for _, f := range waters {
			if v.grid[f] < 0 {
				if g := shares([]int32{f}); g >= 0 {
					give([]int32{f}, g)
				}
			}
		}
	}
}
