package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"onegrid/geo/lattice"
)

// fragments settles areas that own several connected pieces of ground. Every
// polygon of the input entitles its area to one: the piece in which most of it
// lies. Any other piece was cut off by an overlap's settlement, or is a loop of
// an outline that crosses itself. A narrow one (as for gaps) goes to the
// neighbour with the longest border, or outside where it has none; a wide one is
// ground that somebody means, and stays. What remains in several pieces is
// reported.
func (s *settler) fragments() {
	p := s.pieces()
	waiting := s.loosen(p)
	for len(waiting) > 0 {
		n := len(waiting)
		if waiting = s.giveAway(p, waiting); len(waiting) == n {
			break
		}
	}
	for _, id := range waiting {
		s.dropOff(p, id)
	}
	s.reportParts()
}

// loosen settles the pieces that are chosen for or that stay, and returns those
// to be given away.
func (s *settler) loosen(p *pieces) (waiting []uint32) {
	type fate struct {
		repair Repair
		owner  int32
	}
	settled := map[uint32]fate{}
	var order []uint32
	for _, id := range p.several {
		if p.main[id] {
			continue
		}
		narrow := s.measure(p.faces[id]...).narrow(s.policy.GapWidthM, &s.budget)
		f := fate{s.fragment(p, id), s.owner[id]}
		if choice := s.choose.peek(RepairFragment, p.prints[id]); narrow && choice != chooseKeep {
			waiting = append(waiting, id) // decided when its turn comes
			p.loose[id], p.choices[id] = true, f.repair.Choices
			for _, a := range s.beside(p.faces[id]...) {
				p.named[s.code(a)] = a
			}
			continue
		}
		choice, chosen := s.choose.take(&f.repair, p.prints[id], chooseKeep, f.repair.Choices)
		switch {
		case !chosen:
			f.repair.Done = "kept: it is wider than gaps that are closed"
		case choice == chooseKeep:
			f.repair.Done = "kept: " + byChoice
		case choice == chooseOut:
			f.repair.Done, f.owner = "left outside: "+byChoice, s.around(p, id)
		default:
			f.repair.Done = "given to " + strings.TrimPrefix(choice, giveTo) + ": " + byChoice
			f.owner = s.named(s.beside(p.faces[id]...), choice)
		}
		settled[id] = f
		order = append(order, id)
	}
	for _, id := range order { // all were decided on one state
		s.add(settled[id].repair)
		for _, face := range p.faces[id] {
			s.owner[face] = settled[id].owner
		}
	}
	return waiting
}

// pieces are the connected pieces of ground of those areas that have several.
type pieces struct {
	of      sets[uint32] // of faces
	faces   map[uint32][]uint32
	several []uint32 // pieces of areas that have more than one, by area and anchor
	main    map[uint32]bool
	loose   map[uint32]bool // to be given away

	// Of what is to be given away, so that choices mean the same whenever its turn
	// comes.
	prints  map[uint32]uint64
	choices map[uint32][]string
	named   map[string]int32
}

func (s *settler) pieces() *pieces {
	p := &pieces{of: newSets[uint32](s.count), faces: map[uint32][]uint32{}, main: map[uint32]bool{}, loose: map[uint32]bool{}, prints: map[uint32]uint64{},
		choices: map[uint32][]string{}, named: map[string]int32{}}
	for k := range uint32(s.len()) {
		if a, b := s.left[k<<1], s.left[k<<1|1]; s.owner[a] >= 0 && s.owner[a] == s.owner[b] {
			p.of.join(a, b)
		}
	}
	count := make([]uint32, len(s.out.areas))
	for face := range uint32(s.count) {
		if a := s.owner[face]; a >= 0 && p.of.root(face) == face {
			count[a]++
		}
	}
	for face := range uint32(s.count) {
		p.of[face] = p.of.root(face) // from now on, the piece itself
		if a := s.owner[face]; a >= 0 && count[a] > 1 {
			id := p.of[face]
			if p.faces[id] == nil {
				p.several = append(p.several, id)
			}
			p.faces[id] = append(p.faces[id], face)
		}
	}
	slices.SortFunc(p.several, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(s.owner[a], s.owner[b]), lattice.Compare(s.least(p, a), s.least(p, b)))
	})
	s.entitle(p)
	for _, id := range p.several {
		if !p.main[id] {
			p.prints[id] = s.fingerprint(p.faces[id]...)
		}
	}
	return p
}

// least returns the smallest vertex of a piece.
func (s *settler) least(p *pieces, id uint32) lattice.Point {
	best := s.anchor[p.faces[id][0]]
	for _, face := range p.faces[id] {
		if less(s.anchor[face], best) {
			best = s.anchor[face]
		}
	}
	return best
}

// entitle marks, for every polygon, the piece of its area in which most of it
// lies.
func (s *settler) entitle(p *pieces) {
	type share struct {
		label int32
		piece uint32
	}
	shares := map[share]int64{}
	var order []share
	for _, id := range p.several {
		for _, face := range p.faces[id] {
			for _, l := range s.labelsIn(face) {
				if s.out.labels[l].area != s.owner[face] {
					continue
				}
				k := share{l, id}
				if _, ok := shares[k]; !ok {
					order = append(order, k)
				}
				shares[k] += s.area2[face]
			}
		}
	}
	best := map[int32]share{}
	for _, k := range order {
		if b, ok := best[k.label]; !ok || shares[k] > shares[b] {
			best[k.label] = k
		}
	}
	for _, k := range best {
		p.main[k.piece] = true
	}
}

// giveAway gives the pieces that touch ground of another area, itself not to be
// given away, to the one with the longest border, and returns the others.
func (s *settler) giveAway(p *pieces, waiting []uint32) (left []uint32) {
	to := make([]int32, len(waiting))
	for i, id := range waiting {
		to[i] = s.longest(p.faces[id], func(g uint32) bool {
			return p.of[g] != id && !p.loose[p.of[g]]
		})
	}
	for i, id := range waiting {
		if to[i] < 0 || s.choose.peek(RepairFragment, p.prints[id]) == chooseOut {
			left = append(left, id)
			continue
		}
		s.hand(p, id, to[i], giveTo+s.code(to[i]), "given to "+s.code(to[i])+": the longest shared border")
		p.loose[id] = false
	}
	return left
}

// hand gives a piece to another owner, or to the one that is chosen, and reports
// it.
func (s *settler) hand(p *pieces, id uint32, to int32, policy, done string) {
	r, options := s.fragment(p, id), p.choices[id]
	if !slices.Contains(options, policy) { // it borders what another piece was given to
		options = append(options, policy)
	}
	if to >= 0 {
		p.named[s.code(to)] = to
	}
	if choice, chosen := s.choose.take(&r, p.prints[id], policy, options); chosen {
		if code, given := strings.CutPrefix(choice, giveTo); given {
			to, done = p.named[code], "given to "+code+": "+byChoice
		} else {
			done = "left outside: " + byChoice
		}
	}
	r.Done = done
	s.add(r)
	for _, face := range p.faces[id] {
		s.owner[face] = to
	}
}

// dropOff leaves a piece without neighbours to what lies around it.
func (s *settler) dropOff(p *pieces, id uint32) {
	s.hand(p, id, s.around(p, id), chooseOut, "left outside: no area borders it")
}

// around is what lies around a piece that is no area.
func (s *settler) around(p *pieces, id uint32) int32 {
	to := outsideOwner
	for _, face := range p.faces[id] {
		for _, h := range s.halvesOf(face) {
			if a := s.owner[s.left[h^1]]; a == NoArea || a == Void {
				to = a
			}
		}
	}
	return to
}

// fragment describes a piece.
func (s *settler) fragment(p *pieces, id uint32) Repair {
	faces := p.faces[id]
	m := s.measure(faces...)
	more := []string{chooseKeep}
	if s.open(faces) {
		more = append(more, chooseOut)
	}
	return Repair{Kind: RepairFragment, At: s.least(p, id), AreaM2: m.areaM2, WidthM: m.widthM(),
		Codes: []string{s.code(s.owner[faces[0]])}, Rows: s.rowsOf(faces...), Outline: s.outline(faces...),
		Choices: gifts(s.codes(s.beside(faces...)), more...)}
}

// open tells whether some of what is around faces is no area.
func (s *settler) open(faces []uint32) bool {
	for _, face := range faces {
		for _, h := range s.halvesOf(face) {
			if s.owner[s.left[h^1]] < 0 {
				return true
			}
		}
	}
	return false
}

// reportParts reports the areas that remain in several pieces.
func (s *settler) reportParts() {
	p := s.pieces() // anew: a fragment may have joined two pieces of its new owner
	for ids := p.several; len(ids) > 0; {
		a, n := s.owner[ids[0]], 1
		faces := slices.Clone(p.faces[ids[0]])
		for n < len(ids) && s.owner[ids[n]] == a {
			faces = append(faces, p.faces[ids[n]]...)
			n++
		}
		leave := s.network.Levels[s.out.areas[a].Level].Enclaves
		r := Repair{Kind: RepairMultipart, At: s.least(p, ids[0]), Codes: []string{s.code(a)}, Rows: s.rowsOf(faces...),
			Done: fmt.Sprintf("kept in %d parts", n), Blocker: !leave}
		for _, face := range faces {
			r.AreaM2 += s.measure(face).areaM2
		}
		s.add(r)
		ids = ids[n:]
	}
}
