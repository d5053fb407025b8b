package exchange

import (
	"encoding/hex"
	"math"
	"slices"

	"github.com/peterstace/simplefeatures/geom"

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
		if m2 := difference(g.shapes[i].Shape, c.Polygons(area)); m2 > 0 {
			w.preview.Differences = append(w.preview.Differences, Difference{
				Code: drawn.Code, Row: g.rows[drawn.Code], AreaM2: round2(m2), At: somePoint(g.shapes[i].Shape),
			})
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
	var shapes []coverage.Shape
	for _, a := range areas {
		if int(a.Level) == len(n.DrawnLevels())-1 {
			at, _ := c.AreaByCode(a.Code)
			shapes = append(shapes, coverage.Shape{Code: a.Code, Shape: c.Polygons(at)})
		}
	}
	next, _, err := coverage.Build(*n, areas, shapes, coverage.Policy{})
	if err != nil {
		return err
	}
	hash := next.Hash()
	w.preview.Objects = len(grids)
	w.preview.publication = &geo.Publication{Network: n.ID, Hash: hex.EncodeToString(hash[:]), Chunks: next.Encode(), Grids: grids}
	return nil
}

// difference is the area of the symmetric difference of two outlines in square
// metres, near enough for a report: it decides nothing. Outlines that cannot be
// overlaid are told apart by their areas alone.
func difference(a, b lattice.MultiPolygon) float64 {
	at := somePoint(a)
	if at == nil {
		at = &lattice.Point{}
	}
	ga, gb := toGeom(a, *at), toGeom(b, *at)
	d, err := geom.SymmetricDifference(ga, gb)
	if err != nil {
		return math.Abs(ga.Area() - gb.Area())
	}
	return d.Area()
}

// metresPerUnit is the length of one lattice unit of latitude, in metres.
const metresPerUnit = 111_195.0 / lattice.Scale

// toGeom brings an outline to metres around a place.
func toGeom(mp lattice.MultiPolygon, at lattice.Point) geom.Geometry {
	narrow := math.Cos(float64(at.Y) / lattice.Scale * math.Pi / 180)
	var polygons []geom.Polygon
	for _, p := range mp {
		var rings []geom.LineString
		for _, ring := range p {
			xy := make([]float64, 0, 2*len(ring)+2)
			for i := range len(ring) + 1 {
				q := ring[i%len(ring)]
				xy = append(xy, float64(int64(q.X)-int64(at.X))*metresPerUnit*narrow, float64(int64(q.Y)-int64(at.Y))*metresPerUnit)
			}
			rings = append(rings, geom.NewLineString(geom.NewSequence(xy, geom.DimXY)))
		}
		polygons = append(polygons, geom.NewPolygon(rings))
	}
	return geom.NewMultiPolygon(polygons).AsGeometry()
}
