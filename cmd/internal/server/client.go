package server

import (
	"net/http"
	"net/netip"
)

// Client is the address that a request comes from, as far as the proxies that are
// trusted tell it.
func (f *Frame) Client(r *http.Request) netip.Addr { return f.limits.proxies.Client(r) }
