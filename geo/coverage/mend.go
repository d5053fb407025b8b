package coverage

import (
	"container/heap"
	"slices"
)

// mend keeps polygons in one piece that lost their neck in an overlap. Where a
// piece that is too wide to be given away hangs together with the main one by
// ground that its area claims, the way of the least such ground goes to the area
// after all.
//
//	    A  ______  A
//	______/______\______     the overlap of B with A's neck would go to B by its
//	  B                      border, and part A in two
func (s *settler) mend() {
	p := s.pieces()
	for _, id := range p.several {
		if p.main[id] || s.measure(p.faces[id]...).narrow(s.policy.GapWidthM, &s.budget) {
			continue
		}
		area := s.owner[p.faces[id][0]]
		way := s.neck(p, id, area)
		if !s.cede(way, area) {
			continue
		}
		for _, face := range way {
			r := &s.report.Repairs[s.given[face]]
			r.Choice, r.Done = giveTo+s.code(area), "given to "+s.code(area)+": it would be in two parts without"
		}
	}
}

// cede gives faces to an area, unless one that had them would be left in more
// parts, or with nothing.
func (s *settler) cede(way []uint32, area int32) bool {
	had := make([]int32, len(way))
	for i, face := range way {
		had[i], s.owner[face] = s.owner[face], area
	}
	for i, other := range had {
		if !slices.Contains(had[:i], other) && !s.holds(other, way) {
			for k, face := range way {
				s.owner[face] = had[k]
			}
			return false
		}
	}
	return true
}

// holds tells whether what an area has around some faces hangs together, but for
// pieces so narrow that they are given away.
func (s *settler) holds(area int32, gone []uint32) bool {
	seen := map[uint32]bool{}
	wide := 0
	for _, face := range gone {
		for _, h := range s.halvesOf(face) {
			g := s.left[h^1]
			if s.owner[g] != area || seen[g] {
				continue
			}
			if piece := s.flood(g, seen); !s.measure(piece...).narrow(s.policy.GapWidthM, &s.budget) {
				wide++
			}
		}
	}
	return wide == 1 && s.budget >= 0
}

// flood returns the faces of one owner that hang together with one.
func (s *settler) flood(face uint32, seen map[uint32]bool) []uint32 {
	piece := []uint32{face}
	seen[face] = true
	for i := 0; i < len(piece) && s.budget >= 0; i++ {
		halves := s.halvesOf(piece[i])
		s.budget -= len(halves)
		for _, h := range halves {
			if g := s.left[h^1]; s.owner[g] == s.owner[face] && !seen[g] {
				seen[g] = true
				piece = append(piece, g)
			}
		}
	}
	return piece
}

// neck returns the overlaps that lead from a piece to a main piece of its area
// with the least ground, none if there is no such way.
func (s *settler) neck(p *pieces, id uint32, area int32) (way []uint32) {
	const origin = ^uint32(0)
	before := map[uint32]uint32{}
	cost := map[uint32]int64{}
	var queue wayQueue
	for _, face := range p.faces[id] {
		before[face], cost[face] = origin, 0
		queue = append(queue, wayEnd{face, 0})
	}
	slices.SortFunc(queue, func(a, b wayEnd) int { return int(int64(a.face) - int64(b.face)) }) // which is a heap
	for len(queue) > 0 {
		end := heap.Pop(&queue).(wayEnd)
		if s.budget -= len(s.halvesOf(end.face)); s.budget < 0 {
			return nil
		}
		if end.cost > cost[end.face] {
			continue
		}
		if s.owner[end.face] == area && p.main[p.of[end.face]] {
			for f := before[end.face]; f != origin; f = before[f] {
				if s.owner[f] != area {
					way = append(way, f)
				}
			}
			return way
		}
		for _, h := range s.halvesOf(end.face) {
			face := s.left[h^1]
			if _, claimed := slices.BinarySearch(s.claimsOf(face), area); !claimed || s.owner[face] < 0 {
				continue
			}
			c := end.cost
			if s.owner[face] != area {
				if s.ranked[face] {
					continue
				}
				c += s.area2[face]
			}
			if best, ok := cost[face]; !ok || c < best {
				cost[face], before[face] = c, end.face
				heap.Push(&queue, wayEnd{face, c})
			}
		}
	}
	return nil
}

// wayEnd is how far a search has come, wayQueue those to go on from: the least
// first.
type wayEnd struct {
	face uint32
	cost int64
}

type wayQueue []wayEnd

func (q wayQueue) Len() int { return len(q) }
func (q wayQueue) Less(i, j int) bool {
	return q[i].cost < q[j].cost || q[i].cost == q[j].cost && q[i].face < q[j].face
}
func (q wayQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *wayQueue) Push(x any)   { *q = append(*q, x.(wayEnd)) }
func (q *wayQueue) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}
