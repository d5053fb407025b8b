package main

import (
	"net/http"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
)

// routes is every route of the service; the order is that of the documents.
func (s *service) routes() []server.Route {
	i, sessions := s.imports, s.sessions
	admin := access.Only(geo.RoleAdmin)
	bulk := access.Only(geo.RoleService, geo.RoleOperator, geo.RoleAdmin)
	seesIncidents := access.Only(geo.RoleWall, geo.RoleOperator, geo.RoleAdmin)
	return append([]server.Route{
		{Method: "GET", Path: "/v1/locate", Name: "locate", May: access.Named, Handle: s.locate},
		{Method: "POST", Path: "/v1/locate", Name: "locate-body", May: access.Named, Handle: s.locateBody},
		{Method: "POST", Path: "/v1/locate/batch", Name: "locate-batch", May: bulk, Handle: s.batch, Bulk: true},
		{Method: "GET", Path: "/v1/grids/{code}", Name: "grid", May: access.Named, Handle: s.grid},
		{Method: "GET", Path: "/v1/grids/{code}/children", Name: "grid-children", May: access.Named, Handle: s.gridChildren},
		{Method: "GET", Path: "/v1/grids/{code}/neighbours", Name: "grid-neighbours", May: access.Named, Handle: s.gridNeighbours},
		{Method: "GET", Path: "/v1/grids/{code}/boundary", Name: "grid-boundary", May: access.Named, Handle: s.gridBoundary},
		{Method: "GET", Path: "/v1/suggest", Name: "suggest", May: access.Named, Handle: s.suggest},
		{Method: "POST", Path: "/v1/incidents", Name: "open-incident", May: access.Only(geo.RoleMember, geo.RoleService, geo.RoleOperator, geo.RoleAdmin), Handle: s.openIncident},
		{Method: "GET", Path: "/v1/incidents", Name: "incidents", May: seesIncidents, Handle: s.incidents},
		{Method: "GET", Path: "/v1/incidents/{id}", Name: "incident", May: seesIncidents, Handle: s.incident},
		{Method: "POST", Path: "/v1/incidents/{id}/state", Name: "move-incident", May: access.Only(geo.RoleOperator, geo.RoleAdmin), Handle: s.moveState},
		{Method: "GET", Path: "/v1/events", Name: "events", May: access.Named, Handle: s.events, Stream: true},
		{Method: "POST", Path: "/v1/imports", Name: "import", May: admin, Handle: i.post, Bulk: true},
		{Method: "GET", Path: "/v1/imports", Name: "imports", May: admin, Handle: i.list},
		{Method: "GET", Path: "/v1/imports/{id}", Name: "import-preview", May: admin, Handle: i.get},
		{Method: "POST", Path: "/v1/imports/{id}/accept", Name: "import-accept", May: admin, Handle: i.accept, Bulk: true},
		{Method: "DELETE", Path: "/v1/imports/{id}", Name: "import-drop", May: admin, Handle: i.drop},
		{Method: "POST", Path: "/v1/session", Name: "open-session", May: access.Everyone, Handle: sessions.open},
		{Method: "GET", Path: "/v1/session", Name: "session", May: access.Everyone, Handle: sessions.tell},
		{Method: "DELETE", Path: "/v1/session", Name: "end-session", May: access.Named, Handle: sessions.end},
		{Method: "GET", Path: "/v1/session/oidc", Name: "begin-oidc", May: access.Everyone, Handle: sessions.begin},
		{Method: "GET", Path: "/v1/session/callback", Name: "finish-oidc", May: access.Everyone, Handle: sessions.finish},
		{Method: "POST", Path: "/v1/audit", Name: "record-reads", May: access.Process, Handle: readsRecorded(s.store)},
		{Method: "GET", Path: "/v1/exports/{layer}", Name: "export", May: admin, Handle: s.exportLayer, Bulk: true},
		{Method: "GET", Path: "/v1/scheme", Name: "scheme", May: access.Named, Handle: s.scheme},
		{Method: "GET", Path: "/v1/editions", Name: "editions", May: access.Named, Handle: s.editions},
		{Method: "GET", Path: "/openapi.json", Name: "openapi", May: access.Everyone, Handle: s.openAPI},
		{Method: "GET", Path: "/docs", Name: "docs", May: access.Everyone, Handle: s.docs},
	}, s.frame.Routes()...)
}

// handler answers all of them.
func (s *service) handler() http.Handler { return s.frame.Handler(s.routes(), nil) }
