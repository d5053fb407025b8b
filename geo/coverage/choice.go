package coverage

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Choice settles one repair otherwise than the policy would: one of the repair's
// Choices, under its ID. A repair has the same ID in every Build of the same
// input; what is cut off by a choice has an ID only once that choice is made.
type Choice struct {
	ID     string `json:"id"`
	Choose string `json:"choose"`
}

// What may be chosen.
const (
	giveTo     = "give "   // followed by a code: the ground goes to that area
	chooseVoid = "void"    // the ground is declared to be nobody's
	chooseKeep = "keep"    // it stays as it is: a gap, a part, a spike
	chooseOut  = "outside" // the ground goes to what lies around the network
	chooseCut  = "cut"     // a spike is cut off
	chooseFill = "fill"    // a ring counts even-odd
	chooseDrop = "drop"    // a ring is left out
)

// chooser hands out what was chosen, and knows in the end what was not asked for.
type chooser struct {
	chosen map[string]string
	asked  map[string]bool
	err    error
}

// newChooser refuses what could not be carried out whatever the input.
func newChooser(choices []Choice) (*chooser, error) {
	c := &chooser{chosen: make(map[string]string, len(choices)), asked: map[string]bool{}}
	for _, choice := range choices {
		if before, ok := c.chosen[choice.ID]; ok && before != choice.Choose {
			return nil, geo.Errorf(geo.Invalid, "%q and %q are chosen for %s", before, choice.Choose, choice.ID).On("choices", choice.ID)
		}
		c.chosen[choice.ID] = choice.Choose
	}
	return c, nil
}

// take settles a repair: by what was chosen for it, else as the policy would. It
// notes in the repair what could be chosen and what was.
func (c *chooser) take(r *Repair, id uint64, policy string, options []string) (choice string, chosen bool) {
	r.ID = repairID(r.Kind, id)
	r.Choices, r.Choice = options, policy
	if len(c.chosen) == 0 {
		return policy, false
	}
	choice, chosen = c.chosen[r.ID]
	if !chosen {
		return policy, false
	}
	c.asked[r.ID] = true
	if !slices.Contains(options, choice) {
		if c.err == nil {
			c.err = geo.Errorf(geo.Invalid, "%q cannot be chosen for %s at %v: it may be %s", choice, r.ID, r.At, strings.Join(options, ", ")).
				On("choices", choice).Where(r.At)
		}
		return policy, false
	}
	r.Choice = choice
	return choice, true
}

// peek returns what was chosen for a repair, if anything.
func (c *chooser) peek(kind string, id uint64) string {
	if len(c.chosen) == 0 {
		return ""
	}
	return c.chosen[repairID(kind, id)]
}

func repairID(kind string, id uint64) string { return fmt.Sprintf("%s-%016x", kind, id) }

// done refuses choices that were for nothing that was found.
func (c *chooser) done() error {
	if c.err != nil {
		return c.err
	}
	for _, id := range slices.Sorted(maps.Keys(c.chosen)) {
		if !c.asked[id] {
			return geo.Errorf(geo.Conflict, "there is no repair %s to choose for: the input, or an earlier choice, has changed since it was listed", id).On("choices", id)
		}
	}
	return nil
}

// gifts are the choices of giving ground to areas.
func gifts(codes []string, more ...string) []string {
	out := make([]string, 0, len(codes)+len(more))
	for _, code := range codes {
		out = append(out, giveTo+code)
	}
	return append(out, more...)
}

// fingerprint adds up directed segments, so it does not depend on where a ring
// starts or in which order rings come.
type fingerprint uint64

func (f *fingerprint) segment(a, b lattice.Point) {
	h := zkey(a)*0x9e3779b97f4a7c15 ^ zkey(b)*0xc2b2ae3d27d4eb4f
	h = (h ^ h>>31) * 0xbf58476d1ce4e5b9
	*f += fingerprint(h ^ h>>29)
}

// text adds a word.
func (f *fingerprint) text(s string) { *f += fingerprint(hashString(s)) }

// fingerprint of faces: of all sides around each of them.
func (s *settler) fingerprint(faces ...uint32) uint64 {
	var f fingerprint
	for _, face := range faces {
		for _, h := range s.halvesOf(face) {
			verts := s.of(h >> 1)
			for i := 1; i < len(verts); i++ {
				p, q := s.lw.points[verts[i-1]], s.lw.points[verts[i]]
				if h&1 == 1 {
					p, q = q, p
				}
				f.segment(p, q)
			}
		}
	}
	return uint64(f)
}
