package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"onegrid/geo"
	"onegrid/geo/access"
)

func TestSharesAreKeptApart(t *testing.T) {
	s := NewShares[string](5, 2)
	for i, c := range []struct {
		owner     string
		ok, whole bool
	}{{"a", true, false}, {"a", true, false}, {"a", false, false}, {"", true, false}, {"", true, false}, {"", true, false}, {"b", false, true}, {"", false, true}} {
		if ok, whole := s.Enter(c.owner); ok != c.ok || whole != c.whole {
			t.Errorf("%d, %q: %v %v, want %v %v", i, c.owner, ok, whole, c.ok, c.whole)
		}
	}
	s.Leave("a")
	s.Leave("")
	if ok, _ := s.Enter("b"); !ok || s.Len() != 4 {
		t.Errorf("when there is room again: %v, %d", ok, s.Len())
	}
	for _, owner := range []string{"a", "b", "", ""} {
		s.Leave(owner)
	}
	if len(s.of) != 0 || s.Len() != 0 {
		t.Errorf("in the end %v", s.of)
	}
}

// An address whose requests stay under way keeps neither other addresses out nor
// callers with a key, its own among them.
func TestUnnamedAddressesShare(t *testing.T) {
	store := &callers{}
	bearer := store.key(geo.Credential{Role: geo.RoleViewer})
	entered, leave := make(chan bool), make(chan bool)
	h := guarded(store.directory(t),
		Route{Method: "GET", Path: "/slow", Name: "slow", May: access.Everyone, Handle: func(*gin.Context) { entered <- true; <-leave }},
		Route{Method: "GET", Path: "/x", Name: "x", May: access.Everyone, Handle: func(*gin.Context) {}})
	from := func(path, address, bearer string) int {
		r := httptest.NewRequest("GET", "http://localhost"+path, nil)
		r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(address), 1234).String()
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	done := make(chan int)
	for range mostUnnamed {
		go func() { done <- from("/slow", "2001:db8::1", "") }()
		<-entered
	}
	for _, c := range []struct {
		who, address, bearer string
		status               int
	}{
		{"one more", "2001:db8::1", "", 503}, {"its neighbour", "2001:db8::ffff", "", 503}, {"another", "2001:db8:1::1", "", 200}, {"a key there", "2001:db8::1", bearer, 200},
	} {
		if status := from("/x", c.address, c.bearer); status != c.status {
			t.Errorf("%s: %d, want %d", c.who, status, c.status)
		}
	}
	close(leave)
	for range mostUnnamed {
		if code := <-done; code != 200 {
			t.Errorf("one of those let in: %d", code)
		}
	}
	if status := from("/x", "2001:db8::1", ""); status != 200 {
		t.Errorf("when there is room again: %d", status)
	}
}

// unread answers with more than a connection holds, to a caller who does not read.
func unread(t *testing.T, s Serving, write func(io.Writer, *http.ResponseController, *http.Request) (int, error)) error {
	t.Helper()
	ended := make(chan error, 1)
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := write(w, http.NewResponseController(w), r)
		ended <- err
	})
	address, stop := run(t, s)
	defer stop()
	c := dial(t, address, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	defer c.Close()
	select {
	case err := <-ended:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("it is still written to who does not read")
	}
	return nil
}

var large = []byte(strings.Repeat("x", 64<<20))

// Who does not read an answer does not keep its place for ever.
func TestAnswersAreReadInTime(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *http.ResponseController, *http.Request) (int, error){
		"in one": func(w io.Writer, _ *http.ResponseController, _ *http.Request) (int, error) { return w.Write(large) },
		"in pieces": func(w io.Writer, conn *http.ResponseController, r *http.Request) (int, error) {
			conn.SetWriteDeadline(time.Time{})
			return (&steady{r.Context(), w, conn, 100 * time.Millisecond}).Write(large)
		},
	} {
		if err := unread(t, Serving{answerTime: 100 * time.Millisecond}, write); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// pieces counts what is written.
type pieces int

func (p *pieces) Write(b []byte) (int, error) {
	*p++
	return len(b), nil
}

// A long answer takes as long as its caller reads, and ends with its caller's key.
func TestSteadyAnswersEndWithTheirCaller(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var to pieces
	s := &steady{ctx, &to, http.NewResponseController(httptest.NewRecorder()), time.Minute}
	if n, err := s.Write(large[:3*pieceSize+1]); n != 3*pieceSize+1 || err != nil || to != 4 {
		t.Errorf("%d bytes in %d pieces, %v", n, to, err)
	}
	cancel()
	if n, err := s.Write(large[:1]); n != 0 || err == nil {
		t.Errorf("after the end %d bytes, %v", n, err)
	}
}

// What may take long has no time for the whole of its answer.
func TestLongRoutesMayTakeLong(t *testing.T) {
	late := func(c *gin.Context) {
		time.Sleep(300 * time.Millisecond)
		io.WriteString(c.Writer, "done")
	}
	address, stop := run(t, Serving{answerTime: 100 * time.Millisecond, Handler: guarded(nil,
		Route{Method: "GET", Path: "/bulk", Name: "bulk", May: access.Everyone, Handle: late, Bulk: true},
		Route{Method: "GET", Path: "/stream", Name: "stream", May: access.Everyone, Handle: late, Stream: true},
		Route{Method: "GET", Path: "/single", Name: "single", May: access.Everyone, Handle: late})})
	defer stop()
	defer http.DefaultClient.CloseIdleConnections()
	for path, whole := range map[string]bool{"/bulk": true, "/stream": true, "/single": false} {
		answer, err := http.Get("http://" + address + path)
		body := []byte(nil)
		if err == nil {
			body, err = io.ReadAll(answer.Body)
			answer.Body.Close()
		}
		if (err == nil && string(body) == "done") != whole {
			t.Errorf("%s: %q, %v", path, body, err)
		}
	}
}
