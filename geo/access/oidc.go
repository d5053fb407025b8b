package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"onegrid/geo"
)

// OIDC knows for whom the tokens of OpenID Connect stand, by the issuer and the
// rules that the scheme names at the time. The issuer is asked for nothing before
// somebody brings a token, and then for its keys only; while it is away, what does
// not need it goes on.
type OIDC struct {
	scheme   func() *geo.Scheme
	secret   string // of the client, for sign-in; empty: it has none
	key      string // see ActorOf
	issuer   publisher
	verified verified
	now      func() time.Time
}

// NewOIDC takes tokens as the scheme says. secret is the client's, which only
// sign-in needs; empty for a client without one. key is the deployment's own, by
// which all its programs name whom a token stands for: see ActorOf.
func NewOIDC(scheme func() *geo.Scheme, secret, key string) *OIDC {
	return &OIDC{
		scheme: scheme, secret: secret, key: key, issuer: publisher{client: newClient()}, now: time.Now,
		verified: verified{at: map[[sha256.Size]byte]geo.Credential{}},
	}
}

// Setting is what the scheme says of tokens now, nil if none are taken.
func (o *OIDC) Setting() *geo.OIDC { return o.scheme().Tokens() }

// Configured reports whether any are.
func (o *OIDC) Configured() bool { return o.Setting() != nil }

// Verify returns whom a token stands for, until when at most. A token that does
// not hold is Unauthenticated, one that no rule fits Denied; while the issuer's
// keys are needed and cannot be had, every token is Unavailable.
func (o *OIDC) Verify(ctx context.Context, token string) (geo.Credential, error) {
	setting := o.Setting()
	if setting == nil {
		return geo.Credential{}, unauthenticated("the scheme names no issuer of tokens")
	}
	if c, ok := o.Remembered(token); ok {
		return c, nil
	}
	audience := setting.Audience
	if audience == "" {
		audience = setting.ClientID
	}
	claims, err := o.claims(ctx, setting, token, audience)
	if err != nil {
		return geo.Credential{}, err
	}
	c, err := o.credential(setting, claims)
	if err == nil {
		o.verified.put(setting, sha256.Sum256([]byte(token)), c, o.now())
	}
	return c, err
}

// Remembered returns whom a token stands for that was verified by the rules of
// now, and has not expired.
func (o *OIDC) Remembered(token string) (geo.Credential, bool) {
	return o.verified.get(o.Setting(), sha256.Sum256([]byte(token)), o.now())
}

// signatures are those that are taken: none that whoever knows the public key, or
// nobody, could have made.
var signatures = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// claims are what a token says, if its issuer has said it to an audience and it
// holds now.
func (o *OIDC) claims(ctx context.Context, setting *geo.OIDC, token, audience string) (*claims, error) {
	if err := bare(token); err != nil {
		return nil, err
	}
	signed, err := jose.ParseSignedCompact(token, signatures)
	if err != nil {
		return nil, refused(err)
	}
	said, err := o.issuer.publication(ctx, setting.Issuer, signed.Signatures[0].Header.KeyID, o.now())
	if err != nil {
		return nil, err
	}
	verifier := oidc.NewVerifier(setting.Issuer, said, &oidc.Config{
		ClientID: audience, SupportedSigningAlgs: said.signatures, Now: o.now,
	})
	parsed, err := verifier.Verify(ctx, token)
	if err != nil {
		return nil, refused(err)
	}
	c := &claims{IDToken: parsed}
	if err := parsed.Claims(&c.all); err != nil {
		return nil, refused(err)
	}
	return c, c.check(setting, audience)
}

// maxToken is longer than any issuer's.
const maxToken = 16 << 10

// bare refuses a token that is too long for one, and one that brings a key along.
// It is the issuer's keys that count; but libraries look at the other one first, and
// made-up keys have been seen that took them half a minute.
func bare(token string) error {
	if len(token) > maxToken {
		return unauthenticated("a token has %d bytes at most", maxToken)
	}
	header, _, _ := strings.Cut(token, ".")
	text, _ := base64.RawURLEncoding.DecodeString(header) // what is no header the library refuses
	var said map[string]json.RawMessage
	if json.Unmarshal(text, &said) == nil && said["jwk"] != nil {
		return unauthenticated("the token brings a key along (jwk): only its issuer's count")
	}
	return nil
}

// check makes sure of what the library leaves to us.
func (c *claims) check(setting *geo.OIDC, audience string) error {
	party, _ := c.all["azp"].(string)
	switch {
	case c.Subject == "" || len(c.Subject) > maxSubject:
		return unauthenticated("the token does not say whom it stands for (sub)")
	case c.all["events"] != nil:
		return unauthenticated("this is a token of signing out")
	case audience != setting.ClientID: // of another's making, for us: not an ID token
		return nil
	case party != "" && party != setting.ClientID:
		return unauthenticated("the token was made for another client (azp)")
	case party == "" && slices.ContainsFunc(c.Audience, func(a string) bool { return a != audience }):
		return unauthenticated("the token is for others too, and does not say whose it is (azp)")
	}
	return nil
}

const maxSubject = 255 // as the standard has it

// refused tells why a token does not hold.
func refused(err error) *geo.Error {
	var late *oidc.TokenExpiredError
	if errors.As(err, &late) {
		return unauthenticated("the token expired at %s", late.Expiry.UTC().Format(time.RFC3339))
	}
	return unauthenticated("the token does not hold: %s", shortened(err))
}

// shortened is an error of the libraries, which may hold all that was sent.
func shortened(err error) string {
	const most = 200
	text := strings.ToValidUTF8(strings.TrimPrefix(err.Error(), "oidc: "), "")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// ActorOf is how an issuer's subject stands in the log: the same each time, and
// neither a name nor an address. Subjects are often names that can be guessed:
// only who has the deployment's key can tell whether a guess is right.
func ActorOf(key, issuer, subject string) string {
	mac := hmac.New(sha256.New, []byte(key))
	io.WriteString(mac, "actor\x00"+issuer+"\x00"+subject)
	return geo.SignedIn + strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:10]))
}

// newClient asks issuers: not for long, for little, and nobody whom they send us
// on to.
func newClient() *http.Client {
	return &http.Client{
		Timeout:       issuerTime,
		Transport:     brief{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
