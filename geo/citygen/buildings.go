package citygen

import (
	"fmt"
	"math"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// home is a building on its way into the city, with what later steps ask of it.
type home struct {
	block    *block
	body     *body
	building int // index into City.Buildings
}

// builder turns blocks into estates and buildings with codes, names, addresses
// and households.
type builder struct {
	*carver
	f     *Figures
	v     *division
	a     *areas
	names *namer
	city  *City
	homes []home
	// estateOf is the index of a block's estate, by face, -1 if it has none.
	estateOf []int32
	doors    map[doorKey]int
	courses  map[int32]course
	wet      map[lattice.Point]class // the points of rivers and streams
	bridges  map[lattice.Point]bool  // those at which streets meet from both banks
	count    map[string]int          // of devices by kind
	titles   map[role]geo.Text       // of posts that name no area
}

func (b *builder) build(blocks []block, households []int) error {
	b.estateOf = make([]int32, len(b.faces))
	for i := range b.estateOf {
		b.estateOf[i] = -1
	}
	b.addEstates(blocks)
	for g, faces := range b.v.faces {
		start := len(b.homes)
		var living []*body
		for _, f := range faces {
			bl := &blocks[f]
			for i := range bl.bodies {
				b.homes = append(b.homes, home{bl, &bl.bodies[i], len(b.homes)})
				if bl.bodies[i].flats > 0 {
					living = append(living, &bl.bodies[i])
				}
			}
		}
		if len(living) == 0 {
			return geo.Errorf(geo.Invalid, "grid %s has no room for homes; choose another seed or a larger area", b.a.grid[g].Code).
				On("area_km2", "").Where(b.point(b.middle(faces[0])))
		}
		shares := inhabit(living, households[g])
		b.raise(b.homes[start:], shares, int32(g))
	}
	if b.f.Units > 0 {
		return b.exactUnits()
	}
	return nil
}

// addEstates gives every plot of flats or villas behind a wall a name; halves of
// one block are phases of one estate.
func (b *builder) addEstates(blocks []block) {
	type kin struct {
		family int32
		use    use
	}
	phases := map[kin][]int{}
	r := chanceOf(b.f.Seed, 41)
	for i := range blocks {
		bl := &blocks[i]
		if !bl.ok || !bl.use.estate() || len(bl.bodies) == 0 {
			continue
		}
		k := kin{b.faces[bl.face].family, bl.use}
		n := len(b.city.Estates)
		phases[k] = append(phases[k], n)
		e := geo.Estate{Code: b.f.objectCode("E", 6, n+1), Shape: lattice.MultiPolygon{{b.points(bl.plot.ring)}}}
		if m := len(phases[k]); m == 1 {
			e.Name = b.names.name(pick(r, estateSuffixes[bl.use]))
		} else {
			base := b.city.Estates[phases[k][0]].Name
			e.Name = geo.Text{"zh": base["zh"] + numeral(m) + "期", "en": fmt.Sprintf("%s, phase %d", base["en"], m)}
		}
		if managed := map[use]float64{towers: 0.97, slabs: 0.9, walkups: 0.45, villas: 0.95}[bl.use]; r.odds(managed) {
			e.PropertyManager = pick(r, first).zh + pick(r, second).zh + "物业服务有限公司"
		}
		b.estateOf[bl.face] = int32(n)
		b.city.Estates = append(b.city.Estates, e)
	}
}

// raise makes the buildings of one grid; shares are the households of those with
// homes, in order.
func (b *builder) raise(homes []home, shares []int, grid int32) {
	where := b.a.inChinese(b.f, b.v, grid)
	var last *block
	number := 0
	address := ""
	for _, h := range homes {
		if h.block != last {
			last, number = h.block, 0
			address = where + b.door(h.block)
		}
		number++
		n := h.building + 1
		g := geo.Building{
			Code: b.f.objectCode("J", 7, n), Address: address,
			Shape: b.shape(h.body), Storeys: h.body.storeys, Use: h.body.use,
		}
		g.Interior, _ = lattice.Interior(g.Shape)
		if e := b.estateOf[h.block.face]; e >= 0 {
			estate := &b.city.Estates[e]
			g.Estate = estate.Code
			g.Name = geo.Text{"zh": fmt.Sprintf("%s%d栋", estate.Name["zh"], number), "en": fmt.Sprintf("%s %d", estate.Name["en"], number)}
			g.Address += fmt.Sprintf("%s%d栋", estate.Name["zh"], number)
		} else if s, ok := useNames[h.body.use]; ok && number == 1 {
			g.Name = b.names.name(s)
			g.Address += g.Name["zh"]
		} else {
			g.Address += fmt.Sprintf("%d栋", number)
		}
		floor := 3.0
		if h.body.flats == 0 {
			floor = 4.2
			if h.body.use == "industrial" {
				floor = 7
			}
		}
		g.HeightM = math.Round(10*(float64(h.body.storeys)*floor+1.5)) / 10
		if h.body.flats > 0 {
			g.Units = b.units(g.Code, h.body, shares[0])
			shares = shares[1:]
		}
		b.city.Buildings = append(b.city.Buildings, g)
	}
}

func (b *builder) shape(body *body) lattice.MultiPolygon {
	p := make(lattice.Polygon, len(body.rings))
	for i, ring := range body.rings {
		p[i] = b.points(ring)
	}
	return lattice.MultiPolygon{p}
}

// units parts a building's households into groups of about ten, or into its
// stairwells where the scheme's finest level is the stairwell.
func (b *builder) units(code string, body *body, households int) []geo.Unit {
	n := body.doors
	if b.f.grouped() {
		n = max(1, (households+5)/10)
	}
	return splitUnits(code, min(n, households), households, b.f.grouped())
}

func (f *Figures) grouped() bool { return f.Levels[len(f.Levels)-1] == "household-group" }

func splitUnits(code string, n, households int, grouped bool) []geo.Unit {
	units := make([]geo.Unit, n)
	for i := range units {
		units[i] = geo.Unit{
			Code:       fmt.Sprintf("%s-%02d", code, i+1),
			Name:       unitName(i+1, grouped),
			Households: households/n + bool01(i < households%n),
		}
	}
	return units
}

func bool01(b bool) int {
	if b {
		return 1
	}
	return 0
}

// unitNames are shared: a city has a hundred thousand units but few names.
var unitNames = func() (out [2][100]geo.Text) {
	for i := range out[0] {
		out[0][i] = geo.Text{"zh": fmt.Sprintf("%d单元", i), "en": fmt.Sprintf("Unit %d", i)}
		out[1][i] = geo.Text{"zh": fmt.Sprintf("第%s十户", numeral(i)), "en": fmt.Sprintf("Household group %d", i)}
	}
	return out
}()

func unitName(i int, grouped bool) geo.Text { return unitNames[bool01(grouped)][min(i, 99)] }

// exactUnits shares out the figures' total of units by stairwells, at least one
// to every building with homes and never more than it has households.
func (b *builder) exactUnits() error {
	var idx []int
	var weights []float64
	for _, h := range b.homes {
		if h.body.flats > 0 {
			idx = append(idx, h.building)
			weights = append(weights, float64(h.body.doors))
		}
	}
	if b.f.Units < len(idx) {
		return geo.Errorf(geo.Invalid, "%d units for %d buildings with homes", b.f.Units, len(idx)).On("units", "")
	}
	for i, n := range seats(b.f.Units, weights) {
		g := &b.city.Buildings[idx[i]]
		if h := g.Households(); n <= h {
			g.Units = splitUnits(g.Code, n, h, b.f.grouped())
			continue
		}
		return geo.Errorf(geo.Invalid, "%d units are too many for the households", b.f.Units).On("units", "")
	}
	return nil
}
