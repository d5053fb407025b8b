package server

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// Guard keeps pages of elsewhere out, whose visitor's browser reaches a loopback
// port: by a name that was made to lead here, or by a form or a simple request,
// which browsers send without asking first. Both tell where they are from.
type Guard struct {
	// Public is the host that browsers use besides the loopback ones; empty for
	// none.
	Public string
}

// check refuses a request for another host, and one that writes and comes from
// a page of another host: Denied.
func (g Guard) check(r *http.Request) error {
	if !g.named(r.Host) {
		return geo.Errorf(geo.Denied, "this server is not %q: it is reached as 127.0.0.1, [::1], localhost or its public address",
			problem.Clip(r.Host)).On("Host", r.Host)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	if u, err := url.Parse(origin); err == nil && u.Host != "" && (u.Host == r.Host || u.Host == g.Public) {
		return nil
	}
	return geo.Errorf(geo.Denied, "a page of %q may not write here", problem.Clip(origin)).On("Origin", origin)
}

// named tells that a Host header names this server.
func (g Guard) named(host string) bool {
	if host == g.Public && host != "" {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return isLoopback(strings.Trim(host, "[]"))
}

// isLoopback tells that a host without its port is this machine.
func isLoopback(host string) bool {
	if host == "127.0.0.1" || host == "localhost" { // nearly all there are
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
