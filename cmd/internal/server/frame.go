package server

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/follow"
	"onegrid/geo/problem"
	"onegrid/geo/world"
)

// Frame is what stands around all of a program's answers.
type Frame struct {
	Metrics *Metrics

	access   *AccessLog
	guard    Guard
	origins  *Origins
	callers  *access.Directory
	beyond   bool
	limits   *limits
	world    func() *world.World
	follower Follower
	ids      atomic.Uint64
}

// Follower tells whether the store still renews the world.
type Follower interface{ Status() follow.Status }

// Options are what a frame is made of.
type Options struct {
	World    func() *world.World // what answers rest on now
	Follower Follower            // nil where nothing is followed
	Access   *AccessLog          // nil for none
	Guard    Guard
	Origins  *Origins          // nil: pages of our own alone
	Proxies  access.Proxies    // that are believed whom they ask for
	Callers  *access.Directory // nil: everybody is let in, as in tests and on loopback without keys
	Beyond   bool              // other machines reach it: nobody is let in for want of keys
}

// NewFrame makes a frame.
func NewFrame(o Options) *Frame {
	if o.Origins == nil {
		own, err := NewOrigins(o.Guard.Public, nil)
		if err != nil {
			panic(err) // the host was part of a URL
		}
		o.Origins = own
	}
	f := &Frame{access: o.Access, guard: o.Guard, origins: o.Origins, callers: o.Callers, beyond: o.Beyond, limits: newLimits(o.Proxies), world: o.World, follower: o.Follower}
	if o.Callers != nil {
		f.guard.Closed = func() bool { return !o.Callers.Open() }
	}
	f.ids.Store(rand.Uint64()) // #nosec G404 -- no secret: only unlikely to meet the numbers of another run
	f.Metrics = newMetrics(f)
	return f
}

// Header values that never change: set this way they cost no allocation.
var (
	nosniff    = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	sameOrigin = []string{"same-origin"}
	never      = []string{"no-store"}
)

// Watch is the one middleware of a route: request id, security headers, the
// caller's check, metrics, access line and recovery in one function, since each
// on its own costs as much as a lookup or a cached tile.
func (f *Frame) Watch(r Route) gin.HandlerFunc {
	m := f.Metrics.route(r)
	return func(c *gin.Context) {
		start := time.Now()
		id := f.nextID()
		h := c.Writer.Header()
		h["X-Request-Id"] = []string{id}
		h["X-Content-Type-Options"] = nosniff
		h["Referrer-Policy"] = noReferrer
		h["Cross-Origin-Resource-Policy"] = sameOrigin
		if behind := f.behind(start); behind > staleAfter {
			h["Age"] = []string{strconv.Itoa(int(behind.Seconds()))}
		}
		defer func() {
			if fault := recover(); fault != nil {
				recovered(c, fault)
			}
			took, status := time.Since(start), c.Writer.Status()
			m.observe(c.Request.Method, status, took)
			f.access.line(start, c.Request, status, c.Writer.Size(), took, id)
		}()
		if err := f.guard.check(c.Request); err != nil {
			h.Set("Connection", "close")
			problem.Abort(c, err)
			return
		}
		if f.origins.allow(c) {
			return
		}
		if err := f.origins.check(c.Request); err != nil {
			h.Set("Connection", "close")
			problem.Abort(c, err)
			return
		}
		release, err := f.admit(c, &r)
		if err != nil {
			problem.Abort(c, err)
			return
		}
		defer release()
		c.Next()
	}
}

// recovered answers after a panic of a handler. An answer that has begun is cut
// off, so that the caller cannot take it for whole.
func recovered(c *gin.Context, fault any) {
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault)
	}
	slog.Error("panic", "path", c.Request.URL.Path, "fault", fault, "stack", string(debug.Stack()))
	if c.Writer.Written() {
		panic(http.ErrAbortHandler)
	}
	problem.Abort(c, geo.Errorf(geo.Internal, "panic"))
}

// nextID counts requests: unique in the process, and cheap.
func (f *Frame) nextID() string {
	var raw [8]byte
	var text [16]byte
	binary.BigEndian.PutUint64(raw[:], f.ids.Add(1))
	hex.Encode(text[:], raw[:])
	return string(text[:])
}
