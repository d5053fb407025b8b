package coverage

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"onegrid/geo"
)

// Area is a node of the hierarchy: an area at a level, its parent by index.
type Area struct {
	Code   string
	Level  uint8 // index into the network's levels, 0 at the top
	Parent int32 // index into Areas, NoArea at the top
	Locked bool
}

// Areas returns the hierarchy. In a coverage that was built or decoded it is
// sorted by level and code; an operation puts new areas at the end. Not to be
// changed.
func (c *Coverage) Areas() []Area {
	return c.list.do(func() []Area {
		out := make([]Area, c.areas.len())
		for i := range out {
			out[i] = c.areas.at(i).Area
		}
		return out
	})
}

func (c *Coverage) area(i int32) *entry { return c.areas.at(int(i)) }

// ancestor climbs from an area to the one of a level; NoArea if its chain has
// none there.
func (c *Coverage) ancestor(area int32, level uint8) int32 {
	for area >= 0 && c.area(area).Level > level {
		area = c.area(area).Parent
	}
	if area >= 0 && c.area(area).Level == level {
		return area
	}
	return NoArea
}

// climbing returns the ancestor of every area at a level, NoArea where it has none.
func (c *Coverage) climbing(level uint8) []int32 {
	up := make([]int32, c.areas.len())
	for a := range up {
		up[a] = c.ancestor(int32(a), level)
	}
	return up
}

// climbed looks an area up in what climbing returned.
func climbed(up []int32, area int32) int32 {
	if area < 0 {
		return NoArea
	}
	return up[area]
}

// appendRegions appends the regions of an area and of all that lies under it.
func (c *Coverage) appendRegions(dst []Region, area int32) []Region {
	dst = append(dst, c.RegionsOf(area)...)
	for _, child := range c.area(area).children {
		dst = c.appendRegions(dst, child)
	}
	return dst
}

// childrenOf lists the children of every area: children[first[a]:first[a+1]].
func childrenOf(areas []Area) (first []uint32, children []int32) {
	first = make([]uint32, len(areas)+1)
	for _, a := range areas {
		if a.Parent >= 0 {
			first[a.Parent+1]++
		}
	}
	for i := 1; i < len(first); i++ {
		first[i] += first[i-1]
	}
	children = make([]int32, first[len(areas)])
	fill := slices.Clone(first)
	for i, a := range areas {
		if a.Parent >= 0 {
			children[fill[a.Parent]] = int32(i)
			fill[a.Parent]++
		}
	}
	return first, children
}

// parted returns the smallest level at which the chains of two areas differ.
// Against what has no area, that is the top of the other's chain.
func (c *Coverage) parted(a, b int32) uint8 {
	level := ^uint8(0)
	for a != b && (a >= 0 || b >= 0) {
		// Climb on the side that stands lower.
		if a < 0 || b >= 0 && c.area(b).Level > c.area(a).Level {
			a, b = b, a
		}
		level = min(level, c.area(a).Level)
		a = c.area(a).Parent
	}
	if level == ^uint8(0) {
		return 0
	}
	return level
}

// AreasOf makes the hierarchy from a network's grids: parents by code, levels by
// name. Grids of levels that are not drawn are left out. The error names the
// grid that is at fault: a level that the network lacks, a code that is empty,
// used twice or not of its level's pattern, a parent that is not there, that
// stands no higher, or that leads back to the grid itself.
func AreasOf(n geo.Network, grids []geo.Grid) ([]Area, error) {
	h := hierarchy{network: n, byCode: make(map[string]int32, len(grids))}
	if err := h.patterns(); err != nil {
		return nil, err
	}
	for i := range grids {
		if err := h.add(&grids[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(h.areas, func(a, b named) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), strings.Compare(a.Code, b.Code))
	})
	for i, a := range h.areas {
		h.byCode[a.Code] = int32(i)
	}
	return h.climb()
}

type hierarchy struct {
	network geo.Network
	codes   []*regexp.Regexp // by level, nil for any
	areas   []named
	byCode  map[string]int32
}

// named is an area with its parent's code.
type named struct {
	Area
	parent string
}

func (h *hierarchy) patterns() error {
	if len(h.network.Levels) > maxLevels {
		return geo.Errorf(geo.Invalid, "network %s has more than %d levels", h.network.ID, maxLevels)
	}
	h.codes = make([]*regexp.Regexp, len(h.network.Levels))
	for i, l := range h.network.Levels {
		if l.Code == "" {
			continue
		}
		re, err := regexp.Compile(l.Code)
		if err != nil {
			return geo.Errorf(geo.Invalid, "the code pattern of level %s is no regular expression", l.ID).On("code", l.Code)
		}
		h.codes[i] = re
	}
	return nil
}

// Bounds of what is stored: a level fits a byte, with room for a sign that there
// is none; a code cannot blow up what a chunk decodes to.
const (
	maxLevels = 64
	maxCode   = 256
)

func (h *hierarchy) add(g *geo.Grid) error {
	level := h.network.LevelIndex(g.Level)
	switch {
	case g.Code == "":
		return geo.Errorf(geo.Invalid, "a grid of level %q has no code", g.Level).On("code", "")
	case level < 0:
		return geo.Errorf(geo.Invalid, "grid %s is of level %q, which network %s lacks", g.Code, g.Level, h.network.ID).On("level", g.Level)
	case h.codes[level] != nil && !h.codes[level].MatchString(g.Code):
		return geo.Errorf(geo.Invalid, "code %s does not match the pattern of level %s, %s", g.Code, g.Level, h.network.Levels[level].Code).On("code", g.Code)
	}
	if _, twice := h.byCode[g.Code]; twice {
		return geo.Errorf(geo.Invalid, "code %s is used twice", g.Code).On("code", g.Code)
	}
	h.byCode[g.Code] = NoArea
	if k := h.network.Levels[level].Kind; k == "" || k == geo.AreaLevel {
		h.areas = append(h.areas, named{Area{Code: g.Code, Level: uint8(level), Parent: NoArea}, g.Parent})
	}
	return nil
}

// climb turns parents' codes into numbers. Every parent stands higher than its
// child, so no chain comes back; a chain that does is told as what it is.
func (h *hierarchy) climb() ([]Area, error) {
	areas := make([]Area, len(h.areas))
	for i, a := range h.areas {
		areas[i] = a.Area
		level := h.network.Levels[a.Level].ID
		if a.parent == "" {
			if top := h.mustHang(a.Level); top >= 0 {
				return nil, geo.Errorf(geo.Invalid, "grid %s of level %s has no parent, and level %s stands above", a.Code, level, h.network.Levels[top].ID).On("parent", "")
			}
			continue
		}
		p, known := h.byCode[a.parent]
		if !known || p < 0 {
			return nil, geo.Errorf(geo.Invalid, "grid %s has the parent %s, which network %s lacks", a.Code, a.parent, h.network.ID).On("parent", a.parent)
		}
		if above := h.areas[p]; above.Level >= a.Level {
			if h.circles(int32(i)) {
				return nil, geo.Errorf(geo.Invalid, "grid %s is its own ancestor by way of %s", a.Code, a.parent).On("parent", a.parent)
			}
			return nil, geo.Errorf(geo.Invalid, "grid %s of level %s has the parent %s of level %s, which does not stand above it",
				a.Code, level, a.parent, h.network.Levels[above.Level].ID).On("parent", a.parent)
		}
		areas[i].Parent = p
	}
	return areas, nil
}

// mustHang returns the first drawn level above that is not partial, -1 if an
// area of this level may stand at the top.
func (h *hierarchy) mustHang(level uint8) int {
	for i, l := range h.network.Levels[:level] {
		if (l.Kind == "" || l.Kind == geo.AreaLevel) && !l.Partial {
			return i
		}
	}
	return -1
}

// circles tells whether climbing from an area comes back to it.
func (h *hierarchy) circles(start int32) bool {
	at := start
	for range h.areas {
		p, known := h.byCode[h.areas[at].parent]
		if !known || p < 0 {
			return false
		}
		if at = p; at == start {
			return true
		}
	}
	return false
}
