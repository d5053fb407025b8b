package main

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// sessions let pages in: one is opened with a key or at the issuer of tokens, and
// is a cookie from then on, which no script of a page can read.
type sessions struct {
	store   sessionStore
	callers *access.Directory              // nil: there is no access control
	oidc    *access.OIDC                   // nil: no tokens are taken
	public  *url.URL                       // what browsers call this service; nil: as they do
	client  func(*http.Request) netip.Addr // whence a request comes
	guesses *access.Addresses              // sign-ins that failed, by whence they came
	refused sampler                        // of those, what the audit is told
}

// sessionStore is what sessions need of a store.
type sessionStore interface {
	AddCredential(ctx context.Context, by geo.Actor, c geo.Credential) error
	RevokeCredential(ctx context.Context, by geo.Actor, id string) error
	Record(ctx context.Context, acts ...geo.Act) error
}

// Limits of sessions.
const (
	maxSessionBody = 4 << 10
	sessionLasts   = 12 * time.Hour       // a shift; a screen's as long as its key
	cookieLasts    = 400 * 24 * time.Hour // as browsers keep one at most
	mostSessions   = 100                  // open at once by one key or person
	warnBefore     = 30 * 24 * time.Hour  // that a key ends

	// Whoever errs ten times in a row waits; from then on there is a try each six
	// seconds.
	guessRate, guessBurst = 1.0 / 6, 10
)

func newSessions(p parts, client func(*http.Request) netip.Addr) *sessions {
	return &sessions{
		store: p.store, callers: p.frame.Callers, oidc: p.oidc, public: p.public, client: client,
		guesses: access.NewAddresses(guessRate, guessBurst),
	}
}

// signIn is the body of POST /v1/session.
type signIn struct {
	Key string `json:"key" doc:"The key, as it was shown when it was made."`
}

// open answers POST /v1/session.
func (s *sessions) open(c *gin.Context) {
	key, err := keyOfBody(c)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	who, err := s.byKey(c, key)
	if err == nil {
		who, err = s.enter(c, who.Credential)
	}
	if before := access.Of(c); err == nil && before != nil && before.Kind == geo.Session {
		err = s.close(c, before) // the browser has lost its cookie
	}
	if err != nil {
		refuse(c, err)
		return
	}
	c.Writer.Header()["Cache-Control"] = never
	c.JSON(http.StatusCreated, s.view(who))
}

func keyOfBody(c *gin.Context) (string, error) {
	if err := noQuery(c); err != nil {
		return "", err
	}
	body, err := readBody(c, nil, maxSessionBody)
	if err != nil {
		return "", err
	}
	var in signIn
	if err := decodeStrict(body, &in); err != nil {
		return "", err
	}
	if in.Key == "" {
		return "", geo.Errorf(geo.Invalid, "key is missing").On("key", "")
	}
	return in.Key, nil
}

// byKey finds whom a key lets in. Opening a session counts as a request of the
// key.
func (s *sessions) byKey(c *gin.Context, key string) (*access.Caller, error) {
	if err := s.mayTry(c); err != nil {
		return nil, err
	}
	if s.callers == nil {
		return nil, s.failed(c, "", refusal{error: geo.Errorf(problem.Unauthenticated, "there are no keys here"), reason: unknownKey})
	}
	who, err := s.callers.ByKey(c.Request.Context(), key)
	if err != nil {
		r, id := refusalOf(who, err), ""
		if who != nil {
			id = who.ID
		}
		return nil, s.failed(c, id, r)
	}
	if wait, ok := who.Take(time.Now()); !ok {
		return nil, tooMany(c, wait, askedTooMuch, "the key "+who.ID+" has asked too often")
	}
	return who, nil
}

// enter opens a session for a key or for whom a token stands for, and gives the
// browser its cookie.
func (s *sessions) enter(c *gin.Context, who geo.Credential) (*access.Caller, error) {
	if s.callers.Sessions(who.ID) >= mostSessions {
		return nil, tooMany(c, time.Minute, manySessions, fmt.Sprintf("%s has %d sessions open: sign out of one", who.ID, mostSessions))
	}
	id, secret, hash := access.NewSecret()
	now := time.Now().UTC()
	session := geo.Credential{
		ID: id, Kind: geo.Session, Of: who.ID, Name: who.Name, Role: who.Role, Scope: who.Scope, Rate: who.Rate,
		Created: now, Expires: sessionEnd(&who, now), Hash: hash,
	}
	ctx := c.Request.Context()
	if err := s.store.AddCredential(ctx, geo.Actor{ID: who.ID, Role: who.Role}, session); err != nil {
		return nil, err
	}
	in, err := s.callers.BySession(ctx, secret)
	if err == nil {
		s.cookie(c, secret, &in.Credential) // which the store may have cut short
	}
	return in, err
}

// sessionEnd is when a session ends that is opened now: with the shift, and never
// after what it was opened with.
func sessionEnd(of *geo.Credential, now time.Time) time.Time {
	end := now.Add(sessionLasts)
	if of.Role == geo.RoleWall || !of.Expires.IsZero() && of.Expires.Before(end) {
		return of.Expires
	}
	return end
}

// cookie gives the browser a session's secret, for as long as it is good for.
func (s *sessions) cookie(c *gin.Context, secret string, session *geo.Credential) {
	lasts := cookieLasts
	if !session.Expires.IsZero() {
		lasts = min(lasts, time.Until(session.Expires))
	}
	http.SetCookie(c.Writer, access.Cookie(secret, s.secure(), int(lasts.Seconds())))
}

// noCookie takes it away.
func (s *sessions) noCookie(c *gin.Context) {
	http.SetCookie(c.Writer, access.Cookie("", s.secure(), 0))
}

// secure reports whether browsers reach this service over https only.
func (s *sessions) secure() bool { return s.public != nil && s.public.Scheme == "https" }

// end answers DELETE /v1/session.
func (s *sessions) end(c *gin.Context) {
	if err := s.signOut(c); err != nil {
		problem.Abort(c, err)
		return
	}
	s.noCookie(c)
	c.Writer.Header()["Cache-Control"] = never
	c.Status(http.StatusNoContent)
}

func (s *sessions) signOut(c *gin.Context) error {
	who := access.Of(c)
	switch {
	case who.IsLocal(): // whatever cookie there is, is of the time before
		return nil
	case who.Kind != geo.Session:
		return geo.Errorf(geo.Invalid, "only a session is signed out of: a key ends when it is revoked, a token by itself")
	}
	return s.close(c, who)
}

// close ends a session, at once in this program.
func (s *sessions) close(c *gin.Context, who *access.Caller) error {
	ctx := c.Request.Context()
	if err := s.store.RevokeCredential(ctx, who.Actor(), who.ID); err != nil {
		return err
	}
	return s.callers.Refresh(ctx)
}
