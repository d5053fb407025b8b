package route

import (
	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/world"
)

// towers are the buildings of one stacked network: few (a city has some tens of
// super-tall ones), so that they are looked through without an index. They
// belong to an Answer and are made anew when the network or the buildings
// change.
type towers struct {
	network   *world.Network
	buildings int64 // revision
	list      []tower
}

type tower struct {
	box   lattice.Box
	shape lattice.MultiPolygon
	areas []int32
}

// stacked lists all areas of a stacked network in the building at p: without a
// floor each of them may be meant.
func (a *Answer) stacked(w *world.World, n *world.Network, i int, p lattice.Point) {
	for len(a.towers) <= i {
		a.towers = append(a.towers, towers{})
	}
	t := &a.towers[i]
	if rev := w.Revision(geo.Buildings); t.network != n || t.buildings != rev {
		*t = towers{n, rev, towersOf(w, n)}
	}
	for k := range t.list {
		b := &t.list[k]
		if b.box.Contains(p) && lattice.Side(b.shape, p) >= 0 { // walls included
			for _, area := range b.areas {
				a.Others = append(a.Others, Place{n, area})
			}
		}
	}
}

// towersOf finds the buildings that a stacked network has grids in.
func towersOf(w *world.World, n *world.Network) []tower {
	var list []tower
	seen := map[string]bool{}
	for i := range n.Grids {
		code := n.Grids[i].Building
		if code == "" || seen[code] {
			continue
		}
		seen[code] = true
		if b, ok := w.Buildings().ByCode(code); ok {
			list = append(list, tower{lattice.BoxOfShape(b.Shape), b.Shape, n.InBuilding(code)})
		}
	}
	return list
}
