// Package accesstest is an issuer of OpenID Connect for tests: a real one as far as
// HTTP, signatures and PKCE go, whose tokens say what a test wants.
package accesstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"onegrid/geo"
)

// Signers are the issuer's keys by their ids, made once: an RSA key takes long.
// "other" is not published unless a test says so.
var Signers = sync.OnceValue(func() map[string]crypto.Signer {
	rsaKey, err1 := rsa.GenerateKey(rand.Reader, 2048)
	other, err2 := rsa.GenerateKey(rand.Reader, 2048)
	curve, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, edwards, err4 := ed25519.GenerateKey(rand.Reader)
	must(errors.Join(err1, err2, err3, err4))
	return map[string]crypto.Signer{"rsa": rsaKey, "other": other, "curve": curve, "edwards": edwards}
})

// Issuer answers discovery, keys and a token endpoint that holds to PKCE and takes
// each code once. Its fields are changed within Set.
type Issuer struct {
	*httptest.Server
	t testing.TB // nil outside of a test

	mu    sync.Mutex
	asked map[string]int // how often, by path
	codes map[string]grant

	Published []string       // ids of the keys that it shows
	Document  map[string]any // what discovery answers
	ExtraKeys []any          // shown besides
	Secret    string         // of the client; empty: none is asked for
	InBody    bool           // the client's secret has to stand in the body
	Away      bool           // it answers nothing
}

// grant is what a code was given for.
type grant struct {
	challenge, callback string
	token               string
}

// NewIssuer starts an issuer that ends with the test.
func NewIssuer(t testing.TB) *Issuer {
	i := Start("127.0.0.1")
	i.t = t
	t.Cleanup(i.Close)
	return i
}

// Start starts an issuer on this machine, by one of this machine's names, which
// ends with Close. Its client is "onegrid".
func Start(host string) *Issuer {
	i := &Issuer{Published: []string{"rsa", "curve", "edwards"}, codes: map[string]grant{}, asked: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", i.discovery)
	mux.HandleFunc("GET /keys", i.keys)
	mux.HandleFunc("GET /authorize", i.page)
	mux.HandleFunc("POST /authorize", i.answer)
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		i.asked[r.URL.Path]++
		away := i.Away
		i.mu.Unlock()
		if away {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	i.URL = strings.Replace(i.URL, "127.0.0.1", host, 1)
	i.Document = map[string]any{
		"issuer": i.URL, "jwks_uri": i.URL + "/keys", "token_endpoint": i.URL + "/token", "authorization_endpoint": i.URL + "/authorize",
		"id_token_signing_alg_values_supported": []string{"RS256", "PS256", "ES256", "EdDSA", "HS256", "none"},
	}
	return i
}

// Set changes the issuer.
func (i *Issuer) Set(change func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change()
}

// Count is how often a path was asked for.
func (i *Issuer) Count(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[path]
}

func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	writeJSON(w, http.StatusOK, i.Document)
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	keys := append([]any(nil), i.ExtraKeys...)
	for _, id := range i.Published {
		keys = append(keys, jose.JSONWebKey{Key: Signers()[id].Public(), KeyID: id, Use: "sig"})
	}
	writeJSON(w, http.StatusOK, map[string]any{"keys": keys})
}

// token is the token endpoint.
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	client, secret, inHeader := r.BasicAuth()
	secret, _ = url.QueryUnescape(secret) // as RFC 6749 has it, 2.3.1
	if i.InBody || i.Secret == "" {
		client, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	}
	code := r.PostFormValue("code")
	g, known := i.codes[code]
	delete(i.codes, code)
	proof := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	switch {
	case client != "onegrid" || secret != i.Secret || i.InBody && inHeader:
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
	case !known || r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != g.callback ||
		base64.RawURLEncoding.EncodeToString(proof[:]) != g.challenge:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
	default:
		answer := map[string]any{"access_token": "for somebody else", "token_type": "Bearer"}
		if g.token != "" {
			answer["id_token"] = g.token
		}
		writeJSON(w, http.StatusOK, answer)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// Authorize does what the issuer's page would, for a person who agrees: it returns
// the code for the address that the browser was sent to.
func (i *Issuer) Authorize(address string, claims func(nonce string) map[string]any) (code string, query url.Values) {
	i.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		i.t.Fatal(err)
	}
	q := u.Query()
	code, err = i.grant(q, claims(q.Get("nonce")))
	if err != nil {
		i.t.Fatalf("%s: %v", address, err)
	}
	return code, q
}

// grant makes a code for what the browser asks, for which there will be a token
// that says the claims; none for nil.
func (i *Issuer) grant(asked url.Values, claims map[string]any) (code string, err error) {
	if asked.Get("code_challenge_method") != "S256" || asked.Get("response_type") != "code" || asked.Get("state") == "" || asked.Get("nonce") == "" || len(asked.Get("code_challenge")) != 43 {
		return "", errors.New("asked for without proof")
	}
	var token string
	if claims != nil {
		token = i.Sign("rsa", jose.RS256, claims)
	}
	code = "code-" + asked.Get("state")
	i.Set(func() {
		i.codes[code] = grant{asked.Get("code_challenge"), asked.Get("redirect_uri"), token}
	})
	return code, nil
}

// Sign makes a token with one of the keys.
func (i *Issuer) Sign(key string, by jose.SignatureAlgorithm, claims map[string]any) string {
	return i.SignAs(key, Signers()[key], by, claims)
}

// SignAs makes a token with any key, which claims to be one of an id. It panics
// over a key that cannot sign, and over claims that are no JSON.
func (i *Issuer) SignAs(id string, key any, by jose.SignatureAlgorithm, claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: by, Key: jose.JSONWebKey{Key: key, KeyID: id}}, (&jose.SignerOptions{}).WithType("JWT"))
	must(err)
	body, err := json.Marshal(claims)
	must(err)
	signed, err := signer.Sign(body)
	must(err)
	token, err := signed.CompactSerialize()
	must(err)
	return token
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Claims are those of a planner, with changes: pairs of name and value; nil takes a
// claim away.
func (i *Issuer) Claims(changes ...any) map[string]any {
	now := time.Now()
	c := map[string]any{
		"iss": i.URL, "sub": "7f3a", "aud": "onegrid", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"groups": []string{"staff", "planners"}, "name": "Somebody", "email": "somebody@example.org",
	}
	for n := 0; n+1 < len(changes); n += 2 {
		if changes[n+1] == nil {
			delete(c, changes[n].(string))
		} else {
			c[changes[n].(string)] = changes[n+1]
		}
	}
	return c
}

// Setting is what a scheme says that takes the issuer's tokens.
func (i *Issuer) Setting() *geo.OIDC {
	return &geo.OIDC{Issuer: i.URL, ClientID: "onegrid", Rules: []geo.TokenRule{
		{Claim: "groups", Value: "planners", Role: geo.RolePlanner, Subtree: "520115001", Networks: []string{"basic"}, Classes: []geo.Class{geo.ClassPublic}},
		{Claim: "groups", Value: "staff", Role: geo.RoleViewer},
		{Claim: "realm_access.roles", Value: "desk", Role: geo.RoleOperator},
		{Claim: "https://example.org/role", Value: "desk", Role: geo.RoleWall},
	}}
}
