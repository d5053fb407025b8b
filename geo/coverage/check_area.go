package coverage

import (
	"regexp"
	"slices"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// hierarchy checks codes, levels and parents, by the area records alone.
func (k *checker) hierarchy() {
	seen := make(map[string]bool, len(k.areas))
	patterns := make([]*regexp.Regexp, len(k.network.Levels))
	for i, l := range k.network.Levels {
		if l.Code != "" {
			patterns[i], _ = regexp.Compile(l.Code)
		}
	}
	at := k.anywhere()
	for i, a := range k.areas {
		self := []int32{int32(i)}
		if seen[a.Code] {
			k.add(DuplicateCode, at, self, "code %s is used twice", a.Code)
		}
		seen[a.Code] = true
		level := k.level(a.Level)
		if level == nil {
			k.add(UnknownLevel, at, self, "%s is of level %d, which network %s does not draw", a.Code, a.Level, k.network.ID)
		} else if p := patterns[a.Level]; p != nil && !p.MatchString(a.Code) {
			k.add(WrongCode, at, self, "code %s does not match the pattern of level %s, %s", a.Code, level.ID, level.Code)
		}
		k.parent(int32(i), a)
	}
}

// level returns a drawn level, nil if there is none.
func (k *checker) level(i uint8) *geo.Level {
	if int(i) >= len(k.network.Levels) {
		return nil
	}
	if l := &k.network.Levels[i]; l.Kind == "" || l.Kind == geo.AreaLevel {
		return l
	}
	return nil
}

func (k *checker) parent(i int32, a Area) {
	self, at := []int32{i}, k.anywhere()
	switch {
	case a.Parent == NoArea:
		for l := range a.Level {
			if above := k.level(l); above != nil && !above.Partial {
				k.add(MissingParent, at, self, "%s has no parent, and level %s stands above it", a.Code, above.ID)
				return
			}
		}
	case a.Parent < 0 || int(a.Parent) >= len(k.areas):
		k.add(MissingParent, at, self, "the parent of %s, area %d, is not there", a.Code, a.Parent)
	case k.comesBack(i):
		k.add(ParentCycle, at, []int32{i, a.Parent}, "%s is its own ancestor by way of %s", a.Code, k.areas[a.Parent].Code)
	case k.areas[a.Parent].Level >= a.Level:
		k.add(LevelOrder, at, []int32{i, a.Parent}, "the parent of %s, %s, does not stand above it", a.Code, k.areas[a.Parent].Code)
	}
}

// comesBack tells whether climbing from an area leads back to it.
func (k *checker) comesBack(start int32) bool {
	at := start
	for range len(k.areas) {
		p := k.areas[at].Parent
		if p < 0 || int(p) >= len(k.areas) {
			return false
		}
		if at = p; at == start {
			return true
		}
	}
	return false
}

// regions checks what belongs to whom: every region to one finest area, every
// finest area to one region unless it may have several.
func (k *checker) regions() {
	count := make([]int, len(k.areas))
	first := make([]Region, len(k.areas))
	upper := make([]bool, len(k.areas))
	for _, a := range k.areas {
		if a.Parent >= 0 && int(a.Parent) < len(upper) {
			upper[a.Parent] = true
		}
	}
	for r := Region(1); int(r) < k.c.Regions(); r++ {
		switch a := k.c.AreaOf(r); {
		case a == NoArea:
			k.add(Gap, k.place(r), nil, "region %d belongs to nobody", r)
		case a >= 0:
			if upper[a] {
				k.add(RegionOfUpper, k.place(r), []int32{a}, "%s has ground of its own and areas under it", k.areas[a].Code)
			}
			if count[a] == 0 {
				first[a] = r
			}
			count[a]++
		}
	}
	if a := k.c.AreaOf(Exterior); a != NoArea {
		k.add(StaleFigure, k.anywhere(), []int32{a}, "the exterior belongs to area %d", a)
	}
	for i, a := range k.areas {
		level := k.level(a.Level)
		switch {
		case count[i] > 1 && level != nil && !level.Enclaves:
			k.add(ManyRegions, k.place(first[i]), []int32{int32(i)}, "%s has %d regions, which level %s does not allow", a.Code, count[i], level.ID)
		case count[i] == 0 && !upper[i] && k.network.Kind == geo.Basic:
			k.add(NoRegion, k.anywhere(), []int32{int32(i)}, "%s has no ground", a.Code)
		}
		if got := k.c.RegionsOf(int32(i)); len(got) != count[i] || slices.ContainsFunc(got, func(r Region) bool { return k.c.AreaOf(r) != int32(i) }) {
			k.add(StaleFigure, k.place(first[i]), []int32{int32(i)}, "the list of regions of %s is wrong", a.Code)
		}
	}
}

// place returns a vertex of a region.
func (k *checker) place(r Region) lattice.Point {
	if k.places == nil {
		k.places = map[Region]lattice.Point{}
		for i := range k.c.Arcs() {
			a := k.c.arcs.at(i)
			for _, r := range [...]Region{a.left, a.right} {
				if _, ok := k.places[r]; !ok {
					k.places[r] = a.points[0]
				}
			}
		}
	}
	if p, ok := k.places[r]; ok {
		return p
	}
	return k.anywhere()
}
