package main

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// scheme answers GET /v1/scheme.
func (s *service) scheme(c *gin.Context) {
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	t := s.answerer(access.Of(c))
	defer s.done(t)
	if t.unchanged(c) {
		return
	}
	c.JSON(http.StatusOK, t.view.Scheme())
}

// editionList is the answer to GET /v1/editions.
type editionList struct {
	Editions []geo.Edition `json:"editions" doc:"The first first."`
	InForce  int64         `json:"in_force" doc:"Id of the one that counts now; 0 before the first."`
	Seq      int64         `json:"seq"`
}

// editions answers GET /v1/editions.
func (s *service) editions(c *gin.Context) {
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	v := s.view(c)
	all, err := s.store.Editions(c.Request.Context())
	if err != nil {
		problem.Abort(c, err)
		return
	}
	w := v.World()
	out := editionList{Editions: append([]geo.Edition{}, all...), InForce: w.Edition().ID, Seq: w.Seq()} // [] and not null
	for i := range out.Editions {
		e := &out.Editions[i]
		e.Networks = slices.DeleteFunc(slices.Clone(e.Networks), func(n geo.NetworkState) bool { return !v.Network(n.Network) })
	}
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusOK, out)
}
