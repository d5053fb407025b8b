package server

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// admit finds out who calls and lets in whom the route admits, as often as that
// caller may call. What it returns is called when the answer is over.
func (f *Frame) admit(c *gin.Context, r *Route) (release func(), err error) {
	caller, err := f.identify(c.Request)
	if err != nil && !r.May.Unnamed() {
		return nil, f.challenge(c, err)
	}
	if !r.May.Admits(caller) {
		if caller == nil {
			return nil, f.challenge(c, geo.Errorf(problem.Unauthenticated, "say who you are: with a key as Authorization: Bearer KEY, or by signing in"))
		}
		return nil, geo.Errorf(geo.Denied, "%s is for %s, and this key is a %s's", r.Name, rolesOf(r.May), caller.Role)
	}
	if caller == nil {
		return func() {}, nil
	}
	if wait, ok := caller.Take(time.Now()); !ok {
		c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		return nil, geo.Errorf(problem.TooMany, "the key %s has asked too often", caller.ID)
	}
	access.Set(c, caller)
	if !r.Stream || f.callers == nil {
		return func() {}, nil
	}
	ctx, release := f.callers.Hold(c.Request.Context(), caller)
	c.Request = c.Request.WithContext(ctx)
	return release, nil
}

func (f *Frame) identify(r *http.Request) (*access.Caller, error) {
	if f.callers == nil {
		return access.Local(), nil
	}
	return f.callers.Identify(r)
}

// challenge says how to say who one is.
func (f *Frame) challenge(c *gin.Context, err error) error {
	c.Header("WWW-Authenticate", `Bearer realm="onegrid"`)
	return err
}

func rolesOf(r access.Right) string {
	var names []string
	for _, role := range r.Roles() {
		names = append(names, string(role))
	}
	if names == nil {
		return "nobody"
	}
	return strings.Join(names, ", ")
}
