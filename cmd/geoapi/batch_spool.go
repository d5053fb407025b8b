package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of a batch's two directions.
const (
	batchIdle  = 2 * time.Minute // neither side has moved a byte: the batch ends
	writeSlice = 32 << 10        // written at a time, so that slow readers are seen to move
	spoolMem   = 4 << 20         // of answers in memory before the disk is used
	spoolMost  = 64 << 30        // of the file on the disk
)

// line is the connection to the caller, in both directions. A caller may be slow
// for hours in one of them: it is given up only when both stand still, or when it is
// no longer let in.
type line struct {
	rc      *http.ResponseController
	body    io.Reader
	out     io.Writer
	moved   atomic.Int64 // when a byte moved last, in nanoseconds
	stop    chan struct{}
	stopped sync.Once
	ended   chan struct{}
}

func newLine(ctx context.Context, rc *http.ResponseController, body io.Reader, out io.Writer) *line {
	l := &line{rc: rc, body: body, out: out, stop: make(chan struct{}), ended: make(chan struct{})}
	l.moved.Store(time.Now().UnixNano())
	rc.SetReadDeadline(time.Time{}) // the usual time for a body is not for this one
	go l.watch(ctx)
	return l
}

// watch cuts the line when nothing moves, or ctx ends.
func (l *line) watch(ctx context.Context) {
	defer close(l.ended)
	tick := time.NewTicker(batchIdle / 8)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ctx.Done():
			l.cut()
			return
		case <-tick.C:
			if time.Since(time.Unix(0, l.moved.Load())) > batchIdle {
				l.cut()
				return
			}
		}
	}
}

// cut ends both directions, whoever waits in them.
func (l *line) cut() {
	l.stopped.Do(func() { close(l.stop) })
	past := time.Unix(1, 0)
	l.rc.SetReadDeadline(past)
	l.rc.SetWriteDeadline(past)
}

// over reports whether the line was cut or closed.
func (l *line) over() bool {
	select {
	case <-l.stop:
		return true
	default:
		return false
	}
}

// close ends the watching.
func (l *line) close() {
	l.stopped.Do(func() { close(l.stop) })
	<-l.ended
}

func (l *line) Read(b []byte) (int, error) {
	n, err := l.body.Read(b)
	if n > 0 {
		l.moved.Store(time.Now().UnixNano())
	}
	return n, err
}

func (l *line) Write(b []byte) (int, error) {
	total := 0
	for len(b) > 0 {
		n, err := l.out.Write(b[:min(len(b), writeSlice)])
		total += n
		if err != nil {
			return total, err
		}
		l.moved.Store(time.Now().UnixNano())
		b = b[n:]
	}
	return total, nil
}

// spool passes answers on to the caller in the order given, and never makes the
// giver wait for a slow caller: a caller that sends everything before it reads
// anything would wait for us while we wait for it. What the caller does not take
// waits in memory, and beyond spoolMem in a file without a name.
type spool struct {
	to    *line
	dir   string
	count func(float64)

	mu     sync.Mutex
	change *sync.Cond
	memory [][]byte
	held   int // bytes in memory
	file   *os.File
	wrote  int64 // of the file
	read   int64
	closed bool
	err    error
	ended  chan struct{}
}

func newSpool(to *line, dir string, count func(float64)) *spool {
	s := &spool{to: to, dir: dir, count: count, ended: make(chan struct{})}
	s.change = sync.NewCond(&s.mu)
	go s.drain()
	return s
}

// put takes b over. After an error it takes and forgets: close tells it.
func (s *spool) put(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change.Broadcast()
	for s.err == nil && s.wrote > spoolMost { // what was read back frees no room before all is
		s.change.Wait()
	}
	switch {
	case s.err != nil || len(b) == 0:
		giveBuffer(b)
	case s.read == s.wrote && (s.held == 0 || s.held+len(b) <= spoolMem):
		s.memory = append(s.memory, b)
		s.held += len(b)
	default:
		s.spill(b)
	}
}

// spill writes b to the file. The caller holds the lock: reading back waits for
// it, which keeps the order.
func (s *spool) spill(b []byte) {
	if s.file == nil {
		file, err := os.CreateTemp(s.dir, "onegrid-batch-*")
		if err != nil {
			s.broken(err)
			return
		}
		s.file = file
		os.Remove(file.Name()) // it lives as long as it is open
	}
	n, err := s.file.WriteAt(b, s.wrote)
	s.wrote += int64(n)
	s.count(float64(n))
	giveBuffer(b)
	if err != nil {
		s.broken(err)
	}
}

// broken ends the batch since its file cannot be used. Its caller only sees that it
// was cut off. The caller holds the lock.
func (s *spool) broken(err error) {
	slog.Error("a batch is cut off: its answers cannot wait on the disk", "error", err)
	s.fail(err)
}

// fail ends the batch. The caller holds the lock.
func (s *spool) fail(err error) {
	if s.err == nil {
		s.err = err
	}
	s.to.cut()
}

// drain writes to the caller until the spool is closed and empty, or broken.
func (s *spool) drain() {
	defer close(s.ended)
	for {
		b, last := s.take()
		if b == nil {
			return
		}
		_, err := s.to.Write(b)
		if err == nil && last {
			err = s.to.rc.Flush() // nothing else is ready: the caller may be waiting for this
		}
		giveBuffer(b)
		if err != nil {
			s.mu.Lock()
			s.fail(err)
			s.change.Broadcast()
			s.mu.Unlock()
			return
		}
	}
}

// take waits for what comes next; nil at the end. last: nothing is behind it.
func (s *spool) take() (b []byte, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.err == nil && len(s.memory) == 0 && s.read == s.wrote && !s.closed {
		s.change.Wait()
	}
	defer s.change.Broadcast()
	switch {
	case s.err != nil:
		return nil, false
	case len(s.memory) > 0:
		b = s.memory[0]
		s.memory = s.memory[1:]
		s.held -= len(b)
	case s.read < s.wrote:
		b = s.unspill()
	}
	return b, len(s.memory) == 0 && s.read == s.wrote
}

// unspill reads the next piece of the file, and empties the file when it was the
// last. The caller holds the lock.
func (s *spool) unspill() []byte {
	b := takeBuffer()
	if cap(b) < chunkSize {
		b = make([]byte, 0, chunkSize)
	}
	b = b[:min(int64(chunkSize), s.wrote-s.read)]
	if _, err := s.file.ReadAt(b, s.read); err != nil {
		s.broken(err)
		return nil
	}
	s.read += int64(len(b))
	if s.read == s.wrote {
		s.read, s.wrote = 0, 0
		s.file.Truncate(0)
	}
	return b
}

// close waits until everything is written and returns the first error.
func (s *spool) close() error {
	s.mu.Lock()
	s.closed = true
	s.change.Broadcast()
	s.mu.Unlock()
	<-s.ended
	if s.file != nil {
		s.file.Close()
	}
	return s.err
}
