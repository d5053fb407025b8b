package world

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/locate"
)

// Network is a network at the edition in force. Areas are numbered as in its
// coverage; grids of levels that are not drawn come after them, by level and
// code, and those of a stacked network, which has no coverage, likewise.
type Network struct {
	Spec     *geo.Network
	Coverage *coverage.Coverage // nil for a stacked network, and before the first edition
	Index    *locate.Index      // likewise
	Grids    []geo.Grid         // by area number; all of one network, of every level
	Revision int64              // seq at which it last changed

	state      geo.NetworkState
	find       map[string]int32
	parents    []int32
	kids       []int32 // the children of all areas, one after the other
	kidsAt     []int32 // where those of area i-1 begin; the tops first
	inBuilding map[string][]int32
	lazy       *lazy
}

// lazy is worked out when first asked for: most answers need none of it.
type lazy struct {
	labels  []atomic.Pointer[lattice.Point]
	measure sync.Once
	areasM2 []float64
}

// newNetwork numbers the grids and links them. cov and index are nil for a
// stacked network.
func newNetwork(spec *geo.Network, cov *coverage.Coverage, index *locate.Index, grids []geo.Grid, seq int64) (*Network, error) {
	n := &Network{Spec: spec, Coverage: cov, Index: index, Revision: seq}
	if err := n.number(grids); err != nil {
		return nil, err
	}
	if err := n.link(); err != nil {
		return nil, err
	}
	for i := range n.Grids {
		if b := n.Grids[i].Building; b != "" {
			if n.inBuilding == nil {
				n.inBuilding = map[string][]int32{}
			}
			n.inBuilding[b] = append(n.inBuilding[b], int32(i))
		}
	}
	n.lazy = &lazy{labels: make([]atomic.Pointer[lattice.Point], len(n.Grids))}
	return n, nil
}

// number puts the grids in the order of the coverage's areas, the others after
// them, and finds them by code.
func (n *Network) number(grids []geo.Grid) error {
	var areas []coverage.Area
	if n.Coverage != nil {
		areas = n.Coverage.Areas()
	}
	n.find = make(map[string]int32, len(grids))
	for i := range areas {
		n.find[areas[i].Code] = int32(i)
	}
	n.Grids = make([]geo.Grid, len(areas), max(len(areas), len(grids)))
	var rest []geo.Grid
	for i := range grids {
		if a, ok := n.find[grids[i].Code]; ok {
			n.Grids[a] = grids[i]
		} else {
			rest = append(rest, grids[i])
		}
	}
	for i := range n.Grids {
		if n.Grids[i].Code == "" {
			return geo.Errorf(geo.Invalid, "network %s: area %s has no record of a grid", n.Spec.ID, areas[i].Code)
		}
	}
	slices.SortFunc(rest, func(a, b geo.Grid) int {
		return cmp.Or(cmp.Compare(n.Spec.LevelIndex(a.Level), n.Spec.LevelIndex(b.Level)), cmp.Compare(a.Code, b.Code))
	})
	for i := range rest {
		if _, twice := n.find[rest[i].Code]; twice {
			return geo.Errorf(geo.Invalid, "network %s: grid %s is there twice", n.Spec.ID, rest[i].Code)
		}
		n.find[rest[i].Code] = int32(len(n.Grids))
		n.Grids = append(n.Grids, rest[i])
	}
	return nil
}

// link finds parents by code and lists the children of each.
func (n *Network) link() error {
	n.parents = make([]int32, len(n.Grids))
	n.kidsAt = make([]int32, len(n.Grids)+2)
	for i := range n.Grids {
		up := coverage.NoArea
		if code := n.Grids[i].Parent; code != "" {
			a, ok := n.find[code]
			if !ok || n.level(a) >= n.level(int32(i)) {
				return geo.Errorf(geo.Invalid, "network %s: grid %s: %s is not a grid of a higher level", n.Spec.ID, n.Grids[i].Code, code)
			}
			up = a
		}
		n.parents[i] = up
		n.kidsAt[up+2]++
	}
	for i := 1; i < len(n.kidsAt); i++ {
		n.kidsAt[i] += n.kidsAt[i-1]
	}
	n.kids = make([]int32, len(n.Grids))
	next := slices.Clone(n.kidsAt)
	for i, up := range n.parents {
		n.kids[next[up+1]] = int32(i)
		next[up+1]++
	}
	return nil
}

func (n *Network) level(area int32) int { return n.Spec.LevelIndex(n.Grids[area].Level) }

// Find returns the area of a code.
func (n *Network) Find(code string) (area int32, ok bool) {
	area, ok = n.find[code]
	return area, ok
}

// AreaAt returns the finest area that owns a place, NoArea outside, in a void
// and before the first edition.
func (n *Network) AreaAt(p lattice.Point) int32 {
	if n == nil || n.Index == nil {
		return coverage.NoArea
	}
	r, _ := n.Index.Find(p)
	return max(n.Coverage.AreaOf(r), coverage.NoArea)
}

// Parent returns the parent of an area, -1 at the top.
func (n *Network) Parent(area int32) int32 { return n.parents[area] }

// Children returns the areas whose parent is area (-1: the tops), by number.
// Not to be changed.
func (n *Network) Children(area int32) []int32 {
	if len(n.Grids) == 0 {
		return nil
	}
	return n.kids[n.kidsAt[area+1]:n.kidsAt[area+2]:n.kidsAt[area+2]]
}

// Label is where an area's name stands: its pole of inaccessibility. (0, 0) for
// an area that is not drawn. It is worked out when first asked for.
func (n *Network) Label(area int32) lattice.Point {
	if n.Coverage == nil || int(area) >= len(n.Coverage.Areas()) {
		return lattice.Point{}
	}
	at := &n.lazy.labels[area]
	if p := at.Load(); p != nil {
		return *p
	}
	p := n.Coverage.Label(area).At
	at.Store(&p)
	return p
}

// AreaM2 is the size of an area on the ellipsoid, 0 if it is not drawn.
func (n *Network) AreaM2(area int32) float64 {
	if n.Coverage == nil || int(area) >= len(n.Coverage.Areas()) {
		return 0
	}
	n.lazy.measure.Do(func() {
		for _, m := range n.Coverage.Metrics() {
			n.lazy.areasM2 = append(n.lazy.areasM2, m.AreaM2)
		}
	})
	return n.lazy.areasM2[area]
}

// InBuilding returns the areas of a stacked network in a building. Not to be
// changed.
func (n *Network) InBuilding(code string) []int32 { return n.inBuilding[code] }
