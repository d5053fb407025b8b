package access

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"onegrid/geo"
)

// Caller is who asks.
type Caller struct {
	geo.Credential
	role    uint16
	sees    ClassSet
	bucket  *rate.Limiter // nil: no limit
	by      *geo.OIDC     // of a token: by what it was verified
	local   bool
	process bool
}

func newCaller(c geo.Credential, bucket *rate.Limiter) *Caller {
	return &Caller{Credential: c, role: bitOf(c.Role), sees: SetOf(c.Sees()...), bucket: bucket}
}

// local is everybody where there are no keys: only this machine is let in then.
var local = &Caller{
	Credential: geo.Credential{ID: "local", Role: geo.RoleAdmin},
	role:       bitOf(geo.RoleAdmin), sees: AllClasses, local: true,
}

// Local is the caller where there are no keys.
func Local() *Caller { return local }

// process is the deployment's other program.
var process = &Caller{Credential: geo.Credential{ID: "tiles", Role: geo.RoleService}, sees: AllClasses, process: true}

// IsLocal reports whether the caller is let in only because there are no keys.
func (c *Caller) IsLocal() bool { return c.local }

// Classes are those that the caller sees.
func (c *Caller) Classes() ClassSet { return c.sees }

// Network reports whether a network is in the caller's scope.
func (c *Caller) Network(id string) bool {
	return c.Scope.Networks == nil || slices.Contains(c.Scope.Networks, id)
}

// Actor is the caller as whom a store writes.
func (c *Caller) Actor() geo.Actor {
	a := geo.Actor{ID: c.ID, Role: c.Role}
	if c.Scope.Subtree != "" || c.Scope.Networks != nil || c.Scope.Classes != nil {
		a.May = c.may
	}
	return a
}

// may judges a write as it is about to happen. It is asked of callers only whom
// something narrows.
func (c *Caller) may(s geo.Subject) error {
	if s.Layer == geo.Scheming { // or it could make itself a key that nothing narrows
		return denied("this key is narrowed, and who may come in is for those that nothing narrows").On("layer", string(s.Layer))
	}
	// Who reports an incident need not see incidents; whose key leaves them out, though
	// the role has them, is not to touch them either.
	if class := ClassOf(s.Layer); !c.sees.Has(class) && slices.Contains(c.Role.Classes(), class) {
		return denied("%s is not of the classes that this key sees", s.Layer).On("layer", string(s.Layer))
	}
	if s.Network != "" && !c.Network(s.Network) {
		return denied("the network %s is not this key's", s.Network).On("network", s.Network)
	}
	if s.Whole && s.Network == "" && c.Scope.Networks != nil {
		return denied("this key is for some networks, and this concerns all").On("layer", string(s.Layer))
	}
	top := c.Scope.Subtree
	if top == "" {
		return nil
	}
	if s.Whole || len(s.Chains) == 0 {
		return denied("this key is for %s and what is under it, and this concerns the whole city", top)
	}
	for _, chain := range s.Chains {
		if !slices.Contains(chain, top) {
			code := ""
			if len(chain) > 0 {
				code = chain[0]
			}
			return denied("this key is for %s and what is under it, not for %s", top, code).On("grid", code)
		}
	}
	return nil
}

func denied(format string, args ...any) *geo.Error { return geo.Errorf(geo.Denied, format, args...) }

const callerKey = "onegrid.caller"

// Set makes a request known as a caller's.
func Set(c *gin.Context, caller *Caller) { c.Set(callerKey, caller) }

// Of returns who calls; nil where the route admits everyone and nobody said who
// it is.
func Of(c *gin.Context) *Caller {
	caller, _ := c.Value(callerKey).(*Caller)
	return caller
}

// CookieName is the cookie of a session.
const CookieName = "onegrid_session"

// Cookie is a session's; an empty secret takes it away.
func Cookie(secret string, secure bool, seconds int) *http.Cookie {
	if secret == "" {
		seconds = -1
	}
	return &http.Cookie{
		Name: CookieName, Value: secret, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	}
}
