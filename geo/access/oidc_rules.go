package access

import (
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"

	"onegrid/geo"
)

// claims are what a token says that holds.
type claims struct {
	*oidc.IDToken
	all map[string]any
}

// credential is what the first rule that fits makes of a token. It lasts as long
// as the token.
func (o *OIDC) credential(setting *geo.OIDC, c *claims) (geo.Credential, error) {
	for i := range setting.Rules {
		r := &setting.Rules[i]
		if !c.has(r.Claim, r.Value) {
			continue
		}
		return geo.Credential{
			ID: ActorOf(o.key, c.Issuer, c.Subject), Kind: geo.Token, Role: r.Role, Scope: r.Scope(),
			Created: c.IssuedAt.UTC(), Expires: c.Expiry.UTC(),
		}, nil
	}
	return geo.Credential{}, denied("you are known, but no rule of the scheme gives you a role here: ask whoever keeps the scheme")
}

// has reports whether a claim is a value or lists it.
func (c *claims) has(name, value string) bool {
	switch said := claimAt(c.all, name).(type) {
	case string:
		return said == value
	case []any:
		return slices.Contains(said, any(value))
	}
	return false
}

// claimAt finds a claim: of that very name, for names may hold dots, or else
// within others.
func claimAt(all map[string]any, name string) any {
	if said, ok := all[name]; ok {
		return said
	}
	for i := range len(name) {
		if name[i] != '.' {
			continue
		}
		if inner, ok := all[name[:i]].(map[string]any); ok {
			return claimAt(inner, name[i+1:])
		}
	}
	return nil
}
