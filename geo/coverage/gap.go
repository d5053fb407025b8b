package coverage

import (
	"slices"
	"strings"

	"onegrid/geo"
)

// gaps settles the bounded faces that nobody claims. A gap is one face, so each
// is decided for itself, by what the areas had before any gap was closed.
//
// What is open to the outside is no gap, however narrow: see inlet.go.
func (s *settler) gaps() {
	type gift struct {
		face uint32
		to   int32
		r    Repair
	}
	var gifts []gift
	for face := uint32(1); face < uint32(s.count); face++ {
		if s.owner[face] != NoArea {
			continue
		}
		to, r := s.gap(face)
		gifts = append(gifts, gift{face, to, r})
	}
	for _, g := range gifts {
		s.owner[g.face] = g.to
		if g.r.Kind != "" {
			s.add(g.r)
		}
	}
}

// gap decides one gap and says so.
func (s *settler) gap(face uint32) (to int32, r Repair) {
	m := s.measure(face)
	areas := s.beside(face)
	r = Repair{Kind: RepairGap, At: s.anchor[face], AreaM2: m.areaM2, WidthM: m.widthM(), Codes: s.codes(areas)}
	choice, why := s.byWidth(face, m)
	if choice == chooseOut {
		return outsideOwner, Repair{} // ground that the network leaves to others
	}
	options := gifts(r.Codes, chooseVoid, chooseKeep)
	if s.network.Kind != geo.Basic {
		options = gifts(r.Codes, chooseOut)
	}
	choice, chosen := s.choose.take(&r, s.fingerprint(face), choice, options)
	if chosen {
		why = ": " + byChoice
	}
	r.Outline = s.outline(face)
	switch choice {
	case chooseVoid:
		to, r.Done = Void, "declared to be nobody's"+why
	case chooseKeep:
		to, r.Done, r.Blocker = NoArea, "listed"+why, true
	case chooseOut:
		to, r.Done = outsideOwner, "left outside"+why
	default:
		to, r.Done = s.named(areas, choice), "given to "+strings.TrimPrefix(choice, giveTo)+why
	}
	return to, r
}

// byWidth is what the policy does with a gap, and why.
func (s *settler) byWidth(face uint32, m *measured) (choice, why string) {
	if m.narrow(s.policy.GapWidthM, &s.budget) || s.policy.WideGaps == FillGaps {
		if a := s.longest([]uint32{face}, func(uint32) bool { return true }); a >= 0 {
			return giveTo + s.code(a), ": the longest shared border"
		}
	}
	switch {
	case s.network.Kind != geo.Basic:
		return chooseOut, ""
	case s.policy.WideGaps == VoidGaps:
		return chooseVoid, ""
	}
	return chooseKeep, ""
}

// beside returns the areas around faces, but for those that own them.
func (s *settler) beside(faces ...uint32) (areas []int32) {
	for _, face := range faces {
		for _, h := range s.halvesOf(face) {
			if a := s.owner[s.left[h^1]]; a >= 0 && a != s.owner[face] && !slices.Contains(areas, a) {
				areas = append(areas, a)
			}
		}
	}
	return areas
}
