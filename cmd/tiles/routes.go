package main

import (
	"net/http"

	"onegrid/cmd/internal/server"
)

// routes is every route of the service.
func (s *service) routes() []server.Route {
	forward := forwarder(s.geoapi, s.hub.ended)
	return append([]server.Route{
		{Method: "GET", Path: "/tiles", Name: "catalogue", Handle: s.catalogue},
		{Method: "GET", Path: "/tiles/{tileset}", Name: "tilejson", Handle: s.tileJSON},
		{Method: "GET", Path: "/tiles/{tileset}/{z}/{x}/{y}", Name: "tile", Handle: s.tile},
		{Method: "GET", Path: "/styles/{name}", Name: "style", Handle: s.style},
		{Method: "GET", Path: "/live", Name: "live", Handle: s.live, Stream: true},
		{Method: "GET", Path: "/live/incidents.json", Name: "live-incidents", Handle: s.liveIncidents},
		{Method: "GET", Path: "/wall", Name: "wall", Handle: s.page("wall")},
		{Method: "GET", Path: "/assets/{path...}", Name: "asset", Handle: s.asset},
		{Method: server.Any, Path: "/v1/{rest...}", Name: "forward-v1", Handle: forward},
		{Method: server.Any, Path: "/ogc/{rest...}", Name: "forward-ogc", Handle: forward},
		{Method: server.Any, Path: "/openapi.json", Name: "forward-openapi", Handle: forward},
		{Method: server.Any, Path: "/docs", Name: "forward-docs", Handle: forward},
	}, s.frame.Routes()...)
}

// handler answers all of them, and the root with its files.
func (s *service) handler() http.Handler { return s.frame.Handler(s.routes(), s.root) }
