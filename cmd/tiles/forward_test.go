package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Who calls and from where reaches geoapi as it is: what the caller says of the
// latter does not, unless the caller is a proxy of ours.
func TestCallersAreForwardedAsTheyAre(t *testing.T) {
	_, path := newTown(t)
	var got http.Header
	geoapi := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		http.SetCookie(w, &http.Cookie{Name: "onegrid_session", Value: "new", HttpOnly: true})
	}))
	defer geoapi.Close()
	for _, c := range []struct {
		flags     []string
		forwarded string
		want      string
	}{
		{nil, "", "127.0.0.1"},
		{nil, "198.51.100.1", "127.0.0.1"},
		{[]string{"--trusted-proxy", "10.0.0.0/8"}, "198.51.100.1", "127.0.0.1"},
		{[]string{"--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"}, "203.0.113.9, 198.51.100.1, 10.1.1.1", "198.51.100.1"},
	} {
		at, stop := start(t, path, append(c.flags, "--geoapi", geoapi.URL)...)
		headers := []string{"Cookie", "onegrid_session=abc; other=1", "X-Real-Ip", "198.51.100.7", "Forwarded", "for=198.51.100.8"}
		if c.forwarded != "" {
			headers = append(headers, "X-Forwarded-For", c.forwarded)
		}
		a, _ := get(t, at+"/v1/session", headers...)
		if is := strings.Join(got.Values("X-Forwarded-For"), ";"); is != c.want {
			t.Errorf("%v, forwarded for %q: geoapi is told %q, want %q", c.flags, c.forwarded, is, c.want)
		}
		if got.Get("Cookie") != "onegrid_session=abc; other=1" || got.Get("Forwarded") != "" {
			t.Errorf("Cookie %q, Forwarded %q", got.Get("Cookie"), got.Get("Forwarded"))
		}
		if a.Header.Get("Set-Cookie") != "onegrid_session=new; HttpOnly" {
			t.Errorf("Set-Cookie %q", a.Header.Get("Set-Cookie"))
		}
		get(t, at+"/v1/session", "Authorization", "Bearer x.y_z", "Cookie", "")
		if got.Get("Authorization") != "Bearer x.y_z" {
			t.Errorf("Authorization %q", got.Get("Authorization"))
		}
		stop()
	}
}
