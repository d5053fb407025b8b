package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/cmd/internal/server"
	"onegrid/geo/problem"
)

const ndjson = "application/x-ndjson"

// teller answers an import, in one piece or line by line.
type teller struct {
	c     *gin.Context
	out   io.Writer // to the caller, who must go on reading: an import waits for it
	lines bool
	shown time.Time
	stage string
}

func newTeller(c *gin.Context) *teller {
	t := &teller{c: c, out: server.Steadily(c), lines: strings.Contains(c.GetHeader("Accept"), ndjson)}
	if t.lines {
		// Progress is written while the body is still being read.
		_ = http.NewResponseController(c.Writer).EnableFullDuplex()
	}
	return t
}

// What is left of a body is read for the next request's sake, up to a point.
const (
	maxLeft  = 1 << 20
	leftTime = 5 * time.Second
)

// end reads what the import left of the body. net/http would do so itself, but
// where both ways are open it then waits for the next request twice at once, and
// the connection breaks.
func (t *teller) end() {
	if !t.lines {
		return
	}
	conn := http.NewResponseController(t.c.Writer)
	_ = conn.SetReadDeadline(time.Now().Add(leftTime))
	if _, err := io.CopyN(io.Discard, t.c.Request.Body, maxLeft); err == io.EOF {
		_ = conn.SetReadDeadline(time.Time{})
	}
}

func (t *teller) line(s step) {
	if !t.c.Writer.Written() {
		t.c.Header("Content-Type", ndjson)
		t.c.Status(http.StatusOK)
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("an import's step cannot be written: %v", err))
	}
	t.out.Write(append(b, '\n'))
	t.c.Writer.Flush()
}

func (t *teller) progress(stage string, done, of int) {
	const pause = 100 * time.Millisecond
	if !t.lines || stage == t.stage && time.Since(t.shown) < pause {
		return
	}
	t.stage, t.shown = stage, time.Now()
	t.line(step{Stage: stage, Done: done, Of: of})
}

func (t *teller) problem(err error) {
	if t.lines && t.c.Writer.Written() {
		p := problem.Of(err)
		t.line(step{Problem: &p})
		return
	}
	problem.Write(t.c.Writer, t.c.Request, err)
}

func (t *teller) result(status int, r *importResult) {
	if t.lines {
		t.line(step{Result: r})
		return
	}
	tellImport(t.c, status, r)
}

// tellImport answers with how far an import is, which may be long.
func tellImport(c *gin.Context, status int, r *importResult) {
	b, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("an import cannot be written: %v", err))
	}
	c.Writer.Header()["Content-Type"] = jsonType
	c.Status(status)
	server.Steadily(c).Write(b)
}
