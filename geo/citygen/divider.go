package citygen

import (
	"cmp"
	"math"
	"slices"
)

// neighbour is a group beside a group, and what lies between.
type neighbour struct {
	face int32   // the group
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

func (d *divider) sum(set []int32) float64 {
	w := 0.0
	for _, f := range set {
		w += d.weight[f]
	}
	return w
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
