package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"onegrid/geo/access"
	"onegrid/geo/world"
)

func TestPagesOfListedOriginsMayAsk(t *testing.T) {
	origins, err := NewOrigins("map.example.org", []string{"https://desk.example.org", "http://10.1.2.3:8000"})
	if err != nil {
		t.Fatal(err)
	}
	f := NewFrame(Options{World: func() *world.World { return nil }, Guard: Guard{Public: "map.example.org"}, Origins: origins})
	h := f.Handler([]Route{{Method: "POST", Path: "/x", Name: "x", May: access.Everyone, Handle: func(c *gin.Context) {
		c.String(http.StatusOK, "%s", c.GetHeader("Cookie"))
	}}}, nil)
	for _, c := range []struct {
		method, origin, site string
		status               int
		allowed, cookie      string
	}{
		{"POST", "https://desk.example.org", "cross-site", 200, "https://desk.example.org", ""},
		{"POST", "http://10.1.2.3:8000", "cross-site", 200, "http://10.1.2.3:8000", ""},
		{"POST", "https://map.example.org", "same-origin", 200, "", "a=b"},
		{"POST", "https://map.example.org", "", 200, "", "a=b"},
		{"POST", "", "", 200, "", "a=b"},
		{"POST", "https://desk.example.org:444", "cross-site", 403, "", ""},
		{"POST", "http://desk.example.org", "cross-site", 403, "", ""},
		{"POST", "https://desk.example.org.elsewhere.example", "", 403, "", ""},
		{"POST", "null", "", 403, "", ""},
		{"POST", "", "cross-site", 403, "", ""},
		{"POST", "", "same-site", 403, "", ""},
		{"OPTIONS", "https://desk.example.org", "cross-site", 204, "https://desk.example.org", ""},
		{"OPTIONS", "https://elsewhere.example", "cross-site", 405, "", ""},
	} {
		r := httptest.NewRequest(c.method, "http://map.example.org/x", nil)
		r.Header.Set("Cookie", "a=b")
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Access-Control-Allow-Origin") != c.allowed {
			t.Errorf("%s from %q (%s): %d for %q, want %d for %q", c.method, c.origin, c.site, w.Code, w.Header().Get("Access-Control-Allow-Origin"), c.status, c.allowed)
		}
		if w.Header().Get("Vary") != "Origin" { // whoever asks: others' pages may be given it by a cache
			t.Errorf("%s from %q: kept for all by %q", c.method, c.origin, w.Header().Get("Vary"))
		}
		if w.Code == 200 && w.Body.String() != c.cookie {
			t.Errorf("%s from %q: the cookie is %q, want %q", c.method, c.origin, w.Body, c.cookie)
		}
		if w.Header().Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%q may ask as our visitor", c.origin)
		}
	}
	for _, bad := range []string{"*", "desk.example.org", "https://desk.example.org/", "https://", "null", "ftp://x", "https://*.example.org"} {
		if _, err := NewOrigins("", []string{bad}); err == nil {
			t.Errorf("%q was taken for an origin", bad)
		}
	}
}
