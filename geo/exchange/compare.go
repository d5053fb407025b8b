package exchange

import (
	"slices"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
)

// compare takes a file of drawn areas of a higher level. Such levels are never
// drawn here: they are unions of their children. So the file's outlines are
// compared with those unions, differences are listed with their area, and only
// names and parents are taken over.
func (w *work) compare(n *geo.Network, g *gridReader) error {
	current, c := w.now.Grids(n.ID)
	if c == nil {
		drawn := n.DrawnLevels()
		return geo.Errorf(geo.Conflict, "level %q is made of %q: import those first", g.level, drawn[len(drawn)-1].ID).On("level", g.level)
	}
	grids := slices.Clone(current)
	place := map[string]int{}
	for i := range grids {
		place[grids[i].Code] = i
	}
	for i, drawn := range g.grids {
		w.progress("comparing", i, len(g.grids))
		at, ok := place[drawn.Code]
		if !ok || grids[at].Level != g.level {
			w.notes.add(Note{Kind: "no-children", Row: g.rows[drawn.Code], Code: drawn.Code, Done: "left out: no grid has it above"})
			continue
		}
		area, _ := c.AreaByCode(drawn.Code)
		if err := w.differ(&g.shapes[i], c.Polygons(area)); err != nil {
			return err
		}
		if drawn.Name != nil {
			grids[at].Name = drawn.Name
		}
		if drawn.Parent != "" {
			grids[at].Parent = drawn.Parent
		}
	}
	w.progress("comparing", len(g.grids), len(g.grids))
	return w.rename(n, grids, c)
}

// rename prepares a publication of the same map under other names or parents.
func (w *work) rename(n *geo.Network, grids []geo.Grid, c *coverage.Coverage) error {
	areas, err := coverage.AreasOf(*n, grids)
	if err != nil {
		return err
	}
	next, err := c.Rehang(areas)
	if err != nil {
		return err
	}
	w.publish(n, grids, next)
	return nil
}

// differ lists by how much an outline that was drawn differs from what counts.
func (w *work) differ(drawn *coverage.Shape, counts lattice.MultiPolygon) error {
	m2, err := difference(drawn.Shape, counts)
	if err != nil {
		return err
	}
	if m2 > 0 {
		w.preview.Differences = append(w.preview.Differences, Difference{
			Code: drawn.Code, Row: drawn.Row, AreaM2: round2(m2), At: somePoint(drawn.Shape),
		})
	}
	return nil
}

// difference is the area of the symmetric difference of two outlines in square
// metres: both are laid over each other, and each keeps once what is its alone.
func difference(a, b lattice.MultiPolygon) (m2 float64, err error) {
	network := geo.Network{Kind: geo.Exclusive, Levels: []geo.Level{{Enclaves: true}}}
	areas := []coverage.Area{{Code: "a", Parent: coverage.NoArea}, {Code: "b", Parent: coverage.NoArea}}
	shapes := []coverage.Shape{{Code: "a", Shape: a}, {Code: "b", Shape: b}}
	for alone, other := range []string{"b", "a"} {
		c, _, err := coverage.Build(network, areas, shapes, coverage.Policy{Priority: []string{other}})
		if err != nil {
			return 0, err
		}
		m2 += lattice.ShapeAreaM2(c.Polygons(int32(alone)))
	}
	return m2, nil
}
