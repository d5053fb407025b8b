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
	forward := forwarder(s.geoapi, s.frame)
	return append([]server.Route{
		{Method: "GET", Path: "/tiles", Name: "catalogue", May: access.Named, Handle: s.catalogue},
		{Method: "GET", Path: "/tiles/{tileset}", Name: "tilejson", May: access.Named, Handle: s.tileJSON},
		{Method: "GET", Path: "/tiles/{tileset}/{z}/{x}/{y}", Name: "tile", May: access.Named, Handle: s.tile},
		{Method: "GET", Path: "/styles/{name}", Name: "style", May: access.Everyone, Handle: s.style},
		{Method: "GET", Path: "/live", Name: "live", May: access.Named, Handle: s.listening(s.live), Stream: true},
		{Method: "GET", Path: "/live/incidents.json", Name: "live-incidents", May: access.Only(geo.RoleWall, geo.RoleOperator, geo.RoleAdmin), Handle: s.liveIncidents},
		{Method: "GET", Path: "/wall", Name: "wall", May: access.Everyone, Handle: s.page("wall")},
		{Method: "GET", Path: "/sign-in", Name: "sign-in", May: access.Everyone, Handle: s.page("sign-in")},
		{Method: "GET", Path: "/assets/{path...}", Name: "asset", May: access.Everyone, Handle: s.asset},
		{Method: "GET", Path: eventsPath, Name: "forward-events", May: access.Named, Handle: s.listening(forward), Stream: true},
		{Method: server.Any, Path: "/v1/{rest...}", Name: "forward-v1", May: access.Everyone, Handle: forward},
		{Method: server.Any, Path: "/ogc/{rest...}", Name: "forward-ogc", May: access.Everyone, Handle: forward},
		{Method: server.Any, Path: "/openapi.json", Name: "forward-openapi", May: access.Everyone, Handle: forward},
		{Method: server.Any, Path: "/docs", Name: "forward-docs", May: access.Everyone, Handle: forward},
	}, s.frame.Routes()...)
}

// eventsPath is the one path behind us whose answer goes on until somebody leaves:
// among single requests it would keep their places for as long.
const eventsPath = "/v1/events"

// handler answers all of them, and the root with its files. The router knows no path
// beside {rest...}, so that of the events has a table of its own.
func (s *service) handler() http.Handler {
	var events, others []server.Route
	for _, r := range s.routes() {
		if r.Path == eventsPath {
			events = append(events, r)
		} else {
			others = append(others, r)
		}
	}
	onEvents, onOthers := s.frame.Handler(events, nil), s.frame.Handler(others, s.root)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == eventsPath {
			onEvents.ServeHTTP(w, r)
		} else {
			onOthers.ServeHTTP(w, r)
		}
	})
}
