package server

import (
	"context"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// admit finds out who calls and lets in whom the route admits, as often as that
// caller may call and as long as there is room. What it returns is called when the
// answer is over.
func (f *Frame) admit(c *gin.Context, r *Route) (release func(), err error) {
	caller, err := f.identify(c.Request)
	if err != nil && !r.May.Unnamed() {
		return nil, refused(c, err)
	}
	if err := f.bucket(c, caller); err != nil {
		return nil, err
	}
	switch {
	case r.May.Admits(caller):
	case caller != nil:
		return nil, geo.Errorf(geo.Denied, "%s is for %s, and this key is a %s's", r.Name, rolesOf(r.May), caller.Role)
	default:
		return nil, challenge(c, geo.Errorf(problem.Unauthenticated, "say who you are: with a key as Authorization: Bearer KEY, or by signing in"))
	}
	if caller != nil {
		access.Set(c, caller)
	}
	return f.enter(c, r, caller)
}

// enter takes a place for a request while there is room. Streams and bulk, which may
// take long, end when their caller is no longer let in.
func (f *Frame) enter(c *gin.Context, r *Route, caller *access.Caller) (leave func(), err error) {
	if r.Always {
		return func() {}, nil
	}
	if !r.long() {
		if caller == nil {
			return f.enterUnnamed(access.NetworkOf(f.Client(c.Request)))
		}
		if !f.limits.single.enter() {
			return nil, full()
		}
		return f.limits.single.leave, nil
	}
	if r.Bulk && !f.limits.bulk.enter() {
		return nil, full()
	}
	release := func() {}
	if caller != nil && f.callers != nil {
		var ctx context.Context
		ctx, release = f.callers.Hold(c.Request.Context(), caller)
		c.Request = c.Request.WithContext(ctx)
	}
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{}) // what takes long has a time for each piece
	if !r.Bulk {
		return release, nil
	}
	return func() { release(); f.limits.bulk.leave() }, nil
}

// enterUnnamed takes a place for whoever has not said who it is: of each address
// there are only so many.
func (f *Frame) enterUnnamed(from netip.Prefix) (leave func(), err error) {
	if ok, _ := f.limits.strangers.Enter(from); !ok {
		return nil, full()
	}
	if !f.limits.single.enter() {
		f.limits.strangers.Leave(from)
		return nil, full()
	}
	return func() { f.limits.single.leave(); f.limits.strangers.Leave(from) }, nil
}

// bucket counts a request of a caller, or of an address where nobody says who
// calls.
func (f *Frame) bucket(c *gin.Context, caller *access.Caller) error {
	now := time.Now()
	if caller == nil {
		if !f.limits.unnamed.Take(f.Client(c.Request), now) {
			return tooOften(c, time.Second, "this address has")
		}
		return nil
	}
	if wait, ok := caller.Take(now); !ok {
		return tooOften(c, wait, "the key "+caller.ID+" has")
	}
	return nil
}

func tooOften(c *gin.Context, wait time.Duration, who string) error {
	later(c, wait)
	return geo.Errorf(problem.TooMany, "%s asked too often: wait a little", who)
}

func later(c *gin.Context, wait time.Duration) {
	c.Header("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
}

// identify returns who calls. Keys and tokens that do not hold count against their
// address: guesses are told so only now and then, and no more tokens are checked.
func (f *Frame) identify(r *http.Request) (*access.Caller, error) {
	if f.callers == nil {
		return access.Local(), nil
	}
	if f.callers.Untried(r) && f.limits.failing.Spent(f.Client(r), time.Now()) {
		return nil, wrongTooOften()
	}
	caller, err := f.callers.Identify(r)
	if err != nil && geo.KindOf(err) != geo.Unavailable && !f.limits.failing.Take(f.Client(r), time.Now()) {
		return nil, wrongTooOften()
	}
	if caller != nil && caller.IsLocal() && f.beyond { // the scheme no longer names the issuer that let callers in
		caller = nil
	}
	return caller, err
}

func wrongTooOften() error {
	return geo.Errorf(problem.TooMany, "this address has sent keys or tokens that do not hold too often: wait a little")
}

// refused says what a caller can do whose key or token does not hold.
func refused(c *gin.Context, err error) error {
	switch geo.KindOf(err) {
	case problem.Unauthenticated:
		return challenge(c, err)
	case problem.TooMany:
		later(c, time.Second/failingRate)
	}
	return err
}

// challenge says how to say who one is.
func challenge(c *gin.Context, err error) error {
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
