package citygen

import (
	"cmp"
	"fmt"
	"slices"

	"onegrid/geo"
)

// addTowers stacks grids in the super-tall towers: runs of floors, from the
// ground up, as even as they come.
func (b *builder) addTowers() error {
	t := b.f.Towers
	var tall []home
	for _, h := range b.homes {
		if h.body.use == "super-tall" {
			tall = append(tall, h)
		}
	}
	if len(tall) != t.Buildings {
		return geo.Errorf(geo.Invalid, "there is room for %d super-tall towers, not %d", len(tall), t.Buildings).On("towers", "")
	}
	taken := map[string]int{}
	for i, h := range tall {
		g := &b.city.Buildings[h.building]
		n := t.Grids/t.Buildings + bool01(i < t.Grids%t.Buildings)
		for k := range n {
			lo, hi := 1+k*g.Storeys/n, (k+1)*g.Storeys/n
			b.exclusive(towersNetwork, b.a.community[b.v.community[h.block.grid]].Code, taken, geo.Grid{
				Name:     geo.Text{"zh": fmt.Sprintf("%s%d至%d层专属网格", g.Name["zh"], lo, hi), "en": fmt.Sprintf("%s, floors %d to %d", g.Name["en"], lo, hi)},
				Building: g.Code, Floors: &[2]int{lo, hi},
			})
		}
	}
	return nil
}

// exclusive adds a grid of another network: its code is its community's and a
// number from 901 on, which basic grids never reach.
func (b *builder) exclusive(network, community string, taken map[string]int, g geo.Grid) {
	taken[community]++
	g.Network, g.Level = network, "grid"
	g.Code = fmt.Sprintf("%s%03d", community, 900+taken[community])
	b.city.Grids = append(b.city.Grids, g)
	b.city.Shapes = append(b.city.Shapes, nil)
}

// institutions are the uses that are grids of their own, and what such a grid is
// called.
var institutions = map[use]suffix{
	hospital: {"医院", "Hospital"}, mall: {"商圈", "Shopping Quarter"}, school: {"学校", "School"}, civic: {"机关", "Offices"},
	industry: {"产业园", "Industrial Park"}, offices: {"楼宇", "Office Park"}, green: {"景区", "Park"}, towers: {"市场", "Market"},
}

// addExclusive draws the exclusive network over the largest institutions, of as
// many kinds as there are: each takes its whole block, street's middle to
// street's middle, so that its border is the basic grids' own.
func (b *builder) addExclusive(blocks []block) error {
	n := b.f.Exclusive
	if n == 0 {
		return nil
	}
	var all []*block
	for i := range blocks {
		if bl := &blocks[i]; bl.ok && !bl.use.homes() && bl.use != farm && bl.use != landmark {
			all = append(all, bl)
		}
	}
	slices.SortFunc(all, func(x, y *block) int {
		return cmp.Or(cmp.Compare(y.plot.area, x.plot.area), cmp.Compare(x.face, y.face))
	})
	var chosen []*block
	for round := 1; len(chosen) < n && round <= n; round++ {
		of := map[use]int{}
		for _, c := range chosen {
			of[c.use]++
		}
		for _, bl := range all {
			if len(chosen) < n && of[bl.use] < round && !slices.Contains(chosen, bl) {
				of[bl.use]++
				chosen = append(chosen, bl)
			}
		}
	}
	if len(chosen) < n {
		return geo.Errorf(geo.Invalid, "there are only %d institutions for %d exclusive grids", len(chosen), n).On("exclusive_grids", "")
	}
	owner := make([]int32, len(b.faces))
	for i := range owner {
		owner[i] = -1
	}
	for i, bl := range chosen {
		owner[bl.face] = int32(i)
	}
	shapes := b.outlines(owner, n)
	taken := map[string]int{}
	for i, bl := range chosen {
		community := b.a.community[b.v.community[bl.grid]].Code
		name := b.names.name(institutions[bl.use])
		name = geo.Text{"zh": name["zh"] + "专属网格", "en": name["en"] + " exclusive grid"}
		b.exclusive(exclusiveNetwork, community, taken, geo.Grid{Name: name})
		b.city.Shapes[len(b.city.Shapes)-1] = shapes[i]
	}
	return nil
}
