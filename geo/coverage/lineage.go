package coverage

import (
	"cmp"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Fate is what became of an area.
type Fate string

// The fates. Ground is the same but for what Noise allows.
const (
	FateUnchanged  Fate = "unchanged"  // the same ground, code and parent
	FateRenamed    Fate = "renamed"    // the same ground under another code
	FateReparented Fate = "reparented" // the same ground under another parent
	FateReshaped   Fate = "reshaped"   // most of the ground is the same, some came or went
	FateSplit      Fate = "split"      // one became several
	FateMerged     Fate = "merged"     // several became one
	FateMoved      Fate = "moved"      // several became several others
	FateCreated    Fate = "created"    // made of parts of others, or of nobody's ground
	FateRetired    Fate = "retired"    // went to others in parts, or to nobody
)

// fates are all of them, in the order in which they are told.
var fates = []Fate{FateSplit, FateMerged, FateMoved, FateCreated, FateRetired, FateReshaped, FateRenamed, FateReparented, FateUnchanged}

// Noise is ground that changed hands and means nothing: a border that was drawn
// anew by another hand. It is listed by itself.
type Noise struct {
	// WidthM: ground is noise if it is narrower, twice its area by its perimeter,
	// and less than half of both areas.
	WidthM float64
	// Share: ground is noise if it is less than this share of both areas.
	Share float64
}

// Lineage tells what became of the areas of an old coverage, level by level, and
// where those of a new one came from. It is found from geometry and codes alone.
//
// An area *goes to* another, which *comes of* it, where at least half of either's
// ground is the other's. What hangs together so is one event; each area is in
// exactly one. Everything is in a fixed order, so that the same two coverages give
// the same lineage.
type Lineage struct {
	Events   []Event   `json:"events"`
	Slivers  []Share   `json:"slivers,omitempty"` // see Noise
	Warnings []Warning `json:"warnings,omitempty"`
}

// Event is what became of some areas of one level.
type Event struct {
	Fate  Fate     `json:"fate"`
	Also  []Fate   `json:"also,omitempty"` // of a reshaped or renamed area
	Level string   `json:"level"`
	Old   []string `json:"old,omitempty"` // codes
	New   []string `json:"new,omitempty"`
	Exact bool     `json:"exact,omitempty"` // the ground is the same to the last unit
	// Shares is the ground that came from the old areas or to the new ones, also
	// from and to areas of other events and nobody.
	Shares []Share `json:"shares,omitempty"`
}

// Share is ground that an old and a new area have in common.
type Share struct {
	Level  string        `json:"level"`
	Old    string        `json:"old,omitempty"` // code; empty for nobody
	New    string        `json:"new,omitempty"`
	AreaM2 float64       `json:"area_m2"`
	OfOld  float64       `json:"of_old"` // from 0 to 1, to a millionth
	OfNew  float64       `json:"of_new"`
	WidthM float64       `json:"width_m"`
	At     lattice.Point `json:"at"`
}

// Warning is something that a person should look at.
type Warning struct {
	Code    string        `json:"code"`
	Level   string        `json:"level"`
	Message string        `json:"message"`
	At      lattice.Point `json:"at"`
}

// Trace finds the lineage of two coverages of one network.
func Trace(o *Overlay, n geo.Network, noise Noise) *Lineage {
	l := &Lineage{Events: []Event{}}
	same := map[int32]int32{}
	for level := range n.Levels {
		g := newGeneration(o, n.Levels[level].ID, uint8(level), noise, same)
		g.relate()
		g.tell(l)
	}
	return l
}

// Of returns the events of a level, in order.
func (l *Lineage) Of(level string) []Event {
	var out []Event
	for _, e := range l.Events {
		if e.Level == level {
			out = append(out, e)
		}
	}
	return out
}

// Weight is something that was counted, and the finest areas that it was and is in,
// by number.
type Weight struct {
	Old, New int32
	N        int64
}

// Flow is how much went from one area to another.
type Flow struct {
	Old string `json:"old,omitempty"` // code; empty for nobody
	New string `json:"new,omitempty"`
	N   int64  `json:"n"`
}

// Flows sums what was counted, households of buildings say, as a matrix of the
// areas of a level. What stays in one area is in it, too. The order is that of the
// codes.
func (o *Overlay) Flows(level uint8, weights []Weight) []Flow {
	up, down := o.Old.climbing(level), o.New.climbing(level)
	sum := map[[2]int32]int64{}
	for _, w := range weights {
		sum[[2]int32{climbed(up, w.Old), climbed(down, w.New)}] += w.N
	}
	out := make([]Flow, 0, len(sum))
	for k, n := range sum {
		if n != 0 && (k[0] >= 0 || k[1] >= 0) {
			out = append(out, Flow{o.Old.codeOf(k[0]), o.New.codeOf(k[1]), n})
		}
	}
	slices.SortFunc(out, func(a, b Flow) int { return cmp.Or(strings.Compare(a.Old, b.Old), strings.Compare(a.New, b.New)) })
	return out
}

// codeOf returns the code of an area, "" for nobody's ground.
func (c *Coverage) codeOf(area int32) string {
	if area < 0 {
		return ""
	}
	return c.area(area).Code
}
