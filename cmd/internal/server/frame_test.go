package server

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"onegrid/geo/access"
	"onegrid/geo/problem"
	"onegrid/geo/world"
)

// house answers some routes, and keeps an access log in log.
func house(log io.Writer) (http.Handler, *AccessLog) {
	lines := NewAccessLog(log)
	f := NewFrame(Options{World: func() *world.World { return new(world.World) }, Access: lines})
	say := func(c *gin.Context) { c.String(http.StatusOK, "%s", c.Param("name")) }
	return f.Handler(append([]Route{
		{Method: "GET", Path: "/plain", May: access.Everyone, Name: "plain", Handle: say},
		{Method: "GET", Path: "/one/{name}/more", May: access.Everyone, Name: "one", Handle: say},
		{Method: "GET", Path: "/rest/{name...}", May: access.Everyone, Name: "rest", Handle: say},
		{Method: "POST", Path: "/plain", May: access.Everyone, Name: "post", Handle: say},
		{Method: "GET", Path: "/stream", May: access.Everyone, Name: "stream", Handle: say, Stream: true},
		{Method: Any, Path: "/any", May: access.Everyone, Name: "any", Handle: say},
		{Method: "GET", Path: "/bug", May: access.Everyone, Name: "bug", Handle: func(*gin.Context) { panic("a bug") }},
		{Method: "GET", Path: "/late", May: access.Everyone, Name: "late", Handle: func(c *gin.Context) {
			c.String(http.StatusOK, "half")
			panic("a bug")
		}},
	}, f.Routes()...), nil), lines
}

func ask(h http.Handler, method, path string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
	r.Method = method
	h.ServeHTTP(w, r)
	return w
}

func TestTheTableIsAnswered(t *testing.T) {
	h, lines := house(io.Discard)
	defer lines.Close()
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{"GET", "/plain", 200, ""},
		{"HEAD", "/plain", 200, ""},
		{"POST", "/plain", 200, ""},
		{"GET", "/one/a%2Fb/more", 200, "a/b"},
		{"GET", "/rest/a/b.js", 200, "/a/b.js"},
		{"HEAD", "/rest/a/b.js", 200, "/a/b.js"}, // net/http would leave it out
		{"GET", "/stream", 200, ""},
		{"HEAD", "/stream", 405, ""},
		{"PATCH", "/any", 200, ""},
		{"CONNECT", "/any", 405, ""},
		{"TRACE", "/any", 405, ""},
		{"DELETE", "/plain", 405, ""},
		{"GET", "/nothing", 404, ""},
		{"GET", "/bug", 500, ""},
	} {
		w := ask(h, c.method, c.path)
		if w.Code != c.status || c.status == 200 && w.Body.String() != c.body {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, w.Code, w.Body, c.status, c.body)
		}
		if w.Code != 200 && w.Header().Get("Content-Type") != problem.MediaType {
			t.Errorf("%s %s: %d is no problem: %s", c.method, c.path, w.Code, w.Body)
		}
		for name, n := range map[string]int{"X-Request-Id": 1, "X-Content-Type-Options": 1, "Referrer-Policy": 1, "Cross-Origin-Resource-Policy": 1, "Age": 0} {
			if len(w.Header()[name]) != n {
				t.Errorf("%s %s: %s is %q", c.method, c.path, name, w.Header()[name])
			}
		}
	}
	allowed := strings.Split(strings.ReplaceAll(ask(h, "DELETE", "/plain").Header().Get("Allow"), " ", ""), ",")
	slices.Sort(allowed)
	if got := strings.Join(allowed, " "); got != "GET HEAD POST" {
		t.Errorf("Allow: %s", got)
	}
}

// A fault after the answer has begun cuts it off.
func TestHalfAnAnswerIsCutOff(t *testing.T) {
	h, lines := house(io.Discard)
	defer lines.Close()
	defer func() {
		if fault := recover(); fault != http.ErrAbortHandler {
			t.Errorf("it ended with %v", fault)
		}
	}()
	ask(h, "GET", "/late")
}

func TestRequestsAreCounted(t *testing.T) {
	h, lines := house(io.Discard)
	defer lines.Close()
	for range 3 {
		ask(h, "GET", "/one/x/more")
	}
	ask(h, "HEAD", "/one/x/more")
	ask(h, "BREW", "/any")
	told := ask(h, "GET", "/metrics").Body.String()
	for _, line := range []string{
		`onegrid_http_requests_total{method="GET",route="/one/{name}/more",status="200"} 3`,
		`onegrid_http_requests_total{method="HEAD",route="/one/{name}/more",status="200"} 1`,
		`onegrid_http_requests_total{method="other",route="none",status="405"} 1`,
		`onegrid_http_request_duration_seconds_count{route="/one/{name}/more"} 4`,
		"onegrid_world_seq 0", "onegrid_store_silent_seconds 0",
	} {
		if !strings.Contains(told, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

// The access log is a JSON object a line, whatever is asked for, without the
// query.
func TestAccessLogIsJSON(t *testing.T) {
	var log bytes.Buffer
	h, lines := house(&log)
	for _, path := range []string{"/plain?lon=1&lat=2", "/one/%22%5C%0A/more", "/rest/格子"} {
		ask(h, "GET", path)
	}
	lines.Close()
	all := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(all) != 3 || strings.Contains(log.String(), "lon") {
		t.Fatalf("the log:\n%s", &log)
	}
	for i, path := range []string{"/plain", "/one/%22%5C%0A/more", "/rest/%E6%A0%BC%E5%AD%90"} {
		var line struct {
			Method, Path, Request string
			Status                int
		}
		if err := json.Unmarshal([]byte(all[i]), &line); err != nil || line.Path != path || line.Method != "GET" || line.Status != 200 || line.Request == "" {
			t.Errorf("%s: %v", all[i], err)
		}
	}
}
