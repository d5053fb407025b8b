package main

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	sameOrigin = []string{"same-origin"}
)

// staleAfter is for how long the store may be silent before answers tell it.
const staleAfter = 5 * time.Second

// watch is the one middleware of every route: the host's check, security
// headers, metrics and recovery, in one function because a cached tile takes
// less time than a chain of them.
func (s *service) watch(route string) gin.HandlerFunc {
	m := s.metrics.route(route)
	return func(c *gin.Context) {
		start := time.Now()
		h := c.Writer.Header()
		h["X-Content-Type-Options"] = nosniff
		h["Referrer-Policy"] = noReferrer
		h["Cross-Origin-Resource-Policy"] = sameOrigin
		if _, behind := s.fresh(); !behind.IsZero() && start.Sub(behind) > staleAfter {
			h["Age"] = []string{strconv.Itoa(int(start.Sub(behind).Seconds()))}
		}
		defer func() {
			if fault := recover(); fault != nil {
				s.recovered(c, fault)
			}
			m.observe(c.Request.Method, c.Writer.Status(), time.Since(start))
		}()
		if !s.reachable(c.Request.Host) {
			c.Writer.Header().Set("Connection", "close")
			problem.Abort(c, geo.Errorf(geo.Denied, "this server is not %q; see --public-url", clip(c.Request.Host)).On("Host", c.Request.Host))
			return
		}
		c.Next()
	}
}

// reachable tells that a Host names this server: a loopback one, or the public
// one. Others come from pages of elsewhere whose name was made to lead here.
func (s *service) reachable(host string) bool {
	if host == s.publicHost && host != "" {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	if name == "localhost" || name == "127.0.0.1" || name == "[::1]" || name == "::1" {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// guard keeps pages of elsewhere from making a visitor's browser write: browsers
// tell the origin of such requests, and do not ask first for the simple ones.
func (s *service) guard(c *gin.Context) {
	switch c.Request.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions:
		return
	}
	origin := c.GetHeader("Origin")
	if origin == "" {
		return
	}
	if u, err := url.Parse(origin); err == nil && (u.Host == c.Request.Host || u.Host == s.publicHost && u.Host != "") {
		return
	}
	problem.Abort(c, geo.Errorf(geo.Denied, "a page of %q may not write here", clip(origin)).On("Origin", origin))
}

// recovered answers after a panic of a handler. An answer that has begun is cut
// off, so that the caller cannot take it for whole.
func (s *service) recovered(c *gin.Context, fault any) {
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault)
	}
	slog.Error("panic", "path", c.Request.URL.Path, "fault", fault, "stack", string(debug.Stack()))
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	problem.Abort(c, geo.Errorf(geo.Internal, "panic"))
}
