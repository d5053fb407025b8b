package main

import (
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
	"onegrid/geo/problem"
)

// How a batch is worked off.
const (
	chunkSize   = 256 << 10 // of input that a worker takes at a time
	maxRow      = 1 << 20   // a longer row is an error, and skipped
	chunksAhead = 4         // chunks on their way for each worker
	maxWorkers  = 4
)

// batch answers POST /v1/locate/batch:
//
//	body -> cut at row ends -> workers, each with a slot -> in order -> spool -> caller
//
// Memory does not depend on the length: chunks go round in a fixed number, and
// what the caller does not read yet waits on the disk.
func (s *service) batch(c *gin.Context) {
	r, err := s.newRows(c)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	leave, err := enter(s.batches, access.Of(c), "batches")
	if err != nil {
		problem.Abort(c, err)
		return
	}
	defer leave()
	rc := http.NewResponseController(c.Writer)
	line := newLine(c.Request.Context(), rc, c.Request.Body, c.Writer)
	defer line.close()
	in := &cutter{from: line, cut: r.format.cut}
	head, err := r.format.begin(in)
	if err != nil {
		problem.Abort(c, err)
		return
	}
	// Without full duplex, net/http stops reading the body once an answer has
	// begun, and a chunked upload silently loses its rest under a 200.
	if err := rc.EnableFullDuplex(); err != nil && c.Request.ProtoMajor < 2 {
		problem.Abort(c, geo.Errorf(geo.Internal, "full duplex: %s", err))
		return
	}
	h := c.Writer.Header()
	h["Content-Type"] = r.format.contentType()
	h["Cache-Control"] = never
	out := newSpool(line, s.spoolDir, s.metrics.spooled.Add)
	out.put(append(takeBuffer(), head...))
	rows, err := r.run(in, out, line)
	if cerr := out.close(); err == nil {
		err = cerr
	}
	if err != nil {
		line.cut()
	}
	in.close()
	s.metrics.rows.WithLabelValues(r.format.name()).Add(float64(rows))
	if err != nil {
		// An answer that ends early must not look whole.
		panic(http.ErrAbortHandler)
	}
}

// rows are what a batch is made of: one world, the rows' defaults, their format.
type rows struct {
	format   format
	slots    *slots // the service's; to compute is to hold one
	view     access.View
	shelf    *shelf
	stale    bool
	defaults question
}

// answerer makes one for a worker.
func (r *rows) answerer() *answerer {
	t := &answerer{shelf: r.shelf, stale: r.stale, brief: true}
	t.see(r.view)
	return t
}

// format is how rows are written: CSV or NDJSON.
type format interface {
	name() string
	contentType() []string
	// cut returns the length of the whole rows that b begins with. At the end of
	// the input all of it counts.
	cut(b []byte, end bool) int
	// begin reads what comes before the rows and returns what the answer begins
	// with.
	begin(in *cutter) ([]byte, error)
	// read reads the next row, false if there is none left.
	read(r *rows, in *unread, row *asked) bool
	// write appends the answer to a row to out.
	write(t *answerer, out []byte, row *asked) []byte
}

// newRows reads the request's head.
func (s *service) newRows(c *gin.Context) (*rows, error) {
	if !c.Request.ProtoAtLeast(1, 1) { // its answers end with the connection, cut off or whole
		return nil, geo.Errorf(geo.Invalid, "a batch needs HTTP/1.1, not %s: only there a cut answer can be told from a whole one", c.Request.Proto)
	}
	if err := wantType(c.Request, "text/csv", "application/x-ndjson"); err != nil {
		return nil, err
	}
	t := s.answerer(access.Of(c))
	defer s.done(t)
	r := &rows{slots: s.slots, view: t.view, shelf: t.shelf, stale: t.stale}
	r.format = &ndjsonRows{}
	if strings.HasPrefix(strings.ToLower(c.Request.Header.Get("Content-Type")), "text/csv") {
		r.format = &csvRows{}
	}
	t.q.include = 0
	lon, lat, err := t.shelf.asker.parseDefaults(c.Request.URL.RawQuery, &t.q)
	switch {
	case err != nil:
		return nil, err
	case lon != nil:
		return nil, geo.Errorf(geo.Invalid, "lon stands in each row of a batch, not in the query").On("lon", string(lon))
	case lat != nil:
		return nil, geo.Errorf(geo.Invalid, "lat stands in each row of a batch, not in the query").On("lat", string(lat))
	}
	r.defaults.from(&t.q)
	return r, nil
}

// chunk is some whole rows on their way.
type chunk struct {
	in   []byte
	out  []byte
	line int // of the input, at which in begins; the first is 1
	rows int
	done chan struct{}
}

// run answers all rows. It ends early when the line is cut.
func (r *rows) run(in *cutter, out *spool, line *line) (total int, err error) {
	workers := min(r.slots.most(), maxWorkers)
	n := workers * chunksAhead
	free := make(chan *chunk, n)
	work := make(chan *chunk, n)
	order := make(chan *chunk, n)
	for range n {
		free <- &chunk{}
	}
	var jobs sync.WaitGroup
	for range workers {
		jobs.Go(func() {
			t := r.answerer()
			for c := range work {
				give := r.slots.take()
				if !line.over() && !r.answer(t, c) { // what was cut off is answered to nobody
					line.cut()
				}
				give()
				close(c.done)
			}
		})
	}
	jobs.Go(func() {
		for c := range order {
			<-c.done
			total += c.rows
			out.put(c.out)
			c.out = nil
			free <- c
		}
	})
	err = feed(in, free, work, order, line.stop)
	close(work)
	close(order)
	jobs.Wait()
	if err == nil && line.over() {
		err = io.ErrClosedPipe
	}
	return total, err
}

// answer answers a chunk. A panic is our own bug: it ends this batch, not the
// process, and not as if the answer were whole.
func (r *rows) answer(t *answerer, c *chunk) (ok bool) {
	defer func() {
		if fault := recover(); fault != nil {
			slog.Error("panic in a batch", "line", c.line, "fault", fault, "stack", string(debug.Stack()))
			ok = false
		}
	}()
	c.out = takeBuffer()
	r.answerAll(t, c)
	return true
}

// feed cuts the input and hands it out until it ends or there is no use in going
// on.
func feed(in *cutter, free, work, order chan *chunk, stopped <-chan struct{}) error {
	for {
		var c *chunk
		select {
		case c = <-free:
		case <-stopped:
			return io.ErrClosedPipe
		}
		piece, err := in.next(c.in[:0])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		c.in, c.line, c.rows, c.done = piece, in.first, 0, make(chan struct{})
		order <- c
		work <- c
	}
}

// buffers go round among all batches.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func takeBuffer() []byte { return (*buffers.Get().(*[]byte))[:0] }

// maxBuffer is the largest that goes round. A chunk of short questions answers
// at ten times its length; a limit below that would grow each answer anew,
// which cost half of the throughput.
const maxBuffer = 32 * chunkSize

func giveBuffer(b []byte) {
	if cap(b) <= maxBuffer {
		buffers.Put(&b)
	}
}
