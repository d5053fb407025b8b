package exchange

import (
	"cmp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// maxRingSteps bounds the search for the rings that holes lie in. A coast with
// a hundred thousand islands and a thousand lakes takes half of it.
const maxRingSteps = 200_000_000

// assemble makes polygons of the rings of a Shapefile's record: outer ones run
// clockwise there, holes counter-clockwise, in any order. A hole belongs to the
// smallest ring around it. One that lies in no ring, or in a hole, is ground all
// the same and was wound the wrong way; turned counts those. A ring without area
// stands alone, for the report to tell.
func assemble(all []lattice.Ring) (mp lattice.MultiPolygon, turned int, err error) {
	if len(all) == 1 {
		if lattice.Winding(all[0]) > 0 {
			turned++
		}
		return lattice.MultiPolygon{{all[0]}}, turned, nil
	}
	nest := make([]*nested, len(all))
	for i, ring := range all {
		nest[i] = nestedRing(ring)
	}
	// The largest first, so that a ring comes after all that may be around it.
	order := slices.Clone(nest)
	slices.SortStableFunc(order, func(a, b *nested) int { return cmp.Compare(b.size, a.size) })
	steps := 0
	for i, n := range order {
		if !n.hole {
			continue
		}
		around, err := n.around(order[:i], &steps)
		if err != nil {
			return nil, 0, err
		}
		if around == nil || around.hole {
			n.hole = false
			turned++
			continue
		}
		around.holes = append(around.holes, n.ring)
	}
	for _, n := range nest { // in the file's order
		if !n.hole {
			mp = append(mp, append(lattice.Polygon{n.ring}, n.holes...))
		}
	}
	return mp, turned, nil
}

// nested is a ring on its way into a polygon.
type nested struct {
	ring   lattice.Ring
	box    lattice.Box
	size   float64        // of its area, which only puts rings in order
	inside *lattice.Point // found when a vertex does not tell
	hole   bool
	holes  []lattice.Ring
}

func nestedRing(ring lattice.Ring) *nested {
	n := &nested{ring: ring, box: lattice.BoxOf(ring...)}
	if len(ring) < 3 {
		return n
	}
	hi, lo := lattice.TwiceAreaWide(ring)
	twice := float64(hi)*(1<<64) + float64(lo)
	n.hole = twice > 0
	n.size = max(twice, -twice)
	return n
}

// around returns the smallest of the larger rings that a hole lies in, nil for
// none.
func (n *nested) around(larger []*nested, steps *int) (*nested, error) {
	for _, o := range slices.Backward(larger) {
		*steps++
		if o.size > n.size && o.box.ContainsBox(n.box) {
			if n.within(o, steps) {
				return o, nil
			}
		}
		if *steps > maxRingSteps {
			return nil, geo.Errorf(geo.TooLarge, "a polygon has too many rings to tell which lies in which").On("/geometry", "")
		}
	}
	return nil, nil
}

// within says whether a ring lies in a larger one. They do not cross, so any of
// its points tells that is not on the other's border; where its first vertex is,
// a point inside it does.
func (n *nested) within(o *nested, steps *int) bool {
	*steps += len(o.ring)
	side := lattice.SideOfRing(o.ring, n.ring[0])
	if side != 0 {
		return side > 0
	}
	if n.inside == nil {
		const tries = 64
		*steps += tries * len(n.ring)
		p, _ := lattice.Interior(lattice.MultiPolygon{{n.ring}})
		n.inside = &p
	}
	*steps += len(o.ring)
	return lattice.SideOfRing(o.ring, *n.inside) >= 0
}
