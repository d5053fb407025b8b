package coverage

import (
	"math"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// unsettled is the owner of a face that several areas claim, until it is
// settled.
const unsettled int32 = -4

// settler gives every face an owner: faults are resolved by the policy in three
// steps, overlaps, gaps, fragments, and each is reported. Each step decides on
// what the one before left, all faces at a time, so that the order in which they
// are looked at does not matter.
type settler struct {
	*faces
	network geo.Network
	policy  Policy
	out     *outlines
	report  *Report

	owner      []int32 // by face
	claimFirst []uint32
	claims     []int32 // areas that claim face f: claims[claimFirst[f]:claimFirst[f+1]]
	length     []int64 // of chains, see lengthOf; 0 until asked for
	shrink     int64   // see lengthOf
	budget     int     // of searches, see narrow
	choose     *chooser
	given      map[uint32]int  // overlaps that were settled: their places in the report
	ranked     map[uint32]bool // those that were settled by priority
}

// settle gives every face an owner.
func settle(n geo.Network, o *outlines, f *faces) []int32 {
	s := &settler{faces: f, network: n, policy: o.policy, out: o, report: o.report, choose: o.choose, given: map[uint32]int{}, ranked: map[uint32]bool{},
		length: make([]int64, f.len()), budget: searchBudget}
	s.claim()
	s.overlaps()
	s.gaps()
	s.fragments()
	s.absent()
	return s.owner
}

// claim finds who claims each face: the areas of the polygons that it lies in.
// Labels are numbered by area, so they come in order.
func (s *settler) claim() {
	s.owner = make([]int32, s.count)
	s.claimFirst = make([]uint32, s.count+1)
	s.claims = make([]int32, 0, len(s.in))
	drawn := make([]bool, len(s.out.labels))
	for face := range uint32(s.count) {
		from := len(s.claims)
		for _, l := range s.labelsIn(face) {
			drawn[l] = true
			if a := s.out.labels[l].area; len(s.claims) == from || s.claims[len(s.claims)-1] != a {
				s.claims = append(s.claims, a)
			}
		}
		s.claimFirst[face+1] = uint32(len(s.claims))
		if len(s.claims)-from < len(s.labelsIn(face)) {
			s.united(face)
		}
		switch len(s.claims) - from {
		case 0:
			s.owner[face] = NoArea
		case 1:
			s.owner[face] = s.claims[from]
		default:
			s.owner[face] = unsettled
		}
	}
	s.owner[0] = outsideOwner
	s.undrawn(drawn)
}

// united reports ground that an area claims more than once.
func (s *settler) united(face uint32) {
	m := s.measure(face)
	s.add(Repair{Kind: RepairUnited, At: s.anchor[face], AreaM2: m.areaM2, WidthM: m.widthM(), Codes: s.codes(s.claimsOf(face)),
		Rows: s.rowsOf(face), Done: "counted once", Outline: s.outline(face)})
}

// undrawn reports polygons of which nothing is left once what they draw twice has
// cancelled.
func (s *settler) undrawn(drawn []bool) {
	for l, inside := range drawn {
		if from := s.out.labels[l].edges; !inside && from < s.out.edgesEnd(int32(l)) {
			s.out.fault(RepairDropped, int32(l), s.out.edges[from].a, "dropped: the polygon encloses nothing")
		}
	}
}

func (s *settler) claimsOf(face uint32) []int32 {
	return s.claims[s.claimFirst[face]:s.claimFirst[face+1]]
}

// lengthOf measures a chain, to compare shared borders: lattice units, x shrunk
// as at the middle of the deployment, in whole steps so that every machine
// decides alike.
func (s *settler) lengthOf(k uint32) int64 {
	if s.length[k] > 0 {
		return s.length[k]
	}
	if s.shrink == 0 {
		box := lattice.BoxOf(s.lw.points...)
		s.shrink = max(1, int64(math.Round(math.Cos(box.Center().Lat()*math.Pi/180)*1024)))
	}
	verts := s.of(k)
	sum := int64(1) // so that it is not measured again
	for i := 1; i < len(verts); i++ {
		p, q := s.lw.points[verts[i-1]], s.lw.points[verts[i]]
		dx, dy := (int64(q.X)-int64(p.X))*s.shrink/1024, int64(q.Y)-int64(p.Y)
		sum += int64(256 * math.Sqrt(float64(dx*dx+dy*dy)))
	}
	s.length[k] = sum
	return sum
}

// shared is how much border some faces have in common with an area.
type shared struct {
	area   int32
	length int64
}

// longest returns the area with the longest border to a set of faces, among
// those that may have it, NoArea if none of them touches it. Equal borders go to
// the smaller code.
func (s *settler) longest(faces []uint32, may func(neighbour uint32) bool) int32 {
	var borders []shared
	for _, face := range faces {
		for _, h := range s.halvesOf(face) {
			g := s.left[h^1]
			a := s.owner[g]
			if a < 0 || !may(g) {
				continue
			}
			i := slices.IndexFunc(borders, func(b shared) bool { return b.area == a })
			if i < 0 {
				i = len(borders)
				borders = append(borders, shared{area: a})
			}
			borders[i].length += s.lengthOf(h >> 1)
		}
	}
	best := shared{area: NoArea}
	for _, b := range borders {
		if best.area < 0 || b.length > best.length || b.length == best.length && s.code(b.area) < s.code(best.area) {
			best = b
		}
	}
	return best.area
}

func (s *settler) code(area int32) string { return s.out.areas[area].Code }

func (s *settler) codes(areas []int32) []string {
	var out []string
	for _, a := range areas {
		out = append(out, s.code(a))
	}
	slices.SortFunc(out, strings.Compare)
	return slices.Compact(out)
}

// rowsOf returns the rows of the polygons that a face lies in.
func (s *settler) rowsOf(faces ...uint32) []int {
	var out []int
	for _, face := range faces {
		for _, l := range s.labelsIn(face) {
			out = append(out, rows(s.out.labels[l].row)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (s *settler) add(r Repair) { s.report.Repairs = append(s.report.Repairs, r) }

// absent reports the finest areas that own nothing.
func (s *settler) absent() {
	has := make([]bool, len(s.out.areas))
	for _, a := range s.owner {
		if a >= 0 {
			has[a] = true
		}
	}
	first, _ := childrenOf(s.out.areas)
	at := map[int32]lattice.Point{}
	for _, l := range s.out.labels {
		if p, ok := at[l.area]; !ok || less(l.at, p) {
			at[l.area] = l.at
		}
	}
	for a := range s.out.areas {
		if has[a] || first[a] != first[a+1] {
			continue
		}
		s.add(Repair{Kind: RepairMissing, At: at[int32(a)], Codes: []string{s.code(int32(a))}, Done: "listed: the area has no ground",
			Blocker: s.network.Kind == geo.Basic})
	}
}

// outline returns the sides of faces as closed rings, to be filled even-odd, if
// that is asked for.
func (s *settler) outline(faces ...uint32) lattice.MultiPolygon {
	if !s.policy.Outlines {
		return nil
	}
	among := make(map[uint32]bool, len(faces))
	for _, face := range faces {
		among[face] = true
	}
	from := map[uint32][]uint32{} // half-chains by where they start
	var halves []uint32
	for _, face := range faces {
		for _, h := range s.halvesOf(face) {
			if !among[s.left[h^1]] {
				halves = append(halves, h)
				from[s.tail(h)] = append(from[s.tail(h)], h)
			}
		}
	}
	done := map[uint32]bool{}
	var polygon lattice.Polygon
	for _, h := range halves {
		var ring lattice.Ring
		for !done[h] {
			done[h] = true
			ring = s.appendPoints(ring, h)
			for _, next := range from[s.tail(h^1)] {
				if h = next; !done[h] {
					break
				}
			}
		}
		if ring != nil {
			polygon = append(polygon, ring)
		}
	}
	return lattice.MultiPolygon{polygon}
}
