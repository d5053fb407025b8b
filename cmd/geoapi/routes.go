package main

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// endpoint is one line of the table of routes.
type endpoint struct {
	method, path string // as in OpenAPI: /v1/grids/{code}
	handle       gin.HandlerFunc
}

// routes is every route of the service; the order is that of the documents.
func (s *service) routes() []endpoint {
	return []endpoint{
		{"GET", "/v1/locate", s.locate},
		{"POST", "/v1/locate", s.locateBody},
		{"POST", "/v1/locate/batch", s.batch},
		{"GET", "/v1/grids/{code}", s.grid},
		{"GET", "/v1/grids/{code}/children", s.gridChildren},
		{"GET", "/v1/grids/{code}/neighbours", s.gridNeighbours},
		{"GET", "/v1/grids/{code}/boundary", s.gridBoundary},
		{"GET", "/v1/suggest", s.suggest},
		{"POST", "/v1/incidents", s.openIncident},
		{"GET", "/v1/incidents", s.incidents},
		{"GET", "/v1/incidents/{id}", s.incident},
		{"POST", "/v1/incidents/{id}/state", s.moveState},
		{"GET", "/v1/events", s.events},
		{"GET", "/v1/scheme", s.scheme},
		{"GET", "/v1/editions", s.editions},
		{"GET", "/healthz", s.health},
		{"GET", "/readyz", s.ready},
		{"GET", "/metrics", gin.WrapH(s.metrics.handler())},
		{"GET", "/openapi.json", s.openAPI},
		{"GET", "/docs", s.docs},
	}
}

// handler builds the service's HTTP handler. more adds the routes of others.
func (s *service) handler(more ...func(gin.IRoutes)) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.SetTrustedProxies(nil)
	g.RedirectTrailingSlash = false
	g.RedirectFixedPath = false
	g.HandleMethodNotAllowed = true
	g.UseRawPath, g.UnescapePathValues = true, true // a code may hold an escaped slash
	for _, r := range s.routes() {
		g.Handle(r.method, ginPath(r.path), s.watch(r.path), r.handle)
		if r.method == http.MethodGet && r.path != "/v1/events" {
			g.HEAD(ginPath(r.path), s.watch(r.path), r.handle) // net/http leaves the body out
		}
	}
	others := g.Group("/", s.watch("/v1/imports"))
	for _, add := range more {
		add(others)
	}
	g.NoRoute(s.watch("none"), func(c *gin.Context) {
		problem.Abort(c, geo.Errorf(geo.NotFound, "there is no path %s", clipped(c.Request.URL.Path)).On("path", c.Request.URL.Path))
	})
	g.NoMethod(s.watch("none"), func(c *gin.Context) {
		problem.Abort(c, geo.Errorf(problem.WrongMethod, "%s has %s, not %s", clipped(c.Request.URL.Path),
			c.Writer.Header().Get("Allow"), clipped(c.Request.Method)).On("method", c.Request.Method))
	})
	return g
}

// ginPath writes /v1/grids/{code} as gin does: /v1/grids/:code.
func ginPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
