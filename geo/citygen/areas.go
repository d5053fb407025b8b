package citygen

import (
	"cmp"
	"fmt"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// areas are the basic network's hierarchy with codes and names, by the indexes
// of the division.
type areas struct {
	top                     geo.Grid
	street, community, grid []geo.Grid
	townOf                  []bool // by street
}

// nameAreas gives codes and names: streets 001 to 099, towns from 100 on,
// residents' communities from 001, villages from 200, grids from 001, as the
// statistical divisions have it.
func nameAreas(f *Figures, v *division, c *carver, n *namer) areas {
	a := areas{top: geo.Grid{Code: f.Division, Network: basicNetwork, Level: f.Levels[0], Name: f.Name}}
	a.townOf = towns(v, c, f.Towns)
	streets, next := 0, 100
	for s := range v.streets {
		if len(f.Division) == 9 { // the city is one street
			a.street = append(a.street, a.top)
			continue
		}
		streets++
		number, suf := streets, suffix{"街道", ""}
		if a.townOf[s] {
			streets--
			number, suf = next, suffix{"镇", "Town"}
			next++
		} else if streets == 99 { // many streets: past the towns' numbers
			streets = 399
		}
		a.street = append(a.street, geo.Grid{Code: fmt.Sprintf("%s%03d", f.Division, number), Network: basicNetwork, Level: "street",
			Name: n.name(suf), Parent: f.Division})
	}
	numbers := map[string]int{}
	for k, s := range v.street {
		parent := a.street[s].Code
		number, suf := 1, suffix{"社区", "Community"}
		if a.townOf[s] && k%3 != 0 {
			number, suf = 200, suffix{"村", "Village"}
		}
		key := parent + suf.zh
		number += numbers[key]
		numbers[key]++
		a.community = append(a.community, geo.Grid{Code: fmt.Sprintf("%s%03d", parent, number), Network: basicNetwork, Level: "community",
			Name: n.name(suf), Parent: parent})
	}
	for _, k := range v.community {
		p := a.community[k]
		numbers[p.Code]++
		i := numbers[p.Code]
		a.grid = append(a.grid, geo.Grid{Code: fmt.Sprintf("%s%03d", p.Code, i), Network: basicNetwork, Level: "grid",
			Name:   geo.Text{"zh": fmt.Sprintf("%s第%s网格", p.Name["zh"], numeral(i)), "en": fmt.Sprintf("%s grid %d", p.Name["en"], i)},
			Parent: p.Code})
	}
	return a
}

// towns picks the streets where the fewest live together.
func towns(v *division, c *carver, n int) []bool {
	area := make([]float64, v.streets)
	grids := make([]float64, v.streets)
	order := make([]int, v.streets)
	for g, k := range v.community {
		s := v.street[k]
		grids[s]++
		for _, f := range v.faces[g] {
			if c.faces[f].zone != water {
				area[s] += c.faces[f].area
			}
		}
	}
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(grids[a]/area[a], grids[b]/area[b]), a-b) })
	out := make([]bool, v.streets)
	for _, s := range order[:n] {
		out[s] = true
	}
	return out
}

// addAreas lists the basic network's areas with the shapes of its grids.
func (city *City) addAreas(a areas, shapes []lattice.MultiPolygon) {
	add := func(gs []geo.Grid, shapes []lattice.MultiPolygon) {
		for i, g := range gs {
			city.Grids = append(city.Grids, g)
			if shapes == nil {
				city.Shapes = append(city.Shapes, nil)
			} else {
				city.Shapes = append(city.Shapes, shapes[i])
			}
		}
	}
	add([]geo.Grid{a.top}, nil)
	if a.top.Level != "street" {
		add(a.street, nil)
	}
	add(a.community, nil)
	add(a.grid, shapes)
}

// inChinese is the address of a community.
func (a *areas) inChinese(f *Figures, v *division, grid int32) string {
	k := v.community[grid]
	s := a.street[v.street[k]].Name["zh"]
	if a.top.Level == "street" {
		return s
	}
	return f.Name["zh"] + s
}
