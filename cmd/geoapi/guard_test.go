package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPagesOfElsewhereAreKeptOut(t *testing.T) {
	h := guarded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for _, c := range []struct {
		method, host, origin string
		want                 int
	}{
		{"POST", "127.0.0.1:8081", "", http.StatusTeapot},
		{"POST", "127.0.0.1:8081", "http://127.0.0.1:8081", http.StatusTeapot},
		{"GET", "localhost:8081", "http://elsewhere.example", http.StatusTeapot},
		{"GET", "[::1]:8081", "", http.StatusTeapot},
		{"GET", "::1", "", http.StatusTeapot},
		{"POST", "127.0.0.1:8081", "http://elsewhere.example", http.StatusForbidden},
		{"DELETE", "127.0.0.1:8081", "http://127.0.0.1:9999", http.StatusForbidden},
		{"POST", "127.0.0.1:8081", "null", http.StatusForbidden},
		{"GET", "elsewhere.example:8081", "", http.StatusForbidden},
		{"GET", "127.0.0.1.elsewhere.example", "", http.StatusForbidden},
		{"GET", "192.0.2.1", "", http.StatusForbidden},
		{"GET", "", "", http.StatusForbidden},
	} {
		r := httptest.NewRequest(c.method, "/v1/imports?accept=true", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s to %q from a page of %q: %d, want %d", c.method, c.host, c.origin, w.Code, c.want)
		}
	}
}
