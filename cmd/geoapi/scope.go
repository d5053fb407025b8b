package main

import (
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/route"
)

// view is what the caller of a request may see of the world as it is now.
func (s *service) view(c *gin.Context) access.View { return access.Of(c).On(s.live.Load()) }

// see sets t to a world, as far as a view shows it.
func (t *answerer) see(v access.View) {
	t.view, t.world, t.posts = v, v.World(), v.Layer(geo.Posts)
}

// locate works out the answer to t.q, as far as the caller may have it.
func (t *answerer) locate() error {
	if t.view.Free() {
		route.Locate(t.world, &t.q.Request, &t.a)
		return nil
	}
	return t.locateWithin()
}

// locateWithin is locate for a caller who does not see all: Denied at a place
// whose grid is not the caller's to know.
func (t *answerer) locateWithin() error {
	for _, id := range t.q.Networks {
		if !t.view.Network(id) {
			return noNetwork("networks", id)
		}
	}
	route.Locate(t.world, &t.q.Request, &t.a)
	if err := t.view.Answers(t.a.Grid.Area, t.q.Point); err != nil {
		return err
	}
	t.a.Others = slices.DeleteFunc(t.a.Others, func(p route.Place) bool { return !t.sees(p) })
	return nil
}

// sees reports whether an area may be named.
func (t *answerer) sees(p route.Place) bool { return p.Has() && t.view.Area(p.Network, p.Area) }

// findGrid finds an area by its code, which is unique over all networks. One that
// is not seen is not there: nobody learns that it exists.
func findGrid(v access.View, code string) (route.Place, error) {
	for _, n := range v.World().Networks() {
		if area, ok := n.Find(code); ok && v.Area(n, area) {
			return route.Place{Network: n, Area: area}, nil
		}
	}
	return route.Place{}, geo.Errorf(geo.NotFound, "there is no grid %s in edition %d",
		strconv.QuoteToGraphic(clipped(code)), v.World().Edition().ID).On("code", code)
}

// noNetwork is likewise what is told of a network that is not there or not seen.
func noNetwork(field, id string) *geo.Error {
	return geo.Errorf(geo.Invalid, "the scheme has no network %s", strconv.QuoteToGraphic(clipped(id))).On(field, id)
}
