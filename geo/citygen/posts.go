package citygen

import (
	"fmt"

	"onegrid/geo"
)

// role is a kind of post: a title, never a name.
type role struct {
	id     string
	zh, en string
}

var (
	gridRoles = []role{{"leader", "网格长", "Grid leader"}, {"member", "网格员", "Grid member"}, {"police", "网格警员", "Grid police officer"}}
	headRoles = map[string]role{
		"district":  {"leader", "网格中心主任", "District centre director"},
		"street":    {"leader", "网格中心主任", "Street centre director"},
		"community": {"leader", "党组织书记", "Community secretary"},
	}
)

const personnelLink = "https://personnel.example/post/{ref}"

// addPosts sets the roles that answer for areas, buildings and units. Their
// references are opaque: who holds a post is the personnel system's affair.
func (b *builder) addPosts() {
	for _, g := range b.city.Grids {
		switch {
		case g.Network != basicNetwork:
			b.post(role{"leader", "专属网格长", "Exclusive grid leader"}, g.Name, []string{g.Code}, nil)
			b.post(role{"member", "专属网格员", "Exclusive grid member"}, g.Name, []string{g.Code}, nil)
		case g.Level == "grid":
			for _, r := range gridRoles {
				b.post(r, g.Name, []string{g.Code}, nil)
			}
		default:
			b.post(headRoles[g.Level], g.Name, []string{g.Code}, nil)
		}
	}
	b.addInstructors()
	b.addCadres()
	below := b.f.Levels[len(b.f.Levels)-1]
	for i := range b.city.Buildings {
		g := &b.city.Buildings[i]
		if len(g.Units) == 0 {
			continue
		}
		if below == "unit" {
			b.post(role{"building-leader", "楼栋长", "Building leader"}, nil, nil, []string{g.Code})
		}
		for _, u := range g.Units {
			switch below {
			case "unit":
				b.post(role{"unit-leader", "单元长", "Unit leader"}, nil, nil, []string{u.Code})
			case "household-group":
				b.post(role{"group-head", "十户长", "Head of ten households"}, nil, nil, []string{u.Code})
			}
		}
	}
}

func (b *builder) post(r role, of geo.Text, areas, units []string) {
	n := len(b.city.Posts) + 1
	name, shared := b.titles[r]
	if of == nil && !shared {
		name = geo.Text{"zh": r.zh, "en": r.en}
		b.titles[r] = name // one for all the posts of a role
	} else if of != nil {
		name = geo.Text{"zh": of["zh"] + r.zh, "en": r.en + ", " + of["en"]}
	}
	b.city.Posts = append(b.city.Posts, geo.Post{
		Code: b.f.objectCode("P", 7, n), Role: r.id, Name: name, Areas: areas, Units: units, Link: personnelLink,
		Ref: fmt.Sprintf("%012X", mix(uint64(b.f.Seed)<<32^uint64(n))>>16),
	})
}

// addInstructors gives every two communities one instructor over their grids: one
// post, many grids.
func (b *builder) addInstructors() {
	for k := 0; k < len(b.a.community); k += 2 {
		var codes []string
		for g, c := range b.v.community {
			if int(c) == k || int(c) == k+1 {
				codes = append(codes, b.a.grid[g].Code)
			}
		}
		b.post(role{"instructor", "网格指导员", "Grid instructor"}, b.a.community[k].Name, codes, nil)
	}
}

// addCadres puts street cadres between the street and its communities: each
// answers for some of them.
func (b *builder) addCadres() {
	n := b.f.Cadres
	for i := range n {
		var codes []string
		for k := i * len(b.a.community) / n; k < (i+1)*len(b.a.community)/n; k++ {
			codes = append(codes, b.a.community[k].Code)
		}
		b.post(role{"cadre", "驻片干部", "Street cadre"}, geo.Text{"zh": fmt.Sprintf("第%s片区", numeral(i+1)), "en": fmt.Sprintf("section %d", i+1)}, codes, nil)
	}
}
