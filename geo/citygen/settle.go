package citygen

import (
	"cmp"
	"context"
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
