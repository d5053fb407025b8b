package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/access/accesstest"
	"onegrid/geo/sqlite"
)

// gate is a town that keys and tokens let into.
type gate struct {
	*townHouse
	t      *testing.T
	path   string // of its store
	dir    *access.Directory
	issuer *accesstest.Issuer
	scheme atomic.Pointer[geo.Scheme] // what OpenID Connect goes by
}

// newGate serves the town with access control. public is what browsers call it,
// if it is something else than its address.
func newGate(t *testing.T, public string) *gate {
	t.Helper()
	path := townStore(t)
	g := &gate{townHouse: openHouse(t, path), t: t, path: path, issuer: accesstest.NewIssuer(t)}
	g.scheme.Store(&geo.Scheme{})
	oidc := access.NewOIDC(g.scheme.Load, "", "a key of tests")
	dir, err := access.NewDirectory(t.Context(), g.store, oidc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- dir.Run(ctx) }()
	g.dir = dir
	p := parts{live: g.live, store: g.store, follower: g.follower, hub: g.hub, frame: server.Options{Callers: dir}, oidc: oidc, spoolDir: t.TempDir()}
	if public != "" {
		if p.public, err = url.Parse(public); err != nil {
			t.Fatal(err)
		}
		p.frame.Guard.Public = p.public.Host
	}
	g.service = newService(p)
	served := httptest.NewServer(g.handler())
	t.Cleanup(func() {
		g.hub.Close() // or it would wait for streams
		served.Close()
		stop()
		<-ended
	})
	g.url = served.URL
	return g
}

// withIssuer has the scheme name the test's issuer.
func (g *gate) withIssuer() *gate {
	g.scheme.Store(&geo.Scheme{Access: &geo.Access{OIDC: g.issuer.Setting()}})
	return g
}

// key makes a key and returns it with its secret.
func (g *gate) key(c geo.Credential) (geo.Credential, string) {
	g.t.Helper()
	id, secret, hash := access.NewSecret()
	c.ID, c.Kind, c.Hash = id, geo.Key, hash
	if err := g.store.AddCredential(g.t.Context(), geo.By("test"), c); err != nil {
		g.t.Fatal(err)
	}
	if err := g.dir.Refresh(g.t.Context()); err != nil {
		g.t.Fatal(err)
	}
	return c, secret
}

// browser keeps cookies and goes where it is sent only if told to.
type browser struct {
	*http.Client
	g     *gate
	begun string // the cookie of its sign-in under way, which a jar keeps to itself where it is secure
}

func (g *gate) browser() *browser {
	jar, _ := cookiejar.New(nil)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{Client: &http.Client{Jar: jar, CheckRedirect: stay}, g: g}
}

// reply is an answer with its body read.
type reply struct {
	*http.Response
	raw  []byte
	body map[string]any
}

func (b *browser) do(method, path, body string, header ...string) reply {
	b.g.t.Helper()
	r, err := http.NewRequest(method, b.g.url+path, strings.NewReader(body))
	if err != nil {
		b.g.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := b.Do(r)
	if err != nil {
		b.g.t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		b.g.t.Fatal(err)
	}
	out := reply{Response: answer, raw: raw}
	json.Unmarshal(raw, &out.body)
	return out
}

// signIn sends a key.
func (b *browser) signIn(key string) reply {
	return b.do("POST", "/v1/session", fmt.Sprintf(`{"key":%q}`, key))
}

// cookie is a cookie that an answer sets; nil for none.
func (r reply) cookie(name string) *http.Cookie {
	for _, c := range r.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// acts are the audit's entries of some kinds of acts, in short.
func (g *gate) acts(do ...string) (out []string) {
	g.t.Helper()
	all, err := g.store.Audit(g.t.Context(), 0, 10_000)
	if err != nil {
		g.t.Fatal(err)
	}
	for _, e := range all {
		for _, d := range do {
			if e.Act.Do == d {
				out = append(out, fmt.Sprintf("%s %s %s", e.Act.Actor, e.Act.Do, e.Act.Object))
			}
		}
	}
	return out
}

const asksForPlace = "/v1/locate?crs=wgs84&lon=106.6205&lat=26.6005"

func TestASession(t *testing.T) {
	g := newGate(t, "")
	key, secret := g.key(geo.Credential{Name: "desk 3", Role: geo.RoleOperator, Scope: geo.Scope{Subtree: "520115001001", Networks: []string{"basic"}}})
	b := g.browser()
	if r := b.do("GET", "/v1/session", ""); r.StatusCode != 401 || r.body["oidc"] != false || r.Header.Get("WWW-Authenticate") == "" ||
		r.Header.Get("Content-Type") != "application/problem+json" || r.body["type"] != "urn:onegrid:problem:unauthenticated" {
		t.Errorf("before: %d %s", r.StatusCode, r.raw)
	}
	r := b.signIn(secret)
	cookie := r.cookie(access.CookieName)
	if r.StatusCode != 201 || cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Secure || cookie.Path != "/" ||
		cookie.MaxAge < 43190 || cookie.MaxAge > 43200 || cookie.Domain != "" {
		t.Fatalf("%d %s, cookie %v", r.StatusCode, r.raw, cookie)
	}
	if bytes.Contains(r.raw, []byte(secret)) || bytes.Contains(r.raw, []byte(cookie.Value)) || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the answer tells a secret, or may be kept: %s", r.raw)
	}
	who := b.do("GET", "/v1/session", "")
	id, _ := who.body["id"].(string)
	for name, want := range map[string]any{"open": false, "name": "desk 3", "role": "operator", "kind": "session", "account": false, "subtree": "520115001001", "oidc": false,
		"classes": []any{"public", "internal", "restricted"}, "networks": []any{"basic"}} {
		if fmt.Sprint(who.body[name]) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", name, who.body[name], want)
		}
	}
	if who.StatusCode != 200 || id == "" || id == key.ID || who.body["warning"] != nil {
		t.Errorf("signed in: %d %s", who.StatusCode, who.raw)
	}
	if ends, err := time.Parse(time.RFC3339, who.body["expires"].(string)); err != nil || time.Until(ends) > 12*time.Hour || time.Until(ends) < 12*time.Hour-time.Minute {
		t.Errorf("it ends at %v", who.body["expires"])
	}
	if r := b.do("GET", asksForPlace, ""); r.StatusCode != 200 {
		t.Errorf("with the session: %d %s", r.StatusCode, r.raw)
	}
	r = b.do("DELETE", "/v1/session", "")
	if gone := r.cookie(access.CookieName); r.StatusCode != 204 || gone == nil || gone.MaxAge >= 0 || gone.Value != "" {
		t.Errorf("signed out: %d %s, %v", r.StatusCode, r.raw, gone)
	}
	for _, header := range []string{"Cookie", "Authorization"} { // whoever copied it
		value := map[string]string{"Cookie": access.CookieName + "=" + cookie.Value, "Authorization": "Bearer " + cookie.Value}[header]
		if r := g.browser().do("GET", asksForPlace, "", header, value); r.StatusCode != 401 {
			t.Errorf("the session goes on by %s: %d %s", header, r.StatusCode, r.raw)
		}
	}
	over := g.browser().do("GET", "/v1/session", "", "Cookie", access.CookieName+"="+cookie.Value)
	if gone := over.cookie(access.CookieName); over.StatusCode != 401 || gone == nil || gone.MaxAge >= 0 {
		t.Errorf("a cookie that is over is kept: %d %v", over.StatusCode, gone)
	}
	if got := fmt.Sprint(g.acts("session.open", "session.close")); got != fmt.Sprintf("[%s session.open %s %s session.close %s]", key.ID, id, id, id) {
		t.Errorf("the audit has %s", got)
	}
}

func TestSessionsAreSecureWhereThePublicAddressIs(t *testing.T) {
	for public, secure := range map[string]bool{"https://map.example.org": true, "http://map.example.org": false} {
		g := newGate(t, public)
		_, secret := g.key(geo.Credential{Role: geo.RoleViewer})
		b := g.browser()
		r := b.signIn(secret)
		if c := r.cookie(access.CookieName); c == nil || c.Secure != secure {
			t.Errorf("%s: %v", public, c)
		}
	}
}

func TestSignInsAreRefused(t *testing.T) {
	g := newGate(t, "")
	_, secret := g.key(geo.Credential{Role: geo.RoleViewer})
	revoked, revokedSecret := g.key(geo.Credential{Role: geo.RoleViewer})
	if err := g.store.RevokeCredential(t.Context(), geo.By("test"), revoked.ID); err != nil {
		t.Fatal(err)
	}
	expired, expiredSecret := g.key(geo.Credential{Role: geo.RoleViewer, Expires: time.Now().Add(-time.Hour)})
	both, bothSecret := g.key(geo.Credential{Role: geo.RoleViewer, Expires: time.Now().Add(-time.Hour)})
	if err := g.store.RevokeCredential(t.Context(), geo.By("test"), both.ID); err != nil {
		t.Fatal(err)
	}
	if err := g.dir.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	session := g.browser().signIn(secret).cookie(access.CookieName)
	quoted := func(s string) string { return fmt.Sprintf(`{"key":%q}`, s) }
	for _, c := range []struct {
		name, path, kind, body string
		status                 int
		says                   string
		reason                 any
	}{
		{"no such key", "", "", quoted("onegrid_guessed"), 401, "no such key", "unknown"},
		{"a revoked key", "", "", quoted(revokedSecret), 401, "was revoked", "revoked"},
		{"a revoked key that had expired", "", "", quoted(bothSecret), 401, "was revoked", "revoked"},
		{"an expired key", "", "", quoted(expiredSecret), 401, "expired", "expired"},
		{"the name of a revoked key", "", "", quoted("onegrid_" + revoked.ID + "_x"), 401, "no such key", "unknown"},
		{"a session", "", "", quoted(session.Value), 401, "no such key", "unknown"},
		{"the other program", "", "", quoted(g.dir.ProcessHeader()), 401, "no such key", "unknown"},
		{"a token", "", "", quoted("a.b.c"), 401, "no such key", "unknown"},
		{"an empty key", "", "", `{"key":""}`, 400, "key is missing", nil},
		{"no key", "", "", `{}`, 400, "key is missing", nil},
		{"a key that is no text", "", "", `{"key":7}`, 400, "key", nil},
		{"two keys", "", "", `{"key":"a","key":"b"}`, 400, "twice", nil},
		{"a field more", "", "", `{"key":"a","role":"admin"}`, 400, "role", nil},
		{"no JSON", "", "", `key=a`, 400, "JSON", nil},
		{"a form", "", "application/x-www-form-urlencoded", "key=a", 415, "Content-Type", nil},
		{"in the address", "?key=a", "", quoted(secret), 400, "key", nil},
		{"a large body", "", "", quoted(strings.Repeat("x", maxSessionBody)), 413, "4096", nil},
	} {
		header := []string{}
		if c.kind != "" {
			header = []string{"Content-Type", c.kind}
		}
		r := g.browser().do("POST", "/v1/session"+c.path, c.body, header...)
		ended, _ := time.Parse(time.RFC3339, fmt.Sprint(r.body["expired"]))
		if r.body["reason"] != c.reason || (r.StatusCode == 401) != (r.Header.Get("WWW-Authenticate") != "") || (r.body["expired"] != nil) != (c.reason == "expired") ||
			c.reason == "expired" && !ended.Equal(expired.Expires.Truncate(time.Second)) {
			t.Errorf("%s: %s, want the reason %v", c.name, r.raw, c.reason)
		}
		if r.StatusCode != c.status || !strings.Contains(string(r.raw), c.says) || r.cookie(access.CookieName) != nil || strings.Contains(string(r.raw), secret) {
			t.Errorf("%s: %d %s, want %d %s", c.name, r.StatusCode, r.raw, c.status, c.says)
		}
	}
	if r := g.browser().do("DELETE", "/v1/session", "", "Authorization", "Bearer "+secret); r.StatusCode != 400 {
		t.Errorf("a key signs out: %d %s", r.StatusCode, r.raw)
	}
	if r := g.browser().do("DELETE", "/v1/session", ""); r.StatusCode != 401 {
		t.Errorf("nobody signs out: %d %s", r.StatusCode, r.raw)
	}
	if r := g.browser().do("POST", "/v1/session", quoted(secret), "Origin", "https://elsewhere.example.org"); r.StatusCode != 403 {
		t.Errorf("a page of elsewhere signs in: %d %s", r.StatusCode, r.raw)
	}
}

func TestHowLongASessionLasts(t *testing.T) {
	g := newGate(t, "")
	now := time.Now()
	day := 24 * time.Hour
	for _, c := range []struct {
		name    string
		role    geo.Role
		key     time.Duration // that it lasts; 0: for ever
		session time.Duration
		cookie  time.Duration
		warns   string
	}{
		{"a shift", geo.RoleOperator, 0, 12 * time.Hour, 12 * time.Hour, ""},
		{"a shift of a key of a year", geo.RoleOperator, 365 * day, 12 * time.Hour, 12 * time.Hour, ""},
		{"a shift of a key of its last month", geo.RoleOperator, 8*day - time.Hour, 12 * time.Hour, 12 * time.Hour, "in 8 days"},
		{"the rest of a key", geo.RoleOperator, time.Hour, time.Hour, time.Hour, "in 1 day:"},
		{"a screen", geo.RoleWall, 0, 0, 400 * day, ""},
		{"a screen of a key of three years", geo.RoleWall, 1095 * day, 1095 * day, 400 * day, ""},
		{"a screen of a key of its last month", geo.RoleWall, 29 * day, 29 * day, 29 * day, "in 29 days"},
	} {
		key := geo.Credential{Role: c.role}
		if c.key > 0 {
			key.Expires = now.Add(c.key)
		}
		key, secret := g.key(key)
		b := g.browser()
		r := b.signIn(secret)
		near := func(got, want time.Duration) bool { return (got - want).Abs() < time.Minute }
		if !near(time.Duration(r.cookie(access.CookieName).MaxAge)*time.Second, c.cookie) {
			t.Errorf("%s: the cookie lasts %d s", c.name, r.cookie(access.CookieName).MaxAge)
		}
		text, _ := r.body["expires"].(string)
		ends, _ := time.Parse(time.RFC3339, text)
		if c.session == 0 && text != "" || c.session != 0 && !near(ends.Sub(now), c.session) {
			t.Errorf("%s: it ends at %q", c.name, text)
		}
		text, _ = r.body["key_ends"].(string)
		ends, _ = time.Parse(time.RFC3339, text)
		if (c.key == 0) != (text == "") || c.key > 0 && !near(ends.Sub(now), c.key) {
			t.Errorf("%s: its key ends at %q", c.name, text)
		}
		warns, _ := r.body["warning"].(string)
		if (c.warns == "") != (warns == "") || !strings.Contains(warns, c.warns) || warns != "" && !strings.Contains(warns, key.ID) {
			t.Errorf("%s: it warns %q", c.name, warns)
		}
		// A screen's cookie is renewed whenever it asks who it is; nobody else's is.
		again := b.do("GET", "/v1/session", "")
		if renewed := again.cookie(access.CookieName); (renewed != nil) != (c.role == geo.RoleWall) || renewed != nil && !near(time.Duration(renewed.MaxAge)*time.Second, c.cookie) {
			t.Errorf("%s: renewed is %v", c.name, renewed)
		}
		if fmt.Sprint(again.body) != fmt.Sprint(r.body) {
			t.Errorf("%s: %s and later %s", c.name, r.raw, again.raw)
		}
	}
}

func TestRevokingAKeyEndsItsSessions(t *testing.T) {
	g := newGate(t, "")
	key, secret := g.key(geo.Credential{Role: geo.RoleOperator})
	b := g.browser()
	b.signIn(secret)
	events, err := http.NewRequest("GET", g.url+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := b.Do(events)
	if err != nil || stream.StatusCode != 200 {
		t.Fatalf("%v, %v", stream, err)
	}
	defer stream.Body.Close()
	closed := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, stream.Body)
		closed <- err
	}()
	beside, err := sqlite.OpenBeside(t.Context(), g.path)
	if err != nil {
		t.Fatal(err)
	}
	defer beside.Close()
	if err := beside.RevokeCredential(t.Context(), geo.By("test"), key.ID); err != nil {
		t.Fatal(err)
	}
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Error("the stream goes on")
	}
	if r := b.do("GET", "/v1/session", ""); r.StatusCode != 401 {
		t.Errorf("the session goes on: %d %s", r.StatusCode, r.raw)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	g := newGate(t, "")
	_, secret := g.key(geo.Credential{Role: geo.RoleViewer})
	var from atomic.Pointer[netip.Addr]
	here, there := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	from.Store(&here)
	g.sessions.client = func(*http.Request) netip.Addr { return *from.Load() }
	for i := range guessBurst {
		if r := g.browser().signIn(fmt.Sprint("onegrid_guess_", i)); r.StatusCode != 401 {
			t.Fatalf("guess %d: %d %s", i, r.StatusCode, r.raw)
		}
	}
	for name, r := range map[string]reply{
		"another guess": g.browser().signIn("onegrid_guess"),
		"the right key": g.browser().signIn(secret), // or a guesser would still learn which it is
		"another way":   g.browser().do("GET", "/v1/session", "", "Authorization", "Bearer "+secret+"x"),
		"a callback":    g.browser().do("GET", "/v1/session/callback?state=x&code=y", ""),
	} {
		if r.StatusCode != 429 || r.Header.Get("Retry-After") != "6" {
			t.Errorf("%s: %d %s, Retry-After %s", name, r.StatusCode, r.raw, r.Header.Get("Retry-After"))
		}
	}
	if r := g.browser().signIn(secret); r.body["reason"] != "limited" || r.body["expired"] != nil {
		t.Errorf("the reason: %s", r.raw)
	}
	from.Store(&there)
	if r := g.browser().signIn(secret); r.StatusCode != 201 {
		t.Errorf("from elsewhere: %d %s", r.StatusCode, r.raw)
	}
	if got := fmt.Sprint(g.acts("session.refused")); got != "[nobody session.refused ]" {
		t.Errorf("of %d refusals the audit has %s", guessBurst, got)
	}
}

func TestRefusalsAreSampled(t *testing.T) {
	var s sampler
	at := time.Unix(1_800_000_000, 0)
	told := 0
	for range 1000 { // for 100 s
		if n, tell := s.count(at); tell {
			told += n
			if told != 1 && n != 100 {
				t.Errorf("told of %d at once", n)
			}
		}
		at = at.Add(100 * time.Millisecond)
	}
	if told != 901 { // the last 99 wait
		t.Errorf("told of %d", told)
	}
}

func TestSessionsAreBounded(t *testing.T) {
	g := newGate(t, "")
	_, secret := g.key(geo.Credential{Role: geo.RoleViewer})
	_, other := g.key(geo.Credential{Role: geo.RoleViewer})
	first := g.browser()
	first.signIn(secret)
	for range mostSessions - 1 {
		if r := g.browser().signIn(secret); r.StatusCode != 201 {
			t.Fatalf("%d %s", r.StatusCode, r.raw)
		}
	}
	if r := g.browser().signIn(secret); r.StatusCode != 429 || r.body["reason"] != "sessions" {
		t.Errorf("one more: %d %s", r.StatusCode, r.raw)
	}
	if r := g.browser().signIn(other); r.StatusCode != 201 {
		t.Errorf("of another key: %d %s", r.StatusCode, r.raw)
	}
	first.do("DELETE", "/v1/session", "")
	if r := g.browser().signIn(secret); r.StatusCode != 201 {
		t.Errorf("after signing out of one: %d %s", r.StatusCode, r.raw)
	}
}

// Who signs in anew leaves no session behind that nobody has the cookie of.
func TestSigningInAgainEndsTheSessionBefore(t *testing.T) {
	g := newGate(t, "")
	key, secret := g.key(geo.Credential{Role: geo.RoleViewer})
	other, otherSecret := g.key(geo.Credential{Role: geo.RoleOperator})
	b := g.browser()
	b.signIn(secret)
	if r := b.signIn(otherSecret); r.StatusCode != 201 || r.body["role"] != "operator" {
		t.Fatalf("%d %s", r.StatusCode, r.raw)
	}
	if g.dir.Sessions(key.ID) != 0 || g.dir.Sessions(other.ID) != 1 {
		t.Errorf("%d and %d sessions are open", g.dir.Sessions(key.ID), g.dir.Sessions(other.ID))
	}
	if r := b.do("GET", "/v1/session", ""); r.StatusCode != 200 || r.body["role"] != "operator" {
		t.Errorf("signed in: %d %s", r.StatusCode, r.raw)
	}
	b.signIn("onegrid_nobody") // which ends nothing
	if g.dir.Sessions(other.ID) != 1 {
		t.Error("a sign-in that fails signs out")
	}
}

// Signing in is a request of the key like any other.
func TestSigningInCountsForTheKey(t *testing.T) {
	g := newGate(t, "")
	_, secret := g.key(geo.Credential{Role: geo.RoleViewer, Rate: 0.01})
	b := g.browser()
	if r := b.signIn(secret); r.StatusCode != 201 {
		t.Fatalf("%d %s", r.StatusCode, r.raw)
	}
	if r := g.browser().signIn(secret); r.StatusCode != 429 || r.Header.Get("Retry-After") == "" || r.body["reason"] != "limited" {
		t.Errorf("at once again: %d %s", r.StatusCode, r.raw)
	}
	if r := b.do("GET", asksForPlace, ""); r.StatusCode != 429 {
		t.Errorf("its session has a rate of its own: %d", r.StatusCode)
	}
}

func TestSessionsWhereThereAreNoKeys(t *testing.T) {
	g := newGate(t, "")
	plain := &gate{townHouse: openTown(t), t: t} // without a directory
	for name, h := range map[string]*gate{"no keys": g, "no directory": plain} {
		b := h.browser()
		r := b.do("GET", "/v1/session", "")
		if r.StatusCode != 200 || r.body["open"] != true || r.body["account"] != false || r.body["kind"] != "local" || r.body["role"] != "admin" || r.body["id"] != "local" {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.raw)
		}
		if r := b.signIn("onegrid_x"); r.StatusCode != 401 || r.body["reason"] != "unknown" {
			t.Errorf("%s: signed in: %d %s", name, r.StatusCode, r.raw)
		}
		if r := b.do("DELETE", "/v1/session", ""); r.StatusCode != 204 {
			t.Errorf("%s: signed out: %d %s", name, r.StatusCode, r.raw)
		}
		if r := b.do("GET", "/v1/session/oidc", ""); r.StatusCode != 404 {
			t.Errorf("%s: at an issuer: %d %s", name, r.StatusCode, r.raw)
		}
		if r := b.do("GET", "/v1/session/callback?state=a&code=b", ""); r.StatusCode != 404 {
			t.Errorf("%s: back from an issuer: %d %s", name, r.StatusCode, r.raw)
		}
	}
	if r := g.withIssuer().browser().do("GET", "/v1/session", ""); r.StatusCode != 401 || r.body["oidc"] != true {
		t.Errorf("with an issuer: %d %s", r.StatusCode, r.raw)
	}
}

func TestTheSecretOfTheClient(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ text, want, says string }{
		"a line":    {"s3cret value\n", "s3cret value", ""},
		"no end":    {"s3cret", "s3cret", ""},
		"Windows":   {"s3cret\r\n", "s3cret", ""},
		"empty":     {"\n", "", "is empty"},
		"two lines": {"one\ntwo\n", "", "one line"},
		"long":      {strings.Repeat("x", maxSecret+1), "", "4096 bytes"},
	} {
		got, err := (&oidcFlag{OIDCSecretFile: write(t, dir, "secret", c.text)}).secret()
		if got != c.want || (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "two")) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if got, err := (&oidcFlag{}).secret(); got != "" || err != nil {
		t.Errorf("without a file: %q, %v", got, err)
	}
	if _, err := (&oidcFlag{OIDCSecretFile: dir + "/none"}).secret(); err == nil {
		t.Error("a file that is not there was read")
	}
}
