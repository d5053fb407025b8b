package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"log/slog"
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// SignIn is one attempt to sign in at the issuer: code flow, with proof of who
// began it (PKCE). All but Callback are secrets that nobody else can guess.
type SignIn struct {
	State    string // comes back with the code
	Nonce    string // comes back in the token
	Verifier string // is shown to the issuer with the code, 43 to 128 characters
	Callback string // address that the issuer sends the browser back to
}

// Is reports whether an address is that of the issuer that the scheme names now.
func (o *OIDC) Is(issuer string) bool {
	setting := o.Setting()
	return setting != nil && setting.Issuer == issuer
}

// Address is where the browser goes to sign in. NotFound where the scheme names no
// issuer, Unavailable while that one does not answer.
func (o *OIDC) Address(ctx context.Context, s SignIn) (string, error) {
	_, client, err := o.client(ctx, s)
	if err != nil {
		return "", err
	}
	return client.AuthCodeURL(s.State, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)), nil
}

// Finish returns who signed in, for the code that came back. Its errors are those
// of Verify.
func (o *OIDC) Finish(ctx context.Context, s SignIn, code string) (geo.Credential, error) {
	var nobody geo.Credential
	setting, client, err := o.client(ctx, s)
	if err != nil {
		return nobody, err
	}
	answer, err := client.Exchange(oidc.ClientContext(ctx, o.issuer.client), code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		return nobody, codeRefused(ctx, setting, err)
	}
	token, ok := answer.Extra("id_token").(string)
	if !ok {
		return nobody, unauthenticated("the issuer gave no id_token for the code")
	}
	claims, err := o.claims(ctx, setting, token, setting.ClientID)
	if err != nil {
		return nobody, err
	}
	if subtle.ConstantTimeCompare([]byte(claims.Nonce), []byte(s.Nonce)) != 1 {
		return nobody, unauthenticated("the token is of another sign-in (nonce)")
	}
	return o.credential(setting, claims)
}

// client is what we are to the issuer.
func (o *OIDC) client(ctx context.Context, s SignIn) (*geo.OIDC, *oauth2.Config, error) {
	setting := o.Setting()
	if setting == nil {
		return nil, nil, geo.Errorf(geo.NotFound, "the scheme names no issuer to sign in at")
	}
	said, err := o.issuer.publication(ctx, setting.Issuer, "", o.now())
	if err != nil {
		return nil, nil, err
	}
	endpoint := said.provider.Endpoint()
	if endpoint.AuthURL == "" || endpoint.TokenURL == "" {
		return nil, nil, geo.Errorf(geo.Unavailable, "the issuer takes no sign-ins: it only makes tokens").On("issuer", setting.Issuer)
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if o.secret == "" || said.inBody {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return setting, &oauth2.Config{
		ClientID: setting.ClientID, ClientSecret: o.secret, Endpoint: endpoint, RedirectURL: s.Callback,
		Scopes: append([]string{oidc.ScopeOpenID}, setting.Scopes...),
	}, nil
}

// codeRefused tells a code that the issuer does not take from an issuer that does
// not take us, which is no fault of the caller. What the issuer answered is not
// logged, for it may hold tokens.
func codeRefused(ctx context.Context, setting *geo.OIDC, err error) error {
	var answer *oauth2.RetrieveError
	status, word := 0, ""
	if errors.As(err, &answer) {
		status, word = answer.Response.StatusCode, problem.Clip(answer.ErrorCode)
		err = nil
	}
	if word == "invalid_grant" {
		return unauthenticated("the issuer does not take the code: it was used, is too old, or is another's")
	}
	slog.WarnContext(ctx, "the issuer gives no token for a code", "issuer", setting.Issuer, "status", status, "word", word, "error", err)
	if status == http.StatusUnauthorized || word == "invalid_client" || word == "unauthorized_client" {
		return geo.Errorf(geo.Unavailable, "the issuer does not take this service for its client: its secret is wrong or missing").On("issuer", setting.Issuer)
	}
	return geo.Errorf(geo.Unavailable, "the issuer gave no token for the code").On("issuer", setting.Issuer)
}
