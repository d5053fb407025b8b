package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/problem"
)

// What of a body is waited for, and for how long, after the answer that did without.
const (
	restTime = time.Second
	restSize = 256 << 10
)

// forwarder hands requests on to geoapi: event streams as they flow, large
// bodies both ways. Who calls is for geoapi to find out: keys and cookies pass as
// they are. From where is told anew.
func forwarder(to *url.URL, frame *server.Frame) gin.HandlerFunc {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.SetXForwarded()
			frame.Forward(r.In, r.Out)
			r.Out.Header.Del("Origin") // judged here, where the page knows us by another name
		},
		FlushInterval: -1, // at once: an event must not wait for the next
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 2 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			MaxIdleConnsPerHost:   64,
			IdleConnTimeout:       90 * time.Second,
			ExpectContinueTimeout: time.Second,
			DisableCompression:    true, // bytes pass as they are
		},
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if errors.Is(err, context.Canceled) {
				panic(http.ErrAbortHandler) // the caller has gone
			}
			slog.WarnContext(r.Context(), "geoapi does not answer", "path", r.URL.Path, "error", err)
			problem.Write(w, r, geo.Errorf(geo.Unavailable, "geoapi does not answer; the map goes on, lookups and reports do not"))
		},
	}
	return func(c *gin.Context) {
		conn := http.NewResponseController(c.Writer)
		_ = conn.EnableFullDuplex() // for batches that answer while they are read
		// geoapi knows how long a body and an answer may take.
		_ = conn.SetReadDeadline(time.Time{})
		_ = conn.SetWriteDeadline(time.Time{})
		defer giveUp(conn, c.Request)
		proxy := *proxy
		proxy.ModifyResponse = func(answer *http.Response) error {
			for name := range answer.Header { // replaces what we said, instead of standing beside it
				if name != "Vary" { // the answer turns on both
					c.Writer.Header().Del(name)
				}
			}
			return nil
		}
		proxy.ServeHTTP(c.Writer, c.Request)
		c.Abort()
	}
}

// giveUp ends a body that was not read whole: the server would wait for the rest, and
// has been told that there is time. It reads here, since the server takes a time that
// was set away again while geoapi's half of the body still reads.
func giveUp(conn *http.ResponseController, r *http.Request) {
	if r.ContentLength != 0 {
		_ = conn.SetReadDeadline(time.Now().Add(restTime))
		_, _ = io.CopyN(io.Discard, r.Body, restSize)
	}
}
