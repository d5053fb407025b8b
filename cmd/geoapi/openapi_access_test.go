package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers/legacy"

	"onegrid/geo"
)

// Each operation says by which means and in which roles it is called, and how who
// may not is refused.
func TestOpenAPISaysWhoMayCall(t *testing.T) {
	h := openTown(t)
	doc := loadDocument(t, h)
	for name, want := range map[string]string{byKey: "http", bySession: "apiKey", byProcess: "http"} {
		if s := doc.Components.SecuritySchemes[name]; s == nil || s.Value.Type != want {
			t.Errorf("the security scheme %s: %+v", name, s)
		}
	}
	for _, r := range h.routes() {
		op := doc.Paths.Find(r.Path).GetOperation(r.Method)
		if named := op.Security != nil && len(*op.Security) > 0; named == r.May.Unnamed() {
			t.Errorf("%s: security %v", r.Name, op.Security)
		}
		for _, role := range r.May.Roles() {
			if !r.May.Unnamed() && !strings.Contains(op.Description, string(role)) {
				t.Errorf("%s does not name the role %s: %s", r.Name, role, op.Description)
			}
		}
		for status, there := range map[int]bool{401: !r.May.Unnamed(), 403: true, 429: true} {
			if there && op.Responses.Status(status) == nil {
				t.Errorf("%s has no answer %d", r.Name, status)
			}
		}
		if op.Responses.Status(429).Value.Headers["Retry-After"] == nil {
			t.Errorf("%s: 429 does not say for how long", r.Name)
		}
	}
}

// What is left out for callers who do not see all is left out in the document's
// words too.
func TestNarrowedAnswersMatchTheDocument(t *testing.T) {
	h := guard(t, secretTown())
	doc := loadDocument(t, h.townHouse)
	doc.Servers = openapi3.Servers{{URL: h.url}}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range [][]string{
		h.key(t, geo.RoleViewer, geo.Scope{}), h.key(t, geo.RoleOperator, geo.Scope{Subtree: west}),
		h.key(t, geo.RoleAdmin, geo.Scope{Networks: []string{"basic"}}), h.key(t, geo.RoleService, geo.Scope{}), nil,
	} {
		for _, r := range []struct{ method, path, body string }{
			{"GET", "/v1/locate?crs=wgs84&include=chain,neighbours,boundary,explain&" + where(1.9, 0.3), ""},
			{"GET", "/v1/locate?crs=wgs84&" + where(3.5, 0.3), ""},
			{"POST", "/v1/locate", whereJSON(0.2, 3.7)},
			{"GET", "/v1/grids/" + gridCode(12), ""},
			{"GET", "/v1/grids/" + west, ""},
			{"GET", "/v1/grids/520115001", ""},
			{"GET", "/v1/grids/520115001/children", ""},
			{"GET", "/v1/grids/" + gridCode(1) + "/neighbours", ""},
			{"GET", "/v1/grids/" + gridCode(15) + "/boundary", ""},
			{"GET", "/v1/suggest?q=e", ""},
			{"POST", "/v1/incidents", incidentAt(0.5, 0.5, "")},
			{"GET", "/v1/incidents?state=all", ""},
			{"GET", "/v1/scheme", ""},
			{"GET", "/v1/editions", ""},
			{"GET", "/v1/imports", ""},
		} {
			req, _ := http.NewRequest(r.method, h.url+r.path, strings.NewReader(r.body))
			if r.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			if key != nil {
				req.Header.Set(key[0], key[1])
			}
			documented(t, router, req)
		}
	}
}
