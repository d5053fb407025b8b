package coverage

import (
	"cmp"
	"slices"
	"strings"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// Build makes a coverage of a network from its areas and the shapes of the
// finest ones, those that are nobody's parent. The same input gives the same
// result, in any order, and Build of what Polygons gives gives the same coverage
// again. Input in which no border crosses or touches another inside an edge does
// not move; what does moves by less than two centimetres.
//
// The error is for input that cannot be used at all; faults that can be resolved
// or listed are in the report.
func Build(n geo.Network, areas []Area, shapes []Shape, p Policy) (*Coverage, *Report, error) {
	if err := p.check(); err != nil {
		return nil, nil, err
	}
	areas, err := sortedAreas(areas)
	if err != nil {
		return nil, nil, err
	}
	report := &Report{Shapes: len(shapes), Areas: len(areas)}
	choose, err := newChooser(p.Choices)
	if err != nil {
		return nil, nil, err
	}
	out := &outlines{report: report, areas: areas, policy: p, choose: choose}
	if err := out.read(shapes); err != nil {
		return nil, nil, err
	}
	lw, err := noded(out.edges)
	if err != nil {
		return nil, nil, err
	}
	if err := out.note(lw.notices); err != nil {
		return nil, nil, err
	}
	f, err := arrange(lw)
	if err != nil {
		return nil, nil, err
	}
	owner := settle(n, out, f)
	if err := choose.done(); err != nil {
		return nil, nil, err
	}
	borders, areaOf := dissolve(f, owner)
	c, err := assemble(areas, borders, areaOf)
	if err != nil {
		return nil, nil, err
	}
	report.Regions, report.Arcs, report.Points = c.Regions(), c.Arcs(), c.points
	reportInlets(c, p.GapWidthM, report)
	report.sort()
	return c, report, nil
}

// read turns shapes into labelled edges, by area, so that their order in the file
// does not matter.
func (o *outlines) read(shapes []Shape) error {
	childFirst, _ := childrenOf(o.areas)
	byCode := make(map[string]int32, len(o.areas))
	for i, a := range o.areas {
		byCode[a.Code] = int32(i)
	}
	type placed struct {
		area  int32
		shape *Shape
	}
	order := make([]placed, len(shapes))
	box := lattice.EmptyBox()
	points := 0
	for i := range shapes {
		s := &shapes[i]
		a, ok := byCode[s.Code]
		if !ok {
			return atRow(geo.Errorf(geo.Invalid, "the shape of %s belongs to no area", s.Code).On("code", s.Code), s.Row)
		}
		if childFirst[a] != childFirst[a+1] {
			return atRow(geo.Errorf(geo.Invalid, "%s has areas under it, so its outline is theirs and cannot be given", s.Code).On("code", s.Code), s.Row)
		}
		order[i] = placed{a, s}
		box = box.Union(lattice.BoxOfShape(s.Shape))
		for _, polygon := range s.Shape {
			for _, ring := range polygon {
				points += len(ring)
			}
		}
	}
	if err := checkSpan(box); err != nil {
		return err
	}
	slices.SortStableFunc(order, func(a, b placed) int { return cmp.Compare(a.area, b.area) })
	o.snap = newSnapper(shapes, box, o.policy.SnapM)
	o.edges = make([]edge, 0, points)
	o.budget = searchBudget
	for _, p := range order {
		o.add(p.area, p.shape)
	}
	o.winding()
	return nil
}

// checkSpan refuses what is too wide for exact arithmetic.
func checkSpan(box lattice.Box) error {
	if err := box.CheckSpan(); err != nil {
		return geo.Errorf(geo.Invalid, "%v", err).Where(box.Min)
	}
	return nil
}

func atRow(e *geo.Error, row int) error {
	e.Row = row
	return e
}

// sortedAreas returns the areas by level and code. The error names one whose
// code is used twice or whose parent does not stand above it.
func sortedAreas(areas []Area) ([]Area, error) {
	order := make([]int32, len(areas))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(i, j int32) int {
		a, b := &areas[i], &areas[j]
		return cmp.Or(cmp.Compare(a.Level, b.Level), strings.Compare(a.Code, b.Code))
	})
	to := make([]int32, len(areas))
	for i, old := range order {
		to[old] = int32(i)
	}
	out := make([]Area, len(areas))
	codes := make(map[string]bool, len(areas))
	for i, old := range order {
		a := areas[old]
		if codes[a.Code] {
			return nil, geo.Errorf(geo.Invalid, "code %s is used twice", a.Code).On("code", a.Code)
		}
		codes[a.Code] = true
		if a.Code == "" || len(a.Code) > maxCode || a.Level >= maxLevels {
			return nil, geo.Errorf(geo.Invalid, "code %.40q of level %d: a code has 1 to %d bytes, a level is below %d", a.Code, a.Level, maxCode, maxLevels).On("code", a.Code)
		}
		if a.Parent < NoArea || int(a.Parent) >= len(areas) || a.Parent >= 0 && areas[a.Parent].Level >= a.Level {
			return nil, geo.Errorf(geo.Invalid, "the parent of %s does not stand above it", a.Code).On("parent", a.Code)
		}
		if a.Parent >= 0 {
			a.Parent = to[a.Parent]
		}
		out[i] = a
	}
	return out, nil
}
