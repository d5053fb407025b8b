package access

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/time/rate"

	"onegrid/geo"
	"onegrid/geo/access/accesstest"
	"onegrid/geo/problem"
)

// follow is a directory that follows a store until the test ends.
func follow(t *testing.T, store *memory, tokens Tokens) *Directory {
	t.Helper()
	d, err := NewDirectory(t.Context(), store, tokens)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	return d
}

// with is a request with an Authorization header; empty for none.
func with(header string) *http.Request {
	r := httptest.NewRequest("GET", "/v1/locate", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	return r
}

func withCookie(secret string) *http.Request {
	r := with("")
	r.AddCookie(Cookie(secret, true, 60))
	return r
}

// ends waits until a context ends.
func ends(t *testing.T, ctx context.Context, what string) {
	t.Helper()
	select {
	case <-ctx.Done():
	case <-time.After(5 * time.Second):
		t.Errorf("%s: it goes on", what)
	}
}

func TestIdentify(t *testing.T) {
	store := &memory{}
	now := time.Now()
	key, secret := store.add(geo.Credential{Role: geo.RoleOperator, Expires: now.Add(time.Hour)})
	lasting, lastingSecret := store.add(geo.Credential{Role: geo.RoleWall})
	revoked, revokedSecret := store.add(geo.Credential{Role: geo.RoleAdmin})
	expired, expiredSecret := store.add(geo.Credential{Role: geo.RoleAdmin, Expires: now.Add(-time.Hour)})
	session, sessionSecret := store.add(geo.Credential{Kind: geo.Session, Of: key.ID, Role: geo.RoleOperator, Expires: now.Add(time.Hour)})
	over, overSecret := store.add(geo.Credential{Kind: geo.Session, Of: key.ID, Role: geo.RoleOperator, Expires: now.Add(-time.Hour)})
	store.revoke(revoked.ID)
	d := follow(t, store, nil)
	for _, c := range []struct {
		name    string
		request *http.Request
		id      string // "": nobody
		says    string // of the error; "": none
	}{
		{"nothing", with(""), "", ""},
		{"a key", with("Bearer " + secret), key.ID, ""},
		{"a key, otherwise written", with("bearer  " + secret + " "), key.ID, ""},
		{"a key that never ends", with("Bearer " + lastingSecret), lasting.ID, ""},
		{"a session", withCookie(sessionSecret), session.ID, ""},
		{"a session, not as a cookie", with("Bearer " + sessionSecret), session.ID, ""},
		{"a key that was revoked", with("Bearer " + revokedSecret), "", "the key " + revoked.ID + " was revoked"},
		{"a key that expired", with("Bearer " + expiredSecret), "", "the key " + expired.ID + " expired on " + now.Add(-time.Hour).UTC().Format(time.DateOnly)},
		{"a session that is over", withCookie(overSecret), "", ""},
		{"a session that is over, not as a cookie", with("Bearer " + overSecret), "", "the key " + over.ID + " expired"},
		{"no key", with("Bearer onegrid_nobody"), "", "no such key"},
		{"a key that is cut", with("Bearer " + secret[:len(secret)-1]), "", "no such key"},
		{"an empty key", with("Bearer "), "", ""},
		{"its id", with("Bearer " + key.ID), "", "no such key"},
		{"its hash", with("Bearer " + string(key.Hash[:])), "", "no such key"},
		{"another way to say it", with("Basic " + secret), "", "no such key"},
		{"without saying how", with(secret), "", "no such key"},
		{"a token where none are taken", with("Bearer a.b.c"), "", "no such key"},
		{"a cookie of nobody", withCookie("onegrid_nobody"), "", ""},
		{"the other program", with("Bearer " + d.ProcessHeader()), "tiles", ""},
		{"the other program, guessed", with("Bearer process:guessed"), "", "no such key"},
		{"the other program, as a cookie", withCookie(d.ProcessHeader()), "", ""},
	} {
		got, err := d.Identify(c.request)
		id := ""
		if got != nil {
			id = got.ID
		}
		switch {
		case id != c.id, (err == nil) != (c.says == ""):
			t.Errorf("%s: %q, %v", c.name, id, err)
		case err != nil && (geo.KindOf(err) != problem.Unauthenticated || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v, want %s", c.name, err, c.says)
		}
	}
	// Whoever sends both says it in the header.
	both := withCookie(sessionSecret)
	both.Header.Set("Authorization", "Bearer "+revokedSecret)
	if got, err := d.Identify(both); err == nil {
		t.Errorf("a revoked key beside a session: %v", got.ID)
	}
}

func TestRevocationEndsWhatIsHeld(t *testing.T) {
	store := &memory{}
	key, secret := store.add(geo.Credential{Role: geo.RoleOperator})
	_, otherSecret := store.add(geo.Credential{Role: geo.RoleOperator})
	_, sessionSecret := store.add(geo.Credential{Kind: geo.Session, Of: key.ID, Role: geo.RoleOperator, Expires: time.Now().Add(time.Hour)})
	d := follow(t, store, nil)
	held := map[string]context.Context{}
	for name, r := range map[string]*http.Request{
		"key": with("Bearer " + secret), "session": withCookie(sessionSecret), "other": with("Bearer " + otherSecret),
	} {
		caller, err := d.Identify(r)
		if err != nil || caller == nil {
			t.Fatal(name, err)
		}
		ctx, release := d.Hold(t.Context(), caller)
		defer release()
		held[name] = ctx
	}
	gone, err := d.Identify(with("Bearer " + secret))
	if err != nil {
		t.Fatal(err)
	}
	store.revoke(key.ID)
	ends(t, held["key"], "with the revoked key")
	ends(t, held["session"], "with its session")
	if held["other"].Err() != nil {
		t.Error("another key's is ended too")
	}
	if caller, err := d.Identify(with("Bearer " + secret)); err == nil {
		t.Errorf("the key still lets in %v", caller)
	}
	if caller, err := d.Identify(withCookie(sessionSecret)); caller != nil || err != nil {
		t.Errorf("its session is %v, %v", caller, err)
	}
	late, release := d.Hold(t.Context(), gone) // identified before, held after
	defer release()
	ends(t, late, "of one who was identified just before")
	if n := len(d.holds); n != 4 {
		t.Errorf("%d are held", n)
	}
	store.empty() // of sessions, those that are long over
	ends(t, held["other"], "with a key that is not there any more")
}

func TestHeldUntilItExpires(t *testing.T) {
	store := &memory{}
	_, secret := store.add(geo.Credential{Role: geo.RoleOperator, Expires: time.Now().Add(150 * time.Millisecond)})
	d := follow(t, store, nil)
	caller, err := d.Identify(with("Bearer " + secret))
	if err != nil {
		t.Fatal(err)
	}
	ctx, release := d.Hold(t.Context(), caller)
	if ctx.Err() != nil {
		t.Error("it ends at once")
	}
	ends(t, ctx, "when the key has expired")
	release()
	if len(d.holds) != 0 {
		t.Error("what was released is held")
	}
	left, leave := context.WithCancel(t.Context())
	ctx, release = d.Hold(left, local)
	defer release()
	leave()
	ends(t, ctx, "when the caller has left")
}

func TestTheFirstKeyCloses(t *testing.T) {
	store := &memory{}
	d := follow(t, store, nil)
	for _, r := range []*http.Request{with(""), withCookie("onegrid_of_another_time")} {
		if caller, err := d.Identify(r); err != nil || caller != Local() || !d.Open() {
			t.Fatalf("without keys: %v, %v", caller, err)
		}
	}
	if caller, err := d.Identify(with("Bearer onegrid_guessed")); err == nil {
		t.Errorf("without keys somebody's key is %v's", caller.ID)
	}
	ctx, release := d.Hold(t.Context(), Local())
	defer release()
	key, secret := store.add(geo.Credential{Role: geo.RoleAdmin})
	ends(t, ctx, "of everybody, after the first key")
	if caller, err := d.Identify(with("")); caller != nil || err != nil || d.Open() {
		t.Errorf("after the first key everybody is %v, %v", caller, err)
	}
	if caller, err := d.Identify(with("Bearer " + secret)); err != nil || caller.ID != key.ID || caller.IsLocal() {
		t.Errorf("the first key is %v, %v", caller, err)
	}
	store.revoke(key.ID)
	if caller, err := d.Identify(with("")); caller != nil || err != nil {
		t.Errorf("after the last key was revoked everybody is %v, %v", caller, err)
	}
	store.empty()
	if err := d.Refresh(t.Context()); err != nil || d.Open() {
		t.Errorf("a store without keys in its place opens it: %v", err)
	}
}

// What was made a moment ago in the other program counts without waiting.
func TestNewCredentialsCountAtOnce(t *testing.T) {
	store := &memory{}
	store.add(geo.Credential{Role: geo.RoleAdmin})
	d, err := NewDirectory(t.Context(), store, nil) // which nothing renews
	if err != nil {
		t.Fatal(err)
	}
	_, secret := store.add(geo.Credential{Kind: geo.Key, Role: geo.RoleViewer})
	if caller, err := d.Identify(with("Bearer " + secret)); err != nil || caller.Role != geo.RoleViewer {
		t.Errorf("it is %v, %v", caller, err)
	}
}

// A page that has just signed in asks for a hundred tiles: the store is read for
// all of them once.
func TestWhoFindsTheSameReadsOnce(t *testing.T) {
	store := &memory{}
	store.add(geo.Credential{Role: geo.RoleAdmin})
	d, err := NewDirectory(t.Context(), store, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, secret := store.add(geo.Credential{Kind: geo.Session, Of: "k", Role: geo.RoleViewer})
	d.reading.Lock() // until all have found that the store has changed
	var page sync.WaitGroup
	for range 100 {
		page.Go(func() {
			if caller, err := d.Identify(withCookie(secret)); caller == nil || err != nil {
				t.Errorf("it is %v, %v", caller, err)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	d.reading.Unlock()
	page.Wait()
	if store.reads != 2 { // the first was the directory's own
		t.Errorf("the store was read %d times", store.reads)
	}
}

func TestAStoreThatIsAwayKeepsNobodyOut(t *testing.T) {
	store := &memory{}
	_, secret := store.add(geo.Credential{Role: geo.RoleOperator})
	d := follow(t, store, nil)
	caller, _ := d.Identify(with("Bearer " + secret))
	ctx, release := d.Hold(t.Context(), caller)
	defer release()
	store.goAway(true)
	time.Sleep(3 * pollEvery)
	if _, err := d.Identify(with("Bearer " + secret)); err != nil || ctx.Err() != nil {
		t.Errorf("it is kept out: %v, %v", err, ctx.Err())
	}
	if _, err := d.Identify(with("Bearer onegrid_guessed")); geo.KindOf(err) != problem.Unauthenticated {
		t.Errorf("and a guessed one: %v", err)
	}
	store.goAway(false)
	store.revoke(caller.ID)
	ends(t, ctx, "once it is back")
}

func TestTokensComeIn(t *testing.T) {
	i := accesstest.NewIssuer(t)
	store := &memory{}
	d := follow(t, store, takes(i))
	if caller, err := d.Identify(with("")); caller != nil || err != nil || d.Open() {
		t.Errorf("without keys, but with an issuer, everybody is %v, %v", caller, err)
	}
	token := i.Sign("rsa", jose.RS256, i.Claims())
	caller, err := d.Identify(with("Bearer " + token))
	if err != nil || caller.Role != geo.RolePlanner || caller.Kind != geo.Token || !Only(geo.RolePlanner).Admits(caller) || caller.Network("schools") {
		t.Fatalf("%+v, %v", caller, err)
	}
	if caller.Actor().ID != ActorOf("a key of tests", i.URL, "7f3a") {
		t.Errorf("it writes as %s", caller.Actor().ID)
	}
	if caller, err := d.Identify(with("Bearer " + token[:len(token)-4])); err == nil {
		t.Errorf("a broken one is %v's", caller.ID)
	}
	if caller, err := d.Identify(withCookie(token)); caller != nil || err != nil {
		t.Errorf("as a cookie it is %v's, %v", caller, err)
	}
	session, sessionSecret := store.add(geo.Credential{Kind: geo.Session, Of: caller.ID, Role: geo.RolePlanner, Expires: time.Now().Add(time.Hour)})
	in, err := d.Identify(withCookie(sessionSecret))
	if err != nil || in == nil || in.ID != session.ID || d.KeyOf(in) != nil || d.Sessions(caller.ID) != 1 {
		t.Errorf("its session is %v, %v", in, err)
	}
}

// Whoever holds something with a token was let in by rules: by others it may be
// nobody. A session is the store's to end.
func TestOtherRulesEndWhatTokensHold(t *testing.T) {
	i := accesstest.NewIssuer(t)
	fewer := i.Setting()
	fewer.Rules = fewer.Rules[1:]
	for name, next := range map[string]*geo.Scheme{"other rules": {Access: &geo.Access{OIDC: fewer}}, "no issuer": {}} {
		var scheme atomic.Pointer[geo.Scheme]
		scheme.Store(&geo.Scheme{Access: &geo.Access{OIDC: i.Setting()}})
		store := &memory{}
		_, secret := store.add(geo.Credential{Role: geo.RoleViewer})
		d := follow(t, store, NewOIDC(scheme.Load, "", "a key of tests"))
		hold := func(bearer string) (*Caller, context.Context) {
			caller, err := d.Identify(with("Bearer " + bearer))
			if err != nil {
				t.Fatal(err)
			}
			ctx, release := d.Hold(t.Context(), caller)
			t.Cleanup(release)
			return caller, ctx
		}
		caller, byToken := hold(i.Sign("rsa", jose.RS256, i.Claims()))
		_, byKey := hold(secret)
		scheme.Store(&geo.Scheme{Name: geo.Plain("another"), Access: &geo.Access{OIDC: i.Setting()}})
		if time.Sleep(3 * pollEvery); byToken.Err() != nil {
			t.Errorf("%s: it ends before", name)
		}
		scheme.Store(next)
		ends(t, byToken, name)
		late, release := d.Hold(t.Context(), caller) // identified before, held after
		ends(t, late, name+", of one who was identified just before")
		release()
		if byKey.Err() != nil {
			t.Errorf("%s: a key's is ended too", name)
		}
	}
}

// Neither a session nor a new token gives more than there is.
func TestWhatIsUsedUpStaysSo(t *testing.T) {
	i := accesstest.NewIssuer(t)
	store := &memory{}
	key, secret := store.add(geo.Credential{Role: geo.RoleOperator, Rate: 0.01})
	_, sessionSecret := store.add(geo.Credential{Kind: geo.Session, Of: key.ID, Role: geo.RoleOperator, Rate: 0.01, Expires: time.Now().Add(time.Hour)})
	_, otherSecret := store.add(geo.Credential{Role: geo.RoleOperator, Rate: 0.01})
	d := follow(t, store, takes(i))
	now := time.Now() // at which all comes: nothing flows back
	take := func(r *http.Request) bool {
		t.Helper()
		caller, err := d.Identify(r)
		if err != nil {
			t.Fatal(err)
		}
		_, ok := caller.Take(now)
		return ok
	}
	if !take(with("Bearer "+secret)) || take(withCookie(sessionSecret)) || take(with("Bearer "+secret)) {
		t.Error("a session has a rate of its own")
	}
	store.add(geo.Credential{Role: geo.RoleViewer})
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if take(with("Bearer "+secret)) || !take(with("Bearer "+otherSecret)) {
		t.Error("another key brings it back, or uses it up")
	}
	taken := 0
	for n := range 2 * int(burst*rates[geo.RolePlanner]) {
		if take(with("Bearer " + i.Sign("edwards", jose.EdDSA, i.Claims("jti", n)))) { // another token each
			taken++
		}
	}
	if most := int(burst * rates[geo.RolePlanner]); taken != most {
		t.Errorf("%d requests were let in with ever new tokens, want %d", taken, most)
	}
}

func TestRatesMayBeAnyNumber(t *testing.T) {
	now := time.Now()
	for perSecond, want := range map[float64]int{0.01: 1, 0.5: 2, 3: 12, 1e300: 1000} {
		c, taken := newCaller(geo.Credential{Rate: perSecond}, newBucket(perSecond)), 0
		for range 1000 {
			if _, ok := c.Take(now); ok {
				taken++
			}
		}
		if taken != want {
			t.Errorf("of %g a second, %d come together, want %d", perSecond, taken, want)
		}
	}
}

func TestBucketsAreBounded(t *testing.T) {
	b := buckets{at: map[bucketOwner]*rate.Limiter{}}
	now := time.Now()
	spent := b.of(&geo.Credential{ID: "spent", Rate: 1}, now)
	spent.AllowN(now, int(burst))
	for n := range 3 * fewBuckets {
		b.of(&geo.Credential{ID: string(rune(n)), Of: time.Duration(n).String(), Rate: 1}, now)
		if len(b.at) > fewBuckets+1 {
			t.Fatalf("%d are kept", len(b.at))
		}
	}
	if b.of(&geo.Credential{ID: "spent", Rate: 1}, now) != spent {
		t.Error("one that is spent was forgotten")
	}
}

func TestProgramsWithoutASecretDoNotStart(t *testing.T) {
	if _, err := NewDirectory(t.Context(), secretless{&memory{}}, nil); err == nil {
		t.Error("whoever says nothing is the other program")
	}
}

func TestCookiesAreNoScriptsBusiness(t *testing.T) {
	c := Cookie("secret", true, 60)
	if c.Value != "secret" || !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteStrictMode || c.MaxAge != 60 || c.Path != "/" {
		t.Errorf("a session's: %v", c)
	}
	if c := Cookie("", false, 60); c.MaxAge >= 0 || c.Value != "" || !c.HttpOnly {
		t.Errorf("to take it away: %v", c)
	}
}

func TestSignedTextsAreTheirPurposes(t *testing.T) {
	d, err := NewDirectory(t.Context(), &memory{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	one := d.Sign("a", "b")
	if len(one) != 43 || one != d.Sign("a", "b") || one == d.Sign("ab", "") || one == d.Sign("a", "c") || one == d.Sign("c", "b") {
		t.Error("another text is signed alike")
	}
}

func TestKeysOpenSessions(t *testing.T) {
	store := &memory{}
	key, secret := store.add(geo.Credential{Role: geo.RoleOperator})
	_, sessionSecret := store.add(geo.Credential{Kind: geo.Session, Of: key.ID, Role: geo.RoleOperator, Expires: time.Now().Add(time.Hour)})
	_, overSecret := store.add(geo.Credential{Kind: geo.Session, Of: key.ID, Role: geo.RoleOperator, Expires: time.Now().Add(-time.Minute)})
	d := follow(t, store, nil)
	if who, err := d.ByKey(t.Context(), secret); err != nil || who.ID != key.ID || d.KeyOf(who) != who {
		t.Errorf("a key: %v, %v", who, err)
	}
	for name, s := range map[string]string{"a session": sessionSecret, "nothing": "", "the other program": d.ProcessHeader(), "its id": key.ID} {
		if who, err := d.ByKey(t.Context(), s); geo.KindOf(err) != problem.Unauthenticated || who != nil {
			t.Errorf("%s is taken for a key: %v, %v", name, who, err)
		}
	}
	in, err := d.BySession(t.Context(), sessionSecret)
	if err != nil || d.KeyOf(in).ID != key.ID || d.Sessions(key.ID) != 1 || d.Sessions(in.ID) != 0 || d.Sessions("") != 0 {
		t.Errorf("a session: %v, %v", in, err)
	}
	for name, s := range map[string]string{"a key": secret, "nothing": "", "a session that is over": overSecret} {
		if who, err := d.BySession(t.Context(), s); geo.KindOf(err) != problem.Unauthenticated || who != nil {
			t.Errorf("%s is taken for a session: %v, %v", name, who, err)
		}
	}
	store.revoke(key.ID)
	if err := d.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if who, err := d.ByKey(t.Context(), secret); err == nil || who == nil || who.ID != key.ID || d.Sessions(key.ID) != 0 {
		t.Errorf("a revoked key: %v, %v", who, err)
	}
}
