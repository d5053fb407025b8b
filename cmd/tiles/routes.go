package main

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// handler builds the service's HTTP handler: every route is here.
func (s *service) handler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.SetTrustedProxies(nil)
	g.RedirectTrailingSlash = false
	g.RedirectFixedPath = false
	g.HandleMethodNotAllowed = true

	get := func(path string, h gin.HandlerFunc) {
		watched := s.watch(path)
		g.GET(path, watched, h)
		g.HEAD(path, watched, h) // net/http leaves the body out
	}
	get("/tiles", s.catalogue)
	get("/tiles/:tileset", s.tileJSON)
	get("/tiles/:tileset/:z/:x/:y", s.tile)
	get("/styles/:name", s.style)
	g.GET("/live", s.watch("/live"), s.live)
	get("/live/incidents.json", s.liveIncidents)

	for _, name := range []string{"wall"} {
		get("/"+name, s.page(name))
	}
	get("/assets/*path", s.asset)

	forward := forwarder(s.geoapi, s.hub.ended)
	for _, path := range []string{"/v1/*rest", "/ogc/*rest", "/openapi.json", "/docs", "/docs/*rest"} {
		g.Any(path, s.watch(path), s.guard, forward)
	}
	get("/healthz", s.health)
	get("/readyz", s.ready)
	get("/metrics", gin.WrapH(s.metrics.handler()))

	g.NoRoute(s.watch("other"), s.root)
	g.NoMethod(s.watch("other"), func(c *gin.Context) {
		problem.Abort(c, geo.Errorf(problem.WrongMethod, "%s is not for %s", clip(c.Request.URL.Path), clip(c.Request.Method)))
	})
	return g
}
