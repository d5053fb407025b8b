package geo

// Access is who else may come in than the holders of keys, and what may not.
type Access struct {
	OIDC    *OIDC    `json:"oidc,omitempty"`
	Persons *Persons `json:"persons,omitempty"`
}

// Persons adds to what is refused because it names or identifies people.
type Persons struct {
	// Fields are names of columns, whatever their case and separators: 网格员工号, staff_no.
	Fields []string `json:"fields"`
}

// OIDC names an issuer of OpenID Connect whose word is taken for who somebody is.
// What that person may do is decided here, by the first rule that fits; whom none
// fits is refused.
type OIDC struct {
	Issuer   string `json:"issuer"` // its address, exactly as its tokens name it
	ClientID string `json:"client_id"`
	// Audience is whom the tokens that callers send must be for; the client itself
	// unless said.
	Audience string      `json:"audience,omitempty"`
	Scopes   []string    `json:"scopes,omitempty"` // asked for at sign-in besides openid
	Rules    []TokenRule `json:"rules"`
}

// TokenRule gives a role to those whose token has a value in a claim: is it, or
// holds it where the claim is a list. A claim within another is named with dots:
// realm_access.roles.
type TokenRule struct {
	Claim    string   `json:"claim"`
	Value    string   `json:"value"`
	Role     Role     `json:"role"`
	Subtree  string   `json:"subtree,omitempty"`
	Networks []string `json:"networks,omitempty"`
	Classes  []Class  `json:"classes,omitempty"`
}

// Scope is what a rule narrows its role to.
func (r *TokenRule) Scope() Scope {
	return Scope{Subtree: r.Subtree, Networks: r.Networks, Classes: r.Classes}
}

// Tokens returns the issuer whose tokens are taken, nil if none are.
func (s *Scheme) Tokens() *OIDC {
	if s.Access == nil {
		return nil
	}
	return s.Access.OIDC
}
