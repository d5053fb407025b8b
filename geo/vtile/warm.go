package vtile

import (
	"slices"
	"sync"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Opening is the zoom at which a page first shows the city: a tile is about as
// wide as all of it.
func (a *Atlas) Opening() uint8 {
	wide, zoom := a.Bounds().Width(), uint8(0)
	for tile := int64(360 * lattice.Scale); tile > wide && zoom < MaxZoom; tile /= 2 {
		zoom++
	}
	return zoom
}

// Open makes ready what a first look at the whole city needs.
func (a *Atlas) Open() {
	a.stocks[geo.Base].get()
	for _, n := range a.drawn() {
		var wg sync.WaitGroup
		wg.Go(func() { n.labels() })
		n.sheets.get(a.Opening())
		wg.Wait()
	}
}

// Warm makes ready everything else, what is likely to be wanted first at first,
// until stop says so: the objects, which the next zooms show, then a zoom after
// the other away from the opening one, as far as they can be kept.
func (a *Atlas) Warm(stop func() bool) {
	a.Open()
	for _, layer := range []geo.Layer{geo.Estates, geo.Buildings, geo.Sites} {
		if stop() {
			return
		}
		a.stocks[layer].get()
	}
	for _, z := range zoomsFrom(a.Opening()) {
		for _, n := range a.drawn() {
			if stop() {
				return
			}
			n.sheets.warm(z)
		}
	}
}

// drawn are the networks that have areas to draw.
func (a *Atlas) drawn() []*network {
	var out []*network
	for _, n := range a.world.Networks() {
		if later := a.networks[n.Spec.ID]; later != nil && later.get() != nil {
			out = append(out, later.get())
		}
	}
	return out
}

// zoomsFrom returns all zooms, the nearest to one first, and of two the finer.
func zoomsFrom(opening uint8) []uint8 {
	var out []uint8
	for away := range MaxZoom + 1 {
		for _, z := range [2]int{int(opening) + away, int(opening) - away} {
			if z >= 0 && z <= MaxZoom && !slices.Contains(out, uint8(z)) {
				out = append(out, uint8(z))
			}
		}
	}
	return out
}
