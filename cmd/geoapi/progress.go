package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"onegrid/cmd/internal/server"
)

// progress shows how far a long work is, on one line of a terminal that is
// written over. Where the error stream is not a terminal it writes a line when
// a stage begins, so that a log tells what took how long.
type progress struct {
	mu     sync.Mutex
	w      io.Writer
	live   bool
	stage  string
	shown  time.Time
	length int
}

func newProgress(t *server.Terminal) *progress {
	p := &progress{w: t.Err}
	if f, ok := t.Err.(*os.File); ok {
		info, err := f.Stat()
		p.live = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// show tells that done of of is done; of is 0 where the end is not known.
func (p *progress) show(stage string, done, of int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begins := stage != p.stage
	p.stage = stage
	if !p.live {
		if begins {
			fmt.Fprintln(p.w, stage+" …")
		}
		return
	}
	const pause = 50 * time.Millisecond
	if !begins && time.Since(p.shown) < pause {
		return
	}
	p.shown = time.Now()
	text := stage
	switch {
	case of == 100:
		text += fmt.Sprintf(" %d %%", done)
	case of > 0:
		text += fmt.Sprintf(" %s of %s", grouped(done), grouped(of))
	case done > 0:
		text += " " + grouped(done)
	}
	fmt.Fprint(p.w, "\r"+text+strings.Repeat(" ", max(0, p.length-len(text))))
	p.length = len(text)
}

// done takes the line away.
func (p *progress) done() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live && p.length > 0 {
		fmt.Fprint(p.w, "\r"+strings.Repeat(" ", p.length)+"\r")
	}
	p.length, p.stage = 0, ""
}
