package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/sqlite"
)

// The scheme of a city that is there is shown, changed and set again, and its
// grids stay.
func TestTheSchemeOfACityChanges(t *testing.T) {
	path := townStore(t)
	store, dir := "sqlite:"+path, t.TempDir()
	show := func() (s geo.Scheme) {
		t.Helper()
		if err := json.Unmarshal([]byte(must(t, "scheme", "show", "--store", store)), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	file := func(s geo.Scheme) string {
		t.Helper()
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return write(t, dir, "scheme.json", string(text))
	}
	s := show()
	s.Access = &geo.Access{OIDC: &geo.OIDC{Issuer: "https://sign-in.example.org", ClientID: "onegrid",
		Rules: []geo.TokenRule{{Claim: "groups", Value: "a<b", Role: geo.RoleViewer}}}}
	s.Networks = append(s.Networks, geo.Network{ID: "patrol", Kind: geo.Exclusive, Levels: []geo.Level{{ID: "beat"}}})
	s.Networks[0].Name = geo.Plain("Grids")
	said := must(t, "scheme", "set", file(s), "--store", store)
	if !strings.Contains(said, "from change") {
		t.Errorf("it says %q", said)
	}
	now := show()
	if now.Revision != s.Revision+1 || now.Tokens() == nil || now.Tokens().Rules[0].Value != "a<b" || now.Network("patrol") == nil || now.Networks[0].Name.In("en") != "Grids" {
		t.Errorf("it is %+v", now)
	}
	if code, body := openHouse(t, path).get(t, "/v1/grids/"+gridCode(0)); code != 200 {
		t.Errorf("a grid: %d %v", code, body)
	}
}

func TestSchemesThatDoNotFitAreRefused(t *testing.T) {
	store, dir := townStore(t), t.TempDir()
	s, err := sqlite.OpenReader(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.Scheme(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	good, _ := json.Marshal(before)
	for name, c := range map[string]struct{ from, to, says string }{
		"another level":    {`{"id":"community"`, `{"id":"quarter"`, "network basic has another kind or other levels"},
		"a level less":     {`{"id":"street"},`, ``, "network basic has another kind or other levels"},
		"another kind":     {`"id":"schools","kind":"exclusive"`, `"id":"schools","kind":"stacked"`, "network schools has another kind"},
		"another network":  {`"id":"towers"`, `"id":"houses"`, "network towers is missing"},
		"not valid at all": {`"kind":"basic"`, `"kind":"royal"`, "basic, exclusive or stacked"},
	} {
		text := strings.Replace(string(good), c.from, c.to, 1)
		if text == string(good) {
			t.Fatalf("%s changes nothing in %s", name, good)
		}
		var said bytes.Buffer
		exit := run(context.Background(), []string{"scheme", "set", write(t, dir, "scheme.json", text), "--store", "sqlite:" + store},
			&server.Terminal{In: strings.NewReader(""), Out: &said, Err: &said})
		if exit != server.ExitFailed || !strings.Contains(said.String(), c.says) {
			t.Errorf("%s: %d %s", name, exit, &said)
		}
	}
	// Beside a running server nothing is set.
	openHouse(t, store)
	if out, exit := command(t, "scheme", "set", write(t, dir, "scheme.json", string(good)), "--store", "sqlite:"+store); exit == 0 {
		t.Errorf("beside a server: %s", out)
	}
}
