package coverage

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// generation is the areas of one level, before and after.
type generation struct {
	*Overlay
	level  string
	noise  Noise
	same   map[int32]int32 // of all levels so far: old areas and the new ones that they are
	olds   []int32
	news   []int32
	place  [2]map[int32]int // of an area in olds, or in news
	shared []Shared
	was    map[int32]float64 // m² of each old area
	is     map[int32]float64

	kin    sets[uint32]      // olds, then news: those of one event
	halves map[[2]int32]bool // old and new areas of which half is the other's
	clans  []clan
}

// clan is the areas of one event.
type clan struct {
	olds, news []int32
	shared     []int // all ground of theirs that is not noise
	exact      bool
}

func newGeneration(o *Overlay, id string, level uint8, noise Noise, same map[int32]int32) *generation {
	g := &generation{Overlay: o, level: id, noise: noise, same: same, shared: o.Shared(level),
		was: map[int32]float64{}, is: map[int32]float64{}}
	g.olds, g.place[0] = o.Old.ofLevel(level)
	g.news, g.place[1] = o.New.ofLevel(level)
	for _, s := range g.shared {
		g.was[s.Old] += s.AreaM2
		g.is[s.New] += s.AreaM2
	}
	g.kin = newSets[uint32](len(g.olds) + len(g.news))
	g.halves = map[[2]int32]bool{}
	return g
}

// ofLevel returns the areas of a level by code, and the place of each.
func (c *Coverage) ofLevel(level uint8) (areas []int32, place map[int32]int) {
	for a := range c.areas.len() {
		if c.area(int32(a)).Level == level {
			areas = append(areas, int32(a))
		}
	}
	slices.SortFunc(areas, func(a, b int32) int { return strings.Compare(c.area(a).Code, c.area(b).Code) })
	place = make(map[int32]int, len(areas))
	for i, a := range areas {
		place[a] = i
	}
	return areas, place
}

// Shares are compared and told in millionths, so that rounding decides nothing.
const whole, half = 1_000_000, 500_000

func millionths(areaM2, ofM2 float64) int {
	if ofM2 <= 0 {
		return 0
	}
	return int(math.Round(whole * areaM2 / ofM2))
}

// shares returns the parts of the old and of the new area that shared ground is; of
// nobody's, none.
func (g *generation) shares(s *Shared) (ofOld, ofNew int) {
	if s.Old >= 0 {
		ofOld = millionths(s.AreaM2, g.was[s.Old])
	}
	if s.New >= 0 {
		ofNew = millionths(s.AreaM2, g.is[s.New])
	}
	return ofOld, ofNew
}

// isNoise tells whether shared ground means nothing.
func (g *generation) isNoise(s *Shared) bool {
	ofOld, ofNew := g.shares(s)
	most := max(ofOld, ofNew)
	return float64(most) < whole*g.noise.Share || s.WidthM < g.noise.WidthM && most < half
}

// relate finds what belongs together.
func (g *generation) relate() {
	related := make([]bool, len(g.kin))
	for i := range g.shared {
		s := &g.shared[i]
		if s.Old < 0 || s.New < 0 {
			continue
		}
		if ofOld, ofNew := g.shares(s); ofOld >= half || ofNew >= half {
			a, b := g.nodes(s)
			g.kin.join(a, b)
			related[a], related[b] = true, true
			g.halves[[2]int32{s.Old, s.New}] = true
		}
	}
	g.relateGroundless(related)
	g.relateRest(related)
	g.gather()
}

// nodes returns the places in kin of an old and a new area.
func (g *generation) nodes(s *Shared) (a, b uint32) {
	return uint32(g.place[0][s.Old]), uint32(len(g.olds) + g.place[1][s.New])
}

// relateGroundless relates areas of one code that have no ground, before or after:
// there is nothing else to know them by.
func (g *generation) relateGroundless(related []bool) {
	for i, a := range g.olds {
		j, found := slices.BinarySearchFunc(g.news, g.Old.codeOf(a), func(b int32, code string) int {
			return strings.Compare(g.New.codeOf(b), code)
		})
		if !found || g.was[a] > 0 && g.is[g.news[j]] > 0 {
			continue
		}
		if b := len(g.olds) + j; !related[i] && !related[b] {
			g.kin.join(uint32(i), uint32(b))
			related[i], related[b] = true, true
		}
	}
}

// relateRest relates what neither went to anybody by half nor came of anybody, where
// it is several that share ground: they moved together.
func (g *generation) relateRest(related []bool) {
	var pairs []int
	degree := map[uint32]int{}
	for i := range g.shared {
		s := &g.shared[i]
		if s.Old < 0 || s.New < 0 || g.isNoise(s) {
			continue
		}
		if a, b := g.nodes(s); !related[a] && !related[b] {
			pairs = append(pairs, i)
			degree[a]++
			degree[b]++
		}
	}
	for _, i := range pairs {
		// A pair by itself shares less than half: one ended, another began.
		if a, b := g.nodes(&g.shared[i]); degree[a] > 1 || degree[b] > 1 {
			g.kin.join(a, b)
		}
	}
}

// gather makes clans of what belongs together.
func (g *generation) gather() {
	number := map[uint32]int{}
	of := func(node uint32) *clan {
		root := g.kin.root(node)
		k, ok := number[root]
		if !ok {
			k = len(g.clans)
			number[root] = k
			g.clans = append(g.clans, clan{exact: true})
		}
		return &g.clans[k]
	}
	for i, a := range g.olds {
		w := of(uint32(i))
		w.olds = append(w.olds, a)
	}
	for i, b := range g.news {
		w := of(uint32(len(g.olds) + i))
		w.news = append(w.news, b)
	}
	for i := range g.shared {
		s := &g.shared[i]
		var one, other *clan
		if k, ok := g.place[0][s.Old]; ok {
			one = of(uint32(k))
		}
		if k, ok := g.place[1][s.New]; ok {
			other = of(uint32(len(g.olds) + k))
		}
		for n, w := range [...]*clan{one, other} {
			if w == nil || n == 1 && w == one {
				continue
			}
			w.exact = w.exact && one == other
			if !g.isNoise(s) {
				w.shared = append(w.shared, i)
			}
		}
	}
	for k := range g.clans {
		g.know(&g.clans[k])
	}
}

// know notes which new areas are old ones: that share at least half of each other.
// Where an area is halved, that is the one that keeps the code, else the larger.
func (g *generation) know(w *clan) {
	var pairs []int
	for _, i := range w.shared {
		if ofOld, ofNew := g.shares(&g.shared[i]); ofOld >= half && ofNew >= half {
			pairs = append(pairs, i)
		}
	}
	keeps := func(s *Shared) int {
		if g.Old.codeOf(s.Old) == g.New.codeOf(s.New) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(pairs, func(i, j int) int {
		a, b := &g.shared[i], &g.shared[j]
		aOld, aNew := g.shares(a)
		bOld, bNew := g.shares(b)
		return cmp.Or(cmp.Compare(keeps(a), keeps(b)), cmp.Compare(bOld+bNew, aOld+aNew), strings.Compare(g.New.codeOf(a.New), g.New.codeOf(b.New)))
	})
	taken := map[int32]bool{}
	for _, i := range pairs {
		s := &g.shared[i]
		if _, known := g.same[s.Old]; !known && !taken[s.New] {
			g.same[s.Old], taken[s.New] = s.New, true
		}
	}
	if len(w.olds) == 1 && len(w.news) == 1 && g.was[w.olds[0]] == 0 && g.is[w.news[0]] == 0 {
		g.same[w.olds[0]] = w.news[0]
	}
}
