package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"onegrid/geo/access"
)

// Flags are those that both programs' serve takes.
type Flags struct {
	Listen    string        `default:"${listen}" help:"Address to listen on; loopback only, since there is no access control yet. Port 0 picks a free port and prints it."`
	Grace     time.Duration `default:"10s" help:"How long requests under way may still take after a signal to stop. Then they are cut off, in a way that their callers notice."`
	AccessLog string        `placeholder:"FILE" help:"Write a line for each request; - is the standard error."`

	TrustedProxy []string `placeholder:"ADDRESS" help:"An address, or a range like 10.0.0.0/8, of proxies in front, which are believed whom they ask for (X-Forwarded-For). No other is. May be repeated."`
	CORSOrigin   []string `name:"cors-origin" placeholder:"ORIGIN" help:"An origin like https://desk.example.org, named exactly, whose pages may ask with a key. May be repeated."`
}

// Origins are those whose pages may ask, besides our own at the public host.
func (f *Flags) Origins(public string) (*Origins, error) {
	o, err := NewOrigins(public, f.CORSOrigin)
	if err != nil {
		return nil, fmt.Errorf("--cors-origin: %w", err)
	}
	return o, nil
}

// Proxies are the trusted ones.
func (f *Flags) Proxies() (access.Proxies, error) {
	p, err := access.ParseProxies(f.TrustedProxy)
	if err != nil {
		return nil, fmt.Errorf("--trusted-proxy: %w", err)
	}
	return p, nil
}

// Check refuses an address that other machines can reach: there is no access
// control yet, so whoever reaches the port may do everything.
func (f *Flags) Check() error {
	host, _, err := net.SplitHostPort(f.Listen)
	switch {
	case err != nil:
		return fmt.Errorf("--listen %q: want HOST:PORT", f.Listen)
	case !isLoopback(host):
		return fmt.Errorf("--listen %q: there is no access control yet, so only a loopback address (127.0.0.1, [::1], localhost) is allowed", f.Listen)
	case f.Grace < 0:
		return fmt.Errorf("--grace %s: want a time of 0 or more", f.Grace)
	}
	return nil
}

// Open opens the address.
func (f *Flags) Open() (net.Listener, error) {
	listener, err := net.Listen("tcp", f.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", f.Listen, err)
	}
	return listener, nil
}

// How long things may take, and how large a request's header may be.
const (
	// requestTime is for a request to arrive, header and body. A handler that
	// takes long bodies lifts it with SetReadDeadline.
	requestTime = 10 * time.Second
	idleTime    = 2 * time.Minute
	cutTime     = 2 * time.Second // for handlers to end once their callers are cut off
	maxHeader   = 32 << 10
)

// Serving is a program that is ready to answer.
type Serving struct {
	Name     string // of the program
	Listener net.Listener
	Grace    time.Duration // see Flags
	Handler  http.Handler
	Stopping func()                        // ends what would go on for ever: event streams
	Jobs     []func(context.Context) error // run beside; the first error ends all

	requestTime time.Duration // 0: the usual; for tests
}

// Run answers until ctx ends or a job fails, and prints the address first. It
// returns when every request has ended, at the latest a moment after Grace.
//
// A request that is cut off has its connection closed: over HTTP/1.1 the answer
// then lacks its last chunk or some of its length, which clients report.
func (s *Serving) Run(ctx context.Context, t *Terminal) error {
	requests, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	var open atomic.Int64 // connections
	server := &http.Server{
		Handler:        s.Handler,
		ReadTimeout:    requestTime,
		IdleTimeout:    idleTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
		BaseContext:    func(net.Listener) context.Context { return requests },
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				open.Add(1)
			case http.StateClosed, http.StateHijacked:
				open.Add(-1)
			}
		},
	}
	if s.requestTime != 0 {
		server.ReadTimeout = s.requestTime
	}
	fmt.Fprintf(t.Err, "%s: there is no access control yet: whoever reaches this port may do everything, so it listens on loopback only\n", s.Name)
	fmt.Fprintf(t.Out, "%s listens on http://%s\n", s.Name, s.Listener.Addr())
	jobs, ctx := errgroup.WithContext(ctx)
	jobs.Go(func() error {
		if err := server.Serve(s.Listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	jobs.Go(func() error {
		<-ctx.Done()
		s.Stopping()
		if finish(server, s.Grace) {
			return nil
		}
		fmt.Fprintf(t.Err, "%s: requests are still under way after %s: they are cut off\n", s.Name, s.Grace)
		cutOff()
		err := server.Close()
		for end := time.Now().Add(cutTime); open.Load() > 0 && time.Now().Before(end); {
			time.Sleep(5 * time.Millisecond) // handlers clean up after themselves
		}
		return err
	})
	for _, job := range s.Jobs {
		jobs.Go(func() error { return job(ctx) })
	}
	return jobs.Wait()
}

// finish lets requests end, for a while, and tells whether all did.
func finish(server *http.Server, grace time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return server.Shutdown(ctx) == nil
}
