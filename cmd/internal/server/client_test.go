package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"onegrid/geo/access"
	"onegrid/geo/world"
)

// Whom the other program of the deployment asks for is told by it alone.
func TestWhereAForwardedRequestComesFrom(t *testing.T) {
	store := &callers{}
	d := store.directory(t)
	frame := func(proxies string, d *access.Directory) *Frame {
		t.Helper()
		o := Options{World: func() *world.World { return new(world.World) }, Callers: d}
		if proxies != "" {
			var err error
			if o.Proxies, err = access.ParseProxies([]string{proxies}); err != nil {
				t.Fatal(err)
			}
		}
		return NewFrame(o)
	}
	front, behindProxy, back := frame("", d), frame("192.0.2.1", d), frame("", d)
	for name, c := range map[string]struct {
		through *Frame // nil: straight
		header  http.Header
		want    string
	}{
		"straight":                           {nil, nil, "192.0.2.1"},
		"straight, saying otherwise":         {nil, http.Header{"X-Forwarded-For": {"198.51.100.7"}}, "192.0.2.1"},
		"straight, playing the program":      {nil, http.Header{"X-Forwarded-For": {"198.51.100.7"}, forwarderHeader: {"process:guessed"}}, "192.0.2.1"},
		"forwarded":                          {front, nil, "192.0.2.1"},
		"forwarded, saying otherwise":        {front, http.Header{"X-Forwarded-For": {"198.51.100.7"}}, "192.0.2.1"},
		"forwarded, playing the program":     {front, http.Header{"X-Forwarded-For": {"198.51.100.7"}, forwarderHeader: {"process:guessed"}}, "192.0.2.1"},
		"forwarded, from behind a proxy":     {behindProxy, http.Header{"X-Forwarded-For": {"203.0.113.5, 198.51.100.7"}}, "198.51.100.7"},
		"forwarded by one without a program": {frame("", nil), nil, "127.0.0.1"},
		"the same, playing the program":      {frame("", nil), http.Header{forwarderHeader: {"process:guessed"}}, "127.0.0.1"},
	} {
		r := httptest.NewRequest("GET", "http://localhost/v1/session", nil)
		r.RemoteAddr, r.Header = "192.0.2.1:4711", c.header.Clone()
		if r.Header == nil {
			r.Header = http.Header{}
		}
		if c.through != nil {
			out := r.Clone(t.Context())
			out.RemoteAddr = "127.0.0.1:4712"
			c.through.Forward(r, out)
			if said := out.Header.Get(forwarderHeader); said == "process:guessed" {
				t.Errorf("%s: what it said of itself passes", name)
			}
			r = out
		}
		if got := back.Client(r).String(); got != c.want {
			t.Errorf("%s: it comes from %s, want %s", name, got, c.want)
		}
	}
}
