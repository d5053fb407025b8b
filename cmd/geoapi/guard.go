package main

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// guarded keeps pages of elsewhere out, whose visitor's browser reaches this
// loopback port: by a name that was made to lead here, or by a form or a simple
// request, which browsers send without asking first. Both tell where they are
// from. tiles, which has a guard of its own, forwards without the Origin.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := checkCaller(r); err != nil {
			w.Header().Set("Connection", "close")
			problem.Write(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func checkCaller(r *http.Request) error {
	if !isLoopback(r.Host) {
		return geo.Errorf(geo.Denied, "this server is not %q: it is reached as 127.0.0.1, [::1] or localhost", clipped(r.Host)).On("Host", r.Host)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return nil
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	if u, err := url.Parse(origin); err == nil && u.Host == r.Host {
		return nil
	}
	return geo.Errorf(geo.Denied, "a page of %q may not write here", clipped(origin)).On("Origin", origin)
}

// isLoopback tells that a Host or the host of an address is this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
