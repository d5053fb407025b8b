package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// sessionView is who somebody is.
type sessionView struct {
	Open     bool               `json:"open" doc:"There are no keys: everybody on this machine is an administrator."`
	ID       string             `json:"id" doc:"What the audit calls the caller."`
	Name     string             `json:"name" doc:"The key's; empty for a token, which names nobody here."`
	Account  bool               `json:"account" doc:"Somebody came with a token of OpenID Connect, or opened this session with one, and not with a key."`
	Role     geo.Role           `json:"role" enum:"viewer,wall,member,service,operator,planner,approver,admin"`
	Kind     geo.CredentialKind `json:"kind" enum:"key,session,token,local"`
	Classes  []geo.Class        `json:"classes" nullable:"false" enum:"public,internal,restricted" doc:"Which layers are seen."`
	Subtree  string             `json:"subtree,omitempty" doc:"The area that all is confined to; the whole city if it is not there."`
	Networks []string           `json:"networks,omitempty" nullable:"false" doc:"The networks that all is confined to; all if it is not there."`
	Expires  *time.Time         `json:"expires,omitempty" doc:"When one has to sign in again; never if it is not there."`
	KeyEnds  *time.Time         `json:"key_ends,omitempty" doc:"When the key does that let one in, also to this session; never, or there is none, if it is not there."`
	Warning  string             `json:"warning,omitempty" doc:"That the key ends within 30 days."`
	OIDC     bool               `json:"oidc" doc:"One can sign in with OpenID Connect: GET /v1/session/oidc."`
}

// NobodyView is the problem that nobody is signed in. It is exported since huma
// looks only into embedded structs that are.
type NobodyView struct {
	problem.Problem
	OIDC bool `json:"oidc" doc:"One can sign in with OpenID Connect: GET /v1/session/oidc."`
}

// RefusedView is the problem that a key opens no session.
type RefusedView struct {
	problem.Problem
	Reason  string     `json:"reason" enum:"unknown,expired,revoked,limited,sessions" doc:"Why not: there is no such key; it has expired; it was revoked; it, or this address, has asked too much and has to wait; it has too many sessions open."`
	Expired *time.Time `json:"expired,omitempty" doc:"When it did."`
}

// localKind is the kind of caller where there are no keys.
const localKind geo.CredentialKind = "local"

// tell answers GET /v1/session.
func (s *sessions) tell(c *gin.Context) {
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	who := access.Of(c)
	if who == nil {
		s.nobody(c)
		return
	}
	if cookie, err := c.Request.Cookie(access.CookieName); err == nil && who.Kind == geo.Session && who.Role == geo.RoleWall {
		s.cookie(c, cookie.Value, &who.Credential) // or a screen's would end in a browser's time
	}
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusOK, s.view(who))
}

func (s *sessions) view(who *access.Caller) sessionView {
	v := sessionView{
		Open: who.IsLocal(), ID: who.ID, Name: who.Name, Role: who.Role, Kind: who.Kind, Classes: []geo.Class{},
		Subtree: who.Scope.Subtree, Networks: who.Scope.Networks, OIDC: s.offered(),
	}
	if who.IsLocal() {
		v.Kind = localKind
	}
	for _, class := range geo.Classes {
		if who.Classes().Has(class) {
			v.Classes = append(v.Classes, class)
		}
	}
	if !who.Expires.IsZero() {
		v.Expires = new(who.Expires.UTC().Truncate(time.Second))
	}
	if s.callers == nil || v.Open {
		return v
	}
	key := s.callers.KeyOf(who)
	v.Account = key == nil
	if key != nil && !key.Expires.IsZero() {
		v.KeyEnds = new(key.Expires.UTC().Truncate(time.Second))
		v.Warning = warning(&key.Credential, time.Now())
	}
	return v
}

// warning says that a key that ends does so soon, while there is time to make another.
func warning(key *geo.Credential, now time.Time) string {
	left := key.Expires.Sub(now)
	if left > warnBefore {
		return ""
	}
	days := int(math.Ceil(left.Hours() / 24))
	return fmt.Sprintf("the key %s ends on %s, in %s: ask for another one", key.ID, key.Expires.UTC().Format(time.DateOnly), plural(days, "day"))
}

// nobody answers where nobody is signed in, and why not.
func (s *sessions) nobody(c *gin.Context) {
	err := s.whyNot(c)
	if geo.KindOf(err) != problem.Unauthenticated {
		problem.Abort(c, err)
		return
	}
	if _, none := c.Request.Cookie(access.CookieName); none == nil {
		s.noCookie(c) // of a session that is over
	}
	v := NobodyView{problem.Of(err), s.offered()}
	answerProblem(c, v.Status, v)
}

// answerProblem answers with a problem that says more than every problem does.
func answerProblem(c *gin.Context, status int, v any) {
	h := c.Writer.Header()
	if status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="onegrid"`)
	}
	h["Cache-Control"] = never
	body, _ := json.Marshal(v)
	c.Data(status, problem.MediaType, body)
}

// whyNot is why a request is nobody's. Who sends a key or a token that does not
// hold is told so, as often as it may try.
func (s *sessions) whyNot(c *gin.Context) error {
	if s.callers != nil && c.Request.Header.Get("Authorization") != "" {
		if err := s.mayTry(c); err != nil {
			return err
		}
		if _, err := s.callers.Identify(c.Request); err != nil {
			return s.failed(c, "", err)
		}
	}
	return geo.Errorf(problem.Unauthenticated, "nobody is signed in")
}
