package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/singleflight"

	"onegrid/geo"
)

// How long what an issuer publishes is relied on, and how often it is asked.
const (
	keysLast   = time.Hour       // then it is asked again, for it may have withdrawn a key
	keysMost   = 24 * time.Hour  // even if it does not answer
	askAgain   = 5 * time.Second // after it did not answer, or did not publish the key of a token
	issuerTime = 5 * time.Second // that one of its answers may take
	issuerMost = 1 << 20         // bytes of one
)

// publication is what an issuer says of itself.
type publication struct {
	issuer     string
	provider   *oidc.Provider
	signatures []string
	inBody     bool // at the token endpoint, the client's secret stands in the body
	keys       []jose.JSONWebKey
	at         time.Time
}

// publisher keeps what the issuer last published.
type publisher struct {
	client *http.Client
	asking singleflight.Group

	mu     sync.Mutex
	last   *publication
	failed error // how asking for another one ended
	asked  time.Time
	whom   string
}

// publication returns what an issuer publishes, with the key of an id if it can be
// had: "" is any. It asks when it must, once for all who wait, and no more often
// than tokens with made-up ids could have it. Unavailable if the issuer does not
// answer.
func (p *publisher) publication(ctx context.Context, issuer, keyID string, now time.Time) (*publication, error) {
	p.mu.Lock()
	last, failed, pause := p.last, p.failed, p.whom == issuer && now.Sub(p.asked) < askAgain
	p.mu.Unlock()
	if last != nil && (last.issuer != issuer || now.Sub(last.at) > keysMost) {
		last = nil
	}
	known := last != nil && last.has(keyID)
	switch {
	case known && now.Sub(last.at) < keysLast:
		return last, nil
	case pause && last != nil && (known || failed == nil):
		return last, nil
	case pause && failed != nil:
		return nil, failed
	}
	select {
	case <-ctx.Done():
		return nil, geo.Errorf(geo.Unavailable, "the issuer of tokens takes too long to answer").On("issuer", issuer)
	case answer := <-p.asking.DoChan(issuer, func() (any, error) { return p.ask(issuer, now) }):
		if answer.Err == nil {
			return answer.Val.(*publication), nil
		}
		if known {
			return last, nil
		}
		return nil, answer.Err
	}
}

// ask asks for everybody, whoever leaves meanwhile.
func (p *publisher) ask(issuer string, now time.Time) (*publication, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(context.Background(), p.client), 2*issuerTime)
	defer cancel()
	got, err := published(ctx, p.client, issuer)
	if err != nil {
		slog.Warn("the issuer of tokens cannot be asked", "issuer", issuer, "error", shortened(err))
		err = geo.Errorf(geo.Unavailable, "the issuer of tokens does not answer as it should: tokens cannot be checked now, keys can").On("issuer", issuer)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whom, p.asked, p.failed = issuer, now, err
	if err == nil {
		got.at, p.last = now, got
	}
	return got, err
}

// published reads what an issuer says of itself, and its keys.
func published(ctx context.Context, client *http.Client, issuer string) (*publication, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	var about struct {
		Keys       string   `json:"jwks_uri"`
		Tokens     string   `json:"token_endpoint"`
		SignIn     string   `json:"authorization_endpoint"`
		Signatures []string `json:"id_token_signing_alg_values_supported"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&about); err != nil {
		return nil, err
	}
	for name, address := range map[string]string{"jwks_uri": about.Keys, "token_endpoint": about.Tokens, "authorization_endpoint": about.SignIn} {
		u, err := url.Parse(address)
		if err != nil || address != "" && !geo.Confidential(u) {
			return nil, fmt.Errorf("%s %q: want an address of https", name, address)
		}
	}
	out := &publication{issuer: issuer, provider: provider}
	for _, s := range signatures {
		if len(about.Signatures) == 0 || slices.Contains(about.Signatures, string(s)) {
			out.signatures = append(out.signatures, string(s))
		}
	}
	if out.signatures == nil {
		return nil, fmt.Errorf("it signs with %q only", about.Signatures)
	}
	out.inBody = about.Methods != nil && !slices.Contains(about.Methods, "client_secret_basic") && slices.Contains(about.Methods, "client_secret_post")
	out.keys, err = keysAt(ctx, client, about.Keys)
	return out, err
}

// keysAt reads a set of keys. Those of a kind that is not known here are left
// out, and so are secrets and those that only encrypt.
func keysAt(ctx context.Context, client *http.Client, address string) ([]jose.JSONWebKey, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", address, answer.Status)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	var out []jose.JSONWebKey
	for _, raw := range set.Keys {
		var k jose.JSONWebKey
		if k.UnmarshalJSON(raw) == nil && k.Valid() && k.IsPublic() && k.Use != "enc" {
			out = append(out, k)
		}
	}
	if out == nil {
		return nil, fmt.Errorf("%s holds no key to verify with", address)
	}
	return out, nil
}

// has reports whether a key is published.
func (p *publication) has(id string) bool {
	return id == "" || slices.ContainsFunc(p.keys, func(k jose.JSONWebKey) bool { return k.KeyID == id })
}

// VerifySignature implements oidc.KeySet.
func (p *publication) VerifySignature(_ context.Context, token string) ([]byte, error) {
	signed, err := jose.ParseSignedCompact(token, signatures)
	if err != nil {
		return nil, err
	}
	header := signed.Signatures[0].Header
	for i := range p.keys {
		k := &p.keys[i]
		if header.KeyID != "" && header.KeyID != k.KeyID || k.Algorithm != "" && k.Algorithm != header.Algorithm {
			continue
		}
		if said, err := signed.Verify(k); err == nil {
			return said, nil
		}
	}
	return nil, errors.New("none of the issuer's keys signed it")
}

// brief cuts answers off that are too long to be an issuer's.
type brief struct{ http.RoundTripper }

func (b brief) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = cut{io.LimitReader(answer.Body, issuerMost), answer.Body}
	}
	return answer, err
}

type cut struct {
	io.Reader
	io.Closer
}
