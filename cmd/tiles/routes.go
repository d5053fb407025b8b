package main

import (
	"net/http"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
)

// routes is every route of the service. What is forwarded is judged where it goes;
// pages hold no data.
func (s *service) routes() []server.Route {
	forward := forwarder(s.geoapi, s.frame, s.hub.ended)
	return append([]server.Route{
		{Method: "GET", Path: "/tiles", Name: "catalogue", May: access.Named, Handle: s.catalogue},
		{Method: "GET", Path: "/tiles/{tileset}", Name: "tilejson", May: access.Named, Handle: s.tileJSON},
		{Method: "GET", Path: "/tiles/{tileset}/{z}/{x}/{y}", Name: "tile", May: access.Named, Handle: s.tile},
		{Method: "GET", Path: "/styles/{name}", Name: "style", May: access.Everyone, Handle: s.style},
		{Method: "GET", Path: "/live", Name: "live", May: access.Named, Handle: s.live, Stream: true},
		{Method: "GET", Path: "/live/incidents.json", Name: "live-incidents", May: access.Only(geo.RoleWall, geo.RoleOperator, geo.RoleAdmin), Handle: s.liveIncidents},
		{Method: "GET", Path: "/wall", Name: "wall", May: access.Everyone, Handle: s.page("wall")},
		{Method: "GET", Path: "/sign-in", Name: "sign-in", May: access.Everyone, Handle: s.page("sign-in")},
		{Method: "GET", Path: "/assets/{path...}", Name: "asset", May: access.Everyone, Handle: s.asset},
		{Method: server.Any, Path: "/v1/{rest...}", Name: "forward-v1", May: access.Everyone, Handle: forward},
		{Method: server.Any, Path: "/ogc/{rest...}", Name: "forward-ogc", May: access.Everyone, Handle: forward},
		{Method: server.Any, Path: "/openapi.json", Name: "forward-openapi", May: access.Everyone, Handle: forward},
		{Method: server.Any, Path: "/docs", Name: "forward-docs", May: access.Everyone, Handle: forward},
	}, s.frame.Routes()...)
}

// handler answers all of them, and the root with its files.
func (s *service) handler() http.Handler { return s.frame.Handler(s.routes(), s.root) }
