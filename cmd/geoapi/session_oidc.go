package main

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// Signing in at the issuer of tokens:
//
//	page -> GET /v1/session/oidc      a cookie says which browser began, the issuer is asked
//	     -> the issuer's own page
//	     -> GET /v1/session/callback  only the browser that began comes in
//	     -> /wall
//
// Where it ends is fixed: whoever makes somebody begin chooses nothing.
const (
	callbackPath = "/v1/session/callback"
	wallPath     = "/wall"
	signInPath   = "/sign-in"
)

// The cookie of a sign-in under way: which one, until when, and that it is of our
// making. It comes back from another site, and so it is lax.
const (
	attemptCookie = "onegrid_signin"
	attemptLasts  = 10 * time.Minute
)

// offered reports whether one can sign in at an issuer.
func (s *sessions) offered() bool {
	return s.callers != nil && s.oidc != nil && s.oidc.Configured()
}

// begin answers GET /v1/session/oidc.
func (s *sessions) begin(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = never
	if err := noQuery(c); err != nil {
		problem.Abort(c, err)
		return
	}
	if !s.offered() {
		problem.Abort(c, geo.Errorf(geo.NotFound, "the scheme names no issuer to sign in at: use a key"))
		return
	}
	state := rand.Text()
	address, err := s.oidc.Address(c.Request.Context(), s.attempt(c.Request, state))
	if err != nil {
		s.back(c, err)
		return
	}
	s.remember(c, state)
	c.Redirect(http.StatusSeeOther, address)
}

// finish answers GET /v1/session/callback.
func (s *sessions) finish(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = never
	err := s.mayTry(c)
	if err == nil {
		err = s.comeBack(c)
	}
	if err != nil {
		s.back(c, err)
		return
	}
	c.Redirect(http.StatusSeeOther, wallPath)
}

// comeBack lets in whom the issuer sent, if this browser began.
func (s *sessions) comeBack(c *gin.Context) error {
	if !s.offered() {
		return geo.Errorf(geo.NotFound, "the scheme names no issuer to sign in at: use a key")
	}
	began, ok := s.began(c)
	s.forget(c)
	q := c.Request.URL.Query() // issuers add what they like
	switch {
	case !ok || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(began)) != 1:
		return s.failed(c, "", geo.Errorf(problem.Unauthenticated, "this sign-in did not begin in this browser, or more than %s ago: begin again", attemptLasts))
	case q.Get("iss") != "" && !s.oidc.Is(q.Get("iss")):
		return s.failed(c, "", geo.Errorf(problem.Unauthenticated, "another issuer answers than was asked").On("iss", q.Get("iss")))
	case q.Get("error") != "":
		return s.failed(c, "", geo.Errorf(geo.Denied, "the issuer let nobody in: %s", strconv.QuoteToGraphic(problem.Clip(q.Get("error")))))
	}
	who, err := s.oidc.Finish(c.Request.Context(), s.attempt(c.Request, began), q.Get("code"))
	if err != nil {
		return s.failed(c, "", err)
	}
	_, err = s.enter(c, who)
	return err
}

// attempt is the sign-in of a state. All its secrets follow from that and from
// what only this deployment knows, so that none has to be kept or sent.
func (s *sessions) attempt(r *http.Request, state string) access.SignIn {
	return access.SignIn{
		State: state, Nonce: s.callers.Sign("sign-in nonce", state), Verifier: s.callers.Sign("sign-in verifier", state),
		Callback: s.address(r) + callbackPath,
	}
}

// address is what the browser calls this service. A forwarded name counts only for
// this machine, where the two programs stand before each other; others have to be
// told.
func (s *sessions) address(r *http.Request) string {
	if s.public != nil {
		return strings.TrimSuffix(s.public.String(), "/")
	}
	host := r.Host
	if forwarded := r.Header.Get("X-Forwarded-Host"); ofThisMachine(forwarded) {
		host = forwarded
	}
	return (&url.URL{Scheme: "http", Host: host}).String()
}

func ofThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && a.IsLoopback()
}

// remember marks the browser as the one that began.
func (s *sessions) remember(c *gin.Context, state string) {
	text := state + "." + strconv.FormatInt(time.Now().Add(attemptLasts).Unix(), 10)
	s.setAttempt(c, text+"."+s.callers.Sign("sign-in", text), int(attemptLasts.Seconds()))
}

func (s *sessions) forget(c *gin.Context) { s.setAttempt(c, "", -1) }

func (s *sessions) setAttempt(c *gin.Context, value string, seconds int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: attemptCookie, Value: value, Path: callbackPath, MaxAge: seconds,
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	})
}

// began is the state of the sign-in that this browser began.
func (s *sessions) began(c *gin.Context) (state string, ok bool) {
	cookie, err := c.Request.Cookie(attemptCookie)
	if err != nil {
		return "", false
	}
	i := strings.LastIndexByte(cookie.Value, '.')
	if i < 0 || subtle.ConstantTimeCompare([]byte(s.callers.Sign("sign-in", cookie.Value[:i])), []byte(cookie.Value[i+1:])) != 1 {
		return "", false
	}
	state, until, _ := strings.Cut(cookie.Value[:i], ".")
	at, err := strconv.ParseInt(until, 10, 64)
	return state, err == nil && time.Now().Unix() < at
}

// back tells a browser on its sign-in page why it was not let in, and everybody
// else as a problem. So are faults of our own, which are logged there.
func (s *sessions) back(c *gin.Context, err error) {
	if geo.KindOf(err) == geo.Internal || !strings.Contains(c.Request.Header.Get("Accept"), "text/html") {
		problem.Abort(c, err)
		return
	}
	c.Redirect(http.StatusSeeOther, signInPath+"?why="+url.QueryEscape(string(geo.KindOf(err))))
}
