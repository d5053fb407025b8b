package server

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"onegrid/geo/access"
	"onegrid/geo/world"
)

func TestPagesOfElsewhereAreKeptOut(t *testing.T) {
	const teapot = http.StatusTeapot
	public := Guard{Public: "map.example.org"}
	closed := Guard{Closed: func() bool { return true }}
	for _, c := range []struct {
		guard                Guard
		method, host, origin string
		want                 int
	}{
		{Guard{}, "POST", "127.0.0.1:8081", "", teapot},
		{Guard{}, "POST", "127.0.0.1:8081", "http://127.0.0.1:8081", teapot},
		{Guard{}, "GET", "localhost:8081", "http://elsewhere.example", teapot},
		{Guard{}, "GET", "[::1]:8081", "", teapot},
		{Guard{}, "GET", "::1", "", teapot},
		{Guard{}, "POST", "127.0.0.1:8081", "http://elsewhere.example", 403},
		{Guard{}, "DELETE", "127.0.0.1:8081", "http://127.0.0.1:9999", 403},
		{Guard{}, "POST", "127.0.0.1:8081", "null", 403},
		{Guard{}, "GET", "elsewhere.example:8081", "", 403},
		{Guard{}, "GET", "127.0.0.1.elsewhere.example", "", 403},
		{Guard{}, "GET", "192.0.2.1", "", 403},
		{Guard{}, "GET", "", "", 403},
		{Guard{}, "GET", "map.example.org", "", 403},
		{public, "GET", "map.example.org", "", teapot},
		{public, "POST", "map.example.org", "https://map.example.org", teapot},
		{public, "POST", "127.0.0.1:8080", "https://map.example.org", teapot},
		{public, "POST", "map.example.org", "https://map.example.org.elsewhere.example", 403},
		{public, "POST", "map.example.org", "null", 403},
		{public, "GET", "", "", 403},
		{closed, "GET", "192.0.2.1:8081", "", teapot},
		{closed, "POST", "[2001:db8::1]:8081", "http://[2001:db8::1]:8081", teapot},
		{closed, "POST", "192.0.2.1", "http://192.0.2.2", 403},
		{closed, "GET", "elsewhere.example:8081", "", 403},
		{closed, "GET", "192.0.2.1.elsewhere.example", "", 403},
		{Guard{Closed: func() bool { return false }}, "GET", "192.0.2.1", "", 403},
	} {
		r := httptest.NewRequest(c.method, "/v1/imports?accept=true", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		routes := []Route{{Method: c.method, Path: "/v1/imports", May: access.Everyone, Handle: func(c *gin.Context) { c.Status(teapot) }}}
		testFrame(c.guard).Handler(routes, nil).ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s to %q from a page of %q: %d, want %d", c.method, c.host, c.origin, w.Code, c.want)
		}
	}
}

// testFrame is a frame around a world that is never looked at.
func testFrame(g Guard) *Frame {
	return NewFrame(Options{World: func() *world.World { return nil }, Guard: g})
}
