package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// Store is what a directory needs of one.
type Store interface {
	// Credentials returns all, those that no longer hold too, and a revision that
	// changes with them.
	Credentials(ctx context.Context) (all []geo.Credential, revision int64, err error)
	// CredentialsRevision is asked at every poll.
	CredentialsRevision(ctx context.Context) (int64, error)
	// ProcessSecret is by what the deployment's programs know each other.
	ProcessSecret(ctx context.Context) (string, error)
}

// Tokens verifies tokens of OpenID Connect.
type Tokens interface {
	// Configured reports whether the scheme names an issuer now.
	Configured() bool
	// Verify returns whom a token stands for, until when at most.
	Verify(ctx context.Context, token string) (geo.Credential, error)
}

// Directory knows who may come in. It follows the store: what another process
// writes there, a revocation above all, counts here some milliseconds later.
type Directory struct {
	store  Store
	tokens Tokens // nil: none are taken
	secret string
	roll   atomic.Pointer[roll]
	rates  buckets

	reading sync.Mutex // the store: what was read first must not stay last
	mu      sync.Mutex
	holds   map[*hold]struct{}
}

// roll is everybody at a moment.
type roll struct {
	revision int64
	closed   bool // there are credentials, or ever were
	callers  map[[32]byte]*Caller
}

// pollEvery is how often a directory looks for changes.
const pollEvery = 50 * time.Millisecond

// NewDirectory reads the store. tokens may be nil.
func NewDirectory(ctx context.Context, store Store, tokens Tokens) (*Directory, error) {
	d := &Directory{store: store, tokens: tokens, holds: map[*hold]struct{}{}}
	d.rates.at = map[bucketOwner]*rate.Limiter{}
	var err error
	if d.secret, err = store.ProcessSecret(ctx); err != nil {
		return nil, err
	}
	if d.secret == "" {
		return nil, geo.Errorf(geo.Internal, "the store has no secret by which the programs know each other")
	}
	return d, d.Refresh(ctx)
}

// Run keeps the directory current until ctx ends. While the store cannot be read,
// whoever was let in still is.
func (d *Directory) Run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		revision, err := d.store.CredentialsRevision(ctx)
		if err == nil && revision != d.roll.Load().revision {
			err = d.Refresh(ctx)
		}
		if bad := err != nil && ctx.Err() == nil; bad != failing {
			failing = bad
			slog.WarnContext(ctx, "credentials cannot be read", "failing", failing, "error", err)
		}
	}
}

// Refresh reads the store at once: after a write of this process.
func (d *Directory) Refresh(ctx context.Context) error {
	d.reading.Lock()
	defer d.reading.Unlock()
	all, revision, err := d.store.Credentials(ctx)
	if err != nil {
		return err
	}
	next := &roll{revision: revision, closed: len(all) > 0, callers: make(map[[32]byte]*Caller, len(all))}
	for _, c := range all {
		next.callers[c.Hash] = d.caller(c)
	}
	d.roll.Store(next)
	d.release(time.Now())
	return nil
}

// caller makes a caller whose use counts with that of its like.
func (d *Directory) caller(c geo.Credential) *Caller {
	return newCaller(c, d.rates.of(&c, time.Now()))
}

// Open reports whether there is no access control: no credential was ever made,
// and the scheme names no issuer of tokens.
func (d *Directory) Open() bool {
	return !d.roll.Load().closed && (d.tokens == nil || !d.tokens.Configured())
}

// Identify returns who sends a request: nil if it does not say. A session that
// is over counts as not saying; a key or a token that does not hold is an error.
func (d *Directory) Identify(r *http.Request) (*Caller, error) {
	secret, isCookie := secretOf(r)
	switch {
	case secret == "" && d.Open():
		return local, nil
	case secret == "":
		return nil, nil
	}
	if caller := d.roll.Load().callers[Hash(secret)]; caller != nil {
		if caller.Holds(time.Now()) {
			return caller, nil
		}
		if isCookie {
			return d.unnamed(), nil
		}
		return nil, unauthenticated("the key %s %s", caller.ID, ending(&caller.Credential))
	}
	switch {
	case isCookie:
		return d.unnamed(), nil
	case strings.HasPrefix(secret, processPrefix):
		if subtle.ConstantTimeCompare([]byte(secret), []byte(d.ProcessHeader())) == 1 {
			return process, nil
		}
	case d.tokens != nil && strings.Count(secret, ".") == 2:
		c, err := d.tokens.Verify(r.Context(), secret)
		if err != nil {
			return nil, err
		}
		return d.caller(c), nil
	}
	return nil, unauthenticated("there is no such key")
}

// ByKey returns whom a key lets in, so that a session can be opened with it.
// Unauthenticated if it lets nobody in, or is no key but a session's secret or a
// token.
func (d *Directory) ByKey(secret string) (*Caller, error) {
	caller := d.roll.Load().callers[Hash(secret)]
	switch {
	case caller == nil || caller.Kind != geo.Key:
		return nil, unauthenticated("there is no such key")
	case !caller.Holds(time.Now()):
		return caller, unauthenticated("the key %s %s", caller.ID, ending(&caller.Credential))
	}
	return caller, nil
}

// Sessions counts the sessions that a key, or whom a token stands for, has open.
func (d *Directory) Sessions(of string) (n int) {
	now := time.Now()
	for _, c := range d.roll.Load().callers {
		if c.Kind == geo.Session && c.Of == of && c.Holds(now) {
			n++
		}
	}
	return n
}

// Sign makes a text that only this deployment's programs can make for a purpose:
// 43 letters, digits, hyphens and underscores.
func (d *Directory) Sign(purpose, text string) string {
	mac := hmac.New(sha256.New, []byte(d.secret))
	io.WriteString(mac, purpose+"\x00"+text)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func (d *Directory) unnamed() *Caller {
	if d.Open() {
		return local
	}
	return nil
}

func unauthenticated(format string, args ...any) *geo.Error {
	return geo.Errorf(problem.Unauthenticated, format, args...).On("Authorization", "")
}

func ending(c *geo.Credential) string {
	if !c.Revoked.IsZero() {
		return "was revoked"
	}
	return "expired on " + c.Expires.UTC().Format(time.DateOnly)
}

const processPrefix = "process:"

// ProcessHeader is what a program sends as its bearer to the other.
func (d *Directory) ProcessHeader() string { return processPrefix + d.secret }

// secretOf returns what a request says who sends it.
func secretOf(r *http.Request) (secret string, isCookie bool) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if strings.EqualFold(scheme, "Bearer") {
			return strings.TrimSpace(secret), false
		}
		return "?" + hex.EncodeToString([]byte(scheme)), false // another scheme: nobody's key
	}
	if cookie, err := r.Cookie(CookieName); err == nil && cookie.Value != "" {
		return cookie.Value, true
	}
	return "", false
}

// hold is something that lasts as long as a caller's credential at most.
type hold struct {
	caller *Caller
	end    context.CancelFunc
}

// Hold returns a context that ends when the caller is no longer let in: by
// revocation, expiry, or the first key where there was none. Call release when it
// is over anyway.
func (d *Directory) Hold(ctx context.Context, c *Caller) (held context.Context, release func()) {
	end := context.CancelFunc(nil)
	if c.Expires.IsZero() {
		ctx, end = context.WithCancel(ctx)
	} else {
		ctx, end = context.WithDeadline(ctx, c.Expires)
	}
	h := &hold{c, end}
	d.mu.Lock()
	d.holds[h] = struct{}{}
	d.mu.Unlock()
	if !d.still(c, time.Now()) { // since it was identified
		end()
	}
	return ctx, func() {
		d.mu.Lock()
		delete(d.holds, h)
		d.mu.Unlock()
		end()
	}
}

// release ends what is held by callers who are no longer let in.
func (d *Directory) release(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for h := range d.holds {
		if !d.still(h.caller, now) {
			h.end()
		}
	}
}

func (d *Directory) still(c *Caller, now time.Time) bool {
	switch {
	case c.local:
		return d.Open()
	case c.process, c.Hash == [32]byte{}: // a token, which ends by its own time
		return c.Holds(now)
	}
	is := d.roll.Load().callers[c.Hash]
	return is != nil && is.Holds(now)
}
