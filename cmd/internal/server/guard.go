package server

import (
	"net"
	"net/http"
	"strings"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// Guard keeps pages of elsewhere out, whose visitor's browser reaches a loopback
// port by a name that was made to lead here.
type Guard struct {
	// Public is the host that browsers use besides the loopback ones; empty for
	// none.
	Public string
}

// check refuses a request for another host: Denied.
func (g Guard) check(r *http.Request) error {
	if g.named(r.Host) {
		return nil
	}
	return geo.Errorf(geo.Denied, "this server is not %q: it is reached as 127.0.0.1, [::1], localhost or its public address",
		problem.Clip(r.Host)).On("Host", r.Host)
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
