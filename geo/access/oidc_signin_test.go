package access

import (
	"bytes"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/access/accesstest"
	"onegrid/geo/problem"
)

var attempt = SignIn{
	State: "the-state", Nonce: "the-nonce", Verifier: strings.Repeat("v", 43), Callback: "https://map.example.org/v1/session/callback",
}

func TestSignIn(t *testing.T) {
	for name, change := range map[string]func(*accesstest.Issuer){
		"without a secret": func(*accesstest.Issuer) {},
		"with one":         func(i *accesstest.Issuer) { i.Secret = "s3cret/?&" },
		"with one in the body": func(i *accesstest.Issuer) {
			i.Secret, i.InBody, i.Document["token_endpoint_auth_methods_supported"] = "s3cret", true, []string{"client_secret_post"}
		},
		"where both ways are open": func(i *accesstest.Issuer) {
			i.Secret, i.Document["token_endpoint_auth_methods_supported"] = "s3cret", []string{"client_secret_post", "client_secret_basic"}
		},
	} {
		i := accesstest.NewIssuer(t)
		i.Set(func() { change(i) })
		o := takes(i, func(s *geo.OIDC) { s.Audience, s.Scopes = "onegrid-api", []string{"profile"} })
		address, err := o.Address(t.Context(), attempt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		code, q := i.Authorize(address, func(nonce string) map[string]any { return i.Claims("nonce", nonce) })
		if !strings.HasPrefix(address, i.URL+"/authorize?") || q.Get("scope") != "openid profile" || q.Get("client_id") != "onegrid" ||
			q.Get("redirect_uri") != attempt.Callback || strings.Contains(address, attempt.Verifier) || strings.Contains(address, "s3cret") {
			t.Errorf("%s: sent to %s", name, address)
		}
		who, err := o.Finish(t.Context(), attempt, code)
		if err != nil || who.Role != geo.RolePlanner || who.ID != ActorOf("a key of tests", i.URL, "7f3a") {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
		if _, err := o.Finish(t.Context(), attempt, code); geo.KindOf(err) != problem.Unauthenticated {
			t.Errorf("%s: the code was taken twice: %v", name, err)
		}
	}
}

func TestSignInIsRefused(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	for _, c := range []struct {
		name   string
		claims func(i *accesstest.Issuer, nonce string) map[string]any
		change func(i *accesstest.Issuer, s *SignIn, code *string)
		kind   geo.Kind
		says   string
	}{
		{"a code of nobody", nil, func(_ *accesstest.Issuer, _ *SignIn, code *string) { *code = "guessed" }, problem.Unauthenticated, "code"},
		{"no code", nil, func(_ *accesstest.Issuer, _ *SignIn, code *string) { *code = "" }, problem.Unauthenticated, "code"},
		{"without the proof", nil, func(_ *accesstest.Issuer, s *SignIn, _ *string) { s.Verifier = strings.Repeat("w", 43) }, problem.Unauthenticated, "code"},
		{"for another callback", nil, func(_ *accesstest.Issuer, s *SignIn, _ *string) { s.Callback += "/x" }, problem.Unauthenticated, "code"},
		{"with another secret", nil, func(i *accesstest.Issuer, _ *SignIn, _ *string) { i.Secret = "another" }, geo.Unavailable, "secret"},
		{"the issuer is away", nil, func(i *accesstest.Issuer, _ *SignIn, _ *string) { i.Away = true }, geo.Unavailable, "no token"},
		{"no id_token", func(*accesstest.Issuer, string) map[string]any { return nil }, nil, problem.Unauthenticated, "id_token"},
		{"another nonce", func(i *accesstest.Issuer, _ string) map[string]any { return i.Claims("nonce", "of another sign-in") }, nil, problem.Unauthenticated, "nonce"},
		{"no nonce", func(i *accesstest.Issuer, _ string) map[string]any { return i.Claims() }, nil, problem.Unauthenticated, "nonce"},
		{"for the interface, not the client", func(i *accesstest.Issuer, n string) map[string]any { return i.Claims("nonce", n, "aud", "onegrid-api") }, nil, problem.Unauthenticated, "audience"},
		{"no rule", func(i *accesstest.Issuer, n string) map[string]any { return i.Claims("nonce", n, "groups", nil) }, nil, geo.Denied, "no rule"},
	} {
		i := accesstest.NewIssuer(t)
		i.Secret = "s3cret"
		o := takes(i, func(s *geo.OIDC) { s.Audience = "onegrid-api" })
		address, err := o.Address(t.Context(), attempt)
		if err != nil {
			t.Fatal(err)
		}
		code, _ := i.Authorize(address, func(nonce string) map[string]any {
			if c.claims != nil {
				return c.claims(i, nonce)
			}
			return i.Claims("nonce", nonce)
		})
		s := attempt
		if c.change != nil {
			i.Set(func() { c.change(i, &s, &code) })
		}
		who, err := o.Finish(t.Context(), s, code)
		var e *geo.Error
		if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: %+v, %v; want %s: %s", c.name, who, err, c.kind, c.says)
		}
	}
	for _, secret := range []string{"s3cret", "code-the-state", attempt.Verifier, attempt.Nonce, url.QueryEscape("s3cret")} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q:\n%s", secret, &log)
		}
	}
}

func TestNobodySignsInWithoutAnIssuer(t *testing.T) {
	none := NewOIDC(func() *geo.Scheme { return &geo.Scheme{} }, "", "a key of tests")
	if _, err := none.Address(t.Context(), attempt); geo.KindOf(err) != geo.NotFound {
		t.Errorf("an address: %v", err)
	}
	if _, err := none.Finish(t.Context(), attempt, "code"); geo.KindOf(err) != geo.NotFound {
		t.Errorf("an end: %v", err)
	}
	machines := accesstest.NewIssuer(t) // that only make tokens
	delete(machines.Document, "authorization_endpoint")
	if _, err := takes(machines).Address(t.Context(), attempt); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("at an issuer without a page: %v", err)
	}
}
