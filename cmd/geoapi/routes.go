package main

import (
	"net/http"

	"onegrid/cmd/internal/server"
)

// routes is every route of the service; the order is that of the documents.
func (s *service) routes() []server.Route {
	i := s.imports
	return append([]server.Route{
		{Method: "GET", Path: "/v1/locate", Name: "locate", Handle: s.locate},
		{Method: "POST", Path: "/v1/locate", Name: "locate-body", Handle: s.locateBody},
		{Method: "POST", Path: "/v1/locate/batch", Name: "locate-batch", Handle: s.batch},
		{Method: "GET", Path: "/v1/grids/{code}", Name: "grid", Handle: s.grid},
		{Method: "GET", Path: "/v1/grids/{code}/children", Name: "grid-children", Handle: s.gridChildren},
		{Method: "GET", Path: "/v1/grids/{code}/neighbours", Name: "grid-neighbours", Handle: s.gridNeighbours},
		{Method: "GET", Path: "/v1/grids/{code}/boundary", Name: "grid-boundary", Handle: s.gridBoundary},
		{Method: "GET", Path: "/v1/suggest", Name: "suggest", Handle: s.suggest},
		{Method: "POST", Path: "/v1/incidents", Name: "open-incident", Handle: s.openIncident},
		{Method: "GET", Path: "/v1/incidents", Name: "incidents", Handle: s.incidents},
		{Method: "GET", Path: "/v1/incidents/{id}", Name: "incident", Handle: s.incident},
		{Method: "POST", Path: "/v1/incidents/{id}/state", Name: "move-incident", Handle: s.moveState},
		{Method: "GET", Path: "/v1/events", Name: "events", Handle: s.events, Stream: true},
		{Method: "POST", Path: "/v1/imports", Name: "import", Handle: i.post},
		{Method: "GET", Path: "/v1/imports", Name: "imports", Handle: i.list},
		{Method: "GET", Path: "/v1/imports/{id}", Name: "import-preview", Handle: i.get},
		{Method: "POST", Path: "/v1/imports/{id}/accept", Name: "import-accept", Handle: i.accept},
		{Method: "DELETE", Path: "/v1/imports/{id}", Name: "import-drop", Handle: i.drop},
		{Method: "GET", Path: "/v1/scheme", Name: "scheme", Handle: s.scheme},
		{Method: "GET", Path: "/v1/editions", Name: "editions", Handle: s.editions},
		{Method: "GET", Path: "/openapi.json", Name: "openapi", Handle: s.openAPI},
		{Method: "GET", Path: "/docs", Name: "docs", Handle: s.docs},
	}, s.frame.Routes()...)
}

// handler answers all of them.
func (s *service) handler() http.Handler { return s.frame.Handler(s.routes(), nil) }
