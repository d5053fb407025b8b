package main

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
	"onegrid/cmd/internal/servertest"
	"onegrid/geo"
	"onegrid/geo/access"
)

// Who may call what is what the table says, for every route, role and method.
func TestRoutesAdmitWhomTheTableSays(t *testing.T) {
	h := guard(t, town())
	proxies, err := access.ParseProxies([]string{"127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	s := newService(parts{live: h.live, store: h.store, follower: h.follower, hub: h.hub, spoolDir: t.TempDir(),
		frame: server.Options{Callers: h.directory, Proxies: proxies}})
	running := httptest.NewServer(s.handler())
	t.Cleanup(running.Close)
	t.Cleanup(h.hub.Close)
	bearers := map[geo.Role]string{}
	for _, role := range geo.Roles {
		bearers[role] = strings.TrimPrefix(h.key(t, role, geo.Scope{})[1], "Bearer ")
	}
	servertest.Walk(t, servertest.Program{
		URL: running.URL, Routes: s.routes(), Bearers: bearers, Process: h.directory.ProcessHeader(),
		Own:  map[string]int{"session": 401},
		Fill: map[string]string{"code": gridCode(0), "id": "1"},
	})
}

// Some rights that no table should ever say otherwise.
func TestTheTableOfRightsIsSound(t *testing.T) {
	h := openTown(t)
	sessions := []string{"open-session", "end-session"}
	whole := []geo.Role{geo.RoleAdmin}
	only := map[string][]geo.Role{
		"import": whole, "imports": whole, "import-preview": whole, "import-accept": whole, "import-drop": whole, "export": whole,
		"move-incident": {geo.RoleOperator, geo.RoleAdmin}, "locate-batch": {geo.RoleService, geo.RoleOperator, geo.RoleAdmin}, "record-reads": nil,
	}
	for _, r := range h.routes() {
		may := func(role geo.Role) bool { return slices.Contains(r.May.Roles(), role) }
		roles, listed := only[r.Name]
		writes := r.Method != "GET" && !strings.HasPrefix(r.Name, "locate") && !slices.Contains(sessions, r.Name)
		switch {
		case writes && (may(geo.RoleViewer) || may(geo.RoleWall)):
			t.Errorf("%s: a viewer or a screen writes", r.Name)
		case writes && r.May.Unnamed():
			t.Errorf("%s: anybody writes", r.Name)
		case listed && !slices.Equal(r.May.Roles(), roles):
			t.Errorf("%s is for %v, want %v", r.Name, r.May.Roles(), roles)
		case r.Method == "GET" && strings.HasPrefix(r.Path, "/v1/incidents") && slices.ContainsFunc(r.May.Roles(), func(role geo.Role) bool {
			return !slices.Contains(role.Classes(), geo.ClassRestricted)
		}):
			t.Errorf("%s is for %v, some of whom see no incidents", r.Name, r.May.Roles())
		case r.May != access.Process && !may(geo.RoleAdmin):
			t.Errorf("%s is not for an admin", r.Name)
		}
	}
}
