package server

import (
	"net/http"
	"net/netip"
)

// forwarderHeader is where the deployment's other program, which forwards, says
// that it is it: then it is believed for whom it asks, without being named as a
// proxy. Else all who come through it would be one address, and bound as one.
const forwarderHeader = "X-Onegrid-Forwarder"

// Client is the address that a request comes from, as far as it is told by those
// who are believed.
func (f *Frame) Client(r *http.Request) netip.Addr {
	if said := r.Header.Get(forwarderHeader); said != "" && f.callers != nil && f.callers.IsOurs(said) {
		if client, err := netip.ParseAddr(r.Header.Get("X-Forwarded-For")); err == nil {
			return client.Unmap()
		}
	}
	return f.limits.proxies.Client(r)
}

// Forward tells the other program from where a request that is forwarded came.
// What somebody wrote into the headers that say so does not pass.
func (f *Frame) Forward(in, out *http.Request) {
	out.Header.Del(forwarderHeader)
	if client := f.Client(in); client.IsValid() {
		out.Header.Set("X-Forwarded-For", client.String())
		if f.callers != nil {
			out.Header.Set(forwarderHeader, f.callers.ProcessHeader())
		}
	}
}
