package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
)

func credentialsAreKept(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	publish(t, s, Basic(t, 0, "board"), Towers(2))
	r := h.Reader(t, s)
	ctx := context.Background()
	local := geo.Actor{ID: "local", Role: geo.RoleAdmin}
	if all, _, err := s.Credentials(ctx); err != nil || len(all) != 0 {
		t.Fatalf("a new store has %v, %v", all, err)
	}
	wall := credential("wall")
	wall.Role, wall.Name, wall.Rate = geo.RoleWall, "大厅", 2.5
	desk := credential("desk")
	desk.Created = desk.Created.Add(time.Hour)
	desk.Expires = time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
	desk.Scope = geo.Scope{Subtree: "c1", Networks: []string{"basic", "towers"}, Classes: []geo.Class{geo.ClassPublic}}
	seen := map[int64]bool{}
	changed := func(what string) {
		t.Helper()
		for _, from := range []Store{s, r} {
			revision, err := from.CredentialsRevision(ctx)
			must(t, err)
			_, same, err := from.Credentials(ctx)
			must(t, err)
			if same != revision {
				t.Errorf("%s: the revision is %d, and %d", what, revision, same)
			}
			if from == r {
				if seen[revision] {
					t.Errorf("%s: the revision stayed %d", what, revision)
				}
				seen[revision] = true
			}
		}
	}
	changed("nothing yet")
	must(t, s.AddCredential(ctx, local, wall))
	changed("a key")
	must(t, s.AddCredential(ctx, local, desk))
	changed("another")
	all, _, err := r.Credentials(ctx)
	must(t, err)
	if d := cmp.Diff([]geo.Credential{wall, desk}, all); d != "" {
		t.Fatal(d)
	}
	session := credential("session")
	session.Kind, session.Of, session.Expires = geo.Session, "desk", time.Time{}
	must(t, s.AddCredential(ctx, geo.By("desk"), session))
	changed("a session")
	longer, shorter := session, session
	longer.ID, longer.Hash, longer.Expires = "longer", credential("longer").Hash, desk.Expires.Add(time.Hour)
	must(t, s.AddCredential(ctx, geo.By("desk"), longer))
	shorter.ID, shorter.Hash, shorter.Expires = "shorter", credential("shorter").Hash, desk.Expires.Add(-time.Minute)
	must(t, s.AddCredential(ctx, geo.By("desk"), shorter))
	must(t, s.RevokeCredential(ctx, local, "desk"))
	changed("a revocation")

	s = h.Reopen(t, s)
	all, _, err = s.Credentials(ctx)
	must(t, err)
	for _, c := range all {
		if over := c.ID != "wall"; over == c.Holds(time.Now()) {
			t.Errorf("%s lets in: %v", c.ID, !over)
		}
		if want := map[string]time.Time{"session": desk.Expires, "longer": desk.Expires, "shorter": shorter.Expires}[c.ID]; !want.IsZero() && !c.Expires.Equal(want) {
			t.Errorf("the session %s ends at %v, its key at %v", c.ID, c.Expires, desk.Expires)
		}
	}
	revision, err := s.CredentialsRevision(ctx)
	must(t, err)
	must(t, s.RevokeCredential(ctx, local, "desk"))
	if again, _ := s.CredentialsRevision(ctx); again != revision {
		t.Error("revoking what is revoked changed something")
	}
	var did []string
	for _, e := range wholeAudit(t, s) {
		if e.Act.Seq == 0 {
			did = append(did, e.Act.Actor+" "+e.Act.Do+" "+e.Act.Object)
		}
	}
	if d := cmp.Diff([]string{"local key.create wall", "local key.create desk", "desk session.open session", "desk session.open longer", "desk session.open shorter", "local key.revoke desk"}, did); d != "" {
		t.Error(d)
	}
}

func credentialsAreChecked(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	publish(t, s, withGrid(t, geo.Grid{Code: "c9", Network: "basic", Level: "community", Parent: "d"}), Towers(2))
	publish(t, s, Basic(t, 0, "board"))
	ctx := context.Background()
	newKey(t, s, "k0")
	over := credential("over")
	over.Expires = time.Now().Add(-time.Minute)
	must(t, s.AddCredential(ctx, geo.By("local"), over))
	of := func(id, key string) geo.Credential {
		c := credential(id)
		c.Kind, c.Of = geo.Session, key
		return c
	}
	with := func(change func(c *geo.Credential)) geo.Credential {
		c := credential("k1")
		change(&c)
		return c
	}
	audit := wholeAudit(t, s)
	_, revision, err := s.Credentials(ctx)
	must(t, err)
	for name, c := range map[string]struct {
		credential geo.Credential
		kind       geo.Kind
	}{
		"an id that is taken":       {credential("k0"), geo.Conflict},
		"a secret that is taken":    {with(func(c *geo.Credential) { c.Hash = credential("k0").Hash }), geo.Conflict},
		"no id":                     {with(func(c *geo.Credential) { c.ID = "" }), geo.Invalid},
		"no secret":                 {with(func(c *geo.Credential) { c.Hash = [32]byte{} }), geo.Invalid},
		"no kind":                   {with(func(c *geo.Credential) { c.Kind = "" }), geo.Invalid},
		"no role":                   {with(func(c *geo.Credential) { c.Role = "king" }), geo.Invalid},
		"a rate below 0":            {with(func(c *geo.Credential) { c.Rate = -1 }), geo.Invalid},
		"no class":                  {with(func(c *geo.Credential) { c.Scope.Classes = []geo.Class{"secret"} }), geo.Invalid},
		"a class above the role's":  {with(func(c *geo.Credential) { c.Role, c.Scope.Classes = geo.RoleViewer, []geo.Class{geo.ClassInternal} }), geo.Invalid},
		"an empty list of classes":  {with(func(c *geo.Credential) { c.Scope.Classes = []geo.Class{} }), geo.Invalid},
		"an empty list of networks": {with(func(c *geo.Credential) { c.Scope.Networks = []string{} }), geo.Invalid},
		"no network":                {with(func(c *geo.Credential) { c.Scope.Networks = []string{"basic", "sewers"} }), geo.Invalid},
		"no area":                   {with(func(c *geo.Credential) { c.Scope.Subtree = "c7" }), geo.Invalid},
		"an area that is gone":      {with(func(c *geo.Credential) { c.Scope.Subtree = "c9" }), geo.Invalid},
		"an area of another kind":   {with(func(c *geo.Credential) { c.Scope.Subtree = "t01" }), geo.Invalid},
		"a session of an old key":   {of("s1", "over"), geo.Denied},
	} {
		want(t, name, s.AddCredential(ctx, geo.By("local"), c.credential), c.kind)
	}
	want(t, "revoking nothing", s.RevokeCredential(ctx, geo.By("local"), "k7"), geo.NotFound)
	if d := cmp.Diff(audit, wholeAudit(t, s)); d != "" {
		t.Errorf("refusals are in the audit: %s", d)
	}
	if now, err := s.CredentialsRevision(ctx); err != nil || now != revision {
		t.Errorf("refusals changed the revision: %d, %d, %v", revision, now, err)
	}
	must(t, s.RevokeCredential(ctx, geo.By("local"), "k0"))
	want(t, "a session of a revoked key", s.AddCredential(ctx, geo.By("k0"), of("s2", "k0")), geo.Denied)
	must(t, s.AddCredential(ctx, geo.By("token"), of("s3", "somebody's token")))
	r := h.Reader(t, s)
	want(t, "a key through a reader", r.AddCredential(ctx, geo.By("local"), credential("k8")), geo.Unavailable)
	want(t, "revoking through a reader", r.RevokeCredential(ctx, geo.By("local"), "k0"), geo.Unavailable)
}

// oldSessionsAreForgotten opens sessions that are long over: they do not gather,
// and keys are never forgotten.
func oldSessionsAreForgotten(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	old := credential("k0")
	old.Expires = time.Now().Add(-1000 * time.Hour)
	must(t, s.AddCredential(ctx, geo.By("local"), old))
	for id, age := range map[string]time.Duration{"long": 30 * time.Hour, "lately": time.Hour, "open": -time.Hour} {
		c := credential(id)
		c.Kind, c.Of, c.Expires = geo.Session, "a token", time.Now().Add(-age)
		must(t, s.AddCredential(ctx, geo.By("x"), c))
	}
	last := credential("last")
	last.Kind = geo.Session
	must(t, s.AddCredential(ctx, geo.By("x"), last))
	all, _, err := s.Credentials(ctx)
	must(t, err)
	got := map[string]bool{}
	for _, c := range all {
		got[c.ID] = true
	}
	if d := cmp.Diff(map[string]bool{"k0": true, "lately": true, "open": true, "last": true}, got); d != "" {
		t.Error(d)
	}
}

// otherRulesEndSessions changes the scheme: sessions that were opened with a token
// end when it says something else of tokens, and no others.
func otherRulesEndSessions(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	newKey(t, s, "k0")
	open := func(id, of string, lasts time.Duration) {
		c := credential(id)
		c.Kind, c.Of, c.Expires = geo.Session, of, time.Now().Add(lasts)
		must(t, s.AddCredential(ctx, geo.By(of), c))
	}
	holding := func() (ids []string) {
		all, _, err := h.Reader(t, s).Credentials(ctx)
		must(t, err)
		for _, c := range all {
			if c.Holds(time.Now()) {
				ids = append(ids, c.ID)
			}
		}
		slices.Sort(ids)
		return ids
	}
	issuer := func(role geo.Role) geo.Scheme {
		scheme := Scheme()
		scheme.Access = &geo.Access{OIDC: &geo.OIDC{Issuer: "https://a.example.org", ClientID: "onegrid", Rules: []geo.TokenRule{{Claim: "groups", Value: "desk", Role: role}}}}
		return scheme
	}
	renamed := issuer(geo.RoleViewer)
	renamed.Name = geo.Plain("another name")
	open("of a key", "k0", time.Hour)
	open("of this machine", "local", time.Hour)
	for i, c := range []struct {
		name   string
		scheme geo.Scheme
		ended  any // as the audit tells it; nil where nothing changed for tokens
	}{
		{"an issuer where there was none", issuer(geo.RoleOperator), 2.0},
		{"another role", issuer(geo.RoleViewer), 2.0},
		{"another name of the city", renamed, nil},
		{"no issuer", Scheme(), 4.0}, // those that went on, too
	} {
		open(fmt.Sprint("a", i), geo.SignedIn+"somebody", time.Hour)
		open(fmt.Sprint("b", i), geo.SignedIn+"another", time.Hour)
		open(fmt.Sprint("c", i), geo.SignedIn+"another", -time.Hour)
		before := holding()
		_, revision, err := s.Credentials(ctx)
		must(t, err)
		_, err = s.SetScheme(ctx, geo.By("it"), c.scheme)
		must(t, err)
		want := []string{"k0", "of a key", "of this machine"}
		if c.ended == nil {
			want = before
		}
		if d := cmp.Diff(want, holding()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if now, err := s.CredentialsRevision(ctx); err != nil || (now != revision) != (c.ended != nil) {
			t.Errorf("%s: the revision is %d after %d, %v", c.name, now, revision, err)
		}
		audit := wholeAudit(t, s)
		if act := audit[len(audit)-1].Act; act.Do != "scheme.set" || act.Actor != "it" || act.Detail["sessions"] != c.ended {
			t.Errorf("%s: the audit has %+v", c.name, act)
		}
	}
}

// secretIsOne asks for the deployment's secret from each side.
func secretIsOne(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	secret, err := s.ProcessSecret(ctx)
	must(t, err)
	r, err := h.Reader(t, s).ProcessSecret(ctx)
	must(t, err)
	again, err := h.Reopen(t, s).ProcessSecret(ctx)
	must(t, err)
	other, err := h.Create(t, Scheme()).ProcessSecret(ctx)
	must(t, err)
	if len(secret) < 32 || r != secret || again != secret || other == secret {
		t.Errorf("%q, %q, %q, and of another store %q", secret, r, again, other)
	}
}
