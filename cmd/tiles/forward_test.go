package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"onegrid/geo"
)

// Who calls and from where reaches geoapi as it is: what the caller says of the
// latter does not, unless the caller is a proxy of ours.
func TestCallersAreForwardedAsTheyAre(t *testing.T) {
	store, path := newTown(t)
	keyOf(t, store, geo.RoleAdmin, geo.Scope{}) // or none of this machine's proxies would be taken
	var got http.Header
	geoapi := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		http.SetCookie(w, &http.Cookie{Name: "onegrid_session", Value: "new", HttpOnly: true})
	}))
	defer geoapi.Close()
	for _, c := range []struct {
		flags     []string
		forwarded string
		want      string
	}{
		{nil, "", "127.0.0.1"},
		{nil, "198.51.100.1", "127.0.0.1"},
		{[]string{"--trusted-proxy", "10.0.0.0/8"}, "198.51.100.1", "127.0.0.1"},
		{[]string{"--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"}, "203.0.113.9, 198.51.100.1, 10.1.1.1", "198.51.100.1"},
	} {
		at, stop := start(t, path, append(c.flags, "--geoapi", geoapi.URL)...)
		headers := []string{"Cookie", "onegrid_session=abc; other=1", "X-Real-Ip", "198.51.100.7", "Forwarded", "for=198.51.100.8"}
		if c.forwarded != "" {
			headers = append(headers, "X-Forwarded-For", c.forwarded)
		}
		a, _ := get(t, at+"/v1/session", headers...)
		if is := strings.Join(got.Values("X-Forwarded-For"), ";"); is != c.want {
			t.Errorf("%v, forwarded for %q: geoapi is told %q, want %q", c.flags, c.forwarded, is, c.want)
		}
		if got.Get("Cookie") != "onegrid_session=abc; other=1" || got.Get("Forwarded") != "" {
			t.Errorf("Cookie %q, Forwarded %q", got.Get("Cookie"), got.Get("Forwarded"))
		}
		if a.Header.Get("Set-Cookie") != "onegrid_session=new; HttpOnly" {
			t.Errorf("Set-Cookie %q", a.Header.Get("Set-Cookie"))
		}
		get(t, at+"/v1/session", "Authorization", "Bearer x.y_z", "Cookie", "")
		if got.Get("Authorization") != "Bearer x.y_z" {
			t.Errorf("Authorization %q", got.Get("Authorization"))
		}
		stop()
	}
}

// Where pages of other origins may ask, an answer is kept for those of one origin
// alone, whoever makes it: it names them, or nobody.
func TestAnswersTurnOnTheOriginToo(t *testing.T) {
	store, path := newTown(t)
	_, bearer := keyOf(t, store, geo.RoleViewer, geo.Scope{})
	geoapi := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Vary", "Authorization, Cookie") }))
	defer geoapi.Close()
	const desk = "https://desk.example.org"
	at, _ := start(t, path, "--cors-origin", desk, "--geoapi", geoapi.URL)
	a, _ := get(t, at+"/tiles/grids/"+townTile+".mvt", "Authorization", bearer)
	tag := a.Header.Get("ETag")
	for _, c := range []struct{ path, on string }{
		{"/tiles", "Accept-Encoding, Authorization, Cookie"},
		{"/tiles/grids.json", "Accept-Encoding, Authorization, Cookie"},
		{"/tiles/grids/" + townTile + ".mvt", "Accept-Encoding, Authorization, Cookie"},
		{"/styles/wall.json", "Accept-Encoding, Authorization, Cookie"},
		{"/v1/editions", "Authorization, Cookie"},
	} {
		for _, origin := range []string{desk, ""} {
			want, allowed := "Origin, "+c.on, origin
			for _, match := range []string{"", tag} {
				a, _ := get(t, at+c.path, "Authorization", bearer, "Origin", origin, "If-None-Match", match)
				if vary := strings.Join(a.Header.Values("Vary"), ", "); a.StatusCode/100 > 3 || vary != want || a.Header.Get("Access-Control-Allow-Origin") != allowed {
					t.Errorf("%s from %q: %s, Vary %q, want %q, for %q", c.path, origin, a.Status, vary, want, a.Header.Get("Access-Control-Allow-Origin"))
				}
			}
		}
	}
}

// Streams that pass through keep no single request out, however many there are, and
// end with whoever listens, with the key and with the server.
func TestForwardedStreamsKeepNobodyOut(t *testing.T) {
	store, path := newTown(t)
	id, bearer := keyOf(t, store, geo.RoleViewer, geo.Scope{})
	_, other := keyOf(t, store, geo.RoleViewer, geo.Scope{})
	left := make(chan bool, 1000)
	geoapi := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		left <- true
	}))
	defer geoapi.Close()
	at, stop := start(t, path, "--geoapi", geoapi.URL)
	const many = 600 // more than single requests that may be under way
	var pages sync.WaitGroup
	for range many {
		pages.Go(func() {
			if page, err := dialAs(at+"/v1/events", "", bearer); err != nil {
				t.Error(err)
			} else {
				t.Cleanup(page.close)
			}
		})
	}
	pages.Wait()
	if a, _ := get(t, at+"/v1/events"); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a key: %s", a.Status)
	}
	if a, body := get(t, at+"/tiles/grids/"+townTile+".mvt", "Authorization", bearer); a.StatusCode != http.StatusOK {
		t.Errorf("a tile beside %d streams: %s %s", many, a.Status, body)
	}
	last, err := dialAs(at+"/v1/events", "", other)
	if err != nil {
		t.Fatal(err)
	}
	defer last.close()
	if err := store.RevokeCredential(t.Context(), geo.By("test"), id); err != nil {
		t.Fatal(err)
	}
	for range many {
		<-left
	}
	select {
	case <-left:
		t.Error("another key's stream has ended")
	case <-time.After(200 * time.Millisecond):
	}
	if err := stop(); err != nil {
		t.Errorf("after SIGTERM: %v", err)
	}
	<-left
}

// A body that does not come is not waited for once there is an answer: the
// connection is free for the next request, or closed like any that is idle.
func TestForwardedBodiesThatNeverComeAreNotWaitedFor(t *testing.T) {
	_, path := newTown(t)
	geoapi, err := net.Listen("tcp", "127.0.0.1:0") // a server of HTTP would wait itself
	if err != nil {
		t.Fatal(err)
	}
	defer geoapi.Close()
	go func() {
		for {
			conn, err := geoapi.Accept()
			if err != nil {
				return
			}
			http.ReadRequest(bufio.NewReader(conn))
			io.WriteString(conn, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
		}
	}()
	at, _ := start(t, path, "--geoapi", "http://"+geoapi.Addr().String())
	conn, err := net.Dial("tcp", strings.TrimPrefix(at, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	answers := bufio.NewReader(conn)
	ask := func(text string, want int) {
		t.Helper()
		io.WriteString(conn, text)
		a, err := http.ReadResponse(answers, nil)
		if err != nil || a.StatusCode != want {
			t.Fatalf("%v, %v", a, err)
		}
		io.Copy(io.Discard, a.Body)
	}
	ask("POST /v1/locate/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlon,lat\n", 401)
	time.Sleep(restTime + 200*time.Millisecond)
	ask("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200)
}
