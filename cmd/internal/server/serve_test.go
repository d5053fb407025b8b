package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"onegrid/geo"
	"onegrid/geo/access"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run serves a handler until stop is called, which returns what was said.
func run(t *testing.T, s Serving) (address string, stop func() string) {
	t.Helper()
	listener, err := (&Flags{Listen: "127.0.0.1:0"}).Open()
	if err != nil {
		t.Fatal(err)
	}
	s.Name, s.Listener = "test", listener
	if s.Stopping == nil {
		s.Stopping = func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var said bytes.Buffer
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, &Terminal{Out: io.Discard, Err: &said}) }()
	return listener.Addr().String(), sync.OnceValue(func() string {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("it ended with %v", err)
		}
		return said.String()
	})
}

// dial sends the beginning of a request.
func dial(t *testing.T, address, request string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	io.WriteString(c, request)
	return c
}

const slowRequest = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf"

// Who sends a body slowly does not hold a connection for ever.
func TestBodiesArriveInTime(t *testing.T) {
	read := make(chan error, 1)
	address, stop := run(t, Serving{requestTime: 100 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	})})
	defer stop()
	dial(t, address, slowRequest)
	select {
	case err := <-read:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("half a body was read with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the handler still waits for the body")
	}
}

// A handler that answers for longer than a request may take to arrive is left
// alone.
func TestAnswersMayTakeLonger(t *testing.T) {
	address, stop := run(t, Serving{requestTime: 50 * time.Millisecond, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
		case <-time.After(200 * time.Millisecond):
			io.WriteString(w, "done")
		}
	})})
	defer stop()
	defer http.DefaultClient.CloseIdleConnections()
	answer, err := http.Post("http://"+address, "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "done" {
		t.Errorf("%q, %v", body, err)
	}
}

// stream answers until more is closed or the connection breaks, and tells that
// it ended.
func stream(began chan<- struct{}, more <-chan struct{}, ended *atomic.Bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			time.Sleep(20 * time.Millisecond) // takes away what it made
			ended.Store(true)
		}()
		began <- struct{}{}
		for {
			select {
			case <-more:
				io.WriteString(w, "the end\n")
				return
			case <-time.After(time.Millisecond):
			}
			if _, err := io.WriteString(w, "a row\n"); err != nil || http.NewResponseController(w).Flush() != nil {
				panic(http.ErrAbortHandler)
			}
		}
	})
}

func TestWhatIsUnderWayMayEnd(t *testing.T) {
	began, more := make(chan struct{}, 1), make(chan struct{})
	var ended atomic.Bool
	address, stop := run(t, Serving{Grace: 20 * time.Second, Handler: stream(began, more, &ended), Stopping: func() {
		time.AfterFunc(50*time.Millisecond, func() { close(more) })
	}})
	answer, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	<-began
	go stop()
	if body, err := io.ReadAll(answer.Body); err != nil || !bytes.HasSuffix(body, []byte("the end\n")) {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	if said := stop(); strings.Contains(said, "cut off") {
		t.Errorf("it says: %s", said)
	}
}

// After the grace the caller is cut off and can tell, and the handler has ended
// before the program does.
func TestWhatTakesTooLongIsCutOff(t *testing.T) {
	began := make(chan struct{}, 1)
	var ended atomic.Bool
	address, stop := run(t, Serving{Grace: 50 * time.Millisecond, Handler: stream(began, nil, &ended)})
	answer, err := http.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	<-began
	said := make(chan string, 1)
	go func() {
		s := stop()
		if !ended.Load() {
			s = "the handler still runs"
		}
		said <- s
	}()
	if body, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("%d bytes looked whole", len(body))
	}
	if s := <-said; !strings.Contains(s, "cut off") {
		t.Errorf("it says: %s", s)
	}
}

// Where everybody is let in, that is said loudly.
func TestTheBannerIsForOpenDoors(t *testing.T) {
	store := &callers{}
	open := store.directory(t)
	store.key(geo.Credential{Role: geo.RoleViewer})
	for callers, want := range map[*access.Directory]bool{nil: true, open: true, store.directory(t): false} {
		address, stop := run(t, Serving{Callers: callers, Handler: http.NotFoundHandler()})
		answer, err := http.Get("http://" + address)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		if said := stop(); strings.Contains(said, "THERE ARE NO KEYS") != want {
			t.Errorf("open: %v; it said %q", want, said)
		}
	}
}

func TestOnlyLoopbackIsServedWithoutKeys(t *testing.T) {
	store := &callers{}
	open := store.directory(t)
	store.key(geo.Credential{Role: geo.RoleViewer, Revoked: time.Unix(1, 0)}) // one that ever was closes it
	closed := store.directory(t)
	for listen, says := range map[string]string{
		"127.0.0.1:0": "", "localhost:80": "", "[::1]:80": "", "127.9.9.9:80": "",
		"0.0.0.0:80": "key create --store sqlite:a.db", ":80": "no keys", "192.168.1.1:80": "no keys",
		"example.org:80": "no keys", "127.0.0.1": "HOST:PORT", "": "HOST:PORT",
	} {
		f := &Flags{Listen: listen}
		err := f.Check()
		if err == nil && f.CheckReach(closed, "a.db") != nil {
			t.Errorf("%q with keys: %v", listen, f.CheckReach(closed, "a.db"))
		}
		if err == nil {
			err = f.CheckReach(open, "a.db")
		}
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", listen, err)
		}
	}
	for says, f := range map[string]*Flags{
		"":                                       {Listen: "127.0.0.1:0", PublicURL: &url.URL{Scheme: "http", Host: "localhost:8080"}},
		`--public-url "https://map.example.org"`: {Listen: "127.0.0.1:0", PublicURL: &url.URL{Scheme: "https", Host: "map.example.org"}},
		`--trusted-proxy "127.0.0.1"`:            {Listen: "127.0.0.1:0", TrustedProxy: []string{"127.0.0.1"}},
	} {
		if err := f.CheckReach(closed, "a.db"); err != nil {
			t.Errorf("%s with keys: %v", says, err)
		}
		if err := f.CheckReach(open, "a.db"); (err == nil) != (says == "") || err != nil && !strings.HasPrefix(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if (&Flags{Listen: "127.0.0.1:0", Grace: -1}).Check() == nil {
		t.Error("a negative grace was taken")
	}
}
