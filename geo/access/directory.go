package access

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
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
	// Setting is what the scheme says of them now, nil if none are taken. What was
	// verified by another one no longer counts.
	Setting() *geo.OIDC
	// Verify returns whom a token stands for, until when at most.
	Verify(ctx context.Context, token string) (geo.Credential, error)
	// Remembered returns that of a token that was found to hold and still does.
	Remembered(token string) (geo.Credential, bool)
}

// Directory knows who may come in. It follows the store: what another process
// writes there, a revocation above all, counts here some milliseconds later.
type Directory struct {
	store  Store
	tokens Tokens // nil: none are ever taken
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
	keys     map[string]*Caller // by their ids
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
	failing, setting := false, d.setting()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		err := d.catchUp(ctx)
		if now := d.setting(); now != setting {
			setting = now
			d.release(time.Now())
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
	return d.read(ctx)
}

// catchUp reads the store if it has changed, once for all who find so at the same
// time: a page that has just signed in asks for a hundred tiles.
func (d *Directory) catchUp(ctx context.Context) error {
	revision, err := d.store.CredentialsRevision(ctx)
	if err != nil || revision == d.roll.Load().revision {
		return err
	}
	d.reading.Lock()
	defer d.reading.Unlock()
	if revision == d.roll.Load().revision { // somebody has read it meanwhile
		return nil
	}
	return d.read(ctx)
}

// read reads the store. The lock of reading is held.
func (d *Directory) read(ctx context.Context) error {
	all, revision, err := d.store.Credentials(ctx)
	if err != nil {
		return err
	}
	// What was closed stays closed: another file in the store's place, without any
	// key, opens nothing.
	before := d.roll.Load()
	next := &roll{revision: revision, closed: len(all) > 0 || before != nil && before.closed, callers: make(map[[32]byte]*Caller, len(all)), keys: map[string]*Caller{}}
	for _, c := range all {
		caller := d.caller(c)
		next.callers[c.Hash] = caller
		if c.Kind == geo.Key {
			next.keys[c.ID] = caller
		}
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
	return !d.roll.Load().closed && d.setting() == nil
}

// Identify returns who sends a request: nil if it does not say. A session that
// is over counts as not saying; a key or a token that does not hold is an error.
func (d *Directory) Identify(request *http.Request) (*Caller, error) {
	secret, isCookie := secretOf(request)
	switch {
	case secret == "" && d.Open():
		return local, nil
	case secret == "":
		return nil, nil
	}
	if caller := d.find(request.Context(), secret); caller != nil {
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
		if d.IsOurs(secret) {
			return process, nil
		}
	case d.isToken(secret):
		return d.byToken(request.Context(), secret)
	}
	return nil, unauthenticated("there is no such key")
}

// find returns whose a secret is, nil for nobody's. One that is not there may have
// been made a moment ago by the other program: a page goes on with its new session
// at once.
func (d *Directory) find(ctx context.Context, secret string) *Caller {
	hash := Hash(secret)
	caller := d.roll.Load().callers[hash]
	if caller == nil && strings.HasPrefix(secret, secretPrefix) && d.catchUp(ctx) == nil { // Run tells if it cannot be
		caller = d.roll.Load().callers[hash]
	}
	return caller
}

// Untried reports whether a request brings a token that is not known to hold: its
// signature is to be checked, which takes longer than all else here.
func (d *Directory) Untried(request *http.Request) bool {
	secret, isCookie := secretOf(request)
	if isCookie || !d.isToken(secret) {
		return false
	}
	_, known := d.tokens.Remembered(secret)
	return !known
}

func (d *Directory) isToken(secret string) bool {
	return d.tokens != nil && strings.Count(secret, ".") == 2
}

// byToken returns whom a token stands for.
func (d *Directory) byToken(ctx context.Context, token string) (*Caller, error) {
	by := d.setting() // before it is verified: if that changes meanwhile, it is not held
	c, err := d.tokens.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	caller := d.caller(c)
	caller.by = by
	return caller, nil
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

// IsOurs reports whether a text is that.
func (d *Directory) IsOurs(text string) bool {
	return subtle.ConstantTimeCompare([]byte(text), []byte(d.ProcessHeader())) == 1
}

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
