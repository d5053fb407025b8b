// Package servertest holds a running program to its table of routes.
package servertest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// Program is one that runs and whose routes are walked. It must believe this
// machine for whom it asks: refused callers would soon be told to wait.
type Program struct {
	URL    string
	Routes []server.Route
	// Bearers are what callers send: one of each role.
	Bearers map[geo.Role]string
	// Process is what the deployment's other program sends.
	Process string
	// Own are routes that answer 401 or 403 themselves to whom the table lets in,
	// and with which status.
	Own map[string]int
	// Fill are values for the parts of paths; "nope" unless said.
	Fill map[string]string
}

// Walk asks every route as every role, as nobody, with a key that is none and as
// the other program, and compares who is let in with what the table says. A route
// without a right, and a path with a method that the table does not have, must let
// in nobody.
func Walk(t *testing.T, p Program) {
	t.Helper()
	if len(p.Bearers) != len(geo.Roles) {
		t.Fatalf("there are keys of %d roles, and %d roles", len(p.Bearers), len(geo.Roles))
	}
	seen := map[string]bool{}
	for i := range p.Routes {
		r := &p.Routes[i]
		if none := (access.Right{}); r.May == none {
			t.Errorf("%s %s has no right", r.Method, r.Path)
		}
		if r.Name == "" || seen[r.Name] {
			t.Errorf("%s %s has the name %q, which is none or another's", r.Method, r.Path, r.Name)
		}
		seen[r.Name] = true
		p.route(t, r)
	}
	p.others(t)
}

// route asks one route as everybody.
func (p *Program) route(t *testing.T, r *server.Route) {
	t.Helper()
	method := r.Method
	if method == server.Any {
		method = http.MethodGet
	}
	for role, bearer := range p.Bearers {
		want := http.StatusForbidden
		if slices.Contains(r.May.Roles(), role) {
			want = 0
		}
		p.ask(t, r, method, string(role), bearer, want)
	}
	nobody, process := http.StatusUnauthorized, http.StatusForbidden
	switch {
	case r.May.Unnamed():
		nobody, process = 0, 0
	case r.May == access.Process:
		process = 0
	}
	p.ask(t, r, method, "nobody", "", nobody)
	p.ask(t, r, method, "a key that is none", "onegrid_nosuchkey_x", nobody)
	p.ask(t, r, method, "the other program", p.Process, process)
}

// ask sends one request. want is 401, 403, or 0 for whatever is neither.
func (p *Program) ask(t *testing.T, r *server.Route, method, who, bearer string, want int) {
	t.Helper()
	status, header, body := p.send(t, method, r.Path, bearer)
	refused := status == http.StatusUnauthorized || status == http.StatusForbidden
	switch {
	case want == 0 && refused && p.Own[r.Name] == status:
	case want == 0 && refused, want != 0 && status != want:
		t.Errorf("%s calls %s (%s %s): %d %s, want %d", who, r.Name, method, r.Path, status, body.Detail, want)
	case want != 0 && body.Type != "urn:onegrid:problem:"+map[int]string{401: string(problem.Unauthenticated), 403: string(geo.Denied)}[want]:
		t.Errorf("%s calls %s: %+v is no problem of ours", who, r.Name, body)
	case want == http.StatusUnauthorized && !strings.HasPrefix(header.Get("WWW-Authenticate"), "Bearer"):
		t.Errorf("%s calls %s: %d with the challenge %q", who, r.Name, status, header.Get("WWW-Authenticate"))
	}
}

// others asks every path with the methods that the table does not have for it.
func (p *Program) others(t *testing.T) {
	t.Helper()
	has := map[string]bool{}
	for _, r := range p.Routes {
		has[r.Method+" "+r.Path] = true
		if r.Method == http.MethodGet && !r.Stream {
			has["HEAD "+r.Path] = true
		}
	}
	methods := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "ANYTHING"}
	for _, r := range p.Routes {
		for _, method := range methods {
			if has[method+" "+r.Path] || has[server.Any+" "+r.Path] && method != http.MethodTrace {
				continue
			}
			if status, _, _ := p.send(t, method, r.Path, p.Bearers[geo.RoleAdmin]); status != http.StatusMethodNotAllowed && status != http.StatusNotFound {
				t.Errorf("%s %s is in no table and answers %d", method, r.Path, status)
			}
		}
	}
}

func (p *Program) send(t *testing.T, method, path, bearer string) (int, http.Header, problem.Problem) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop() // streams go on
	r, err := http.NewRequestWithContext(ctx, method, p.URL+p.filled(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	r.Header.Set("X-Forwarded-For", address())
	answer, err := p.client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body problem.Problem
	if strings.HasPrefix(answer.Header.Get("Content-Type"), problem.MediaType) {
		json.NewDecoder(answer.Body).Decode(&body) // nothing, for HEAD
	}
	return answer.StatusCode, answer.Header, body
}

// client follows no redirection: where it leads is another route.
func (p *Program) client() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// filled is a path with values for its parts.
func (p *Program) filled(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if !strings.HasPrefix(part, "{") {
			continue
		}
		name := strings.TrimSuffix(strings.Trim(part, "{}"), "...")
		if parts[i] = p.Fill[name]; parts[i] == "" {
			parts[i] = "nope"
		}
	}
	return strings.Join(parts, "/")
}
