package server

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// How a long answer is written: in pieces, each of which is read in a time.
const (
	pieceSize = 32 << 10
	pieceTime = 30 * time.Second
)

// Steadily writes a long answer, for as long as its caller reads it and is let in.
func Steadily(c *gin.Context) io.Writer {
	return &steady{c.Request.Context(), c.Writer, http.NewResponseController(c.Writer), pieceTime}
}

type steady struct {
	ctx  context.Context
	to   io.Writer
	conn *http.ResponseController
	time time.Duration
}

func (s *steady) Write(b []byte) (written int, err error) {
	for len(b) > 0 {
		if err := s.ctx.Err(); err != nil {
			return written, err
		}
		_ = s.conn.SetWriteDeadline(time.Now().Add(s.time)) // tests have no connection
		n, err := s.to.Write(b[:min(len(b), pieceSize)])
		if written += n; err != nil {
			return written, err
		}
		b = b[n:]
	}
	return written, nil
}
