package server

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
	"onegrid/geo/world"
)

// callers is a store of credentials in memory.
type callers struct {
	all      []geo.Credential
	revision int64
}

func (s *callers) Credentials(context.Context) ([]geo.Credential, int64, error) {
	return s.all, s.revision, nil
}
func (s *callers) CredentialsRevision(context.Context) (int64, error) { return s.revision, nil }
func (s *callers) ProcessSecret(context.Context) (string, error)      { return "between us", nil }

// key makes one and returns what its bearer sends.
func (s *callers) key(c geo.Credential) string {
	id, text, hash := access.NewSecret()
	c.ID, c.Kind, c.Hash = id, geo.Key, hash
	s.all, s.revision = append(s.all, c), s.revision+1
	return text
}

func (s *callers) directory(t *testing.T) *access.Directory {
	t.Helper()
	d, err := access.NewDirectory(t.Context(), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// guarded is a frame that knows callers, around routes.
func guarded(d *access.Directory, routes ...Route) http.Handler {
	f := NewFrame(Options{World: func() *world.World { return new(world.World) }, Callers: d})
	return f.Handler(routes, nil)
}

func as(h http.Handler, method, path, bearer string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost"+path, nil)
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Every right meets every role, and nobody, and the other program.
func TestRightsMeetRoles(t *testing.T) {
	store := &callers{}
	keys := map[geo.Role]string{}
	for _, role := range geo.Roles {
		keys[role] = store.key(geo.Credential{Role: role, Rate: 1e6})
	}
	d := store.directory(t)
	rights := map[string]access.Right{
		"nobody": {}, "everyone": access.Everyone, "named": access.Named, "process": access.Process,
		"some": access.Only(geo.RoleAdmin, geo.RoleService), "others": access.Named.Except(geo.RoleViewer),
	}
	var routes []Route
	for name, right := range rights {
		routes = append(routes, Route{Method: "GET", Path: "/" + name, Name: name, May: right, Handle: func(c *gin.Context) {
			if caller := access.Of(c); caller != nil {
				io.WriteString(c.Writer, string(caller.Role))
			}
		}})
	}
	h := guarded(d, routes...)
	for name, right := range rights {
		for _, role := range geo.Roles {
			want := http.StatusForbidden
			if slices.Contains(right.Roles(), role) {
				want = http.StatusOK
			}
			w := as(h, "GET", "/"+name, keys[role])
			if w.Code != want || want == 200 && w.Body.String() != string(role) {
				t.Errorf("%s calls %s: %d %s, want %d", role, name, w.Code, w.Body, want)
			}
		}
		for bearer, want := range map[string]int{"": 401, "no such key": 401, d.ProcessHeader(): 403, "process:guess": 401} {
			switch {
			case name == "everyone":
				want = 200
			case name == "process" && bearer == d.ProcessHeader():
				want = 200
			}
			w := as(h, "GET", "/"+name, bearer)
			if w.Code != want {
				t.Errorf("bearer %q calls %s: %d %s, want %d", bearer, name, w.Code, w.Body, want)
			}
			if (w.Header().Get("WWW-Authenticate") != "") != (want == 401) {
				t.Errorf("bearer %q calls %s: %d with the challenge %q", bearer, name, w.Code, w.Header().Get("WWW-Authenticate"))
			}
		}
	}
}

func TestKeysAreLimited(t *testing.T) {
	store := &callers{}
	slow, fast := store.key(geo.Credential{Role: geo.RoleService, Rate: 1}), store.key(geo.Credential{Role: geo.RoleService})
	h := guarded(store.directory(t), Route{Method: "GET", Path: "/x", Name: "x", May: access.Named, Handle: func(*gin.Context) {}})
	var answers []int
	for range 6 {
		w := as(h, "GET", "/x", slow)
		if answers = append(answers, w.Code); w.Code == 429 && w.Header().Get("Retry-After") != "1" {
			t.Errorf("Retry-After: %q", w.Header().Get("Retry-After"))
		}
	}
	if got := fmt.Sprint(answers); got != "[200 200 200 200 429 429]" {
		t.Errorf("a key of one a second: %s", got)
	}
	if w := as(h, "GET", "/x", fast); w.Code != 200 {
		t.Errorf("another key pays: %d", w.Code)
	}
}

// Addresses that err again and again are no longer told how.
func TestGuessesAreLimited(t *testing.T) {
	store := &callers{}
	good := store.key(geo.Credential{Role: geo.RoleService})
	h := guarded(store.directory(t), Route{Method: "GET", Path: "/x", Name: "x", May: access.Named, Handle: func(*gin.Context) {}})
	for i := range failingBurst + 5 {
		want := 401
		if i >= failingBurst {
			want = 429
		}
		if w := as(h, "GET", "/x", fmt.Sprint("guess ", i)); w.Code != want {
			t.Fatalf("guess %d: %d, want %d", i, w.Code, want)
		}
	}
	if w := as(h, "GET", "/x", good); w.Code != 200 {
		t.Errorf("a good key from the same address: %d", w.Code)
	}
}

// tokens are good if they say so, and count how often they were checked.
type tokens struct {
	checked    int
	remembered map[string]bool
}

func (*tokens) Setting() *geo.OIDC { return &geo.OIDC{} }

func (k *tokens) Verify(_ context.Context, token string) (geo.Credential, error) {
	k.checked++
	switch {
	case strings.HasPrefix(token, "good"):
		k.remembered[token] = true
		return geo.Credential{ID: "oidc:somebody", Kind: geo.Token, Role: geo.RoleViewer}, nil
	case strings.HasPrefix(token, "stranger"):
		return geo.Credential{}, geo.Errorf(geo.Denied, "no rule fits")
	case strings.HasPrefix(token, "early"):
		return geo.Credential{}, geo.Errorf(geo.Unavailable, "the issuer does not answer")
	}
	return geo.Credential{}, geo.Errorf(problem.Unauthenticated, "the token does not hold")
}

func (k *tokens) Remembered(token string) (geo.Credential, bool) {
	return geo.Credential{ID: "oidc:somebody", Kind: geo.Token, Role: geo.RoleViewer}, k.remembered[token]
}

// To check a token takes a while: addresses whose tokens do not hold soon have none
// checked any more, wherever they send them. What holds goes on holding.
func TestTokensOfGuessersAreNotChecked(t *testing.T) {
	for _, path := range []string{"/all", "/named"} {
		for wrong, once := range map[string]int{"made.up.": 401, "stranger.to.": 403} {
			store, seen := &callers{}, &tokens{remembered: map[string]bool{}}
			key := store.key(geo.Credential{Role: geo.RoleService})
			d, err := access.NewDirectory(t.Context(), store, seen)
			if err != nil {
				t.Fatal(err)
			}
			h := guarded(d, Route{Method: "GET", Path: "/all", Name: "all", May: access.Everyone, Handle: func(*gin.Context) {}},
				Route{Method: "GET", Path: "/named", Name: "named", May: access.Named, Handle: func(*gin.Context) {}})
			for range 2 * failingBurst {
				if w := as(h, "GET", "/named", "early.to.day"); w.Code != 503 {
					t.Fatalf("while the issuer is away: %d", w.Code)
				}
			}
			if w := as(h, "GET", "/named", "good.to.day"); w.Code != 200 {
				t.Fatalf("a good token: %d", w.Code)
			}
			seen.checked = 0
			for i := range 5 * failingBurst {
				w := as(h, "GET", path, wrong+fmt.Sprint(i))
				switch {
				case path == "/all":
					once = 200
				case i >= failingBurst+2:
					once = 429
				case i >= failingBurst:
					continue
				}
				if w.Code != once || (w.Header().Get("Retry-After") != "") != (w.Code == 429) {
					t.Fatalf("%s%d at %s: %d %v", wrong, i, path, w.Code, w.Header())
				}
			}
			if seen.checked < failingBurst || seen.checked > failingBurst+2 {
				t.Errorf("%s at %s: %d of %d were checked", wrong, path, seen.checked, 5*failingBurst)
			}
			for who, bearer := range map[string]string{"a token that holds": "good.to.day", "a key": key} {
				if w := as(h, "GET", "/named", bearer); w.Code != 200 {
					t.Errorf("%s from the same address: %d %s", who, w.Code, w.Body)
				}
			}
		}
	}
}

// Who may not call a route is told so as often as its rate allows.
func TestRefusalsCount(t *testing.T) {
	store := &callers{}
	key := store.key(geo.Credential{Role: geo.RoleViewer, Rate: 1})
	h := guarded(store.directory(t), Route{Method: "GET", Path: "/x", Name: "x", May: access.Only(geo.RoleAdmin), Handle: func(*gin.Context) {}})
	told := map[int]int{}
	for range 50 {
		told[as(h, "GET", "/x", key).Code]++
	}
	if told[403] == 0 || told[429] < 25 || len(told) != 2 {
		t.Errorf("%v", told)
	}
}

func TestUnnamedAddressesAreLimited(t *testing.T) {
	store := &callers{}
	store.key(geo.Credential{Role: geo.RoleViewer})
	h := guarded(store.directory(t), Route{Method: "GET", Path: "/x", Name: "x", May: access.Everyone, Handle: func(*gin.Context) {}})
	refused := 0
	for range unnamedBurst + 100 {
		if as(h, "GET", "/x", "").Code == 429 {
			refused++
		}
	}
	if refused < 50 {
		t.Errorf("%d of %d were refused", refused, unnamedBurst+100)
	}
}

// Bulk work fills its own lane alone.
func TestLanesAreFull(t *testing.T) {
	enter, leave := make(chan bool), make(chan bool)
	wait := func(c *gin.Context) { enter <- true; <-leave }
	h := guarded(nil,
		Route{Method: "GET", Path: "/bulk", Name: "bulk", May: access.Named, Handle: wait, Bulk: true},
		Route{Method: "GET", Path: "/single", Name: "single", May: access.Named, Handle: func(*gin.Context) {}})
	done := make(chan int)
	for range mostBulk {
		go func() { done <- as(h, "GET", "/bulk", "").Code }()
		<-enter
	}
	if w := as(h, "GET", "/bulk", ""); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("one too many: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	if w := as(h, "GET", "/single", ""); w.Code != 200 {
		t.Errorf("a single request beside bulk: %d", w.Code)
	}
	close(leave)
	for range mostBulk {
		if code := <-done; code != 200 {
			t.Errorf("one of those let in: %d", code)
		}
	}
	go func() { <-enter }()
	if w := as(h, "GET", "/bulk", ""); w.Code != 200 {
		t.Errorf("when there is room again: %d", w.Code)
	}
}

// Where other machines reach the port, want of keys lets nobody in: the last that
// did may have been tokens of an issuer that the scheme has just lost.
func TestNobodyIsLetInFromElsewhereForWantOfKeys(t *testing.T) {
	for address, want := range map[string]int{"127.0.0.1:0": 200, "[::1]:80": 200, "localhost:80": 200, "0.0.0.0:0": 401, ":80": 401, "192.0.2.1:80": 401} {
		o, err := (&Flags{Listen: address}).Frame()
		if err != nil {
			t.Fatal(err)
		}
		o.World, o.Callers = func() *world.World { return nil }, (&callers{}).directory(t)
		h := NewFrame(o).Handler([]Route{{Method: "GET", Path: "/x", Name: "x", May: access.Named, Handle: func(*gin.Context) {}}}, nil)
		if w := as(h, "GET", "/x", ""); w.Code != want {
			t.Errorf("at %s: %d, want %d", address, w.Code, want)
		}
	}
}

// Of single requests, too, there are only so many, with a name or without; streams
// are not among them.
func TestTheSingleLaneIsFull(t *testing.T) {
	store := &callers{}
	bearer := store.key(geo.Credential{Role: geo.RoleService})
	enter, leave := make(chan bool), make(chan bool)
	nothing := func(*gin.Context) {}
	h := guarded(store.directory(t),
		Route{Method: "GET", Path: "/slow", Name: "slow", May: access.Named, Handle: func(*gin.Context) { enter <- true; <-leave }},
		Route{Method: "GET", Path: "/x", Name: "x", May: access.Everyone, Handle: nothing},
		Route{Method: "GET", Path: "/live", Name: "live", May: access.Everyone, Handle: nothing, Stream: true},
		Route{Method: "GET", Path: "/alive", Name: "alive", May: access.Everyone, Handle: nothing, Always: true})
	done := make(chan int)
	for range mostSingle {
		go func() { done <- as(h, "GET", "/slow", bearer).Code }()
		<-enter
	}
	for path, want := range map[string]int{"/x": 503, "/live": 200, "/alive": 200} {
		for _, who := range []string{bearer, ""} {
			if w := as(h, "GET", path, who); w.Code != want {
				t.Errorf("%s with the key %q: %d, want %d", path, who, w.Code, want)
			}
		}
	}
	close(leave)
	for range mostSingle {
		if code := <-done; code != 200 {
			t.Errorf("one of those let in: %d", code)
		}
	}
	for _, who := range []string{bearer, ""} {
		if w := as(h, "GET", "/x", who); w.Code != 200 {
			t.Errorf("when there is room again, with the key %q: %d", who, w.Code)
		}
	}
}

// What takes long ends with its key, and gives its place back.
func TestLongRequestsEndWithTheirKey(t *testing.T) {
	for name, route := range map[string]Route{"a stream": {Method: "GET", Stream: true}, "bulk": {Method: "POST", Bulk: true}} {
		store := &callers{}
		bearer := store.key(geo.Credential{Role: geo.RoleService})
		d := store.directory(t)
		started, ended := make(chan bool), make(chan bool)
		route.Path, route.Name, route.May = "/long", "long", access.Named
		route.Handle = func(c *gin.Context) {
			started <- true
			<-c.Request.Context().Done()
		}
		f := NewFrame(Options{World: func() *world.World { return new(world.World) }, Callers: d})
		h := f.Handler([]Route{route}, nil)
		go func() { as(h, route.Method, "/long", bearer); ended <- true }()
		<-started
		store.all[0].Revoked = time.Now()
		store.revision++
		if err := d.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			t.Fatalf("%s goes on", name)
		}
		if now := f.limits.bulk.now.Load(); now != 0 {
			t.Errorf("%s: %d places are still taken", name, now)
		}
		if w := as(h, route.Method, "/long", bearer); w.Code != 401 || !strings.Contains(w.Body.String(), "revoked") {
			t.Errorf("%s: the key afterwards: %d %s", name, w.Code, w.Body)
		}
	}
}
