package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// Origins are where pages come from that browsers show. Those of our own server
// may do what their visitor may; those of the list, which are named exactly, may
// ask with a key; no other may write, or read what it is answered.
type Origins struct {
	listed []string
	writes *http.CrossOriginProtection
}

// NewOrigins takes the server's public host, empty for none, and the origins of
// other sites that may ask with a key.
func NewOrigins(public string, listed []string) (*Origins, error) {
	o := &Origins{listed: listed, writes: http.NewCrossOriginProtection()}
	trusted := slices.Clone(listed)
	if public != "" { // behind a proxy Host may be another name
		trusted = append(trusted, "https://"+public, "http://"+public)
	}
	for _, origin := range trusted {
		if u, err := url.Parse(origin); err != nil || u.Scheme != "http" && u.Scheme != "https" || strings.Contains(origin, "*") {
			return nil, fmt.Errorf("origin %q: want https://HOST or https://HOST:PORT", origin)
		}
		if err := o.writes.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("origin %q: want https://HOST or https://HOST:PORT", origin)
		}
	}
	return o, nil
}

// check refuses a write of a page of elsewhere: Denied.
func (o *Origins) check(r *http.Request) error {
	if o.writes.Check(r) == nil {
		return nil
	}
	origin := r.Header.Get("Origin")
	return geo.Errorf(geo.Denied, "a page of %q may not write here", problem.Clip(origin)).On("Origin", origin)
}

// What pages of listed origins may send and see, and for how long their browser
// may remember that.
const (
	corsMethods = "GET, HEAD, POST, DELETE"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"
	corsExposed = "Age, Idempotency-Replayed, Location, Retry-After, X-Request-Id"
	corsMaxAge  = "600"
)

// allow tells the browser of a listed origin's page that it may read the answer.
// over reports that the request only asked that. A cookie is our own pages': with
// it, a listed page would act for whoever is signed in.
func (o *Origins) allow(c *gin.Context) (over bool) {
	if len(o.listed) == 0 {
		return false
	}
	h, origin := c.Writer.Header(), c.Request.Header.Get("Origin")
	h.Add("Vary", "Origin") // to whomever it answers: a cache must not give a listed page what lacks the permission
	if !slices.Contains(o.listed, origin) {
		return false
	}
	c.Request.Header.Del("Cookie")
	h.Del("Cross-Origin-Resource-Policy")
	h.Set("Access-Control-Allow-Origin", origin)
	if c.Request.Method != http.MethodOptions {
		h.Set("Access-Control-Expose-Headers", corsExposed)
		return false
	}
	h.Set("Access-Control-Allow-Methods", corsMethods)
	h.Set("Access-Control-Allow-Headers", corsHeaders)
	h.Set("Access-Control-Max-Age", corsMaxAge)
	c.AbortWithStatus(http.StatusNoContent)
	return true
}
