package coverage

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// holes looks at how the rings of a polygon lie to each other and reports what
// GeoJSON does not allow: a ring that is there twice, a hole outside its polygon,
// a hole inside a hole. Each counts even-odd like all others unless it is chosen
// to be left out; leave then says which. Rings that cross are found by noding.
func (o *outlines) holes(l int32, polygon lattice.Polygon) (leave []bool) {
	if len(polygon) < 2 {
		return nil
	}
	p := placed{polygon: polygon, boxes: make([]lattice.Box, len(polygon)), budget: &o.budget}
	prints := make(map[fingerprint]bool, len(polygon))
	for i, ring := range polygon {
		if p.boxes[i] = lattice.BoxOf(ring...); len(ring) == 0 {
			continue
		}
		print := ringPrint(ring)
		if prints[print] {
			o.fault(RepairRepeated, l, least(ring), "filled even-odd: what is drawn twice cancels")
		}
		prints[print] = true
	}
	decide := func(kind, done string, i int) {
		r := o.found(kind, l, least(polygon[i]), done)
		r.AreaM2 = lattice.AreaM2(polygon[i])
		print := ringPrint(polygon[i])
		print.text(kind)
		print.text(r.Codes[0])
		choice, chosen := o.choose.take(&r, o.single(print), chooseFill, []string{chooseFill, chooseDrop})
		if chosen {
			r.Done += ": " + byChoice
		}
		if choice == chooseDrop {
			r.Done = "left out: " + byChoice
			if leave == nil {
				leave = make([]bool, len(polygon))
			}
			leave[i] = true
		}
		if o.policy.Outlines {
			r.Outline = lattice.MultiPolygon{{slices.Clone(polygon[i])}}
		}
		o.report.Repairs = append(o.report.Repairs, r)
	}
	for i := 1; i < len(polygon); i++ {
		if p.outside(i) {
			decide(RepairOutside, "filled even-odd: ground of its own", i)
		}
	}
	for _, i := range p.nested() {
		decide(RepairNested, "filled even-odd: ground again within the hole", i)
	}
	if *p.budget < 0 {
		o.fault(RepairOutside, l, polygon[0][0], "not looked for any further: there are too many holes; all are filled even-odd")
	}
	return leave
}

// placed is a polygon whose rings are looked at. When the budget of sides is used
// up, the answer to every question is no.
type placed struct {
	polygon lattice.Polygon
	boxes   []lattice.Box
	budget  *int
}

// outside tells whether hole i has nothing inside the outer ring.
func (p *placed) outside(i int) bool {
	if p.boxes[i].Empty() {
		return false
	}
	return !p.boxes[0].Intersects(p.boxes[i]) || p.all(i, 0, -1)
}

// nested returns the holes that lie in another one.
func (p *placed) nested() []int {
	boxes := make([]boxed, 0, len(p.polygon))
	for i := 1; i < len(p.polygon); i++ {
		if b := p.boxes[i]; !b.Empty() {
			boxes = append(boxes, boxOf(b.Min, b.Max, uint32(i)))
		}
	}
	in := make([]bool, len(p.polygon))
	joinSelf(boxes, func(a, b uint32) bool {
		if p.boxes[a].ContainsBox(p.boxes[b]) && p.boxes[a] != p.boxes[b] {
			a, b = b, a
		}
		if !in[a] && p.boxes[b].ContainsBox(p.boxes[a]) && p.all(int(a), int(b), 1) {
			in[a] = true
		}
		return *p.budget >= 0
	})
	var out []int
	for i, yes := range in {
		if yes {
			out = append(out, i)
		}
	}
	return out
}

// all tells whether ring i lies all on one side of ring j, apart from points in
// which they touch. The first point off it mostly decides.
func (p *placed) all(i, j, side int) bool {
	strict := false
	for _, q := range p.polygon[i] {
		if *p.budget -= len(p.polygon[j]); *p.budget < 0 {
			return false
		}
		switch lattice.SideOfRing(p.polygon[j], q) {
		case side:
			strict = true
		case -side:
			return false
		}
	}
	return strict
}

// least returns the smallest point of a ring.
func least(ring lattice.Ring) lattice.Point { return slices.MinFunc(ring, lattice.Compare) }

// ringPrint is the same wherever a ring starts and whichever way it runs.
func ringPrint(ring lattice.Ring) (f fingerprint) {
	if len(ring) == 0 {
		return f
	}
	a := ring[len(ring)-1]
	for _, b := range ring {
		if a != b {
			f.segment(ordered(a, b))
		}
		a = b
	}
	return f
}

// crossings tells two rings of one polygon that cross from one that crosses
// itself: edges of different rings pass through the cell.
func (o *outlines) crossings(notices []notice) error {
	var places, edges []boxed
	looked := map[int32]bool{}
	for i, n := range notices {
		if n.kind != RepairBowTie || len(o.ringsOf(n.label)) < 2 {
			continue
		}
		places = append(places, boxOf(n.at, n.at, uint32(i)))
		if !looked[n.label] {
			looked[n.label] = true
			for e := o.labels[n.label].edges; e < o.edgesEnd(n.label); e++ {
				edges = append(edges, boxOf(o.edges[e].a, o.edges[e].b, e))
			}
		}
	}
	ring := make(map[uint32]int, len(places)) // by notice, 1 + the ring that was met
	all := joinTwo(places, edges, func(i, e uint32) bool {
		n, edge := &notices[i], &o.edges[e]
		a, b := ordered(edge.a, edge.b)
		if edge.label != n.label || !entersCell(a, b, n.at, lattice.Cross(a, b, n.at)) {
			return true
		}
		first := o.ringsOf(n.label)
		k, exact := slices.BinarySearch(first, e)
		if exact {
			k++
		}
		if met := ring[i]; met != 0 && met != k {
			n.kind = RepairCrossing
		}
		ring[i] = k
		return true
	})
	if !all {
		return geo.Errorf(geo.TooLarge, "a polygon crosses itself too often around %v: that is no map", notices[places[0].id].at).Where(notices[places[0].id].at)
	}
	return nil
}
