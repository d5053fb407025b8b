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
)

// Check returns every violation with a place; none for a sound coverage. It
// trusts nothing that Build or Decode derived: it looks at the points, sides and
// parents themselves, and compares.
func (c *Coverage) Check(n geo.Network) []Violation {
	k := &checker{c: c, network: n}
	k.flatten()
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
	areas   []Area
	points  []lattice.Point // of all arcs
	first   []uint32        // points of arc i: points[first[i]:first[i+1]]
	cells   *cells
	places  map[Region]lattice.Point // a vertex of each region, see place
	found   []Violation
}

func (k *checker) add(kind string, at lattice.Point, areas []int32, format string, args ...any) {
	v := Violation{Kind: kind, At: at, Message: fmt.Sprintf(format, args...)}
	for _, a := range areas {
		if a >= 0 && int(a) < len(k.areas) {
			v.Areas = append(v.Areas, k.areas[a].Code)
		}
	}
	k.found = append(k.found, v)
}

// flatten lists the areas, and the points of all arcs one after the other.
func (k *checker) flatten() {
	k.areas = make([]Area, k.c.areas.len())
	for i := range k.areas {
		k.areas[i] = k.c.areas.at(i).Area
	}
	k.points = make([]lattice.Point, 0, k.c.points)
	k.first = make([]uint32, 1, k.c.Arcs()+1)
	for i := range k.c.Arcs() {
		k.points = append(k.points, k.c.pointsOf(uint32(i))...)
		k.first = append(k.first, uint32(len(k.points)))
	}
}

// anywhere is a place for what has none.
func (k *checker) anywhere() lattice.Point {
	if len(k.points) > 0 {
		return k.points[0]
	}
	return lattice.Point{}
}

// beside returns the areas on the two sides of an arc.
func (k *checker) beside(arc int) []int32 {
	a := k.c.arcs.at(arc)
	return []int32{k.c.AreaOf(a.left), k.c.AreaOf(a.right)}
}

// form checks that every number leads somewhere, so that the rest may follow
// them, and that arithmetic is exact.
func (k *checker) form() bool {
	c, before := k.c, len(k.found)
	broken := func(format string, args ...any) { k.add(BrokenForm, k.anywhere(), nil, format, args...) }
	if c.Regions() == 0 {
		broken("there is no exterior")
		return false
	}
	for i := range c.Arcs() {
		a := c.arcs.at(i)
		if len(a.points) < 2 {
			broken("arc %d has fewer than two points", i)
		}
		if int(a.left) >= c.Regions() || int(a.right) >= c.Regions() {
			broken("arc %d has a region that is not there", i)
		}
		if a.from < 0 || a.to < 0 || int(a.from) >= c.nodes.len() || int(a.to) >= c.nodes.len() {
			broken("arc %d has a node that is not there", i)
		}
		if k.noHalf(a.next[0]) || k.noHalf(a.next[1]) {
			broken("arc %d is followed by one that is not there", i)
		}
	}
	for v := range c.nodes.len() {
		if k.noHalf(c.nodes.at(v).out) {
			broken("node %d has an arc that is not there", v)
		}
	}
	for r := range Region(c.Regions()) {
		if a := c.AreaOf(r); a < Void || int(a) >= c.areas.len() {
			broken("region %d belongs to area %d, which is not there", r, a)
		}
		for h := range c.halvesOf(r) {
			if k.noHalf(h) {
				broken("a ring has half-arc %d, which is not there", h)
			}
		}
	}
	for a := range c.areas.len() {
		for _, r := range c.RegionsOf(int32(a)) {
			if int(r) >= c.Regions() {
				broken("an area has region %d, which is not there", r)
			}
		}
	}
	for _, p := range k.points {
		if p.X < -180*lattice.Scale || p.X > 180*lattice.Scale || p.Y < -90*lattice.Scale || p.Y > 90*lattice.Scale {
			k.add(OffLattice, p, nil, "%v is no place on the Earth", p)
		}
	}
	if box := lattice.BoxOf(k.points...); len(k.points) > 0 && (box.Width() > lattice.MaxSpan || box.Height() > lattice.MaxSpan) {
		k.add(WideSpan, box.Max, nil, "from %v to %v is more than 150 degrees", box.Min, box.Max)
	}
	return len(k.found) == before
}

// noHalf tells whether a half-arc is not there.
func (k *checker) noHalf(h HalfArc) bool { return int(h>>1) >= k.c.Arcs() }
