package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"onegrid/geo/access"
)

// Flags are those that both programs' serve takes.
type Flags struct {
	Listen    string        `default:"${listen}" help:"Address to listen on. Without keys loopback only: whoever reaches the port may do everything then. Port 0 picks a free port and prints it."`
	Grace     time.Duration `default:"10s" help:"How long requests under way may still take after a signal to stop. Then they are cut off, in a way that their callers notice."`
	AccessLog string        `placeholder:"FILE" help:"Write a line for each request; - is the standard error."`
	PublicURL *url.URL      `name:"public-url" placeholder:"URL" help:"The address that browsers use, when it is not the one that they connect to here. A host that is a name is answered to only if it is named so."`

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

// Check refuses flags that are wrong by themselves.
func (f *Flags) Check() error {
	if _, _, err := net.SplitHostPort(f.Listen); err != nil {
		return fmt.Errorf("--listen %q: want HOST:PORT", f.Listen)
	}
	if f.Grace < 0 {
		return fmt.Errorf("--grace %s: want a time of 0 or more", f.Grace)
	}
	return CheckURL("--public-url", f.PublicURL)
}

// CheckURL refuses an address that is none of the web; nil is fine.
func CheckURL(flag string, u *url.URL) error {
	if u != nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return fmt.Errorf("%s %q: want http://HOST:PORT", flag, u)
	}
	return nil
}

// CheckReach refuses what other machines can reach while the directory lets
// everybody in.
func (f *Flags) CheckReach(callers *access.Directory, store StorePath) error {
	if why := f.beyond(); callers.Open() && why != "" {
		return fmt.Errorf("%s: there are no keys yet, and whoever reaches the port may do everything, so only this machine may: a loopback address (127.0.0.1, [::1], localhost), with no proxy in front; a key comes first: geoapi key create --store sqlite:%s --role admin", why, store)
	}
	return nil
}

// beyond is the flag that says that other machines reach the address, if only
// through a proxy; empty if none does.
func (f *Flags) beyond() string {
	host, _, _ := net.SplitHostPort(f.Listen)
	switch {
	case !isLoopback(host):
		return fmt.Sprintf("--listen %q", f.Listen)
	case f.PublicURL != nil && !isLoopback(f.PublicURL.Hostname()):
		return fmt.Sprintf("--public-url %q", f.PublicURL)
	case len(f.TrustedProxy) > 0:
		return fmt.Sprintf("--trusted-proxy %q", f.TrustedProxy[0])
	}
	return ""
}

// Frame is what the flags say of a frame: from where it may be asked.
func (f *Flags) Frame() (o Options, err error) {
	o.Beyond = f.beyond() != ""
	if f.PublicURL != nil {
		o.Guard.Public = f.PublicURL.Host
	}
	if o.Proxies, err = f.Proxies(); err == nil {
		o.Origins, err = f.Origins(o.Guard.Public)
	}
	return o, err
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
	// answerTime is for an answer to be made and read, or callers who do not read
	// would keep their places. Streams and bulk lift it.
	answerTime = time.Minute
	idleTime   = 2 * time.Minute
	cutTime    = 2 * time.Second // for handlers to end once their callers are cut off
	maxHeader  = 32 << 10
)

// Serving is a program that is ready to answer.
type Serving struct {
	Name     string // of the program
	Listener net.Listener
	Grace    time.Duration // see Flags
	Handler  http.Handler
	Stopping func()                        // ends what would go on for ever: event streams
	Jobs     []func(context.Context) error // run beside; the first error ends all
	Callers  *access.Directory             // whom it lets in; it is told where that is everybody

	requestTime, answerTime time.Duration // 0: the usual; for tests
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
		ReadTimeout:    cmp.Or(s.requestTime, requestTime),
		WriteTimeout:   cmp.Or(s.answerTime, answerTime),
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
	if s.Callers == nil || s.Callers.Open() {
		fmt.Fprintf(t.Err, "%s: THERE ARE NO KEYS: whoever reaches this port may do everything, so it listens on loopback only. The first key closes it: geoapi key create\n", s.Name)
	}
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
