package citygen

import (
	"cmp"
	"math"
	"slices"
)

// wish is what a block would be used for if only its place mattered.
func (c *carver) wish(b *block) use {
	r := chanceOf(c.seed, 22, uint64(c.faces[b.face].family))
	mid := c.middle(b.face)
	d := c.land.density(mid)
	if c.faces[b.face].zone == island {
		return villas
	}
	if c.faces[b.face].zone == upland {
		return farm
	}
	if b.plot.area < 1500 {
		return green
	}
	if c.onShore(b.face) && r.odds(0.45) {
		return green
	}
	R := c.land.radius
	switch {
	case c.land.lake != nil && mid.dist(c.land.centre) < 0.12*R:
		return draw(r, odds{offices, 48}, odds{mall, 12}, odds{towers, 28}, odds{green, 7}, odds{civic, 5})
	case mid.dist(c.land.oldTown) < 0.15*R:
		return draw(r, odds{oldTown, 70}, odds{walkups, 14}, odds{school, 4}, odds{mall, 4}, odds{civic, 3}, odds{green, 5})
	case d > 17:
		return draw(r, odds{towers, 40}, odds{slabs, 24}, odds{walkups, 14}, odds{offices, 5}, odds{school, 6}, odds{mall, 3}, odds{green, 6}, odds{hospital, 2})
	case d > 7:
		return draw(r, odds{slabs, 34}, odds{walkups, 22}, odds{towers, 14}, odds{villas, 5}, odds{offices, 4}, odds{school, 6}, odds{industry, 6}, odds{green, 7}, odds{civic, 2})
	case d > 2.5:
		return draw(r, odds{industry, 34}, odds{walkups, 22}, odds{slabs, 12}, odds{village, 12}, odds{villas, 7}, odds{green, 8}, odds{school, 5})
	}
	return draw(r, odds{village, 42}, odds{farm, 42}, odds{industry, 8}, odds{green, 8})
}

func (c *carver) onShore(f int32) bool {
	on := false
	c.around(f, func(h half) { on = on || c.class(h) == shore || c.class(h) == river })
	return on
}

type odds struct {
	use    use
	weight float64
}

func draw(r *chance, of ...odds) use {
	sum := 0.0
	for _, o := range of {
		sum += o.weight
	}
	x := r.in(0, sum)
	for _, o := range of {
		if x -= o.weight; x < 0 {
			return o.use
		}
	}
	return of[0].use
}

// landmarks picks the plots of the super-tall towers: near the business centre,
// not too close together.
func (c *carver) landmarks(blocks []block, n int) {
	if n == 0 {
		return
	}
	var order []*block
	for i := range blocks {
		if b := &blocks[i]; b.ok && b.plot.area > 7500 && c.faces[b.face].zone == land {
			order = append(order, b)
		}
	}
	away := func(b *block) float64 { return c.middle(b.face).dist(c.land.centre) }
	slices.SortFunc(order, func(a, b *block) int {
		return cmp.Or(cmp.Compare(away(a), away(b)), cmp.Compare(a.face, b.face))
	})
	for spacing := 240.0; n > 0 && spacing > 40; spacing -= 60 {
		for _, b := range order {
			near := b.use == landmark
			for _, o := range order {
				near = near || o.use == landmark && c.middle(o.face).dist(c.middle(b.face)) < spacing
			}
			if near || n == 0 {
				continue
			}
			was := b.use
			b.use = landmark
			if c.build(b, 1); len(b.bodies) == 0 || b.bodies[0].use != "super-tall" {
				b.use = was
				continue
			}
			n--
		}
	}
}

// house changes the uses in a grid until its homes hold about what they must: not
// too few, nor so many that half stand empty.
func (c *carver) house(blocks []block, faces []int32, need int, isle bool) {
	var plots []*block
	for _, f := range faces {
		if b := &blocks[f]; b.ok && b.use != landmark && c.faces[f].zone != upland {
			plots = append(plots, b)
			if isle {
				b.use = villas
			}
		}
	}
	slices.SortFunc(plots, func(a, b *block) int {
		return cmp.Or(cmp.Compare(b.plot.area, a.plot.area), cmp.Compare(a.face, b.face))
	})
	total := 0
	for _, b := range plots {
		total += c.holds(b, b.use)
	}
	become := func(b *block, u use) {
		total += c.holds(b, u) - c.holds(b, b.use)
		b.use = u
	}
	for _, b := range plots { // homes instead of other things, the largest plots first
		if total*100 < 105*need && !b.use.homes() && (b.use != green || b.plot.area > 4000 || total == 0) {
			become(b, c.homesAt(b))
		}
	}
	for _, better := range []use{walkups, slabs, towers} { // then taller homes
		for _, b := range plots {
			if total*100 < 95*need && c.holds(b, better) > c.holds(b, b.use) {
				become(b, better)
			}
		}
	}
	for _, lower := range []use{slabs, walkups} { // or lower ones, where there is room
		for i := len(plots) - 1; i >= 0; i-- {
			b := plots[i]
			less := c.holds(b, b.use) - c.holds(b, lower)
			if b.use.homes() && 10*total > 14*need && less > 0 && 10*(total-less) > 11*need {
				become(b, lower)
			}
		}
	}
	for i := len(plots) - 1; i >= 0; i-- { // and what is still too much becomes other things
		b := plots[i]
		if b.use.homes() && 10*total > 15*need && 10*(total-c.holds(b, b.use)) > 11*need {
			become(b, c.instead(b))
		}
	}
	for _, b := range plots { // the rest is gardens between the homes
		b.room = 1
		if b.use.homes() {
			b.room = min(1.5, math.Sqrt(max(1, float64(total)/float64(need)/1.05)))
		}
	}
}

// holds is how many households a block holds as homes of a use, found by
// building them.
func (c *carver) holds(b *block, u use) int {
	if !u.homes() {
		return 0
	}
	if b.holds[u] == 0 {
		n := int32(1) // one too many, so that 0 is not tried again
		bodies, _ := layout(&b.plot, u, c.chanceAt(b, 21), 1)
		for _, x := range bodies {
			n += int32(x.flats * x.storeys)
		}
		b.holds[u] = n
	}
	return int(b.holds[u]) - 1
}

func (c *carver) homesAt(b *block) use {
	mid := c.middle(b.face)
	switch d := c.land.density(mid); {
	case mid.dist(c.land.oldTown) < 0.15*c.land.radius:
		return oldTown
	case d > 17:
		return towers
	case d > 5:
		return slabs
	case d > 2:
		return walkups
	}
	return village
}

func (c *carver) instead(b *block) use {
	r := c.chanceAt(b, 23)
	switch d := c.land.density(c.middle(b.face)); {
	case b.plot.area < 3500:
		return green
	case d > 10:
		return draw(r, odds{green, 30}, odds{school, 22}, odds{offices, 22}, odds{mall, 12}, odds{civic, 8}, odds{hospital, 6})
	case d > 2.5:
		return draw(r, odds{industry, 45}, odds{green, 20}, odds{school, 15}, odds{offices, 12}, odds{hospital, 4}, odds{civic, 4})
	}
	return draw(r, odds{farm, 80}, odds{green, 20})
}
