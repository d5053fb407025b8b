package access

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"onegrid/geo"
	"onegrid/geo/coverage"
	"onegrid/geo/lattice"
	"onegrid/geo/storetest"
	"onegrid/geo/world"
)

// board is the test city: a district d with communities c0 (the southern half) and
// c1, fields below them, a tower with stacked grids in the field g0000, and schools
// with a district each in g0000 and g0203.
func board(t *testing.T) *world.World {
	t.Helper()
	basic, towers := storetest.Basic(t, 0, "board"), storetest.Towers(3)
	exclusive := geo.Network{ID: "schools", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "school"}}}
	scheme := storetest.Scheme()
	scheme.Networks = append(scheme.Networks, exclusive)
	scheme.Access = &geo.Access{Persons: &geo.Persons{Fields: []string{"staff_no"}}}
	schools := storetest.Published(t, exclusive,
		[]geo.Grid{{Code: "s0000", Network: "schools", Level: "school"}, {Code: "s0203", Network: "schools", Level: "school"}},
		[]coverage.Shape{{Code: "s0000", Shape: yard(0, 0)}, {Code: "s0203", Shape: yard(2, 3)}})
	part := func(p geo.Publication) world.Part {
		c, err := coverage.Decode(p.Chunks)
		if err != nil {
			t.Fatal(err)
		}
		return world.Part{ID: p.Network, Coverage: c, Grids: p.Grids}
	}
	incident := storetest.Incident(storetest.At(0, 0, 0, 0))
	incident.Network = "basic"
	w, err := world.New(world.Parts{
		Seq: 1, Scheme: scheme, Edition: geo.Edition{ID: 1},
		Networks:  []world.Part{part(basic), {ID: "towers", Grids: towers.Grids}, part(schools)},
		Buildings: []geo.Building{storetest.Building("b0", storetest.At(0, 0, 0, 0), 10)},
		Devices:   []geo.Device{storetest.Camera("cam", storetest.At(0, 0, 0, 0), "ok")},
		Incidents: []geo.Incident{incident},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// yard is a square in the middle of a field.
func yard(x, y int) lattice.MultiPolygon {
	const r = storetest.Step / 4
	return lattice.MultiPolygon{{{storetest.At(x, y, -r, -r), storetest.At(x, y, r, -r), storetest.At(x, y, r, r), storetest.At(x, y, -r, r)}}}
}

func callerOf(role geo.Role, scope geo.Scope) *Caller {
	c := geo.Credential{ID: "k", Role: role, Scope: scope}
	return &Caller{Credential: c, role: bitOf(role), sees: SetOf(c.Sees()...)}
}

// chainOf lists an area's code and all above it, by the records alone.
func chainOf(n *world.Network, code string) (out []string) {
	for code != "" {
		i := slices.IndexFunc(n.Grids, func(g geo.Grid) bool { return g.Code == code })
		if i < 0 {
			return out
		}
		out, code = append(out, code), n.Grids[i].Parent
	}
	return out
}

// Every scope meets every area and many places, and the view says what the records
// do.
func TestViewsShowTheirSubtree(t *testing.T) {
	w := board(t)
	basic, towers := w.Basic(), w.Network("towers")
	chance := rand.New(rand.NewPCG(1, 2))
	for _, top := range []string{"", "d", "c0", "c1", "g0000", "g0203", "gone"} {
		for _, networks := range [][]string{nil, {"basic"}, {"towers"}, {"basic", "towers"}, {"schools"}} {
			v := callerOf(geo.RoleAdmin, geo.Scope{Subtree: top, Networks: networks}).On(w)
			name := fmt.Sprintf("subtree %q, networks %v", top, networks)
			allows := func(id string) bool { return networks == nil || slices.Contains(networks, id) }
			within := func(code string) bool { return top == "" || slices.Contains(chainOf(basic, code), top) }
			for i := range basic.Grids {
				code := basic.Grids[i].Code
				want := allows("basic") && (within(code) || slices.Contains(chainOf(basic, top), code))
				if got := v.Area(basic, int32(i)); got != want {
					t.Errorf("%s: %s is seen: %v", name, code, got)
				}
				if got := v.InSubtree(int32(i)); got != within(code) {
					t.Errorf("%s: %s is in it: %v", name, code, got)
				}
				if got := v.Figures(int32(i)) != nil; got != within(code) {
					t.Errorf("%s: %s has figures: %v", name, code, got)
				}
				if got := v.Object(geo.Sites, int32(i)); got != within(code) {
					t.Errorf("%s: what lies in %s is seen: %v", name, code, got)
				}
				if got := v.Holds(chainOf(basic, code)); got != within(code) {
					t.Errorf("%s: holds %s: %v", name, code, got)
				}
			}
			for i := range towers.Grids { // of the tower in g0000
				if got, want := v.Area(towers, int32(i)), allows("towers") && within("g0000"); got != want {
					t.Errorf("%s: %s is seen: %v", name, towers.Grids[i].Code, got)
				}
			}
			for _, school := range w.Network("schools").Grids {
				area, _ := w.Network("schools").Find(school.Code)
				if got, want := v.Area(w.Network("schools"), area), allows("schools") && within("g"+school.Code[1:]); got != want {
					t.Errorf("%s: %s is seen: %v", name, school.Code, got)
				}
			}
			for range 200 {
				x, y := chance.IntN(storetest.Side+2)-1, chance.IntN(storetest.Side+2)-1 // one beyond, too
				p := storetest.At(x, y, chance.IntN(storetest.Step-1)-storetest.Step/2+1, chance.IntN(storetest.Step-1)-storetest.Step/2+1)
				want := top == "" || within(storetest.GridCode(x, y)) && x >= 0 && y >= 0 && x < storetest.Side && y < storetest.Side
				if got := v.At(p); got != want {
					t.Fatalf("%s: %v in field %d %d is in it: %v", name, p, x, y, got)
				}
				if err := v.Answers(basic.AreaAt(p), p); (err == nil) != (want && allows("basic")) || err != nil && geo.KindOf(err) != geo.Denied {
					t.Fatalf("%s: asked whose %v is: %v", name, p, err)
				}
				in := geo.Incident{Point: p, Network: "basic"}
				if got := v.Incident(&in); got != (want && allows("basic")) {
					t.Fatalf("%s: an incident at %v is seen: %v", name, p, got)
				}
			}
			if got, want := v.Free(), top == "" && networks == nil; got != want {
				t.Errorf("%s: free: %v", name, got)
			}
			for id, want := range map[string]bool{"basic": allows("basic"), "towers": allows("towers"), "schools": allows("schools")} {
				if got := v.Scheme().Network(id) != nil; got != want {
					t.Errorf("%s: the scheme shows %s: %v", name, id, got)
				}
			}
		}
	}
}

// Who may come in is for an admin of the whole city to know.
func TestTheSchemeTellsAdminsWhoMayComeIn(t *testing.T) {
	w := board(t)
	for _, role := range geo.Roles {
		for _, scope := range []geo.Scope{{}, {Subtree: "d"}, {Networks: []string{"basic"}}} {
			v := callerOf(role, scope).On(w)
			want := role == geo.RoleAdmin && scope.Subtree == "" && scope.Networks == nil
			if got := v.Scheme().Access != nil; got != want || v.Admin() != want {
				t.Errorf("%s of %+v: it is told: %v", role, scope, got)
			}
		}
	}
	if w.Scheme().Access == nil {
		t.Error("the world's scheme was changed")
	}
}

// What is above the classes of a caller is absent.
func TestViewsShowTheirClasses(t *testing.T) {
	w := board(t)
	in, _ := w.Incidents().ByID(1)
	for _, role := range geo.Roles {
		for _, classes := range [][]geo.Class{nil, {geo.ClassPublic}, {geo.ClassPublic, geo.ClassInternal}, {geo.ClassRestricted}} {
			c := callerOf(role, geo.Scope{Classes: classes})
			v := c.On(w)
			sees := func(class geo.Class) bool {
				return slices.Contains(role.Classes(), class) && (classes == nil || slices.Contains(classes, class))
			}
			name := fmt.Sprintf("%s with %v", role, classes)
			f := v.Figures(0)
			if (f.Devices != nil) != sees(geo.ClassInternal) || (f.Cameras != nil) != sees(geo.ClassInternal) || (f.Open != nil) != sees(geo.ClassRestricted) || f.Buildings != 1 {
				t.Errorf("%s: figures %+v", name, f)
			}
			for layer, class := range map[geo.Layer]geo.Class{geo.GridsOf("basic"): geo.ClassPublic, geo.Buildings: geo.ClassPublic,
				geo.Posts: geo.ClassInternal, geo.Devices: geo.ClassInternal, geo.Incidents: geo.ClassRestricted} {
				if v.Layer(layer) != sees(class) || v.Object(layer, 0) != sees(class) || (v.Must(layer) == nil) != sees(class) {
					t.Errorf("%s: %s", name, layer)
				}
			}
			if got := v.Incident(in); got != sees(geo.ClassRestricted) {
				t.Errorf("%s: an incident is seen: %v", name, got)
			}
			if got := v.Area(w.Basic(), 0); got != sees(geo.ClassPublic) {
				t.Errorf("%s: the district is seen: %v", name, got)
			}
		}
	}
}

// A post is told with what it answers for in the subtree, a camera with what it
// sees only to who sees that class. The objects themselves stay as they are.
func TestViewsCutObjects(t *testing.T) {
	w := board(t)
	post := &geo.Post{Code: "p", Areas: []string{"g0000", "g0203", "c1", "t01", "s0203", "gone"}, Units: []string{"b0", "b9"}}
	camera, _ := w.Devices().ByCode("cam")
	for _, c := range []struct {
		role  geo.Role
		scope geo.Scope
		areas string // what is left; "nil" for no post
		sees  bool
	}{
		{geo.RoleAdmin, geo.Scope{}, "[g0000 g0203 c1 t01 s0203 gone] [b0 b9]", true},
		{geo.RoleService, geo.Scope{}, "[g0000 g0203 c1 t01 s0203 gone] [b0 b9]", false},
		{geo.RoleViewer, geo.Scope{}, "nil", false},
		{geo.RoleOperator, geo.Scope{Subtree: "c0"}, "[g0000 t01] [b0]", true},
		{geo.RoleOperator, geo.Scope{Subtree: "c1"}, "[g0203 c1 s0203] []", true},
		{geo.RoleOperator, geo.Scope{Subtree: "g0203"}, "[g0203 s0203] []", true},
		{geo.RoleOperator, geo.Scope{Subtree: "g0100"}, "nil", true},
		{geo.RoleOperator, geo.Scope{Networks: []string{"basic"}}, "[g0000 g0203 c1] [b0 b9]", true},
		{geo.RoleOperator, geo.Scope{Networks: []string{"schools"}}, "[s0203] [b0 b9]", true},
		{geo.RoleOperator, geo.Scope{Subtree: "c1", Networks: []string{"schools"}}, "[s0203] []", true},
		{geo.RoleOperator, geo.Scope{Subtree: "c0", Networks: []string{"schools"}}, "[] [b0]", true},
	} {
		v := callerOf(c.role, c.scope).On(w)
		got := "nil"
		if p := v.Post(post); p != nil {
			got = fmt.Sprint(p.Areas, p.Units)
		}
		if got != c.areas {
			t.Errorf("%s of %q: the post answers for %s, want %s", c.role, c.scope.Subtree, got, c.areas)
		}
		if got := v.Device(camera).View != nil; got != c.sees {
			t.Errorf("%s: what the camera sees is told: %v", c.role, got)
		}
	}
	if len(post.Areas) != 6 || len(post.Units) != 2 || camera.View == nil {
		t.Error("the objects were changed")
	}
}

func TestTheZeroViewSeesNothing(t *testing.T) {
	w := board(t)
	var v View
	if v.Free() || v.Whole() || v.Admin() || v.Sees(geo.ClassPublic) || v.Network("basic") || v.Area(w.Basic(), 0) || v.At(storetest.At(0, 0, 0, 0)) ||
		v.Holds([]string{""}) || v.Networks() == nil || v.Answers(0, storetest.At(0, 0, 0, 0)) == nil || v.Object(geo.Sites, 0) {
		t.Error("it sees something")
	}
}

// Who writes is judged by role and scope. Reports need not be seen by who makes
// them.
func TestActorsWriteWithinTheirScope(t *testing.T) {
	chain := []string{"g0000", "c0", "d"}
	incident := geo.Subject{Layer: geo.Incidents, Network: "basic", Chains: [][]string{chain}}
	grids := geo.Subject{Layer: geo.GridsOf("basic"), Network: "basic", Chains: [][]string{chain, {"g0203", "c1", "d"}}}
	whole := geo.Subject{Layer: geo.Buildings, Whole: true}
	scheme := geo.Subject{Layer: geo.Scheming, Whole: true}
	public := []geo.Class{geo.ClassPublic}
	for _, c := range []struct {
		name    string
		role    geo.Role
		scope   geo.Scope
		subject geo.Subject
		allowed bool
	}{
		{"a member reports in its part", geo.RoleMember, geo.Scope{Subtree: "c0"}, incident, true},
		{"and not elsewhere", geo.RoleMember, geo.Scope{Subtree: "c1"}, incident, false},
		{"nor outside the city", geo.RoleMember, geo.Scope{Subtree: "c0"}, geo.Subject{Layer: geo.Incidents, Network: "basic"}, false},
		{"a service of the public class reports", geo.RoleService, geo.Scope{Classes: public}, incident, true},
		{"an operator whose key leaves incidents out closes none", geo.RoleOperator, geo.Scope{Classes: public}, incident, false},
		{"of another network", geo.RoleOperator, geo.Scope{Networks: []string{"towers"}}, incident, false},
		{"of this network", geo.RoleOperator, geo.Scope{Networks: []string{"basic"}}, incident, true},
		{"a grid that leaves the subtree", geo.RoleApprover, geo.Scope{Subtree: "c0"}, grids, false},
		{"and within what is above both", geo.RoleApprover, geo.Scope{Subtree: "d"}, grids, true},
		{"a whole layer", geo.RoleAdmin, geo.Scope{}, whole, true},
		{"a whole layer, from a part", geo.RoleAdmin, geo.Scope{Subtree: "d"}, whole, false},
		{"a whole layer, from some networks", geo.RoleAdmin, geo.Scope{Networks: []string{"basic"}}, whole, false},
		{"the scheme and keys", geo.RoleAdmin, geo.Scope{}, scheme, true},
		{"the scheme and keys, from some networks", geo.RoleAdmin, geo.Scope{Networks: []string{"basic", "towers"}}, scheme, false},
		{"the scheme and keys, from some classes", geo.RoleAdmin, geo.Scope{Classes: public}, scheme, false},
		{"all grids of a network of one's own", geo.RoleAdmin, geo.Scope{Networks: []string{"basic"}}, geo.Subject{Layer: geo.GridsOf("basic"), Network: "basic", Whole: true}, true},
	} {
		err := callerOf(c.role, c.scope).Actor().Allowed(c.subject)
		if (err == nil) != c.allowed || err != nil && geo.KindOf(err) != geo.Denied {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
