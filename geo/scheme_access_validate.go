package geo

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Bounds of what a scheme says about tokens and persons.
const (
	maxTokenRules   = 1000
	maxTokenWord    = 255 // bytes of a claim, a value, a client
	maxPersonFields = 1000
)

func (a *Access) validate(s *Scheme, at string) error {
	if a.Persons != nil {
		if err := a.Persons.validate(at + "/persons/fields"); err != nil {
			return err
		}
	}
	if a.OIDC == nil {
		return nil
	}
	return a.OIDC.validate(s, at+"/oidc")
}

func (p *Persons) validate(at string) error {
	if n := len(p.Fields); n == 0 || n > maxPersonFields {
		return Errorf(Invalid, "there are 1 to %d fields", maxPersonFields).On(at, fmt.Sprint(n))
	}
	for i, name := range p.Fields {
		if err := tokenWord(name, true); err != nil {
			return err.On(fmt.Sprintf("%s/%d", at, i), name)
		}
		if strings.Trim(name, " _-.") == "" { // once folded, nothing is left to compare
			return Errorf(Invalid, "a field has a name").On(fmt.Sprintf("%s/%d", at, i), name)
		}
	}
	return nil
}

func (o *OIDC) validate(s *Scheme, at string) error {
	if err := checkIssuer(o.Issuer); err != nil {
		return err.On(at+"/issuer", o.Issuer)
	}
	if err := tokenWord(o.ClientID, true); err != nil {
		return err.On(at+"/client_id", o.ClientID)
	}
	if err := tokenWord(o.Audience, false); err != nil {
		return err.On(at+"/audience", o.Audience)
	}
	for i, scope := range o.Scopes {
		if scope == "" || strings.ContainsAny(scope, " \"\\") || tokenWord(scope, true) != nil {
			return Errorf(Invalid, "a scope is one word").On(fmt.Sprintf("%s/scopes/%d", at, i), scope)
		}
	}
	if n := len(o.Rules); n == 0 || n > maxTokenRules {
		return Errorf(Invalid, "there are 1 to %d rules: without one, a token lets nobody in", maxTokenRules).On(at+"/rules", fmt.Sprint(n))
	}
	for i := range o.Rules {
		if err := o.Rules[i].validate(s, fmt.Sprintf("%s/rules/%d", at, i)); err != nil {
			return err
		}
	}
	return nil
}

func (r *TokenRule) validate(s *Scheme, at string) error {
	if err := tokenWord(r.Claim, true); err != nil {
		return err.On(at+"/claim", r.Claim)
	}
	if err := tokenWord(r.Value, true); err != nil {
		return err.On(at+"/value", r.Value)
	}
	if !slices.Contains(Roles, r.Role) {
		return Errorf(Invalid, "there is no such role: there are %s", listed(Roles)).On(at+"/role", string(r.Role))
	}
	if err := tokenWord(r.Subtree, false); err != nil {
		return err.On(at+"/subtree", r.Subtree)
	}
	// An empty list would mean nothing at all here and everything once it is
	// stored without its name.
	if r.Networks != nil && len(r.Networks) == 0 {
		return Errorf(Invalid, "leave networks out to allow all of them").On(at+"/networks", "[]")
	}
	for i, id := range r.Networks {
		if s.Network(id) == nil {
			return Errorf(Invalid, "the scheme has no such network").On(fmt.Sprintf("%s/networks/%d", at, i), id)
		}
	}
	if r.Classes != nil && len(r.Classes) == 0 {
		return Errorf(Invalid, "leave classes out to allow all that the role may see").On(at+"/classes", "[]")
	}
	for i, class := range r.Classes {
		if !slices.Contains(r.Role.Classes(), class) {
			return Errorf(Invalid, "a %s sees %s", r.Role, listed(r.Role.Classes())).On(fmt.Sprintf("%s/classes/%d", at, i), string(class))
		}
	}
	return nil
}

// checkIssuer refuses what cannot be an issuer's address.
func checkIssuer(address string) *Error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return Errorf(Invalid, "an issuer is an address like https://sign-in.example.org")
	case !Confidential(u):
		return Errorf(Invalid, "an issuer is asked over https, unless it is on this machine")
	case u.User != nil || strings.ContainsAny(address, "?#"):
		return Errorf(Invalid, "an issuer's address has no user, no query and no fragment")
	}
	return nil
}

// Confidential reports whether nobody on the way can read or change what is said
// to an address: it is of https, or of this machine.
func Confidential(u *url.URL) bool {
	if u.Scheme == "https" {
		return u.Host != ""
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func tokenWord(word string, needed bool) *Error {
	switch {
	case word == "" && needed:
		return Errorf(Invalid, "this is needed")
	case len(word) > maxTokenWord:
		return Errorf(Invalid, "this has at most %d bytes", maxTokenWord)
	case strings.ContainsFunc(word, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return Errorf(Invalid, "this has no control characters")
	}
	return nil
}

func listed[T ~string](all []T) string {
	var b strings.Builder
	for i, one := range all {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(one))
	}
	return b.String()
}
