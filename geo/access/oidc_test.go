package access

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"onegrid/geo"
	"onegrid/geo/access/accesstest"
	"onegrid/geo/problem"
)

// takes is what takes an issuer's tokens, with changes to what the scheme says.
func takes(i *accesstest.Issuer, change ...func(*geo.OIDC)) *OIDC {
	setting := i.Setting()
	for _, c := range change {
		c(setting)
	}
	scheme := &geo.Scheme{Access: &geo.Access{OIDC: setting}}
	return NewOIDC(func() *geo.Scheme { return scheme }, i.Secret, "a key of tests")
}

func TestTokensGetTheirRole(t *testing.T) {
	i := accesstest.NewIssuer(t)
	o := takes(i)
	planner := geo.Credential{Role: geo.RolePlanner,
		Scope: geo.Scope{Subtree: "520115001", Networks: []string{"basic"}, Classes: []geo.Class{geo.ClassPublic}}}
	for _, c := range []struct {
		name, key string
		by        jose.SignatureAlgorithm
		claims    map[string]any
		want      geo.Credential
	}{
		{"the first rule that fits", "rsa", jose.RS256, i.Claims(), planner},
		{"another signature", "rsa", jose.PS256, i.Claims("sub", "7f3a-b"), planner},
		{"a curve", "curve", jose.ES256, i.Claims("sub", "7f3a-c"), planner},
		{"Edwards", "edwards", jose.EdDSA, i.Claims("sub", "7f3a-d"), planner},
		{"for several, of which we are one", "rsa", jose.RS256, i.Claims("aud", []string{"onegrid", "mail"}, "azp", "onegrid"), planner},
		{"a later rule", "rsa", jose.RS256, i.Claims("groups", []string{"staff"}), geo.Credential{Role: geo.RoleViewer}},
		{"a claim that is no list", "rsa", jose.RS256, i.Claims("groups", "staff"), geo.Credential{Role: geo.RoleViewer}},
		{"a claim within another", "rsa", jose.RS256, i.Claims("groups", nil, "realm_access", map[string]any{"roles": []string{"x", "desk"}}), geo.Credential{Role: geo.RoleOperator}},
		{"a claim with dots in its name", "rsa", jose.RS256, i.Claims("groups", nil, "https://example.org/role", "desk"), geo.Credential{Role: geo.RoleWall}},
		{"valid since now", "rsa", jose.RS256, i.Claims("nbf", time.Now().Unix()), planner},
	} {
		got, err := o.Verify(t.Context(), i.Sign(c.key, c.by, c.claims))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got.Role != c.want.Role || !reflect.DeepEqual(got.Scope, c.want.Scope) || got.Kind != geo.Token || got.Expires.Unix() != c.claims["exp"] {
			t.Errorf("%s: %+v", c.name, got)
		}
		text, _ := json.Marshal(got)
		for _, secret := range []string{c.claims["sub"].(string), "Somebody", "somebody@example.org"} {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s: %s tells %s", c.name, text, secret)
			}
		}
		if got.ID != ActorOf("a key of tests", i.URL, c.claims["sub"].(string)) {
			t.Errorf("%s: it is %s", c.name, got.ID)
		}
	}
}

func TestActorsAreNobodysName(t *testing.T) {
	a := ActorOf("key", "https://a.example.org", "7f3a")
	for _, other := range []string{
		ActorOf("key", "https://b.example.org", "7f3a"), ActorOf("key", "https://a.example.org", "7f3b"), ActorOf("key", "https://a.example.org7", "f3a"),
		ActorOf("another key", "https://a.example.org", "7f3a"), // or whoever guesses a subject could tell
	} {
		if a == other || len(other) != len("oidc-")+16 || strings.Contains(other, "7f3a") {
			t.Errorf("%s and %s", a, other)
		}
	}
	if a != ActorOf("key", "https://a.example.org", "7f3a") {
		t.Error("the same is another one each time")
	}
}

// unsigned makes a token by hand, with a header of any algorithm.
func unsigned(claims map[string]any, header, signature string) string {
	body, _ := json.Marshal(claims)
	b := base64.RawURLEncoding
	return b.EncodeToString([]byte(header)) + "." + b.EncodeToString(body) + "." + signature
}

func TestTokensAreRefused(t *testing.T) {
	i := accesstest.NewIssuer(t)
	o := takes(i)
	good := i.Sign("rsa", jose.RS256, i.Claims())
	parts := strings.Split(good, ".")
	forged, _ := json.Marshal(i.Claims("sub", "another"))
	public := accesstest.Signers()["rsa"].Public()
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	inPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	inJWK, _ := jose.JSONWebKey{Key: public}.MarshalJSON()
	shared := []byte("a secret that the issuer shows, thirty-two bytes")
	i.Set(func() {
		i.ExtraKeys = []any{jose.JSONWebKey{Key: shared, KeyID: "shared"}, map[string]string{"kty": "OKP", "crv": "Ed448", "x": "AA"},
			jose.JSONWebKey{Key: accesstest.Signers()["other"].Public(), KeyID: "cipher", Use: "enc"}}
	})
	soon, past := time.Now().Add(10*time.Minute).Unix(), time.Now().Add(-time.Minute).Unix()
	sign := func(changes ...any) string { return i.Sign("rsa", jose.RS256, i.Claims(changes...)) }
	for _, c := range []struct {
		name, token string
		kind        geo.Kind
		says        string
	}{
		{"nothing", "..", problem.Unauthenticated, "does not hold"},
		{"no JSON", "a.b.c", problem.Unauthenticated, "does not hold"},
		{"alg none", unsigned(i.Claims(), `{"alg":"none","typ":"JWT"}`, ""), problem.Unauthenticated, "none"},
		{"alg None, signed", unsigned(i.Claims(), `{"alg":"None"}`, parts[2]), problem.Unauthenticated, "None"},
		{"no alg", unsigned(i.Claims(), `{"typ":"JWT"}`, parts[2]), problem.Unauthenticated, "does not hold"},
		{"no signature", parts[0] + "." + parts[1] + ".", problem.Unauthenticated, "none of the issuer's keys"},
		{"HS256 with the public key as the secret", i.SignAs("rsa", inPEM, jose.HS256, i.Claims()), problem.Unauthenticated, "HS256"},
		{"HS256 with the public key otherwise written", i.SignAs("rsa", der, jose.HS256, i.Claims()), problem.Unauthenticated, "HS256"},
		{"HS256 with the key's JSON", i.SignAs("rsa", inJWK, jose.HS256, i.Claims()), problem.Unauthenticated, "HS256"},
		{"HS256 with a secret that is published", i.SignAs("shared", shared, jose.HS256, i.Claims()), problem.Unauthenticated, "HS256"},
		{"RS256 that says the key of a curve", i.SignAs("curve", accesstest.Signers()["rsa"], jose.RS256, i.Claims()), problem.Unauthenticated, "none of the issuer's keys"},
		{"another's key", i.SignAs("rsa", accesstest.Signers()["other"], jose.RS256, i.Claims()), problem.Unauthenticated, "none of the issuer's keys"},
		{"another's key under its own name", i.Sign("other", jose.RS256, i.Claims()), problem.Unauthenticated, "none of the issuer's keys"},
		{"another's key without a name", i.SignAs("", accesstest.Signers()["other"], jose.RS256, i.Claims()), problem.Unauthenticated, "none of the issuer's keys"},
		{"a key that encrypts", i.SignAs("cipher", accesstest.Signers()["other"], jose.RS256, i.Claims()), problem.Unauthenticated, "none of the issuer's keys"},
		{"a signature that the issuer does not make", i.Sign("rsa", jose.RS512, i.Claims()), problem.Unauthenticated, "RS512"},
		{"a key that it brings along", unsigned(i.Claims(), `{"alg":"RS256","jwk":`+string(inJWK)+`}`, parts[2]), problem.Unauthenticated, "brings a key along"},
		{"two keys that it brings along", unsigned(i.Claims(), `{"alg":"RS256","jwk":{},"jwk":null}`, parts[2]), problem.Unauthenticated, "brings a key along"},
		{"too long", sign("said", strings.Repeat("x", maxToken)), problem.Unauthenticated, "at most"},
		{"changed", parts[0] + "." + base64.RawURLEncoding.EncodeToString(forged) + "." + parts[2], problem.Unauthenticated, "none of the issuer's keys"},
		{"another issuer", sign("iss", "https://sign-in.example.org"), problem.Unauthenticated, "different provider"},
		{"another issuer, nearly", sign("iss", i.URL+"/"), problem.Unauthenticated, "different provider"},
		{"no issuer", sign("iss", nil), problem.Unauthenticated, "different provider"},
		{"for somebody else", sign("aud", "mail"), problem.Unauthenticated, "audience"},
		{"for others", sign("aud", []string{"mail", "calendar"}), problem.Unauthenticated, "audience"},
		{"for nobody", sign("aud", nil), problem.Unauthenticated, "audience"},
		{"made for another client", sign("azp", "mail"), problem.Unauthenticated, "another client"},
		{"for others too, without saying whose", sign("aud", []string{"onegrid", "mail"}), problem.Unauthenticated, "whose it is"},
		{"expired", sign("exp", past), problem.Unauthenticated, "expired at 2"},
		{"without an end", sign("exp", nil), problem.Unauthenticated, "expired"},
		{"not yet", sign("nbf", soon), problem.Unauthenticated, "not before"},
		{"no subject", sign("sub", nil), problem.Unauthenticated, "whom it stands for"},
		{"an empty subject", sign("sub", ""), problem.Unauthenticated, "whom it stands for"},
		{"a long subject", sign("sub", strings.Repeat("x", 256)), problem.Unauthenticated, "whom it stands for"},
		{"a subject that is no text", sign("sub", 7), problem.Unauthenticated, "does not hold"},
		{"of signing out", sign("events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}), problem.Unauthenticated, "signing out"},
		{"no rule", sign("groups", []string{"guests"}), geo.Denied, "no rule"},
		{"no groups", sign("groups", nil), geo.Denied, "no rule"},
		{"groups that are a number", sign("groups", 7), geo.Denied, "no rule"},
		{"a group that only begins alike", sign("groups", []string{"planners-of-elsewhere"}), geo.Denied, "no rule"},
		{"two roles in one text", sign("groups", "staff planners"), geo.Denied, "no rule"},
	} {
		who, err := o.Verify(t.Context(), c.token)
		var e *geo.Error
		if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(e.Message, c.says) {
			t.Errorf("%s: %+v, %v; want %s: %s", c.name, who, err, c.kind, c.says)
		}
	}
	if _, err := o.Verify(t.Context(), good); err != nil {
		t.Errorf("and the good one: %v", err)
	}
}

func TestAnAudienceOfItsOwn(t *testing.T) {
	i := accesstest.NewIssuer(t)
	o := takes(i, func(s *geo.OIDC) { s.Audience = "onegrid-api" })
	if _, err := o.Verify(t.Context(), i.Sign("rsa", jose.RS256, i.Claims("aud", []string{"onegrid-api", "mail"}, "azp", "phone"))); err != nil {
		t.Errorf("for us: %v", err)
	}
	if _, err := o.Verify(t.Context(), i.Sign("rsa", jose.RS256, i.Claims())); geo.KindOf(err) != problem.Unauthenticated {
		t.Errorf("for the client alone: %v", err)
	}
}

// Nobody is asked before there is a token; then once, whoever else comes with one.
func TestTheIssuerIsAskedOnce(t *testing.T) {
	i := accesstest.NewIssuer(t)
	o := takes(i)
	if !o.Configured() || i.Count("/keys") != 0 {
		t.Error("it was asked before it had to be")
	}
	var all sync.WaitGroup
	for n := range 20 {
		token := i.Sign("rsa", jose.RS256, i.Claims("sub", string(rune('a'+n))))
		all.Go(func() {
			if _, err := o.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if i.Count("/keys") != 1 {
		t.Errorf("its keys were asked for %d times", i.Count("/keys"))
	}
}

// later is a clock that a test moves.
func later(o *OIDC) func(time.Duration) {
	at := time.Now()
	o.now = func() time.Time { return at }
	return func(d time.Duration) { at = at.Add(d) }
}

func TestKeysAreRenewed(t *testing.T) {
	i := accesstest.NewIssuer(t)
	o := takes(i)
	pass := later(o)
	first := i.Sign("rsa", jose.RS256, i.Claims("exp", time.Now().Add(100*time.Hour).Unix()))
	if _, err := o.Verify(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	i.Set(func() { i.Published = []string{"other", "curve"} })
	fresh := i.Sign("other", jose.RS256, i.Claims())
	if _, err := o.Verify(t.Context(), fresh); geo.KindOf(err) != problem.Unauthenticated || i.Count("/keys") != 1 {
		t.Errorf("a key that nobody knows makes it ask at once: %v, %d", err, i.Count("/keys"))
	}
	pass(askAgain)
	if _, err := o.Verify(t.Context(), fresh); err != nil {
		t.Errorf("with the new key: %v", err)
	}
	if _, err := o.Verify(t.Context(), i.Sign("rsa", jose.RS256, i.Claims("sub", "b"))); geo.KindOf(err) != problem.Unauthenticated {
		t.Errorf("with the old key: %v", err)
	}
	// Withdrawn while nobody comes with a new one.
	curve := func(sub string) string {
		return i.Sign("curve", jose.ES256, i.Claims("sub", sub, "exp", time.Now().Add(100*time.Hour).Unix()))
	}
	if _, err := o.Verify(t.Context(), curve("c")); err != nil {
		t.Fatal(err)
	}
	i.Set(func() { i.Published = []string{"other"} })
	pass(keysLast)
	if _, err := o.Verify(t.Context(), curve("d")); geo.KindOf(err) != problem.Unauthenticated {
		t.Errorf("with a key that was withdrawn an hour ago: %v", err)
	}
}

func TestAnIssuerThatIsAwayStopsOnlyWhatNeedsIt(t *testing.T) {
	i := accesstest.NewIssuer(t)
	i.Away = true
	o := takes(i)
	pass := later(o)
	token := i.Sign("rsa", jose.RS256, i.Claims("exp", time.Now().Add(100*time.Hour).Unix()))
	for range 5 {
		if _, err := o.Verify(t.Context(), token); geo.KindOf(err) != geo.Unavailable || strings.Contains(err.Error(), "away") {
			t.Fatalf("got %v", err)
		}
	}
	if n := i.Count("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("it was asked %d times at once", n)
	}
	i.Set(func() { i.Away = false })
	pass(askAgain)
	if _, err := o.Verify(t.Context(), token); err != nil {
		t.Fatalf("once it is back: %v", err)
	}
	i.Set(func() { i.Away = true })
	for _, d := range []time.Duration{0, keysLast, keysMost - keysLast} {
		pass(d)
		another := i.Sign("rsa", jose.RS256, i.Claims("sub", d.String(), "exp", time.Now().Add(100*time.Hour).Unix()))
		if _, err := o.Verify(t.Context(), another); err != nil {
			t.Errorf("%s after it left, with a key that is known: %v", d, err)
		}
	}
	pass(askAgain)
	if _, err := o.Verify(t.Context(), i.Sign("rsa", jose.RS256, i.Claims("sub", "z", "exp", time.Now().Add(100*time.Hour).Unix()))); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("a day after it left: %v", err)
	}
	if _, err := o.Verify(t.Context(), token); err != nil {
		t.Errorf("who was let in before: %v", err)
	}
}

// What an issuer publishes has to be its own, and nobody on the way may change it.
func TestIssuersThatCannotBeTrusted(t *testing.T) {
	for name, change := range map[string]func(i *accesstest.Issuer){
		"another's document": func(i *accesstest.Issuer) { i.Document["issuer"] = "https://sign-in.example.org" },
		"keys over http":     func(i *accesstest.Issuer) { i.Document["jwks_uri"] = "http://keys.example.org/" },
		"tokens over http":   func(i *accesstest.Issuer) { i.Document["token_endpoint"] = "http://keys.example.org/" },
		"a page of a file":   func(i *accesstest.Issuer) { i.Document["authorization_endpoint"] = "file:///etc/passwd" },
		"no keys":            func(i *accesstest.Issuer) { i.Published = nil },
		"keys that are secrets": func(i *accesstest.Issuer) {
			i.Published, i.ExtraKeys = nil, []any{map[string]string{"kty": "oct", "kid": "rsa", "k": "c2VjcmV0"}}
		},
		"keys that are told whole": func(i *accesstest.Issuer) {
			i.Published, i.ExtraKeys = nil, []any{jose.JSONWebKey{Key: accesstest.Signers()["rsa"], KeyID: "rsa"}}
		},
		"no address of keys":   func(i *accesstest.Issuer) { delete(i.Document, "jwks_uri") },
		"secrets only":         func(i *accesstest.Issuer) { i.Document["id_token_signing_alg_values_supported"] = []string{"HS256"} },
		"keys that are a page": func(i *accesstest.Issuer) { i.Document["jwks_uri"] = i.URL + "/nothing" },
		"more than fits":       func(i *accesstest.Issuer) { i.Document["padding"] = strings.Repeat("x", issuerMost) },
	} {
		i := accesstest.NewIssuer(t)
		i.Set(func() { change(i) })
		if _, err := takes(i).Verify(t.Context(), i.Sign("rsa", jose.RS256, i.Claims())); geo.KindOf(err) != geo.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Where an issuer sends us on to, nobody goes.
func TestIssuersSendUsNowhere(t *testing.T) {
	i := accesstest.NewIssuer(t)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, i.URL+r.URL.Path, http.StatusFound) }))
	t.Cleanup(front.Close)
	i.Set(func() { i.Document["issuer"] = front.URL })
	o := takes(i, func(s *geo.OIDC) { s.Issuer = front.URL })
	if _, err := o.Verify(t.Context(), i.Sign("rsa", jose.RS256, i.Claims("iss", front.URL))); geo.KindOf(err) != geo.Unavailable {
		t.Errorf("got %v", err)
	}
	if n := i.Count("/.well-known/openid-configuration"); n != 0 {
		t.Errorf("the other was asked %d times", n)
	}
}

// What one issuer published does not count for another, though its keys be called
// the same.
func TestIssuersHaveKeysOfTheirOwn(t *testing.T) {
	first, second := accesstest.NewIssuer(t), accesstest.NewIssuer(t)
	second.Published = []string{"curve"}
	scheme := &geo.Scheme{Access: &geo.Access{OIDC: first.Setting()}}
	o := NewOIDC(func() *geo.Scheme { return scheme }, "", "a key of tests")
	if _, err := o.Verify(t.Context(), first.Sign("rsa", jose.RS256, first.Claims())); err != nil {
		t.Fatal(err)
	}
	scheme = &geo.Scheme{Access: &geo.Access{OIDC: second.Setting()}}
	if !o.Is(second.URL) || o.Is(first.URL) || o.Is("") {
		t.Error("it takes one issuer for another")
	}
	if who, err := o.Verify(t.Context(), second.Sign("rsa", jose.RS256, second.Claims())); geo.KindOf(err) != problem.Unauthenticated {
		t.Errorf("with the first one's key: %+v, %v", who, err)
	}
	if _, err := o.Verify(t.Context(), second.Sign("curve", jose.ES256, second.Claims())); err != nil {
		t.Errorf("with its own: %v", err)
	}
}

// A key that is published for one kind of signature is good for no other.
func TestKeysSignAsTheySay(t *testing.T) {
	i := accesstest.NewIssuer(t)
	i.Set(func() {
		i.Published = nil
		i.ExtraKeys = []any{jose.JSONWebKey{Key: accesstest.Signers()["rsa"].Public(), KeyID: "rsa", Algorithm: "RS256"}}
	})
	o := takes(i)
	if _, err := o.Verify(t.Context(), i.Sign("rsa", jose.PS256, i.Claims())); geo.KindOf(err) != problem.Unauthenticated {
		t.Errorf("another signature: %v", err)
	}
	if _, err := o.Verify(t.Context(), i.Sign("rsa", jose.RS256, i.Claims())); err != nil {
		t.Errorf("its own: %v", err)
	}
}

// A token is checked once, until it expires or the rules are others.
func TestVerifiedTokensAreRemembered(t *testing.T) {
	i := accesstest.NewIssuer(t)
	scheme := &geo.Scheme{Access: &geo.Access{OIDC: i.Setting()}}
	o := NewOIDC(func() *geo.Scheme { return scheme }, "", "a key of tests")
	pass := later(o)
	token := i.Sign("rsa", jose.RS256, i.Claims())
	if who, err := o.Verify(t.Context(), token); err != nil || who.Role != geo.RolePlanner {
		t.Fatalf("%+v, %v", who, err)
	}
	setting := i.Setting()
	setting.Rules = setting.Rules[1:]
	scheme = &geo.Scheme{Access: &geo.Access{OIDC: setting}}
	if who, err := o.Verify(t.Context(), token); err != nil || who.Role != geo.RoleViewer {
		t.Errorf("by other rules: %+v, %v", who, err)
	}
	pass(time.Hour + time.Second)
	if who, err := o.Verify(t.Context(), token); geo.KindOf(err) != problem.Unauthenticated {
		t.Errorf("after an hour: %+v, %v", who, err)
	}
	scheme = &geo.Scheme{}
	if _, err := o.Verify(t.Context(), token); geo.KindOf(err) != problem.Unauthenticated || o.Configured() {
		t.Errorf("without an issuer: %v", err)
	}
}

func TestRememberedTokensAreBounded(t *testing.T) {
	v := verified{at: map[[32]byte]geo.Credential{}}
	setting, now := &geo.OIDC{}, time.Now()
	for n := range 3 * mostVerified {
		v.put(setting, [32]byte{byte(n), byte(n >> 8), byte(n >> 16)}, geo.Credential{Expires: now.Add(time.Hour)}, now)
		if len(v.at) > mostVerified {
			t.Fatalf("%d tokens are remembered", len(v.at))
		}
	}
	if len(v.at) < mostVerified*8/10 {
		t.Errorf("only %d tokens are remembered", len(v.at))
	}
	late := now.Add(2 * time.Hour)
	for n := range mostVerified {
		v.put(setting, [32]byte{3: 1, 4: byte(n), 5: byte(n >> 8)}, geo.Credential{Expires: late.Add(time.Hour)}, late)
	}
	for _, c := range v.at {
		if !c.Holds(late) {
			t.Fatal("one that is over is kept while others have to go")
		}
	}
}
