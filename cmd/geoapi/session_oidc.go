package main

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
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
//	     -> the page that one came from
//
// Which that is, the browser's cookie says as well. Whoever makes somebody begin
// can choose no more than a page of ours.
const (
	callbackPath = "/v1/session/callback"
	wallPath     = "/wall"
	signInPath   = "/sign-in"
)

// page is the address of a page of ours, which no browser takes for an address of
// elsewhere: "//host" and "/\\host" are such. What stands after the path cannot
// change that.
var page = regexp.MustCompile(`^(/[\w-]+)+([?#][!-~]*)?$`)

// maxPage bounds it, in bytes, so that it fits into a cookie.
const maxPage = 2 << 10

// The cookie of a sign-in under way: which one, until when, where it leads, and
// that it is of our making. It comes back from another site, and so it is lax.
const (
	attemptCookie = "onegrid_signin"
	attemptLasts  = 10 * time.Minute
)

// attempt is a sign-in under way, as the browser's cookie tells it.
type attempt struct {
	state string
	to    string // the page that it leads to
}

// offered reports whether one can sign in at an issuer.
func (s *sessions) offered() bool {
	return s.callers != nil && s.oidc != nil && s.oidc.Configured()
}

// begin answers GET /v1/session/oidc.
func (s *sessions) begin(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = never
	to, err := pageBack(c)
	if err != nil {
		s.back(c, "", err)
		return
	}
	if !s.offered() {
		s.back(c, to, noIssuer())
		return
	}
	state := rand.Text()
	address, err := s.oidc.Address(c.Request.Context(), s.signIn(c.Request, state))
	if err != nil {
		s.back(c, to, err)
		return
	}
	s.remember(c, attempt{state, to})
	c.Redirect(http.StatusSeeOther, address)
}

func noIssuer() error {
	return geo.Errorf(geo.NotFound, "the scheme names no issuer to sign in at: use a key")
}

// pageBack is the page that a sign-in that begins is to lead to: the wall unless
// the query says another one.
func pageBack(c *gin.Context) (string, error) {
	q, err := params(c, "to")
	if err != nil {
		return "", err
	}
	to, said := q["to"]
	switch {
	case !said:
		return wallPath, nil
	case len(to) > maxPage:
		return "", geo.Errorf(geo.TooLarge, "to is longer than %d bytes", maxPage).On("to", to)
	case !page.MatchString(to) || strings.HasPrefix(to, "/v1/"):
		return "", geo.Errorf(geo.Invalid, "to is %s, want the path of a page here, such as /wall?lang=en", strconv.QuoteToGraphic(problem.Clip(to))).On("to", to)
	}
	return to, nil
}

// finish answers GET /v1/session/callback.
func (s *sessions) finish(c *gin.Context) {
	c.Writer.Header()["Cache-Control"] = never
	began, err := s.comeBack(c)
	if err != nil {
		s.back(c, began.to, err)
		return
	}
	c.Redirect(http.StatusSeeOther, began.to)
}

// comeBack lets in whom the issuer sent, if this browser began.
func (s *sessions) comeBack(c *gin.Context) (attempt, error) {
	if err := s.mayTry(c); err != nil {
		return attempt{}, err
	}
	if !s.offered() {
		return attempt{}, noIssuer()
	}
	began, ok := s.began(c)
	s.forget(c)
	q := c.Request.URL.Query() // issuers add what they like
	switch {
	case !ok || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(began.state)) != 1:
		return began, s.failed(c, "", geo.Errorf(problem.Unauthenticated, "this sign-in did not begin in this browser, or more than %s ago: begin again", attemptLasts))
	case q.Get("iss") != "" && !s.oidc.Is(q.Get("iss")):
		return began, s.failed(c, "", geo.Errorf(problem.Unauthenticated, "another issuer answers than was asked").On("iss", q.Get("iss")))
	case q.Get("error") != "":
		return began, s.failed(c, "", geo.Errorf(problem.Unauthenticated, "the issuer let nobody in: %s", strconv.QuoteToGraphic(problem.Clip(q.Get("error")))))
	}
	who, err := s.oidc.Finish(c.Request.Context(), s.signIn(c.Request, began.state), q.Get("code"))
	if err != nil {
		return began, s.failed(c, "", err)
	}
	_, err = s.enter(c, who)
	return began, err
}

// signIn is the sign-in of a state. All its secrets follow from that and from what
// only this deployment knows, so that none has to be kept or sent.
func (s *sessions) signIn(r *http.Request, state string) access.SignIn {
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
func (s *sessions) remember(c *gin.Context, a attempt) {
	until := strconv.FormatInt(time.Now().Add(attemptLasts).Unix(), 10)
	text := a.state + "." + until + "." + base64.RawURLEncoding.EncodeToString([]byte(a.to))
	s.setAttempt(c, text+"."+s.callers.Sign("sign-in", text), int(attemptLasts.Seconds()))
}

func (s *sessions) forget(c *gin.Context) { s.setAttempt(c, "", -1) }

func (s *sessions) setAttempt(c *gin.Context, value string, seconds int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: attemptCookie, Value: value, Path: callbackPath, MaxAge: seconds,
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	})
}

// began is the sign-in that this browser began.
func (s *sessions) began(c *gin.Context) (a attempt, ok bool) {
	cookie, err := c.Request.Cookie(attemptCookie)
	if err != nil {
		return attempt{}, false
	}
	i := strings.LastIndexByte(cookie.Value, '.')
	if i < 0 || subtle.ConstantTimeCompare([]byte(s.callers.Sign("sign-in", cookie.Value[:i])), []byte(cookie.Value[i+1:])) != 1 {
		return attempt{}, false
	}
	state, rest, _ := strings.Cut(cookie.Value[:i], ".")
	until, to, _ := strings.Cut(rest, ".")
	at, err1 := strconv.ParseInt(until, 10, 64)
	text, err2 := base64.RawURLEncoding.DecodeString(to)
	return attempt{state, string(text)}, err1 == nil && err2 == nil && time.Now().Unix() < at
}

// back tells a browser on its sign-in page why it was not let in, from where it
// may try again, and everybody else as a problem.
func (s *sessions) back(c *gin.Context, to string, err error) {
	if !strings.Contains(c.Request.Header.Get("Accept"), "text/html") {
		problem.Abort(c, err)
		return
	}
	kind := geo.KindOf(err)
	if kind == geo.Internal {
		slog.ErrorContext(c.Request.Context(), "a sign-in failed", "path", c.Request.URL.Path, "request", c.Writer.Header().Get("X-Request-Id"), "error", err)
	}
	q := url.Values{"why": {string(kind)}}
	if to != "" {
		q.Set("to", to)
	}
	c.Redirect(http.StatusSeeOther, signInPath+"?"+q.Encode())
}
