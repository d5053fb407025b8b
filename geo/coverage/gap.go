package coverage

import (
	"slices"

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
	narrow := m.narrow(s.policy.GapWidthM, &s.budget)
	r = Repair{
		Kind: RepairGap, At: s.anchor[face], AreaM2: m.areaM2, WidthM: m.widthM(),
		Codes: s.beside(face),
	}
	if narrow || s.policy.WideGaps == FillGaps {
		if a := s.longest([]uint32{face}, func(uint32) bool { return true }); a >= 0 {
			r.Done = "given to " + s.code(a) + ": the longest shared border"
			return a, r
		}
	}
	if s.network.Kind != geo.Basic {
		return outsideOwner, Repair{} // ground that the network leaves to others
	}
	if s.policy.WideGaps == VoidGaps {
		r.Done = "declared to be nobody's"
		return Void, r
	}
	r.Done, r.Blocker = "listed", true
	return NoArea, r
}

// beside returns the codes of the areas around a face.
func (s *settler) beside(face uint32) []string {
	var areas []int32
	for _, h := range s.halvesOf(face) {
		if a := s.owner[s.left[h^1]]; a >= 0 && !slices.Contains(areas, a) {
			areas = append(areas, a)
		}
	}
	return s.codes(areas)
}
