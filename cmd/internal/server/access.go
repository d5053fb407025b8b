package server

import (
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// AccessLog writes a line a request, gathered in memory so that no request waits
// for the disk. Queries are left out: they hold where somebody stands. A nil
// *AccessLog writes nothing.
type AccessLog struct {
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

// Access opens the access log that was asked for; nil for none.
func (f *Flags) Access(t *Terminal) (*AccessLog, error) {
	switch f.AccessLog {
	case "":
		return nil, nil
	case "-":
		return NewAccessLog(t.Err), nil
	}
	file, err := os.OpenFile(f.AccessLog, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return NewAccessLog(file), nil
}

// NewAccessLog starts writing to out.
func NewAccessLog(out io.Writer) *AccessLog {
	l := &AccessLog{out: out, stop: make(chan struct{}), ended: make(chan struct{})}
	go l.flush()
	return l
}

// line takes a request down. Neither a method that net/http lets through nor an
// escaped path holds what JSON would have to escape.
func (l *AccessLog) line(at time.Time, r *http.Request, status, size int, took time.Duration, id string) {
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
	b = append(b, r.Method...)
	b = append(b, `","path":"`...)
	b = append(b, r.URL.EscapedPath()...)
	b = append(b, `","status":`...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, `,"bytes":`...)
	b = strconv.AppendInt(b, int64(max(size, 0)), 10)
	b = append(b, `,"us":`...)
	b = strconv.AppendInt(b, took.Microseconds(), 10)
	b = append(b, `,"request":"`...)
	b = append(b, id...)
	l.buf = append(b, "\"}\n"...)
}

// flush writes what has gathered until the log is closed.
func (l *AccessLog) flush() {
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

// Close writes the rest and ends.
func (l *AccessLog) Close() {
	if l != nil {
		close(l.stop)
		<-l.ended
	}
}
