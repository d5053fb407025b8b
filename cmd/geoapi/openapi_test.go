package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

func loadDocument(t *testing.T, h *townHouse) *openapi3.T {
	t.Helper()
	resp, err := http.Get(h.url + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	doc, err := openapi3.NewLoader().LoadFromData(body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Every route is in the document, and everything in the document is a route.
func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	h := openTown(t)
	doc := loadDocument(t, h)
	if err := doc.Validate(context.Background()); err != nil {
		t.Errorf("the document is not valid: %v", err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
	told := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			told[method+" "+path] = true
		}
	}
	for _, r := range h.routes() {
		if !told[r.Method+" "+r.Path] {
			t.Errorf("%s %s is not described", r.Method, r.Path)
		}
		delete(told, r.Method+" "+r.Path)
	}
	for route := range told {
		t.Errorf("%s is described and not there", route)
	}
}

// Answers are what the document says, the hand-written ones too.
func TestAnswersMatchTheDocument(t *testing.T) {
	h := openTown(t)
	doc := loadDocument(t, h)
	doc.Servers = openapi3.Servers{{URL: h.url}}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"source":"hotline"`))
	for _, r := range []struct{ method, path, body string }{
		{"GET", "/v1/locate?crs=wgs84&" + where(0.9, 0.3), ""},
		{"GET", "/v1/locate?crs=wgs84&include=neighbours,boundary,explain&" + where(2.5, 2.5), ""},
		{"GET", "/v1/locate?crs=gcj02&" + where(-9, 0.3), ""},
		{"GET", "/v1/locate?crs=wgs84&on_outside=nearest&max_m=1000&" + where(-1, 0.3), ""},
		{"POST", "/v1/locate", incidentLocate(0.7, 0.7)},
		{"GET", "/v1/grids/" + gridCode(0), ""},
		{"GET", "/v1/grids/T1", ""},
		{"GET", "/v1/grids/520115001", ""},
		{"GET", "/v1/grids/520115001/children", ""},
		{"GET", "/v1/grids/J-TOWER/children", ""},
		{"GET", "/v1/grids/520115001001/neighbours", ""},
		{"GET", "/v1/grids/" + gridCode(0) + "/boundary", ""},
		{"GET", "/v1/grids/nope", ""},
		{"GET", "/v1/suggest?q=grid", ""},
		{"POST", "/v1/incidents", incidentAt(1.5, 0.5, "")},
		{"POST", "/v1/incidents", incidentAt(-1.5, 0.5, "")},
		{"GET", "/v1/incidents", ""},
		{"GET", "/v1/incidents?state=all&limit=1", ""},
		{"GET", "/v1/incidents/1", ""},
		{"POST", "/v1/incidents/1/state", `{"state":"closed"}`},
		{"GET", "/v1/session", ""},
		{"POST", "/v1/session", `{"key":"nobody's"}`},
		{"GET", "/v1/session/oidc", ""},
		{"GET", "/v1/scheme", ""},
		{"GET", "/v1/editions", ""},
		{"GET", "/healthz", ""},
		{"GET", "/readyz", ""},
	} {
		req, _ := http.NewRequest(r.method, h.url+r.path, strings.NewReader(r.body))
		if r.body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		documented(t, router, req)
	}
}

func incidentLocate(x, y float64) string {
	return strings.Replace(incidentAt(x, y, ""), `,"category":"noise"`, "", 1)
}

// The page that shows the document asks nobody else for anything, and runs nothing
// but its own script.
func TestDocsAreSelfContained(t *testing.T) {
	h := openTown(t)
	resp, err := http.Get(h.url + "/docs")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || bytes.Contains(body, []byte("://")) {
		t.Errorf("%d: the page names another place", resp.StatusCode)
	}
	rules := resp.Header.Get("Content-Security-Policy")
	if !strings.HasPrefix(rules, "default-src 'none';") || strings.Contains(rules, "unsafe") || !strings.Contains(rules, "frame-ancestors 'none'") {
		t.Errorf("the rules %q", rules)
	}
	inline := regexp.MustCompile(`(?s)<(script|style)[^>]*>(.*?)</(?:script|style)>`).FindAllSubmatch(body, -1)
	for _, in := range inline {
		sum := sha256.Sum256(in[2])
		if want := fmt.Sprintf("%s-src 'sha256-%s'", in[1], base64.StdEncoding.EncodeToString(sum[:])); !strings.Contains(rules, want) {
			t.Errorf("the rules %q lack %s", rules, want)
		}
	}
	if len(inline) != 2 {
		t.Errorf("%d scripts and styles", len(inline))
	}
}

// documented sends a request and compares the answer with what the document says
// of it.
func documented(t *testing.T, router routers.Router, req *http.Request) {
	t.Helper()
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Errorf("%s %s: %v", req.Method, req.URL, err)
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header,
		Body: io.NopCloser(bytes.NewReader(body))}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s %s: %d %s\n%v", req.Method, req.URL, resp.StatusCode, body, err)
	}
}
