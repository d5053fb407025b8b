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
	// Closed tells that callers must say who they are; nil: they need not. Then an
	// address in numbers is fine too: no page can make it lead elsewhere.
	Closed func() bool
}

// check refuses a request for another host: Denied.
func (g Guard) check(r *http.Request) error {
	if g.named(r.Host) {
		return nil
	}
	return geo.Errorf(geo.Denied, "this server is not %q: it is reached as 127.0.0.1, [::1], localhost or its public address (--public-url)",
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
	host = strings.Trim(host, "[]")
	return isLoopback(host) || g.Closed != nil && net.ParseIP(host) != nil && g.Closed()
}

// isLoopback tells that a host without its port is this machine.
func isLoopback(host string) bool {
	if host == "127.0.0.1" || host == "localhost" { // nearly all there are
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
