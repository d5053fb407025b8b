package geo

import (
	"slices"
	"time"
)

// Role is what a caller is there for. What each may call stands in the tables of
// routes.
type Role string

// The roles.
const (
	RoleViewer   Role = "viewer"   // sees the public layers
	RoleWall     Role = "wall"     // a screen: sees, for years on end, and changes nothing
	RoleMember   Role = "member"   // on a phone: whose is this spot, report, propose
	RoleService  Role = "service"  // another system: looks up, also in bulk, and reports
	RoleOperator Role = "operator" // moves incidents
	RolePlanner  Role = "planner"  // drafts
	RoleApprover Role = "approver" // publishes what others drafted
	RoleAdmin    Role = "admin"    // scheme, keys, imports
)

// Roles are all of them.
var Roles = []Role{RoleViewer, RoleWall, RoleMember, RoleService, RoleOperator, RolePlanner, RoleApprover, RoleAdmin}

// Class says who may see a layer.
type Class string

// The classes, each with less for everybody's eyes than the one before.
const (
	ClassPublic     Class = "public"     // grids, buildings, the base map, counts that tell of nobody
	ClassInternal   Class = "internal"   // devices, posts
	ClassRestricted Class = "restricted" // incidents, what a camera sees
)

// Classes are all of them.
var Classes = []Class{ClassPublic, ClassInternal, ClassRestricted}

// Classes returns what a role may see at most.
func (r Role) Classes() []Class {
	switch r {
	case RoleWall, RoleOperator, RoleAdmin:
		return Classes
	case RoleService, RolePlanner, RoleApprover:
		return Classes[:2]
	case RoleViewer, RoleMember:
		return Classes[:1]
	}
	return nil
}

// Scope narrows what a role may do.
type Scope struct {
	Subtree  string   `json:"subtree,omitempty"`  // code of an area of the basic network; empty: the whole city
	Networks []string `json:"networks,omitempty"` // none: all
	Classes  []Class  `json:"classes,omitempty"`  // none: all of the role's
}

// CredentialKind tells keys, which people make, from sessions, which a page opens
// with a key or a token.
type CredentialKind string

// The kinds of credential.
const (
	Key     CredentialKind = "key"
	Session CredentialKind = "session"
	Token   CredentialKind = "token" // of OpenID Connect: kept nowhere
)

// SignedIn begins the ids of those whom tokens stand for, and no key's.
const SignedIn = "oidc-"

// Credential lets a caller in. The secret itself is kept nowhere: only its hash.
type Credential struct {
	ID      string         `json:"id"` // public: it stands in the log
	Kind    CredentialKind `json:"kind"`
	Of      string         `json:"of,omitempty"` // of a session: the key it was opened with, whom the token stands for, or "local"
	Name    string         `json:"name,omitempty"`
	Role    Role           `json:"role"`
	Scope   Scope          `json:"scope"`
	Rate    float64        `json:"rate,omitempty"` // requests a second; 0: as the role has
	Created time.Time      `json:"created"`
	Expires time.Time      `json:"expires,omitzero"` // zero: never
	Revoked time.Time      `json:"revoked,omitzero"` // zero: not
	Hash    [32]byte       `json:"-"`                // SHA-256 of the secret
}

// Holds reports whether a credential lets anybody in at a time.
func (c *Credential) Holds(at time.Time) bool {
	return c.Revoked.IsZero() && (c.Expires.IsZero() || at.Before(c.Expires))
}

// Sees returns the classes that a credential may see: those of its role, as far
// as its scope leaves them.
func (c *Credential) Sees() []Class {
	all := c.Role.Classes()
	if c.Scope.Classes == nil {
		return all
	}
	var out []Class
	for _, class := range all {
		if slices.Contains(c.Scope.Classes, class) {
			out = append(out, class)
		}
	}
	return out
}

// Act is what somebody did, as the audit keeps it. It names credentials, never
// persons.
type Act struct {
	At     time.Time      `json:"at"`
	Actor  string         `json:"actor"` // id of a credential, whom a token stands for, or "local"
	Role   Role           `json:"role,omitempty"`
	Do     string         `json:"do"`               // key.create, session.open, import.accept, incident.close ...
	Object string         `json:"object,omitempty"` // what it was done to
	Seq    int64          `json:"seq,omitempty"`    // of the change that it made
	Detail map[string]any `json:"detail,omitempty"`
}

// Entry is an act in the audit: Hash is SHA-256 over the entry before and this
// one.
type Entry struct {
	Number int64  `json:"number"`
	Act    Act    `json:"act"`
	Hash   string `json:"hash"` // hexadecimal
}

// Actor is who has a store write something.
type Actor struct {
	ID   string
	Role Role
	// May is asked within the writing transaction about what is to be written, as
	// it then is. Nil allows everything.
	May func(Subject) error
}

// By is an actor whom nobody asks: a command, a demo, a test.
func By(id string) Actor { return Actor{ID: id} }

// Allowed asks May.
func (a Actor) Allowed(s Subject) error {
	if a.May == nil {
		return nil
	}
	return a.May(s)
}

// Subject is what a write concerns.
type Subject struct {
	Layer   Layer
	Network string // of grids, and of an incident's owner
	Whole   bool   // the layer is replaced, or the scheme
	// Chains are the areas concerned, each with all above it, the finest first: of
	// an area that hangs elsewhere, before and after.
	Chains [][]string
}
