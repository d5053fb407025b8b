package coverage

import (
	"maps"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Site is what Propose has to know of the ground.
type Site struct {
	Buildings []Building
	Guides    []Guide
}

// Building is a footprint and the code of the grid in which it stands.
type Building struct {
	Code      string
	Grid      string
	Footprint lattice.MultiPolygon
}

// Guide is a line that a border may well follow: the middle of a street, the edge
// of a plot. Cost is what a metre along it counts as, against one across open
// ground: 1 or less.
type Guide struct {
	Line []lattice.Point
	Cost float64
}

// openCost is what a metre across open ground counts, between two buildings that
// no guide parts.
const openCost = 1.5

// Propose finds where the border of a MoveBuildings runs. In each grid in which
// some of the buildings stand, the guides part the ground into plots; where a
// plot holds buildings that stay and others that go, it is parted halfway between
// them. Of all borders that leave every building whole on its side, the one that
// costs least is taken (a minimum cut), such that both grids stay connected. The
// error says what is in the way, with the codes of the buildings that would have
// to go too.
func Propose(c *Coverage, n geo.Network, buildings []string, to string, site Site) (*MoveBuildings, error) {
	op := &MoveBuildings{Buildings: slices.Clone(buildings), To: to}
	d := newDraft(c, n)
	if err := op.disabled(d); err != nil {
		return nil, err
	}
	goes := make(map[string]bool, len(buildings))
	for _, code := range buildings {
		goes[code] = true
	}
	donors, err := donorsOf(site, goes, to)
	if err != nil {
		return nil, err
	}
	for _, from := range donors {
		a, err := d.finest("buildings", from)
		if err != nil {
			return nil, err
		}
		target, _ := c.AreaByCode(to)
		take := Take{From: from}
		for _, r := range c.RegionsOf(a) {
			p := newPlots(c, r, target, site, goes)
			if !p.moves() {
				continue
			}
			lines, err := p.border()
			if err != nil {
				return nil, err
			}
			take.Lines = append(take.Lines, lines...)
		}
		if len(take.Lines) == 0 {
			return nil, denied("buildings", from, "no building named stands on the ground of %s", from)
		}
		op.Takes = append(op.Takes, take)
	}
	return op, nil
}

// donorsOf lists the grids in which the buildings stand.
func donorsOf(site Site, goes map[string]bool, to string) ([]string, error) {
	known := map[string]bool{}
	var donors []string
	for _, b := range site.Buildings {
		if !goes[b.Code] {
			continue
		}
		known[b.Code] = true
		if b.Grid == to {
			return nil, denied("buildings", b.Code, "%s stands in %s already", b.Code, to)
		}
		if !slices.Contains(donors, b.Grid) {
			donors = append(donors, b.Grid)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(goes)) {
		if !known[code] {
			return nil, geo.Errorf(geo.NotFound, "there is no building %.40q", code).On("buildings", code)
		}
	}
	slices.Sort(donors)
	return donors, nil
}
