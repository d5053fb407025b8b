package coverage

import (
	"slices"

	"onegrid/geo"
)

// overlaps settles the faces that several areas claim. Only claimants come into
// question, so no area gains what it did not claim. Priority decides first. The
// others go to the claimant with the longest border to what it already has; a
// face in the middle of overlaps waits until one beside it is settled.
func (s *settler) overlaps() {
	rank := make(map[int32]int, len(s.policy.Priority))
	byCode := map[string]int{}
	for i, code := range s.policy.Priority {
		if _, twice := byCode[code]; !twice {
			byCode[code] = i
		}
	}
	if len(byCode) > 0 {
		for a := range s.out.areas {
			if i, ok := byCode[s.out.areas[a].Code]; ok {
				rank[int32(a)] = i
			}
		}
	}
	var waiting []uint32
	for face := range uint32(s.count) {
		if s.owner[face] != unsettled {
			continue
		}
		if a := first(s.claimsOf(face), rank); a >= 0 {
			s.give(face, a, byPriority)
			s.ranked[face] = true
		} else {
			waiting = append(waiting, face)
		}
	}
	for look := waiting; len(look) > 0; {
		look = s.round(look)
	}
	// What is left touches no ground that a claimant has for itself: one outline
	// drawn for two areas.
	for _, face := range waiting {
		if s.owner[face] == unsettled {
			s.give(face, slices.MinFunc(s.claimsOf(face), s.byCode), "the smaller code")
		}
	}
	if len(s.given) > 0 {
		s.mend()
		s.override()
	}
}

func (s *settler) byCode(a, b int32) int {
	if s.code(a) < s.code(b) {
		return -1
	}
	return 1
}

// first returns the area of the best rank, NoArea if none has any.
func first(areas []int32, rank map[int32]int) int32 {
	best, at := NoArea, 0
	for _, a := range areas {
		if r, ok := rank[a]; ok && (best < 0 || r < at) {
			best, at = a, r
		}
	}
	return best
}

// round settles those faces of a list that touch a claimant's ground, by what
// was settled before, and returns the faces that may be settled next.
func (s *settler) round(look []uint32) []uint32 {
	type gift struct {
		face uint32
		area int32
	}
	var gifts []gift
	for _, face := range look {
		claims := s.claimsOf(face)
		if a := s.longest([]uint32{face}, func(g uint32) bool { return slices.Contains(claims, s.owner[g]) }); a >= 0 {
			gifts = append(gifts, gift{face, a})
		}
	}
	for _, g := range gifts {
		s.give(g.face, g.area, "the longest shared border")
	}
	var next []uint32
	for _, g := range gifts {
		for _, h := range s.halvesOf(g.face) {
			if n := s.left[h^1]; s.owner[n] == unsettled {
				next = append(next, n)
			}
		}
	}
	slices.Sort(next)
	return slices.Compact(next)
}

// The reasons that need no other.
const byChoice, byPriority = "chosen", "by priority"

// named returns the area that is to be given to.
func (s *settler) named(areas []int32, choice string) int32 {
	for _, a := range areas {
		if giveTo+s.code(a) == choice {
			return a
		}
	}
	return NoArea
}

// overlap describes a face that several areas claim.
func (s *settler) overlap(face uint32) Repair {
	codes := s.codes(s.claimsOf(face))
	return Repair{Kind: RepairOverlap, At: s.anchor[face], Codes: codes, Choices: gifts(codes)}
}

// give settles an overlap and reports it.
func (s *settler) give(face uint32, area int32, why string) {
	s.owner[face] = area
	m, r := s.measure(face), s.overlap(face)
	r.AreaM2, r.WidthM, r.Rows, r.Outline = m.areaM2, m.widthM(), s.rowsOf(face), s.outline(face)
	r.Choice, r.Done = giveTo+s.code(area), "given to "+s.code(area)+": "+why
	// Whose the ground of an exclusive network is, a person has to say, strips as
	// narrow as a gap that is closed apart.
	r.Blocker = s.network.Kind == geo.Exclusive && why != byPriority && !m.narrow(s.policy.GapWidthM, &s.budget)
	s.given[face] = len(s.report.Repairs)
	s.add(r)
}

// override gives overlaps to those that were chosen. The others stay as they
// would be without, so that to choose what the policy does changes nothing.
func (s *settler) override() {
	for face := range uint32(s.count) {
		i, ok := s.given[face]
		if !ok {
			continue
		}
		r := &s.report.Repairs[i]
		if choice, chosen := s.choose.take(r, s.fingerprint(face), r.Choice, r.Choices); chosen {
			s.owner[face] = s.named(s.claimsOf(face), choice)
			r.Done, r.Blocker = "given to "+s.code(s.owner[face])+": "+byChoice, false
		}
	}
}
