package main

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/lattice"
	"onegrid/geo/problem"
	"onegrid/geo/route"
	"onegrid/geo/world"
)

// findGrid finds an area by its code, which is unique over all networks.
func findGrid(w *world.World, code string) (route.Place, error) {
	for _, n := range w.Networks() {
		if area, ok := n.Find(code); ok {
			return route.Place{Network: n, Area: area}, nil
		}
	}
	return route.Place{}, geo.Errorf(geo.NotFound, "there is no grid %s in edition %d",
		strconv.QuoteToGraphic(clipped(code)), w.Edition().ID).On("code", code)
}

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
		b = append(b, t.shelf.neighbours(t.shelf.book(p.Network), p.Area)...)
		return t.appendStand(b)
	})
}

// gridBoundary answers GET /v1/grids/{code}/boundary: a GeoJSON Feature.
func (s *service) gridBoundary(c *gin.Context) {
	s.onGrid(c, geojsonType, (*answerer).appendFeature)
}

// onGrid answers a request for one grid with what write appends of it.
func (s *service) onGrid(c *gin.Context, contentType []string, write func(*answerer, []byte, route.Place) []byte) {
	t := s.answerer()
	defer s.done(t)
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	p, err := findGrid(t.world, c.Param("code"))
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
	t := s.answerer()
	defer s.done(t)
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	code := c.Param("code")
	b := append(t.buf[:0], `{"grid":`...)
	var children []route.Place
	p, err := findGrid(t.world, code)
	if err == nil {
		b = append(b, t.pieceOf(p).brief...)
		for _, child := range p.Network.Children(p.Area) {
			children = append(children, route.Place{Network: p.Network, Area: child})
		}
	} else if children = inBuilding(t.world, code); children == nil {
		problem.Abort(c, err)
		return
	} else {
		b = append(b, `null,"building":`...)
		b = appendString(b, code)
	}
	slices.SortFunc(children, func(a, b route.Place) int { return cmp.Compare(a.Grid().Code, b.Grid().Code) })
	b = append(b, `,"children":[`...)
	for i, child := range children {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, t.pieceOf(child).brief...)
	}
	t.buf = t.appendStand(append(b, ']'))
	c.Writer.Header()["Cache-Control"] = never
	answer(c, jsonType, t.buf)
}

// inBuilding returns the stacked grids in a building, nil if there is none.
func inBuilding(w *world.World, code string) []route.Place {
	var out []route.Place
	for _, n := range w.Networks() {
		if n.Spec.Kind != geo.Stacked {
			continue
		}
		for _, area := range n.InBuilding(code) {
			out = append(out, route.Place{Network: n, Area: area})
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
	piece := t.pieceOf(p)
	b = append(b, piece.full[:len(piece.full)-1]...)
	b = append(b, `,"chain":`...)
	b = piece.appendChain(b)
	b = append(b, `,"figures":`...)
	if p.Network == t.world.Basic() {
		b = appendJSON(b, t.world.Figures(p.Area))
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
	b = append(b, t.shelf.neighbours(t.shelf.book(p.Network), p.Area)...)
	b = append(b, `,"children":`...)
	b = appendInt(b, int64(len(p.Network.Children(p.Area))))
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
