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
		if p.X < b.box.Min.X || p.X > b.box.Max.X || p.Y < b.box.Min.Y || p.Y > b.box.Max.Y {
			continue
		}
		if holds(b.shape, p) {
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
			list = append(list, tower{bounds(b.Shape), b.Shape, n.InBuilding(code)})
		}
	}
	return list
}

func bounds(shape lattice.MultiPolygon) lattice.Box {
	first := true
	var box lattice.Box
	for _, polygon := range shape {
		for _, ring := range polygon {
			for _, p := range ring {
				if first {
					box, first = lattice.Box{Min: p, Max: p}, false
				}
				box.Min.X, box.Max.X = min(box.Min.X, p.X), max(box.Max.X, p.X)
				box.Min.Y, box.Max.Y = min(box.Min.Y, p.Y), max(box.Max.Y, p.Y)
			}
		}
	}
	if first {
		return lattice.Box{Min: lattice.Point{X: 1}, Max: lattice.Point{X: 0}}
	}
	return box
}

// holds reports whether p lies in a shape or on its outline: even-odd within a
// polygon, polygons united.
func holds(shape lattice.MultiPolygon, p lattice.Point) bool {
	for _, polygon := range shape {
		inside := false
		for _, ring := range polygon {
			for i, b := range ring {
				a := ring[(i+len(ring)-1)%len(ring)]
				on, crossed := edge(a, b, p)
				if on {
					return true
				}
				inside = inside != crossed
			}
		}
		if inside {
			return true
		}
	}
	return false
}

// edge tells whether p lies on the segment a-b, and whether the ray from p to
// the west crosses it. Both are exact: see lattice on why orient fits.
func edge(a, b, p lattice.Point) (on, crossed bool) {
	d := (int64(b.X)-int64(a.X))*(int64(p.Y)-int64(a.Y)) - (int64(b.Y)-int64(a.Y))*(int64(p.X)-int64(a.X))
	if d == 0 && min(a.X, b.X) <= p.X && p.X <= max(a.X, b.X) && min(a.Y, b.Y) <= p.Y && p.Y <= max(a.Y, b.Y) {
		return true, false
	}
	if (a.Y > p.Y) == (b.Y > p.Y) {
		return false, false
	}
	return false, (d < 0) == (b.Y > a.Y) // p is east of an edge that spans its latitude
}
