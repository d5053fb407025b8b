package world

import (
	"onegrid/geo"
	"onegrid/geo/record"
)

// counts are what an object adds to its area and to all areas above.
type counts struct {
	households, units, buildings, devices, cameras, sites, open int32
}

func (c counts) plus(d counts) counts {
	return counts{
		households: c.households + d.households,
		units:      c.units + d.units,
		buildings:  c.buildings + d.buildings,
		devices:    c.devices + d.devices,
		cameras:    c.cameras + d.cameras,
		sites:      c.sites + d.sites,
		open:       c.open + d.open,
	}
}

func (c counts) negative() counts {
	return counts{-c.households, -c.units, -c.buildings, -c.devices, -c.cameras, -c.sites, -c.open}
}

func countsOfRow(l geo.Layer, body string) counts {
	switch l {
	case geo.Buildings:
		b := record.ReadBuilding(body)
		return counts{households: int32(b.Households), units: int32(b.UnitCount), buildings: 1}
	case geo.Sites:
		return counts{sites: 1}
	}
	return counts{}
}

func countsOfDevice(d *geo.Device) counts {
	if d.Kind == "camera" {
		return counts{devices: 1, cameras: 1}
	}
	return counts{devices: 1}
}

// pageSize is how many areas' counts are copied when one of them changes.
const pageSize = 64

type page [pageSize]counts

// tally holds the counts of every area of the basic network, descendants
// included. A published one never changes: the next shares all pages but those
// that it wrote to.
type tally struct {
	pages []*page
	own   []bool // pages of this one alone; nil once published
}

func (t *tally) of(area int32) counts {
	return t.pages[area/pageSize][area%pageSize]
}

// newTally is all zero, for n areas.
func newTally(n int) tally {
	t := tally{pages: make([]*page, (n+pageSize-1)/pageSize)}
	t.own = make([]bool, len(t.pages))
	for i := range t.pages {
		t.pages[i], t.own[i] = new(page), true
	}
	return t
}

func (t *tally) edit() tally {
	return tally{pages: append([]*page(nil), t.pages...), own: make([]bool, len(t.pages))}
}

// add changes the counts of an area and of all above it.
func (t *tally) add(n *Network, area int32, c counts) {
	for ; area >= 0; area = n.Parent(area) {
		t.addAlone(area, c)
	}
}

func (t *tally) addAlone(area int32, c counts) {
	i := area / pageSize
	if !t.own[i] {
		own := *t.pages[i]
		t.pages[i], t.own[i] = &own, true
	}
	at := &t.pages[i][area%pageSize]
	*at = at.plus(c)
}

// addAll adds what each area holds by itself to it and to all above: parents
// have smaller numbers, so one pass from the end hands everything up.
func (t *tally) addAll(n *Network, alone []counts) {
	for area := int32(len(alone)) - 1; area >= 0; area-- {
		c := alone[area]
		if c == (counts{}) {
			continue
		}
		t.addAlone(area, c)
		if up := n.Parent(area); up >= 0 {
			alone[up] = alone[up].plus(c)
		}
	}
}
