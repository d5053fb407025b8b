package coverage

import (
	"cmp"
	"fmt"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Shape is what a file says of one finest area: polygons filled even-odd each,
// united when there are several.
type Shape struct {
	Code  string
	Shape lattice.MultiPolygon
	Row   int // feature of the file, for the report

	// Unclosed has the first point of every ring that the file did not close.
	Unclosed []lattice.Point
}

// What becomes of gaps wider than Policy.GapWidthM.
const (
	ListGaps = "list" // they stay, listed as blockers; the default
	VoidGaps = "void" // they are declared to be nobody's
	FillGaps = "fill" // they go to the longest border like narrow ones
)

// Policy says how faults are resolved. Nothing is resolved silently.
type Policy struct {
	// GapWidthM is the width up to which a gap is closed, in metres; 0 closes
	// none. Wider ones are listed. The width is that of the widest circle that
	// fits in.
	GapWidthM float64
	// WideGaps is one of ListGaps, VoidGaps and FillGaps; empty means ListGaps.
	// It counts for basic networks. The others need not cover the ground: what
	// is wide stays outside, unless it is to be filled.
	WideGaps string
	// Priority orders the claimants of an overlap, first wins. Codes that are
	// not named lose to those that are; among equals the longest shared border
	// decides, then the smaller code.
	Priority []string
	// SpikeWidthM is the width up to which a thin spike is cut off, in metres; 0
	// cuts only those without any. Others are listed. See thinSpike.
	SpikeWidthM float64
	// SnapM is the distance up to which vertices are brought together, in metres;
	// 0 moves none.
	SnapM float64
	// Choices settle single repairs, by their IDs, otherwise than all the above
	// would. What is chosen for a repair that is not found, or that does not have
	// that choice, is refused.
	Choices []Choice
	// Outlines asks for the outline of each repair that has one.
	Outlines bool
}

// check refuses widths that are none.
func (p *Policy) check() error {
	const mostM = 100_000
	for _, w := range [...]struct {
		field string
		m     float64
	}{{"gap_width", p.GapWidthM}, {"spike_width", p.SpikeWidthM}, {"snap", p.SnapM}} {
		if !(w.m >= 0 && w.m <= mostM) {
			return geo.Errorf(geo.Invalid, "a width is from 0 to %d metres", mostM).On(w.field, fmt.Sprint(w.m))
		}
	}
	return nil
}

// Report lists what was found and what was done, each with its place.
type Report struct {
	Shapes  int      `json:"shapes"`
	Areas   int      `json:"areas"`
	Regions int      `json:"regions"`
	Arcs    int      `json:"arcs"`
	Points  int      `json:"points"`
	Repairs []Repair `json:"repairs"`
}

// Repair is one fault of the input and what was done about it, or one that the
// whole input has, see Count.
type Repair struct {
	Kind    string        `json:"kind"`
	ID      string        `json:"id,omitempty"` // of one that has choices
	At      lattice.Point `json:"at"`
	AreaM2  float64       `json:"area_m2"`
	WidthM  float64       `json:"width_m,omitempty"`
	Codes   []string      `json:"codes,omitempty"` // the inputs concerned
	Rows    []int         `json:"rows,omitempty"`
	Count   int           `json:"count,omitempty"`   // how many alike are told in one, which names no code; At is the first place
	Done    string        `json:"done"`              // "given to X", "listed", "dropped"
	Blocker bool          `json:"blocker,omitempty"` // must be settled before publishing
	Choices []string      `json:"choices,omitempty"` // what could be done about it
	Choice  string        `json:"choice,omitempty"`  // which of them was

	Outline lattice.MultiPolygon `json:"-"` // if asked for: even-odd
}

// The kinds of repair.
const (
	RepairOverlap   = "overlap"         // claimed by several areas
	RepairGap       = "gap"             // claimed by none, and enclosed
	RepairFragment  = "fragment"        // cut off from its area's own polygon
	RepairMultipart = "multipart"       // an area in several regions
	RepairMissing   = "missing"         // an area without any region
	RepairDropped   = "dropped-ring"    // a ring without an inside
	RepairDuplicate = "duplicate-point" // the same point twice in a row
	RepairSpike     = "spike"           // a ring that runs out and back the same way
	RepairBowTie    = "bow-tie"         // an outline that crosses itself
	RepairInlet     = "inlet"           // a narrow slot between two areas, open to the outside: only listed
	RepairBent      = "bent-border"     // passed a vertex so closely that it was led through it
	RepairWinding   = "wrong-winding"   // an outer ring that runs clockwise, or a hole that does not
	RepairUnclosed  = "unclosed-ring"   // a ring whose last point is not its first
	RepairOutside   = "hole-outside"    // a hole that does not lie in its polygon
	RepairNested    = "nested-hole"     // a hole inside a hole
	RepairCrossing  = "crossing-rings"  // two rings of a polygon that cross
	RepairRepeated  = "repeated-ring"   // a ring that a polygon has twice
	RepairUnited    = "united-parts"    // ground that two polygons of one area claim
	RepairNear      = "near-point"      // two points in a row that are hardly apart
	RepairSnapped   = "snapped-point"   // a vertex brought to another one nearby
)

// Line tells a person where a fault is, how large, whom it concerns and what was
// done about it.
func (r *Repair) Line() string {
	if r.Count > 0 {
		return fmt.Sprintf("all over the input, first at %s: %s", r.At, r.Done)
	}
	return fmt.Sprintf("%s: %.2f m², %v: %s", r.At, r.AreaM2, r.Codes, r.Done)
}

// sort puts the repairs in an order that does not depend on the input's. It sorts
// numbers: there may be a hundred thousand repairs, and they are large.
func (r *Report) sort() {
	order := make([]int32, len(r.Repairs))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		a, b := &r.Repairs[i], &r.Repairs[j]
		return cmp.Or(
			cmp.Compare(a.Kind, b.Kind), lattice.Compare(a.At, b.At), slices.Compare(a.Codes, b.Codes),
			cmp.Compare(a.AreaM2, b.AreaM2), cmp.Compare(a.WidthM, b.WidthM), cmp.Compare(a.Done, b.Done), slices.Compare(a.Rows, b.Rows),
			cmp.Compare(a.ID, b.ID))
	})
	sorted := make([]Repair, len(order))
	for i, from := range order {
		sorted[i] = r.Repairs[from]
	}
	r.Repairs = sorted
}
