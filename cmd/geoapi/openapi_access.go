package main

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"onegrid/cmd/internal/server"
	"onegrid/geo/access"
)

// aboutAccess tells what is the same for all routes.
const aboutAccess = " Callers send a key, or a token of OpenID Connect, as Authorization: Bearer KEY; pages keep the cookie of a session. " +
	"Each operation names the roles that may call it: 401 without a name, 403 with the wrong one, 429 for who asks too often, with Retry-After. " +
	"What a caller sees is bounded by classes (public: grids, estates, buildings, sites, the base map; internal: posts, devices; restricted: incidents, what cameras see) " +
	"and by its key's part of the city and networks. What is not seen is left out, and asked for by name it is 404 as if it were not there: " +
	"otherwise an answer would tell that it is. A place outside the caller's part of the city is 403."

// Names of the ways to say who one is.
const (
	byKey     = "key"
	bySession = "session"
	byProcess = "process"
)

func securitySchemes() map[string]*huma.SecurityScheme {
	return map[string]*huma.SecurityScheme{
		byKey: {Type: "http", Scheme: "bearer",
			Description: "A key, as geoapi key create prints it, or a token of the issuer of OpenID Connect that the scheme names."},
		bySession: {Type: "apiKey", In: "cookie", Name: access.CookieName,
			Description: "A session, opened by POST /v1/session or by signing in at the issuer. From pages of this origin only."},
		byProcess: {Type: "http", Scheme: "bearer", Description: "For the deployment's other program."},
	}
}

// security says with what a route may be called; nil where nothing is needed.
func security(may access.Right) []map[string][]string {
	switch {
	case may.Unnamed():
		return nil
	case may == access.Process:
		return []map[string][]string{{byProcess: {}}}
	}
	return []map[string][]string{{byKey: {}}, {bySession: {}}}
}

// callers names those who may call a route.
func callers(may access.Right) string {
	switch {
	case may.Unnamed():
		return "For everybody, without a key too."
	case may == access.Process:
		return "For the deployment's other program only."
	}
	var names []string
	for _, role := range may.Roles() {
		names = append(names, string(role))
	}
	return "For the roles " + strings.Join(names, ", ") + "."
}

// refusals adds the answers that the frame of all routes gives. 403 meets
// everybody: from a page of elsewhere, or under another host's name.
func (d *describer) refusals(route server.Route, responses map[string]*huma.Response) {
	add := func(status int, text string, header *huma.Param, name string) {
		r := responses[strconv.Itoa(status)]
		if r == nil {
			r = &huma.Response{Content: d.problem()}
			responses[strconv.Itoa(status)] = r
		}
		r.Description = text
		if header != nil {
			r.Headers = map[string]*huma.Param{name: header}
		}
	}
	if !route.May.Unnamed() {
		add(http.StatusUnauthorized, "Nobody says who asks, or with a key that does not hold", &huma.Param{Schema: &huma.Schema{Type: "string"}, Description: "Bearer"}, "WWW-Authenticate")
	}
	add(http.StatusForbidden, "The caller may not do that, or not there", nil, "")
	add(http.StatusTooManyRequests, "Asked too often", &huma.Param{Schema: &huma.Schema{Type: "integer"}, Description: "Seconds to wait."}, "Retry-After")
}
