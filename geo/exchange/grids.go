package exchange

import (
	"encoding/hex"
	"slices"

	"onegrid/geo"
	"onegrid/geo/coverage"
)

// grids prepares a network's new state, or compares drawn areas of a higher
// level with what their children make.
func (w *work) grids(files []File) error {
	n, level, err := w.networkOf()
	if err != nil {
		return err
	}
	w.preview.Network, w.preview.Level = n.ID, level
	g := &gridReader{
		network: n, level: level, mixed: w.in.Level == "",
		fields: w.in.Fields, geometry: w.geometry, notes: &w.notes, rows: map[string]int{},
	}
	if w.in.Parents != nil {
		if g.hierarchy, err = readHierarchy(w.in.Parents, n); err != nil {
			return err
		}
	}
	if err := w.read(files, g.add); err != nil {
		return err
	}
	if len(g.grids) == 0 {
		return geo.Errorf(geo.Invalid, "the files hold no grids")
	}
	for _, s := range g.shapes {
		w.preview.cover(s.Shape)
	}
	if err := w.spanned(); err != nil {
		return err
	}
	drawn := n.DrawnLevels()
	switch {
	case n.Kind == geo.Stacked:
		return w.stack(n, g)
	case level != drawn[len(drawn)-1].ID:
		return w.compare(n, g)
	}
	if err := g.hasFinest(w.now); err != nil {
		return err
	}
	return w.build(n, g)
}

// gridReader turns features into grids and shapes.
type gridReader struct {
	network   *geo.Network
	level     string
	mixed     bool // features may name another level, as those of an export do
	fields    Fields
	geometry  *geometryReader
	hierarchy *hierarchy
	notes     *notes
	rows      map[string]int
	grids     []geo.Grid
	shapes    []coverage.Shape
}

func (g *gridReader) add(f *Feature) error {
	r := &row{f: f, fields: g.fields}
	grid := geo.Grid{Code: r.code(), Network: g.network.ID, Level: g.levelOf(r), Name: r.name("name"), Parent: r.text("parent")}
	if r.err != nil {
		return r.err
	}
	if first, ok := g.rows[grid.Code]; ok {
		return (&geo.Error{Kind: geo.Invalid, Row: f.Row, Message: "code " + grid.Code + " was met before, in row " + itoa(first)}).On("/properties/code", grid.Code)
	}
	g.rows[grid.Code] = f.Row
	if g.hierarchy != nil && grid.Parent == "" {
		grid.Parent = g.hierarchy.parent[grid.Code]
	}
	if g.network.Kind == geo.Stacked {
		grid.Building = r.text("building")
		r.decode("floors", &grid.Floors)
		if grid.Building == "" || grid.Floors == nil || grid.Floors[0] > grid.Floors[1] {
			r.fail("floors", "", "a stacked grid has a building and floors [lowest, highest]")
		}
		g.grids = append(g.grids, grid)
		return r.err
	}
	shape, unclosed, err := g.geometry.polygons(f)
	if err != nil {
		return err
	}
	if unclosed > 0 {
		g.notes.add(Note{Kind: "unclosed-ring", Row: f.Row, Code: grid.Code, At: somePoint(shape), Done: "closed"})
	}
	g.grids = append(g.grids, grid)
	g.shapes = append(g.shapes, coverage.Shape{Code: grid.Code, Shape: shape, Row: f.Row})
	return nil
}

// levelOf returns the level that a feature names, where that is one of the
// network's drawn ones and no level was asked for: foreign files may count
// something else as a level.
func (g *gridReader) levelOf(r *row) string {
	if !g.mixed {
		return g.level
	}
	raw, _ := r.get("level")
	if named, ok := scalar(raw); ok {
		for _, l := range g.network.DrawnLevels() {
			if l.ID == named {
				return named
			}
		}
	}
	return g.level
}

// hasFinest refuses files that would replace a network's finest areas and have
// none: most likely they were meant to be compared.
func (g *gridReader) hasFinest(now Current) error {
	finest := func(grid geo.Grid) bool { return grid.Level == g.level }
	if current, _ := now.Grids(g.network.ID); slices.ContainsFunc(current, finest) && !slices.ContainsFunc(g.grids, finest) {
		return geo.Errorf(geo.Conflict, "the files hold no area of level %q, and network %q has some; say which level they are of to compare it", g.level, g.network.ID).On("level", g.grids[0].Level)
	}
	return nil
}

// withAncestors adds to the file's grids those above them: from the hierarchy,
// and from the network as it stands, whose names are kept.
func (w *work) withAncestors(n *geo.Network, g *gridReader) ([]geo.Grid, error) {
	known := map[string]bool{}
	for _, grid := range g.grids {
		known[grid.Code] = true
	}
	current, _ := w.now.Grids(n.ID)
	complete(g.grids, current)
	all := g.grids
	above := map[string]geo.Grid{}
	for _, grid := range current {
		if !known[grid.Code] && n.LevelIndex(grid.Level) < n.LevelIndex(g.level) {
			above[grid.Code] = grid
		}
	}
	if g.hierarchy != nil {
		for _, grid := range g.hierarchy.grids(n, known) {
			if n.LevelIndex(grid.Level) >= n.LevelIndex(g.level) {
				w.notes.add(Note{Kind: "no-shape", Code: grid.Code, Done: "left out: the hierarchy has it, the files do not"})
				continue
			}
			if old, ok := above[grid.Code]; ok {
				grid.Name = old.Name
				delete(above, grid.Code)
			}
			all = append(all, grid)
			known[grid.Code] = true
		}
	}
	all = append(all, needed(all, above, known)...)
	for _, grid := range current {
		if _, ok := above[grid.Code]; ok && !known[grid.Code] {
			w.notes.add(Note{Kind: "childless", Code: grid.Code, Done: "left out: it stands above nothing that the files hold"})
		}
	}
	return all, nil
}

// complete gives grids the parents and names that their files do not tell: those
// that the same codes have today, and for a new code its code as its name.
func complete(grids, current []geo.Grid) {
	today := map[string]*geo.Grid{}
	for i := range current {
		today[current[i].Code] = &current[i]
	}
	for i := range grids {
		g, old := &grids[i], today[grids[i].Code]
		if g.Parent == "" && old != nil {
			g.Parent = old.Parent
		}
		if g.Name == nil && old != nil {
			g.Name = old.Name
		}
		if g.Name == nil {
			g.Name = geo.Plain(g.Code)
		}
	}
}

// needed returns those of above that some chain passes through.
func needed(all []geo.Grid, above map[string]geo.Grid, known map[string]bool) []geo.Grid {
	var out []geo.Grid
	for i := 0; i < len(all)+len(out); i++ {
		var parent string
		if i < len(all) {
			parent = all[i].Parent
		} else {
			parent = out[i-len(all)].Parent
		}
		if grid, ok := above[parent]; ok && !known[parent] {
			known[parent] = true
			out = append(out, grid)
		}
	}
	return out
}

// build makes the coverage and checks it.
func (w *work) build(n *geo.Network, g *gridReader) error {
	grids, err := w.withAncestors(n, g)
	if err != nil {
		return err
	}
	areas, err := coverage.AreasOf(*n, grids)
	if err != nil {
		return err
	}
	w.progress("building", 0, len(g.shapes))
	drawn, upper := leaves(g.shapes, grids)
	if drawn, err = w.snap(n, drawn); err != nil {
		return err
	}
	c, report, err := coverage.Build(*n, areas, drawn, w.in.Policy)
	if err != nil {
		return err
	}
	for i := range upper {
		area, _ := c.AreaByCode(upper[i].Code)
		if err := w.differ(&upper[i], c.Polygons(area)); err != nil {
			return err
		}
	}
	w.progress("checking", 0, len(g.shapes))
	w.preview.Coverage = report
	for _, r := range report.Repairs {
		if r.Blocker {
			w.preview.Blockers++
		}
	}
	w.publish(n, grids, c)
	w.progress("checking", len(g.shapes), len(g.shapes))
	return nil
}

// leaves parts shapes into those of areas that nothing stands under, which are
// drawn, and those of the others, which are unions and only compared.
func leaves(shapes []coverage.Shape, grids []geo.Grid) (drawn, upper []coverage.Shape) {
	parent := map[string]bool{}
	for i := range grids {
		parent[grids[i].Parent] = true
	}
	for _, s := range shapes {
		if parent[s.Code] {
			upper = append(upper, s)
		} else {
			drawn = append(drawn, s)
		}
	}
	return drawn, upper
}

// publish checks a network's new state and prepares its publication.
func (w *work) publish(n *geo.Network, grids []geo.Grid, c *coverage.Coverage) {
	w.preview.Violations = c.Check(*n)
	w.preview.Blockers = max(w.preview.Blockers, len(w.preview.Violations)) // what was not repaired is found again
	w.preview.Objects = len(grids)
	hash := c.Hash()
	w.preview.publication = &geo.Publication{
		Network: n.ID, Hash: hex.EncodeToString(hash[:]), Chunks: c.Encode(), Grids: grids, Reshaped: c.ReshapedSince,
	}
}

// stack prepares a network without drawn areas.
func (w *work) stack(n *geo.Network, g *gridReader) error {
	grids, err := w.withAncestors(n, g)
	if err != nil {
		return err
	}
	if _, err := coverage.AreasOf(*n, grids); err != nil {
		return err
	}
	w.preview.Objects = len(grids)
	w.preview.publication = &geo.Publication{Network: n.ID, Grids: grids}
	return nil
}
