package access

import (
	"slices"
	"testing"

	"onegrid/geo"
)

// asRole is a caller of a role.
func asRole(role geo.Role) *Caller { return newCaller(geo.Credential{Role: role}, nil) }

func TestRightsAdmit(t *testing.T) {
	all := geo.Roles
	bulk := []geo.Role{geo.RoleService, geo.RoleAdmin}
	for name, c := range map[string]struct {
		right   Right
		roles   []geo.Role
		unnamed bool
		process bool
	}{
		"nothing":            {Right{}, nil, false, false},
		"everyone":           {Everyone, all, true, true},
		"whoever is named":   {Named, all, false, false},
		"some":               {Only(bulk...), bulk, false, false},
		"nobody":             {Only(), nil, false, false},
		"all but some":       {Named.Except(geo.RoleViewer, geo.RoleWall), all[2:], false, false},
		"some but those":     {Only(bulk...).Except(bulk...), nil, false, false},
		"the other program":  {Process, nil, false, true},
		"an admin who is in": {Only(geo.RoleAdmin), []geo.Role{geo.RoleAdmin}, false, false},
	} {
		for _, role := range all {
			if got := c.right.Admits(asRole(role)); got != slices.Contains(c.roles, role) {
				t.Errorf("%s, %s: %v", name, role, got)
			}
		}
		if got := c.right.Admits(nil); got != c.unnamed || c.right.Unnamed() != c.unnamed {
			t.Errorf("%s, nobody: %v", name, got)
		}
		if got := c.right.Admits(process); got != c.process {
			t.Errorf("%s, the other program: %v", name, got)
		}
		if got := c.right.Admits(Local()); got != slices.Contains(c.roles, geo.RoleAdmin) {
			t.Errorf("%s, everybody of this machine: %v", name, got)
		}
		if got := c.right.Roles(); !slices.Equal(got, c.roles) {
			t.Errorf("%s lists %v", name, got)
		}
		if c.right.Admits(asRole("king")) != c.unnamed {
			t.Errorf("%s: a role that there is not", name)
		}
	}
}

func TestATableNamesRolesThatThereAre(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a role that there is not was taken")
		}
	}()
	Only("king")
}

// What is written is judged as it then is, by place, network and class.
func TestActorsMayWriteWithinTheirScope(t *testing.T) {
	chains := func(codes ...[]string) [][]string { return codes }
	in, out := []string{"g1", "c1", "s1"}, []string{"g9", "c9", "s1"}
	for name, c := range map[string]struct {
		role    geo.Role
		scope   geo.Scope
		subject geo.Subject
		want    bool
	}{
		"without a scope":                {geo.RoleAdmin, geo.Scope{}, geo.Subject{Layer: geo.Scheming, Whole: true}, true},
		"in the subtree":                 {geo.RoleOperator, geo.Scope{Subtree: "c1"}, geo.Subject{Layer: geo.Incidents, Chains: chains(in)}, true},
		"the subtree itself":             {geo.RoleOperator, geo.Scope{Subtree: "g1"}, geo.Subject{Layer: geo.Incidents, Chains: chains(in)}, true},
		"beside it":                      {geo.RoleOperator, geo.Scope{Subtree: "c1"}, geo.Subject{Layer: geo.Incidents, Chains: chains(out)}, false},
		"above it":                       {geo.RoleOperator, geo.Scope{Subtree: "c1"}, geo.Subject{Layer: geo.Incidents, Chains: chains([]string{"s1"})}, false},
		"from within to beside":          {geo.RoleApprover, geo.Scope{Subtree: "c1"}, geo.Subject{Layer: geo.GridsOf("basic"), Chains: chains(in, out)}, false},
		"outside of all":                 {geo.RoleOperator, geo.Scope{Subtree: "c1"}, geo.Subject{Layer: geo.Incidents, Chains: chains(nil)}, false},
		"nowhere":                        {geo.RoleOperator, geo.Scope{Subtree: "c1"}, geo.Subject{Layer: geo.Incidents}, false},
		"the whole layer":                {geo.RoleAdmin, geo.Scope{Subtree: "s1"}, geo.Subject{Layer: geo.Buildings, Whole: true, Chains: chains(in)}, false},
		"its network":                    {geo.RoleAdmin, geo.Scope{Networks: []string{"basic"}}, geo.Subject{Layer: geo.GridsOf("basic"), Network: "basic"}, true},
		"another network":                {geo.RoleAdmin, geo.Scope{Networks: []string{"basic"}}, geo.Subject{Layer: geo.GridsOf("schools"), Network: "schools"}, false},
		"of a class that it sees":        {geo.RoleAdmin, geo.Scope{Classes: []geo.Class{geo.ClassPublic}}, geo.Subject{Layer: geo.Buildings, Whole: true}, true},
		"of a class that it does not":    {geo.RoleAdmin, geo.Scope{Classes: []geo.Class{geo.ClassPublic}}, geo.Subject{Layer: geo.Devices, Whole: true}, false},
		"of the next class, and no more": {geo.RoleAdmin, geo.Scope{Classes: geo.Classes[:2]}, geo.Subject{Layer: geo.Incidents}, false},
	} {
		caller := newCaller(geo.Credential{ID: "k", Role: c.role, Scope: c.scope}, nil)
		err := caller.Actor().Allowed(c.subject)
		if (err == nil) != c.want || err != nil && geo.KindOf(err) != geo.Denied {
			t.Errorf("%s: %v", name, err)
		}
		if a := caller.Actor(); a.ID != "k" || a.Role != c.role {
			t.Errorf("%s: it writes as %s %s", name, a.ID, a.Role)
		}
	}
}

func TestClasses(t *testing.T) {
	for name, c := range map[string]struct {
		of   geo.Credential
		want string
	}{
		"an operator":                 {geo.Credential{Role: geo.RoleOperator}, "public+internal+restricted"},
		"a planner":                   {geo.Credential{Role: geo.RolePlanner}, "public+internal"},
		"a viewer":                    {geo.Credential{Role: geo.RoleViewer}, "public"},
		"an operator who is narrowed": {geo.Credential{Role: geo.RoleOperator, Scope: geo.Scope{Classes: []geo.Class{geo.ClassRestricted}}}, "restricted"},
		"a viewer who would see more": {geo.Credential{Role: geo.RoleViewer, Scope: geo.Scope{Classes: geo.Classes}}, "public"},
		"one who sees nothing":        {geo.Credential{Role: geo.RoleAdmin, Scope: geo.Scope{Classes: []geo.Class{}}}, ""},
		"a role that there is not":    {geo.Credential{Role: "king"}, ""},
	} {
		if got := newCaller(c.of, nil).Classes().String(); got != c.want {
			t.Errorf("%s sees %q, want %q", name, got, c.want)
		}
	}
}

func TestEveryLayerHasAClass(t *testing.T) {
	for layer, want := range map[geo.Layer]geo.Class{
		geo.Base: geo.ClassPublic, geo.Estates: geo.ClassPublic, geo.Buildings: geo.ClassPublic, geo.Sites: geo.ClassPublic,
		geo.GridsOf("basic"): geo.ClassPublic, "grids": geo.ClassPublic, geo.Scheming: geo.ClassPublic,
		geo.Devices: geo.ClassInternal, geo.Posts: geo.ClassInternal,
		geo.Incidents: geo.ClassRestricted, "plans": geo.ClassRestricted, "": geo.ClassRestricted,
	} {
		if got := ClassOf(layer); got != want {
			t.Errorf("%q is %s, want %s", layer, got, want)
		}
	}
}

func TestSecretsAreNobodysGuess(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id, text, hash := NewSecret()
		if seen[id] || seen[text] || hash != Hash(text) || len(text) != len("onegrid_")+10+1+52 || text[8:18] != id {
			t.Fatalf("%s %s", id, text)
		}
		seen[id], seen[text] = true, true
	}
}
