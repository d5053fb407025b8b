package coverage

import (
	"fmt"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Violation is one thing that is wrong, and where. What has no place of its own
// (a code that is used twice) is at the first point of the coverage.
type Violation struct {
	Kind    string        `json:"kind"`
	Message string        `json:"message"`
	At      lattice.Point `json:"at"`
	Areas   []string      `json:"areas,omitempty"`
}

// The kinds of violation.
const (
	// Of the form: while there are any of these, nothing else is looked at.
	BrokenForm = "form" // a number that leads nowhere
	OffLattice = "off-lattice"
	WideSpan   = "span" // over 150 degrees, so that exact arithmetic would not be

	// Of the drawing.
	ZeroLength   = "zero-length"
	SegmentTwice = "segment-twice" // a directed segment used twice
	Crossing     = "crossing"      // segments that meet other than at common ends
	Touch        = "touch"         // arcs that meet other than at a node
	LooseEnd     = "loose-end"     // an arc that does not end at its node, or a node of one arc
	Unhealed     = "unhealed"      // a node at which two arcs are one, or the wrong one of a closed border

	// Of the regions.
	UnpairedHalf  = "unpaired-half-edge" // a half-arc in no ring or in several, or a ring that does not close
	WrongSide     = "wrong-side"         // two regions in one sector, or one region on both sides
	WrongEuler    = "euler"
	Misplaced     = "misplaced" // a piece of the drawing in another region than it says
	StaleFigure   = "stale"     // a derived number that is not what it is derived from
	Gap           = "gap"
	NoRegion      = "area-without-region"
	ManyRegions   = "several-regions" // without leave
	RegionOfUpper = "region-of-upper" // of an area that has areas under it

	// Of the hierarchy.
	MissingParent = "missing-parent"
	ParentCycle   = "parent-cycle"
	LevelOrder    = "level-order" // a parent that does not stand above
	UnknownLevel  = "unknown-level"
	DuplicateCode = "duplicate-code"
	WrongCode     = "code" // not of the level's pattern
	AreaOrder     = "area-order"
)

// Check returns every violation with a place; none for a sound coverage. It
// trusts nothing that Build or Decode derived: it looks at the points, sides and
// parents themselves, and compares.
func (c *Coverage) Check(n geo.Network) []Violation {
	k := &checker{c: c, network: n}
	k.hierarchy()
	if k.form() {
		k.drawing()
		k.nodes()
		k.rings()
		k.euler()
		k.regions()
		k.figures()
	}
	return k.found
}

type checker struct {
	c       *Coverage
	network geo.Network
	cells   *cells
	places  map[Region]lattice.Point // a vertex of each region, see place
	found   []Violation
}

func (k *checker) add(kind string, at lattice.Point, areas []int32, format string, args ...any) {
	v := Violation{Kind: kind, At: at, Message: fmt.Sprintf(format, args...)}
	for _, a := range areas {
		if a >= 0 && int(a) < len(k.c.areas) {
			v.Areas = append(v.Areas, k.c.areas[a].Code)
		}
	}
	k.found = append(k.found, v)
}

// anywhere is a place for what has none.
func (k *checker) anywhere() lattice.Point {
	if len(k.c.points) > 0 {
		return k.c.points[0]
	}
	return lattice.Point{}
}

// beside returns the areas on the two sides of an arc.
func (k *checker) beside(arc int) []int32 {
	a := k.c.arcs[arc]
	return []int32{k.c.areaOf[a.left], k.c.areaOf[a.right]}
}

// form checks that every number leads somewhere, so that the rest may follow
// them, and that arithmetic is exact.
func (k *checker) form() bool {
	c, before := k.c, len(k.found)
	broken := func(format string, args ...any) { k.add(BrokenForm, k.anywhere(), nil, format, args...) }
	if len(c.arcs) == 0 || len(c.areaOf) == 0 || len(c.rings) != len(c.areaOf)+1 || len(c.regionFirst) != len(c.areas)+1 ||
		len(c.next) != 2*c.Arcs() || len(c.levels) != c.Arcs() || len(c.ringFirst) == 0 {
		broken("the lists do not fit each other")
		return false
	}
	if !ascending(c.rings, len(c.ringFirst)-1) || !ascending(c.ringFirst, len(c.halves)) || !ascending(c.regionFirst, len(c.regions)) {
		broken("the lists of rings or of regions are out of order")
	}
	for i, a := range c.arcs {
		switch end := i == c.Arcs(); {
		case !end && int(a.first)+2 > int(c.arcs[i+1].first), end && int(a.first) != len(c.points):
			broken("arc %d has fewer than two points", i)
		case !end && (int(a.left) >= len(c.areaOf) || int(a.right) >= len(c.areaOf)):
			broken("arc %d has a region that is not there", i)
		case !end && (a.from < 0 || a.to < 0 || int(a.from) >= len(c.nodes) || int(a.to) >= len(c.nodes)):
			broken("arc %d has a node that is not there", i)
		}
	}
	for r, a := range c.areaOf {
		if a < Void || int(a) >= len(c.areas) {
			broken("region %d belongs to area %d, which is not there", r, a)
		}
	}
	for _, h := range c.halves {
		if int(h) >= 2*c.Arcs() {
			broken("a ring has half-arc %d, which is not there", h)
		}
	}
	for _, r := range c.regions {
		if int(r) >= len(c.areaOf) {
			broken("an area has region %d, which is not there", r)
		}
	}
	for _, p := range c.points {
		if p.X < -180*lattice.Scale || p.X > 180*lattice.Scale || p.Y < -90*lattice.Scale || p.Y > 90*lattice.Scale {
			k.add(OffLattice, p, nil, "%v is no place on the Earth", p)
		}
	}
	if box := lattice.BoxOf(c.points...); len(c.points) > 0 && (box.Width() > lattice.MaxSpan || box.Height() > lattice.MaxSpan) {
		k.add(WideSpan, box.Max, nil, "from %v to %v is more than 150 degrees", box.Min, box.Max)
	}
	return len(k.found) == before
}

func ascending(v []uint32, last int) bool {
	for i := 1; i < len(v); i++ {
		if v[i] < v[i-1] {
			return false
		}
	}
	return int(v[len(v)-1]) == last
}
