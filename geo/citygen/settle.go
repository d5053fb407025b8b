package citygen

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"sync"

	"onegrid/geo"
)

// block is a face with its plot and what stands on it.
type block struct {
	face   int32
	grid   int32
	plot   plot
	ok     bool // there is room for a plot
	use    use
	bodies []body
	greens []box
	room   float64 // how much wider than need be its buildings stand
	// holds is how many households it holds as homes of each use, plus one; 0
	// before it has been tried.
	holds [village + 1]int32
}

// settle gives every block a use, so that each grid can house what it must, and
// builds it up.
func (c *carver) settle(ctx context.Context, blocks []block, v *division, f *Figures, households []int) error {
	for i := range blocks {
		b := &blocks[i]
		b.grid = v.grid[i]
		if b.ok && b.use != landmark {
			b.use = c.wish(b)
		}
	}
	c.each(ctx, len(v.faces), func(g int) {
		c.house(blocks, v.faces[g], households[g], slices.Contains(v.isles, int32(g)))
	})
	room := 1.0
	if f.Buildings > 0 {
		room = c.roomFor(blocks, f.Buildings)
	}
	for range 6 { // the estimate may fall a little short
		c.each(ctx, len(blocks), func(i int) { c.build(&blocks[i], room) })
		if err := ctx.Err(); err != nil {
			return err
		}
		total := 0
		for i := range blocks {
			total += len(blocks[i].bodies)
		}
		if total >= f.Buildings {
			break
		}
		room *= 0.96
	}
	if f.Buildings > 0 {
		return trim(blocks, v, f.Buildings)
	}
	return nil
}

// plots finds the plot of every dry face.
func (c *carver) plots(ctx context.Context) ([]block, error) {
	blocks := make([]block, len(c.faces))
	c.each(ctx, len(blocks), func(i int) {
		b := &blocks[i]
		b.face = int32(i)
		if i != outside && c.faces[i].zone != water {
			b.plot, b.ok = c.plotOf(int32(i))
		}
	})
	return blocks, ctx.Err()
}

// each runs do for 0 to n-1 on all cores. do must touch only what is its own.
func (c *carver) each(ctx context.Context, n int, do func(i int)) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n && (i%512 != w || ctx.Err() == nil); i += workers {
				do(i)
			}
		})
	}
	wg.Wait()
}

func (c *carver) chanceAt(b *block, what uint64) *chance {
	return chanceOf(c.seed, what, uint64(b.face))
}

// build lays out one block. Halves of a block share their manner.
func (c *carver) build(b *block, room float64) {
	b.bodies, b.greens = nil, nil
	if b.ok {
		b.bodies, b.greens = layout(&b.plot, b.use, c.chanceAt(b, 21), room*max(1, b.room))
	}
	if len(b.bodies) == 0 && b.use != farm {
		b.use = green // too awkward to build on
	}
}

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

// roomFor finds how far apart buildings must stand for about a total, a little
// more than is wanted, by trying it on a sample of blocks.
func (c *carver) roomFor(blocks []block, total int) float64 {
	step := max(1, len(blocks)/1500)
	count := func(room float64) float64 {
		n := 0
		for i := 0; i < len(blocks); i += step {
			b := blocks[i]
			c.build(&b, room)
			n += len(b.bodies)
		}
		return float64(n * step)
	}
	lo, hi := 0.6, 4.0
	for range 9 {
		mid := (lo + hi) / 2
		if count(mid) > float64(total)*1.03 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// trim takes buildings away until there are exactly so many: small ones without
// homes first, never the last homes of a grid.
func trim(blocks []block, v *division, total int) error {
	type ref struct {
		b    *block
		i    int
		size float64
	}
	var all []ref
	homes := make([]int, len(v.community))
	for k := range blocks {
		for i, b := range blocks[k].bodies {
			size := b.box.hw * b.box.hd * 4
			if b.flats > 0 {
				homes[blocks[k].grid]++
				size += 1e5
			}
			if b.use == "super-tall" {
				size += 1e7
			}
			all = append(all, ref{&blocks[k], i, size})
		}
	}
	if len(all) < total {
		return geo.Errorf(geo.Invalid, "there is room for %d buildings only; a larger area is needed for %d", len(all), total).On("buildings", "")
	}
	slices.SortStableFunc(all, func(a, b ref) int {
		return cmp.Or(cmp.Compare(a.size, b.size), cmp.Compare(a.b.face, b.b.face), cmp.Compare(a.i, b.i))
	})
	away := len(all) - total
	for _, r := range all {
		if away == 0 {
			break
		}
		body := &r.b.bodies[r.i]
		if body.flats > 0 {
			if homes[r.b.grid] <= 3 {
				continue
			}
			homes[r.b.grid]--
		}
		body.rings = nil
		away--
	}
	for k := range blocks {
		blocks[k].bodies = slices.DeleteFunc(blocks[k].bodies, func(b body) bool { return b.rings == nil })
	}
	return nil
}

// shareHouseholds decides how many households each grid has, within its bounds
// and to the total where one is asked for.
func shareHouseholds(f *Figures, n int) []int {
	r := chanceOf(f.Seed, 4)
	lo, hi := f.Bounds[0], f.Bounds[1]
	out := make([]int, n)
	sum := 0
	for i := range out {
		out[i] = lo + int(float64(hi-lo)*(0.06+0.88*(r.float()+r.float())/2)+0.5)
		sum += out[i]
	}
	for i := 0; f.Households > 0 && sum != f.Households; i = (i + 1) % n {
		if sum < f.Households && out[i] < hi {
			out[i]++
			sum++
		} else if sum > f.Households && out[i] > lo {
			out[i]--
			sum--
		}
	}
	return out
}

// inhabit shares a grid's households over its homes by floors and flats, and
// raises or lowers the homes until they hold them.
func inhabit(homes []*body, households int) []int {
	natural := 0
	for _, b := range homes {
		natural += b.flats * b.storeys
	}
	k := float64(households) / float64(natural)
	weights := make([]float64, len(homes))
	for i, b := range homes {
		lowest := 2
		if b.storeys > 8 {
			lowest = 7
		}
		if b.flats > 1 || k > 1 {
			b.storeys = min(34, max(min(lowest, b.storeys), int(math.Round(float64(b.storeys)*max(0.7, k)))))
		}
		weights[i] = float64(b.flats * b.storeys)
	}
	return seats(households, weights)
}
