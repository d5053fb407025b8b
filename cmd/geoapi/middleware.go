package main

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/problem"
)

// watch is the one middleware: request id, metrics, access line and recovery in
// one function, since each on its own costs as much as a lookup.
func (s *service) watch(name string) gin.HandlerFunc {
	m := s.metrics.route(name)
	ids := newRequestIDs()
	return func(c *gin.Context) {
		start := time.Now()
		id := ids.next()
		h := c.Writer.Header()
		h["X-Request-Id"] = []string{id}
		h["X-Content-Type-Options"] = nosniff
		if behind := s.behind(start); behind > staleAfter {
			h["Age"] = []string{strconv.Itoa(int(behind.Seconds()))}
		}
		defer func() {
			if fault := recover(); fault != nil {
				s.recovered(c, fault)
			}
			took := time.Since(start)
			status := c.Writer.Status()
			m.observe(c.Request.Method, status, took)
			s.access.line(start, c.Request.Method, c.Request.URL.Path, status, c.Writer.Size(), took, id)
		}()
		c.Next()
	}
}

var nosniff = []string{"nosniff"}

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

// requestIDs counts on from a random start: unique in the process, unlikely to
// meet those of another, and cheap.
type requestIDs struct{ n atomic.Uint64 }

func newRequestIDs() *requestIDs {
	r := &requestIDs{}
	r.n.Store(rand.Uint64())
	return r
}

func (r *requestIDs) next() string {
	var raw [8]byte
	var text [16]byte
	binary.BigEndian.PutUint64(raw[:], r.n.Add(1))
	hex.Encode(text[:], raw[:])
	return string(text[:])
}

// accessLog writes a line a request, gathered in memory so that no request waits
// for the disk. Queries are left out: they hold where somebody stands.
type accessLog struct {
	out     io.Writer
	mu      sync.Mutex
	buf     []byte
	dropped int
	stop    chan struct{}
	ended   chan struct{}
}

const (
	accessFlush = 500 * time.Millisecond
	accessMost  = 1 << 20 // waiting; lines beyond it are counted and dropped
)

// newAccessLog starts writing to out. A nil *accessLog writes nothing.
func newAccessLog(out io.Writer) *accessLog {
	l := &accessLog{out: out, stop: make(chan struct{}), ended: make(chan struct{})}
	go l.flush()
	return l
}

func (l *accessLog) line(at time.Time, method, path string, status, size int, took time.Duration, id string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buf) > accessMost {
		l.dropped++
		return
	}
	b := append(l.buf, `{"time":"`...)
	b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	b = append(b, `","method":"`...)
	b = append(b, method...)
	b = append(b, `","path":`...)
	b = appendString(b, path)
	b = append(b, `,"status":`...)
	b = appendInt(b, int64(status))
	b = append(b, `,"bytes":`...)
	b = appendInt(b, int64(max(size, 0)))
	b = append(b, `,"us":`...)
	b = appendInt(b, took.Microseconds())
	b = append(b, `,"request":"`...)
	b = append(b, id...)
	l.buf = append(b, "\"}\n"...)
}

// flush writes what has gathered until the log is closed.
func (l *accessLog) flush() {
	defer close(l.ended)
	tick := time.NewTicker(accessFlush)
	defer tick.Stop()
	var spare []byte
	for stopping := false; !stopping; {
		select {
		case <-tick.C:
		case <-l.stop:
			stopping = true
		}
		l.mu.Lock()
		full, dropped := l.buf, l.dropped
		l.buf, l.dropped = spare[:0], 0
		l.mu.Unlock()
		if dropped > 0 {
			full = append(full, `{"dropped":`+strconv.Itoa(dropped)+"}\n"...)
		}
		if len(full) > 0 {
			l.out.Write(full)
		}
		spare = full
	}
}

// close writes the rest and ends.
func (l *accessLog) close() {
	if l != nil {
		close(l.stop)
		<-l.ended
	}
}
