package main

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/lattice"
	"onegrid/geo/problem"
	"onegrid/geo/route"
)

// grid answers GET /v1/grids/{code}: the card.
func (s *service) grid(c *gin.Context) {
	s.onGrid(c, jsonType, (*answerer).appendCard)
}

// gridNeighbours answers GET /v1/grids/{code}/neighbours.
func (s *service) gridNeighbours(c *gin.Context) {
	s.onGrid(c, jsonType, func(t *answerer, b []byte, p route.Place) []byte {
		b = append(b, `{"grid":`...)
		b = append(b, t.pieceOf(p).brief...)
		b = append(b, `,"neighbours":`...)
		b = t.appendNeighbours(b, p)
		return t.appendStand(b)
	})
}

// gridBoundary answers GET /v1/grids/{code}/boundary: a GeoJSON Feature.
func (s *service) gridBoundary(c *gin.Context) {
	s.onGrid(c, geojsonType, (*answerer).appendFeature)
}

// onGrid answers a request for one grid with what write appends of it.
func (s *service) onGrid(c *gin.Context, contentType []string, write func(*answerer, []byte, route.Place) []byte) {
	t := s.answerer(access.Of(c))
	defer s.done(t)
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	p, err := findGrid(t.view, c.Param("code"))
	if err != nil {
		problem.Abort(c, err)
		return
	}
	t.buf = write(t, t.buf[:0], p)
	c.Writer.Header()["Cache-Control"] = never
	answer(c, contentType, t.buf)
}

// gridChildren answers GET /v1/grids/{code}/children. The code of a building
// that holds stacked grids answers with those.
func (s *service) gridChildren(c *gin.Context) {
	t := s.answerer(access.Of(c))
	defer s.done(t)
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	code := c.Param("code")
	b := append(t.buf[:0], `{"grid":`...)
	var children []route.Place
	p, err := findGrid(t.view, code)
	if err == nil {
		b = append(b, t.pieceOf(p).brief...)
		children = t.children(p)
	} else if children = t.inBuilding(code); children == nil {
		problem.Abort(c, err)
		return
	} else {
		b = append(b, `null,"building":`...)
		b = appendString(b, code)
	}
	slices.SortFunc(children, func(a, b route.Place) int { return cmp.Compare(a.Grid().Code, b.Grid().Code) })
	b = append(b, `,"children":`...)
	t.buf = t.appendStand(t.appendBriefs(b, children))
	c.Writer.Header()["Cache-Control"] = never
	answer(c, jsonType, t.buf)
}

// children returns the areas below an area that are seen.
func (t *answerer) children(p route.Place) (out []route.Place) {
	for _, area := range p.Network.Children(p.Area) {
		if child := (route.Place{Network: p.Network, Area: area}); t.sees(child) {
			out = append(out, child)
		}
	}
	return out
}

// inBuilding returns the stacked grids in a building that are seen, nil if there
// is none.
func (t *answerer) inBuilding(code string) (out []route.Place) {
	for _, n := range t.world.Networks() {
		if n.Spec.Kind != geo.Stacked {
			continue
		}
		for _, area := range n.InBuilding(code) {
			if p := (route.Place{Network: n, Area: area}); t.sees(p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// appendStand closes an object with the edition and the seq that it rests on.
func (t *answerer) appendStand(b []byte) []byte {
	b = append(b, `,"edition":`...)
	b = append(b, t.shelf.edition...)
	b = append(b, `,"seq":`...)
	b = appendInt(b, t.world.Seq())
	return append(b, '}')
}

// appendCard writes all that a person wants to know of a grid.
func (t *answerer) appendCard(b []byte, p route.Place) []byte {
	told := t.pieceOf(p).told(t.posts)
	b = append(b, told[:len(told)-1]...)
	b = append(b, `,"chain":`...)
	b = t.appendChain(b, p)
	b = append(b, `,"figures":`...)
	if p.Network == t.world.Basic() {
		b = appendJSON(b, t.view.Figures(p.Area))
	} else {
		b = append(b, "null"...)
	}
	shape := t.outline(p)
	b = append(b, `,"bbox":`...)
	b = appendBounds(b, shape)
	b = append(b, `,"label":`...)
	if len(shape) > 0 && p.Network.Coverage != nil {
		b = p.Network.Label(p.Area).AppendJSON(b)
	} else if inner, ok := lattice.Interior(shape); ok {
		b = inner.AppendJSON(b)
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"neighbours":`...)
	b = t.appendNeighbours(b, p)
	b = append(b, `,"children":`...)
	b = appendInt(b, int64(len(t.children(p))))
	return t.appendStand(b)
}

// outline is a grid's shape: its building's where the network is stacked, nil
// where there is none.
func (t *answerer) outline(p route.Place) lattice.MultiPolygon {
	if p.Network.Coverage != nil {
		return p.Network.Coverage.Polygons(p.Area)
	}
	if b, ok := t.world.Buildings().ByCode(p.Grid().Building); ok {
		return b.Shape
	}
	return nil
}

// appendFeature writes a grid as a GeoJSON Feature.
func (t *answerer) appendFeature(b []byte, p route.Place) []byte {
	shape := t.outline(p)
	piece := t.pieceOf(p)
	b = append(b, `{"type":"Feature","id":`...)
	b = appendInt(b, p.Grid().ID)
	b = append(b, `,"bbox":`...)
	b = appendBounds(b, shape)
	b = append(b, `,"properties":`...)
	b = append(b, piece.brief[:len(piece.brief)-1]...)
	b = append(b, `,"parent":`...)
	b = appendJSON(b, p.Grid().Parent)
	b = t.appendStand(b)
	b = append(b, `,"geometry":`...)
	if len(shape) == 0 {
		b = append(b, "null"...)
	} else {
		b = appendGeometry(b, shape)
	}
	return append(b, '}')
}

// appendJSON writes a value of ours that always marshals.
func appendJSON(b []byte, v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return append(b, body...)
}

// appendBounds writes [west, south, east, north], null for no shape.
func appendBounds(b []byte, shape lattice.MultiPolygon) []byte {
	box := lattice.BoxOfShape(shape)
	if box.Empty() {
		return append(b, "null"...)
	}
	b = append(b, '[')
	for i, v := range [...]int32{box.Min.X, box.Min.Y, box.Max.X, box.Max.Y} {
		if i > 0 {
			b = append(b, ',')
		}
		b = lattice.Append(b, v)
	}
	return append(b, ']')
}
