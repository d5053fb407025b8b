package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onegrid/geo"
	"onegrid/geo/record"
)

// asked is an actor who notes what it is asked about, and answers alike each time.
func asked(answer error) (geo.Actor, *[]geo.Subject) {
	var all []geo.Subject
	return geo.Actor{ID: "k1", Role: geo.RolePlanner, May: func(s geo.Subject) error {
		all = append(all, s)
		return answer
	}}, &all
}

// refusalsWriteNothing lets an actor who may do nothing try everything.
func refusalsWriteNothing(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	fillCity(t, s)
	ctx := context.Background()
	open, _, _, err := s.OpenIncident(ctx, geo.By("x"), Incident(At(0, 0, 0, 0)), "mine")
	must(t, err)
	closed, _, _, err := s.OpenIncident(ctx, geo.By("x"), Incident(At(0, 0, 0, 0)), "")
	must(t, err)
	_, err = s.CloseIncident(ctx, geo.By("x"), closed.ID)
	must(t, err)
	key := newKey(t, s, "k0")
	by, subjects := asked(geo.Errorf(geo.Denied, "no"))
	concerned := map[string]geo.Subject{ // of those that hang in no chain
		"load": {Layer: geo.Sites, Whole: true}, "put": {Layer: geo.Sites}, "delete": {Layer: geo.Sites},
		"scheme": {Layer: geo.Scheming, Whole: true}, "key": {Layer: geo.Scheming, Whole: true}, "revoke": {Layer: geo.Scheming, Whole: true},
	}
	for name, write := range map[string]func() error{
		"open":         func() error { _, _, _, err := s.OpenIncident(ctx, by, Incident(At(1, 1, 0, 0)), ""); return err },
		"open again":   func() error { _, _, _, err := s.OpenIncident(ctx, by, Incident(At(0, 0, 0, 0)), "mine"); return err },
		"close":        func() error { _, err := s.CloseIncident(ctx, by, open.ID); return err },
		"close again":  func() error { _, err := s.CloseIncident(ctx, by, closed.ID); return err },
		"publish":      func() error { _, err := s.Publish(ctx, by, "", []geo.Publication{Basic(t, 300, "board")}); return err },
		"publish same": func() error { _, err := s.Publish(ctx, by, "", []geo.Publication{Basic(t, 0, "board")}); return err },
		"load":         func() error { return s.Load(ctx, by, record.Objects{Layer: geo.Sites}) },
		"put": func() error {
			_, err := s.Put(ctx, by, record.Objects{Layer: geo.Sites, Sites: []geo.Site{{Code: "s1", Kind: "merchant", Point: At(0, 0, 0, 0)}}})
			return err
		},
		"delete": func() error { _, err := s.Delete(ctx, by, geo.Sites, "s0"); return err },
		"scheme": func() error { _, err := s.SetScheme(ctx, by, Scheme()); return err },
		"key":    func() error { return s.AddCredential(ctx, by, credential("k9")) },
		"revoke": func() error { return s.RevokeCredential(ctx, by, key.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			*subjects = nil
			audit := wholeAudit(t, s)
			all, revision, err := s.Credentials(ctx)
			must(t, err)
			unchanged(t, s, func() { want(t, name, write(), geo.Denied) })
			if d := cmp.Diff(audit, wholeAudit(t, s)); d != "" {
				t.Errorf("the audit changed: %s", d)
			}
			now, at, err := s.Credentials(ctx)
			must(t, err)
			if d := cmp.Diff(all, now); d != "" || at != revision {
				t.Errorf("the credentials changed: %s", d)
			}
			if len(*subjects) != 1 {
				t.Fatalf("asked %d times", len(*subjects))
			}
			if concerns, is := concerned[name]; is {
				if d := cmp.Diff(concerns, (*subjects)[0]); d != "" {
					t.Error(d)
				}
			}
		})
	}
	for _, nobody := range []func() error{
		func() error { return s.Load(ctx, geo.Actor{}, record.Objects{Layer: geo.Sites}) },
		func() error { _, err := s.CloseIncident(ctx, geo.Actor{}, open.ID); return err },
		func() error { return s.AddCredential(ctx, geo.Actor{}, credential("k9")) },
		func() error { return s.RevokeCredential(ctx, geo.Actor{}, key.ID) },
	} {
		unchanged(t, s, func() { want(t, "a write by nobody", nobody(), geo.Internal) })
	}
}

// incidentsAreJudgedAsTheyHang moves a grid to another community: whoever reports
// or closes there is judged by where it hangs now, whatever the report says.
func incidentsAreJudgedAsTheyHang(t *testing.T, h Harness) {
	s := h.Create(t, Scheme())
	ctx := context.Background()
	publish(t, s, Basic(t, 0, "board"), Towers(3))
	owned := func(owner, grid, network string) geo.Incident {
		in := Incident(At(0, 0, 5, 7))
		in.Owner, in.Grid, in.Network = owner, grid, network
		return in
	}
	var by geo.Actor
	by, subjects := asked(nil)
	is := func(network string, chain ...string) {
		t.Helper()
		want := geo.Subject{Layer: geo.Incidents, Network: network}
		if chain != nil {
			want.Chains = [][]string{chain}
		}
		if d := cmp.Diff([]geo.Subject{want}, *subjects); d != "" {
			t.Error(d)
		}
		*subjects = nil
	}
	in, _, _, err := s.OpenIncident(ctx, by, owned("g0000", "g0000", "basic"), "")
	must(t, err)
	is("basic", "g0000", "c0", "d")
	_, _, _, err = s.OpenIncident(ctx, by, owned("c0", "g0000", "basic"), "")
	must(t, err)
	is("basic", "c0", "d")
	_, _, _, err = s.OpenIncident(ctx, by, owned("t01", "g0000", "towers"), "")
	must(t, err)
	is("towers", "g0000", "c0", "d") // subtrees are of the basic network
	_, _, _, err = s.OpenIncident(ctx, by, owned("", "", ""), "")
	must(t, err)
	is("")
	_, _, _, err = s.OpenIncident(ctx, by, owned("nowhere", "", "basic"), "")
	must(t, err)
	is("basic")

	publish(t, s, rehung(t, "g0000", "c1"))
	_, err = s.CloseIncident(ctx, by, in.ID)
	must(t, err)
	is("basic", "g0000", "c1", "d")
	gone, _, _, err := s.OpenIncident(ctx, by, owned("t02", "", "towers"), "")
	must(t, err)
	is("towers", "t02")
	publish(t, s, Towers(1))
	_, err = s.CloseIncident(ctx, by, gone.ID)
	must(t, err)
	is("towers", "t02") // where it hung last
}

// publicationsAreJudgedByWhatChanges publishes editions that differ in one thing
// each.
func publicationsAreJudgedByWhatChanges(t *testing.T, h Harness) {
	chain := func(text string) []string { return strings.Split(text, "<") }
	said := func(codes ...string) func([][]byte) ([]string, error) {
		return func([][]byte) ([]string, error) { return codes, nil }
	}
	renamed := Basic(t, 0, "board")
	renamed.Grids = slices.Clone(renamed.Grids)
	named(renamed.Grids, "g0101").Name = geo.Plain("harbour")
	lowered := Basic(t, 0, "board")
	lowered.Grids = slices.Clone(lowered.Grids)
	named(lowered.Grids, "c1").Level = "grid"
	bent := Basic(t, 300, "board")
	bent.Reshaped = said("g0000", "g0001", "g0100", "g0101")
	inner := rehung(t, "g0000", "c1")
	inner.Reshaped = said()
	top := withGrid(t, geo.Grid{Code: "d2", Network: "basic", Level: "district"})
	top.Reshaped = said()
	fewer := withGrid(t, geo.Grid{Code: "c9", Network: "basic", Level: "community", Parent: "d"})
	fewer.Reshaped = said()
	for name, c := range map[string]struct {
		before, after geo.Publication
		whole         bool
		chains        [][]string
	}{
		"nothing":         {Basic(t, 0, "board"), Basic(t, 0, "board"), false, nil},
		"a name":          {Basic(t, 0, "board"), renamed, false, [][]string{chain("g0101<c0<d")}},
		"another level":   {Basic(t, 0, "board"), lowered, false, [][]string{chain("c1<d"), chain("d")}},
		"the top's name":  {Basic(t, 0, "board"), Basic(t, 0, "city"), false, [][]string{{"d"}}},
		"some are drawn":  {Basic(t, 0, "board"), bent, false, [][]string{chain("g0000<c0<d"), chain("g0001<c0<d"), chain("g0100<c0<d"), chain("g0101<c0<d")}},
		"hangs elsewhere": {Basic(t, 0, "board"), inner, false, [][]string{chain("c0<d"), chain("c1<d"), chain("g0000<c0<d"), chain("g0000<c1<d")}},
		"a new top":       {Basic(t, 0, "board"), top, true, nil},
		"a new area":      {Basic(t, 0, "board"), fewer, false, [][]string{chain("d")}},
		"an area gone":    {fewer, saying(Basic(t, 0, "board"), said()), false, [][]string{chain("d")}},
	} {
		t.Run(name, func(t *testing.T) {
			s := h.Create(t, Scheme())
			publish(t, s, c.before)
			by, subjects := asked(nil)
			_, err := s.Publish(context.Background(), by, "", []geo.Publication{c.after})
			must(t, err)
			if len(*subjects) != 1 {
				t.Fatalf("asked %d times", len(*subjects))
			}
			got := (*subjects)[0]
			slices.SortFunc(got.Chains, slices.Compare)
			slices.SortFunc(c.chains, slices.Compare)
			if d := cmp.Diff(geo.Subject{Layer: geo.GridsOf("basic"), Network: "basic", Whole: c.whole, Chains: c.chains}, got); d != "" {
				t.Error(d)
			}
		})
	}
	moved := Towers(2)
	moved.Grids[1].Building = "b1" // which nothing stands above
	s := h.Create(t, Scheme())
	publish(t, s, Towers(2))
	by, subjects := asked(nil)
	_, err := s.Publish(context.Background(), by, "", []geo.Publication{moved})
	must(t, err)
	if d := cmp.Diff([]geo.Subject{{Layer: geo.GridsOf("towers"), Network: "towers", Whole: true, Chains: [][]string{{"t01"}}}}, *subjects); d != "" {
		t.Errorf("another building: %s", d)
	}
	// Who does not say what is drawn otherwise may have drawn anything so.
	s = h.Create(t, Scheme())
	publish(t, s, Basic(t, 0, "board"))
	by, subjects = asked(nil)
	_, err = s.Publish(context.Background(), by, "", []geo.Publication{Basic(t, 300, "board"), Towers(1)})
	must(t, err)
	if n := len((*subjects)[0].Chains); len(*subjects) != 2 || n != len(Basic(t, 0, "board").Grids) {
		t.Errorf("asked about %d networks, and %d areas of the first", len(*subjects), n)
	}
	// Before the first, there is nothing to compare with.
	s = h.Create(t, Scheme())
	by, subjects = asked(nil)
	_, err = s.Publish(context.Background(), by, "", []geo.Publication{saying(Basic(t, 0, "board"), func([][]byte) ([]string, error) {
		t.Error("it was asked what differs from nothing")
		return nil, nil
	})})
	must(t, err)
	if n := len((*subjects)[0].Chains); n != len(Basic(t, 0, "board").Grids) || !(*subjects)[0].Whole {
		t.Errorf("the first publication concerns %d areas", n)
	}
	publish(t, s, Basic(t, 300, "board"))
	// What is asked is given the coverage in force.
	given := Basic(t, 0, "board")
	given.Reshaped = func(before [][]byte) ([]string, error) {
		if d := cmp.Diff(Basic(t, 300, "board").Chunks, before); d != "" {
			t.Error("it was given another state")
		}
		return nil, fmt.Errorf("broken")
	}
	if _, err := s.Publish(context.Background(), by, "", []geo.Publication{given}); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("what cannot be compared was published: %v", err)
	}
}

func publish(tb testing.TB, s Store, pubs ...geo.Publication) {
	tb.Helper()
	_, err := s.Publish(context.Background(), geo.By("planner"), "", pubs)
	must(tb, err)
}

func named(grids []geo.Grid, code string) *geo.Grid {
	return &grids[slices.IndexFunc(grids, func(g geo.Grid) bool { return g.Code == code })]
}

func saying(p geo.Publication, reshaped func([][]byte) ([]string, error)) geo.Publication {
	p.Reshaped = reshaped
	return p
}

// rehung is the board with a grid that hangs elsewhere.
func rehung(tb testing.TB, code, parent string) geo.Publication {
	p := Basic(tb, 0, "board")
	p.Grids = slices.Clone(p.Grids)
	named(p.Grids, code).Parent = parent
	p.Chunks = append(slices.Clone(p.Chunks), []byte(code+parent)) // another state, which no one decodes
	return p
}

// withGrid is the board with an area more.
func withGrid(tb testing.TB, g geo.Grid) geo.Publication {
	p := Basic(tb, 0, "board")
	p.Grids = append(slices.Clone(p.Grids), g)
	p.Chunks = append(slices.Clone(p.Chunks), []byte(g.Code))
	return p
}

// credential is a key that lasts.
func credential(id string) geo.Credential {
	c := geo.Credential{ID: id, Kind: geo.Key, Role: geo.RoleOperator, Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	copy(c.Hash[:], "the hash of "+id)
	return c
}

func newKey(tb testing.TB, s Store, id string) geo.Credential {
	tb.Helper()
	c := credential(id)
	must(tb, s.AddCredential(context.Background(), geo.By("local"), c))
	return c
}
