package citygen

import (
	"cmp"

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
