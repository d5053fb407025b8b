package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"onegrid/geo"
	"onegrid/geo/access"
)

// agree begins a sign-in and returns the callback's query, as the issuer would
// send the browser back with it after somebody agreed.
func (b *browser) agree(changes ...any) url.Values {
	b.g.t.Helper()
	return b.agreeTo(wallPath, changes...)
}

// agreeTo does the same from a page.
func (b *browser) agreeTo(page string, changes ...any) url.Values {
	b.g.t.Helper()
	r := b.do("GET", "/v1/session/oidc?"+url.Values{"to": {page}}.Encode(), "")
	if r.StatusCode != http.StatusSeeOther {
		b.g.t.Fatalf("begun: %d %s", r.StatusCode, r.raw)
	}
	b.begun = r.cookie(attemptCookie).Value
	code, q := b.g.issuer.Authorize(r.Header.Get("Location"), func(nonce string) map[string]any {
		return b.g.issuer.Claims(append([]any{"nonce", nonce}, changes...)...)
	})
	return url.Values{"state": {q.Get("state")}, "code": {code}, "session_state": {"what issuers add"}}
}

func (b *browser) back(q url.Values, header ...string) reply {
	b.g.t.Helper()
	return b.do("GET", callbackPath+"?"+q.Encode(), "", header...)
}

func TestSigningInAtTheIssuer(t *testing.T) {
	g := newGate(t, "").withIssuer()
	b := g.browser()
	begun := b.do("GET", "/v1/session/oidc", "")
	attempt := begun.cookie(attemptCookie)
	if attempt == nil || !attempt.HttpOnly || attempt.SameSite != http.SameSiteLaxMode || attempt.Path != callbackPath || attempt.MaxAge != 600 || begun.cookie(access.CookieName) != nil {
		t.Errorf("begun with %v", attempt)
	}
	to, err := url.Parse(begun.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), g.issuer.URL+"/authorize?") || to.Query().Get("redirect_uri") != g.url+callbackPath {
		t.Errorf("sent to %s", to)
	}
	q := b.agree()
	r := b.back(q)
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/wall" || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("back: %d %s to %s", r.StatusCode, r.raw, r.Header.Get("Location"))
	}
	cookie := r.cookie(access.CookieName)
	if cookie == nil || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.MaxAge > 3600 || cookie.MaxAge < 3500 {
		t.Errorf("the session's cookie is %v", cookie)
	}
	if over := r.cookie(attemptCookie); over == nil || over.MaxAge >= 0 {
		t.Errorf("the sign-in's cookie stays: %v", over)
	}
	who := b.do("GET", "/v1/session", "")
	actor := access.ActorOf("a key of tests", g.issuer.URL, "7f3a")
	if who.body["kind"] != "session" || who.body["role"] != "planner" || who.body["subtree"] != "520115001" || who.body["oidc"] != true || who.body["account"] != true || who.body["name"] != "" || who.body["warning"] != nil || who.body["key_ends"] != nil {
		t.Errorf("signed in: %s", who.raw)
	}
	for _, person := range []string{"7f3a", "Somebody", "somebody@example.org"} {
		if strings.Contains(string(who.raw), person) {
			t.Errorf("%s is in %s", person, who.raw)
		}
	}
	if got := fmt.Sprint(g.acts("session.open")); got != fmt.Sprintf("[%s session.open %v]", actor, who.body["id"]) {
		t.Errorf("the audit has %s", got)
	}
	if r := b.do("GET", "/v1/incidents", ""); r.StatusCode != 403 {
		t.Errorf("a planner sees incidents: %d", r.StatusCode)
	}
	if r := b.back(q); r.StatusCode != 401 || r.cookie(access.CookieName) != nil {
		t.Errorf("back once more: %d %s", r.StatusCode, r.raw)
	}
	if r := b.do("DELETE", "/v1/session", ""); r.StatusCode != 204 {
		t.Errorf("signed out: %d %s", r.StatusCode, r.raw)
	}
	if r := b.do("GET", asksForPlace, ""); r.StatusCode != 401 {
		t.Errorf("and still in: %d", r.StatusCode)
	}
}

// A token is as good as a session, for programs.
func TestTokensAreTaken(t *testing.T) {
	g := newGate(t, "").withIssuer()
	token := g.issuer.Sign("rsa", jose.RS256, g.issuer.Claims())
	who := g.browser().do("GET", "/v1/session", "", "Authorization", "Bearer "+token)
	if who.StatusCode != 200 || who.body["kind"] != "token" || who.body["account"] != true || who.body["role"] != "planner" {
		t.Errorf("%d %s", who.StatusCode, who.raw)
	}
	if r := g.browser().do("DELETE", "/v1/session", "", "Authorization", "Bearer "+token); r.StatusCode != 400 {
		t.Errorf("signed out: %d %s", r.StatusCode, r.raw)
	}
	for says, token := range map[string]string{
		"expired":       g.issuer.Sign("rsa", jose.RS256, g.issuer.Claims("exp", time.Now().Add(-time.Minute).Unix())),
		"does not hold": g.issuer.Sign("rsa", jose.RS256, g.issuer.Claims("aud", "mail")),
	} {
		for _, path := range []string{"/v1/session", asksForPlace} {
			if r := g.browser().do("GET", path, "", "Authorization", "Bearer "+token); r.StatusCode != 401 || !strings.Contains(string(r.raw), says) {
				t.Errorf("%s: %d %s", path, r.StatusCode, r.raw)
			}
		}
	}
	guest := g.issuer.Sign("rsa", jose.RS256, g.issuer.Claims("groups", nil))
	for _, path := range []string{"/v1/session", asksForPlace} {
		if r := g.browser().do("GET", path, "", "Authorization", "Bearer "+guest); r.StatusCode != 403 || !strings.Contains(string(r.raw), "no rule") {
			t.Errorf("%s of a guest: %d %s", path, r.StatusCode, r.raw)
		}
	}
}

func TestComingBackIsRefused(t *testing.T) {
	g := newGate(t, "").withIssuer()
	g.sessions.guesses = access.NewAddresses(1000, 1000)
	stale := "state." + fmt.Sprint(time.Now().Add(-time.Second).Unix())
	stale += "." + g.dir.Sign("sign-in", stale)
	for _, c := range []struct {
		name   string
		claims []any
		do     func(b *browser, q url.Values) reply
		status int
		says   string
	}{
		{"in another browser", nil, func(_ *browser, q url.Values) reply { return g.browser().back(q) }, 401, "did not begin"},
		{"with a cookie that somebody made", nil, func(_ *browser, q url.Values) reply {
			return g.browser().back(q, "Cookie", attemptCookie+"="+q.Get("state")+".99999999999.AAAA")
		}, 401, "did not begin"},
		{"with a cookie of nothing", nil, func(_ *browser, q url.Values) reply {
			return g.browser().back(url.Values{"code": q["code"]}, "Cookie", attemptCookie+"=x")
		}, 401, "did not begin"},
		{"too late", nil, func(*browser, url.Values) reply {
			return g.browser().back(url.Values{"state": {"state"}, "code": {"x"}}, "Cookie", attemptCookie+"="+stale)
		}, 401, "did not begin"},
		{"with another state", nil, func(b *browser, q url.Values) reply { q.Set("state", "x"); return b.back(q) }, 401, "did not begin"},
		{"without a state", nil, func(b *browser, q url.Values) reply { q.Del("state"); return b.back(q) }, 401, "did not begin"},
		{"of the sign-in before", nil, func(b *browser, q url.Values) reply { b.agree(); return b.back(q) }, 401, "did not begin"},
		{"with another's code", nil, func(b *browser, q url.Values) reply {
			q.Set("code", g.browser().agree("sub", "the attacker").Get("code"))
			return b.back(q)
		}, 401, "does not take the code"},
		{"with a guessed code", nil, func(b *browser, q url.Values) reply { q.Set("code", "x"); return b.back(q) }, 401, "does not take the code"},
		{"without a code", nil, func(b *browser, q url.Values) reply { q.Del("code"); return b.back(q) }, 401, "does not take the code"},
		{"from another issuer", nil, func(b *browser, q url.Values) reply { q.Set("iss", "https://elsewhere.example.org"); return b.back(q) }, 401, "another issuer"},
		{"refused there", nil, func(b *browser, q url.Values) reply {
			return b.back(url.Values{"state": q["state"], "error": {"access_denied"}})
		}, 401, "access_denied"},
		{"with another nonce", []any{"nonce", "x"}, func(b *browser, q url.Values) reply { return b.back(q) }, 401, "nonce"},
		{"with a token of another", []any{"iss", "https://elsewhere.example.org"}, func(b *browser, q url.Values) reply { return b.back(q) }, 401, "provider"},
		{"whom no rule fits", []any{"groups", "guests"}, func(b *browser, q url.Values) reply { return b.back(q) }, 403, "no rule"},
		{"while the issuer is away", nil, func(b *browser, q url.Values) reply {
			g.issuer.Set(func() { g.issuer.Away = true })
			defer g.issuer.Set(func() { g.issuer.Away = false })
			return b.back(q)
		}, 503, "no token"},
	} {
		b := g.browser()
		q := b.agree(c.claims...)
		r := c.do(b, q)
		if r.StatusCode != c.status || !strings.Contains(string(r.raw), c.says) || r.cookie(access.CookieName) != nil {
			t.Errorf("%s: %d %s, want %d %s", c.name, r.StatusCode, r.raw, c.status, c.says)
		}
		if r := b.do("GET", asksForPlace, ""); r.StatusCode != 401 {
			t.Errorf("%s, and in: %d", c.name, r.StatusCode)
		}
	}
	b := g.browser()
	if r := b.back(b.agree()); r.StatusCode != http.StatusSeeOther || r.cookie(access.CookieName) == nil {
		t.Errorf("and the right one: %d %s", r.StatusCode, r.raw)
	}
	if r := b.back(url.Values{"iss": {g.issuer.URL}}); r.StatusCode != 401 {
		t.Errorf("and nothing: %d", r.StatusCode)
	}
}

// Wherever somebody is led by a link of another's making, it is not elsewhere.
func TestSigningInLeadsNowhereElse(t *testing.T) {
	g := newGate(t, "https://map.example.org/").withIssuer()
	g.sessions.guesses = access.NewAddresses(1000, 1000)
	const elsewhere = "https://elsewhere.example.org/"
	html := []string{"Accept", "text/html,application/xhtml+xml"}
	for _, more := range []string{"", "&to=" + elsewhere, "&redirect_uri=" + elsewhere, "&error=" + elsewhere, "&error_uri=" + elsewhere, "&iss=" + elsewhere, "&why=" + elsewhere} {
		r := g.browser().do("GET", callbackPath+"?state=a&code=b"+more, "", html...)
		if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/sign-in?why=unauthenticated" {
			t.Errorf("%s: %d to %s", more, r.StatusCode, r.Header.Get("Location"))
		}
	}
	for _, more := range []string{"?to=" + elsewhere, "?redirect_uri=" + elsewhere} {
		if r := g.browser().do("GET", "/v1/session/oidc"+more, ""); r.StatusCode != 400 || r.Header.Get("Location") != "" {
			t.Errorf("%s: %d to %s", more, r.StatusCode, r.Header.Get("Location"))
		}
		if r := g.browser().do("GET", "/v1/session/oidc"+more, "", html...); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/sign-in?why=invalid" {
			t.Errorf("%s in a browser: %d to %s", more, r.StatusCode, r.Header.Get("Location"))
		}
	}
	// Nor does the name by which it is reached.
	r := g.browser().do("GET", "/v1/session/oidc", "", "X-Forwarded-Host", "elsewhere.example.org", "Forwarded", "host=elsewhere.example.org", "X-Forwarded-Proto", "http")
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || to.Query().Get("redirect_uri") != "https://map.example.org"+callbackPath || !r.cookie(attemptCookie).Secure {
		t.Errorf("it comes back to %s", to)
	}
	b := g.browser()
	q := b.agree()
	q.Set("redirect_uri", elsewhere)
	if r := b.back(q, "Cookie", attemptCookie+"="+b.begun); r.Header.Get("Location") != "/wall" {
		t.Errorf("signed in: %d %s to %s", r.StatusCode, r.raw, r.Header.Get("Location"))
	}
	denied := g.browser()
	q = denied.agree("groups", nil)
	if r := denied.back(q, append(html, "Cookie", attemptCookie+"="+denied.begun)...); r.Header.Get("Location") != "/sign-in?to=%2Fwall&why=denied" {
		t.Errorf("denied: %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
}

// Whoever was sent to sign in comes back to the page that sent them, and may try
// again from there if it did not work.
func TestSigningInLeadsBack(t *testing.T) {
	g := newGate(t, "").withIssuer()
	g.sessions.guesses = access.NewAddresses(1000, 1000)
	html := []string{"Accept", "text/html"}
	for _, to := range []string{
		"/wall", "/wall?view=106.62,26.60,14.5&layers=borders,names&lang=en&grid=520115001001", "/plans/7-a#top", "/wall?q=//elsewhere.example.org",
		"/wall?q=%0d%0aSet-Cookie:x", "/wall?" + strings.Repeat("x", maxPage-6),
	} {
		b := g.browser()
		if r := b.back(b.agreeTo(to)); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != to || r.cookie(access.CookieName) == nil {
			t.Errorf("%s: %d to %s", to, r.StatusCode, r.Header.Get("Location"))
		}
		refused := g.browser()
		r := refused.back(refused.agreeTo(to, "groups", nil), html...)
		if at, err := url.Parse(r.Header.Get("Location")); err != nil || at.Path != "/sign-in" || at.Query().Get("to") != to || at.Query().Get("why") != "denied" {
			t.Errorf("%s, refused: %d to %s", to, r.StatusCode, at)
		}
	}
	for _, to := range []string{
		"", "/", "wall", "//elsewhere.example.org", "///elsewhere.example.org", "/\\elsewhere.example.org", "\\\\elsewhere.example.org", "/\t/elsewhere.example.org",
		"/\n/elsewhere.example.org", " //elsewhere.example.org", "/wall //x", "/wall\r\nSet-Cookie: x", "/%2F/elsewhere.example.org", "/.//elsewhere.example.org", "/..//elsewhere.example.org",
		"/wall/..//elsewhere.example.org", "/wall//x", "/@elsewhere.example.org", "https://elsewhere.example.org", "https:elsewhere.example.org", "http:/elsewhere.example.org",
		"javascript:alert(1)", "data:text/html,x", "/v1/session/oidc", "/墙", "/wall?q=墙", "/wall?" + strings.Repeat("x", maxPage),
	} {
		r := g.browser().do("GET", "/v1/session/oidc?"+url.Values{"to": {to}}.Encode(), "")
		if r.StatusCode != 400 && r.StatusCode != 413 || r.Header.Get("Location") != "" || r.body["field"] != "to" || r.cookie(attemptCookie) != nil {
			t.Errorf("%q: %d %s", to, r.StatusCode, r.raw)
		}
	}
	// The cookie says where to, and nobody else can make one.
	b := g.browser()
	q := b.agreeTo("/wall")
	parts := strings.Split(b.begun, ".")
	parts[2] = "Ly9lbHNld2hlcmUuZXhhbXBsZS5vcmc" // "//elsewhere.example.org"
	if r := b.back(q, append(html, "Cookie", attemptCookie+"="+strings.Join(parts, "."))...); r.Header.Get("Location") != "/sign-in?why=unauthenticated" {
		t.Errorf("a cookie that was changed: %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
}

// brokenStore keeps no sessions.
type brokenStore struct{ sessionStore }

func (brokenStore) AddCredential(context.Context, geo.Actor, geo.Credential) error {
	return errors.New("the disk is on fire")
}

// A fault of our own is a page in a browser, too; the log names it, the page does
// not.
func TestSigningInFailsOnAFaultOfOurOwn(t *testing.T) {
	var said bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&said, nil)))
	defer slog.SetDefault(before)
	g := newGate(t, "").withIssuer()
	g.sessions.store = brokenStore{g.sessions.store}
	b := g.browser()
	if r := b.back(b.agree(), "Accept", "text/html"); r.Header.Get("Location") != "/sign-in?to=%2Fwall&why=internal" {
		t.Errorf("%d %s to %s", r.StatusCode, r.raw, r.Header.Get("Location"))
	}
	if !strings.Contains(said.String(), "on fire") || !strings.Contains(said.String(), callbackPath) {
		t.Errorf("the log has %q", said.String())
	}
	if r := b.back(b.agree()); r.StatusCode != 500 || strings.Contains(string(r.raw), "fire") {
		t.Errorf("to a program: %d %s", r.StatusCode, r.raw)
	}
}

// Behind the other program on this machine browsers know it by that one's port.
func TestComingBackThroughTheOtherProgram(t *testing.T) {
	g := newGate(t, "").withIssuer()
	for forwarded, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "localhost:8080": "http://localhost:8080", "[::1]:8080": "http://[::1]:8080",
		"elsewhere.example.org": g.url, "127.0.0.1.example.org": g.url, "": g.url, "localhost@elsewhere.example.org": g.url,
	} {
		r := g.browser().do("GET", "/v1/session/oidc", "", "X-Forwarded-Host", forwarded)
		to, _ := url.Parse(r.Header.Get("Location"))
		if got := to.Query().Get("redirect_uri"); got != want+callbackPath {
			t.Errorf("%q: back to %s", forwarded, got)
		}
	}
}

func TestAnIssuerThatIsAway(t *testing.T) {
	g := newGate(t, "").withIssuer()
	g.issuer.Set(func() { g.issuer.Away = true })
	_, secret := g.key(geo.Credential{Role: geo.RoleViewer})
	token := g.issuer.Sign("rsa", jose.RS256, g.issuer.Claims())
	for _, path := range []string{"/v1/session", asksForPlace} {
		if r := g.browser().do("GET", path, "", "Authorization", "Bearer "+token); r.StatusCode != 503 || r.Header.Get("Retry-After") == "" {
			t.Errorf("%s with a token: %d %s", path, r.StatusCode, r.raw)
		}
	}
	if r := g.browser().do("GET", "/v1/session/oidc", ""); r.StatusCode != 503 {
		t.Errorf("begun: %d %s", r.StatusCode, r.raw)
	}
	if r := g.browser().do("GET", "/v1/session/oidc", "", "Accept", "text/html"); r.Header.Get("Location") != "/sign-in?to=%2Fwall&why=unavailable" {
		t.Errorf("begun in a browser: %d to %s", r.StatusCode, r.Header.Get("Location"))
	}
	b := g.browser()
	if r := b.signIn(secret); r.StatusCode != 201 {
		t.Errorf("with a key: %d %s", r.StatusCode, r.raw)
	}
	if r := b.do("GET", asksForPlace, ""); r.StatusCode != 200 {
		t.Errorf("with its session: %d %s", r.StatusCode, r.raw)
	}
}
