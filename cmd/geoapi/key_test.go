package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onegrid/cmd/internal/server"
	"onegrid/geo"
	"onegrid/geo/sqlite"
)

// geoapi runs the binary and returns what it said on its two outputs.
func geoapi(t *testing.T, args ...string) (out, told string, err error) {
	t.Helper()
	cmd := exec.Command(builtBinary(t), args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	return string(b), stderr.String(), err
}

// newKey makes a key with the binary: it is all that the standard output holds.
func newKey(t *testing.T, store string, args ...string) string {
	t.Helper()
	out, told, err := geoapi(t, append([]string{"key", "create", "--store", store}, args...)...)
	if err != nil || !strings.HasPrefix(out, "onegrid_") || strings.Count(out, "\n") != 1 {
		t.Fatalf("key create %q: %v: %q, %s", args, err, out, told)
	}
	return strings.TrimSpace(out)
}

// status asks for a path with a key; empty for none.
func status(t *testing.T, url, key string) int {
	t.Helper()
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// soon waits for what another process is about to do.
func soon(t *testing.T, most time.Duration, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(most); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", most, what)
		}
	}
}

// Keys are made, listed and revoked beside a running server, which lets everybody
// in until there is one.
func TestKeysBesideARunningServer(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs the binary")
	}
	path := townStore(t)
	store := "sqlite:" + path
	_, url := start(t, path)
	if got := status(t, url+"/v1/imports", ""); got != 200 {
		t.Fatalf("without keys everybody here is an admin: %d", got)
	}
	admin := newKey(t, store, "--role", "admin")
	soon(t, 2*time.Second, "the first key closes it", func() bool { return status(t, url+"/v1/imports", "") == 401 })
	wall := newKey(t, store, "--role", "wall", "--name", "大厅", "--class", "public,internal", "--rate", "300")
	desk := newKey(t, store, "--role", "planner", "--subtree", "520115001001", "--network", "basic", "--days", "30")
	soon(t, 2*time.Second, "the admin's key opens it", func() bool { return status(t, url+"/v1/imports", admin) == 200 })
	if got := status(t, url+"/v1/imports", wall); got != 403 {
		t.Errorf("a wall's key for imports: %d", got)
	}

	var keys []geo.Credential
	if err := json.Unmarshal([]byte(must(t, "key", "list", "--store", store, "--json")), &keys); err != nil || len(keys) != 3 {
		t.Fatalf("%v, %v", keys, err)
	}
	is := map[geo.Role]geo.Credential{}
	for _, k := range keys {
		is[k.Role] = k
	}
	if k := is[geo.RoleWall]; !k.Expires.IsZero() || k.Name != "大厅" || k.Rate != 300 || len(k.Scope.Classes) != 2 || k.ID != idOf(wall) {
		t.Errorf("the wall's: %+v", k)
	}
	if k := is[geo.RolePlanner]; days(k) != 30 || k.Scope.Subtree != "520115001001" || len(k.Scope.Networks) != 1 || k.ID != idOf(desk) {
		t.Errorf("the planner's: %+v", k)
	}
	if k := is[geo.RoleAdmin]; days(k) != 365 {
		t.Errorf("the admin's: %+v", k)
	}

	r, err := http.NewRequest("GET", url+"/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+wall)
	stream, err := http.DefaultClient.Do(r)
	if err != nil || stream.StatusCode != 200 {
		t.Fatalf("%v, %v", stream, err)
	}
	defer stream.Body.Close()
	ended := make(chan struct{})
	go func() {
		for lines := bufio.NewScanner(stream.Body); lines.Scan(); {
		}
		close(ended)
	}()
	if out, told, err := geoapi(t, "key", "revoke", "--store", store, idOf(wall), "nobody"); err == nil || !strings.Contains(told, "nobody") || out != "" {
		t.Errorf("revoking one that is not there: %s%s", out, told)
	}
	if got := status(t, url+"/v1/scheme", wall); got != 200 {
		t.Errorf("nothing was to be revoked: %d", got)
	}
	must(t, "key", "revoke", "--store", store, wall) // the whole key will do
	select {
	case <-ended:
	case <-time.After(2 * time.Second):
		t.Error("the event stream of a revoked key goes on")
	}
	if got := status(t, url+"/v1/scheme", wall); got != 401 {
		t.Errorf("a revoked key: %d", got)
	}
	if out := must(t, "key", "list", "--store", store); strings.Count(out, "in force") != 2 || strings.Count(out, "revoked 2") != 1 || !strings.Contains(out, "大厅") {
		t.Errorf("the list:\n%s", out)
	}
	if out := must(t, "audit", "verify", "--store", store); !strings.HasPrefix(out, "Whole: ") {
		t.Errorf("verify: %s", out)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{admin, wall, desk} {
		if strings.Contains(string(b), key[len(key)-20:]) {
			t.Error("the store holds a key, not only its hash")
		}
	}
}

// days is for how long a key was made.
func days(k geo.Credential) int { return int(k.Expires.Sub(k.Created).Hours()/24 + 0.5) }

// An import that is handed to the server needs no key: who has the store's file may
// do everything. It leaves nobody in behind it.
func TestImportBesideAGuardedServer(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs the binary")
	}
	dir, store := smallStore(t)
	path := strings.TrimPrefix(store, "sqlite:")
	files, parents := write(t, dir, "grids.geojson", twoGrids), write(t, dir, "parents.csv", twoParents)
	_, url := start(t, path)
	args := []string{"import", files, "--store", store, "--as", "grids", "--parents", parents, "--accept"}
	if out, told, err := geoapi(t, args...); err != nil {
		t.Fatalf("without keys: %s%s", out, told)
	}
	if out := must(t, "key", "list", "--store", store); out != "" || status(t, url+"/v1/imports", "") != 200 {
		t.Fatalf("the import closed the server: %s", out)
	}
	admin := newKey(t, store, "--role", "admin")
	if out, told, err := geoapi(t, args...); err != nil || !strings.Contains(out, "edition 2") {
		t.Fatalf("with keys: %s%s", out, told)
	}
	soon(t, 2*time.Second, "the admin's key opens it", func() bool { return status(t, url+"/v1/editions", admin) == 200 })
	s, err := sqlite.OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all, _, err := s.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sessions := 0
	for _, c := range all {
		if c.Kind == geo.Session {
			sessions++
			if c.Holds(time.Now()) {
				t.Errorf("a session is left: %+v", c)
			}
		}
	}
	if sessions != 1 {
		t.Errorf("%d sessions", sessions)
	}
}

// Another address than loopback is served once there is a key.
func TestOtherAddressesNeedAKey(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs the binary")
	}
	path := townStore(t)
	if _, told, err := geoapi(t, "serve", "--store", "sqlite:"+path, "--listen", "0.0.0.0:0"); err == nil || !strings.Contains(told, "geoapi key create --store sqlite:"+path) {
		t.Errorf("without keys: %v, %s", err, told)
	}
	key := newKey(t, "sqlite:"+path, "--role", "service")
	_, url := start(t, path, "--listen", "0.0.0.0:0", "--public-url", "https://map.example.org")
	port := url[strings.LastIndexByte(url, ':'):]
	for host, want := range map[string]int{"192.0.2.7" + port: 200, "map.example.org": 200, "elsewhere.example": 403, "localhost" + port: 200} {
		r, err := http.NewRequest("GET", "http://127.0.0.1"+port+"/v1/scheme", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		r.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("as %s: %d, want %d", host, resp.StatusCode, want)
		}
	}
	if got := status(t, "http://127.0.0.1"+port+"/v1/scheme", ""); got != 401 {
		t.Errorf("without a key: %d", got)
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	store := "sqlite:" + townStore(t)
	for _, c := range []struct {
		args string
		exit int
		says string
	}{
		{"--role king", server.ExitUsage, "viewer"},
		{"", server.ExitUsage, "--role"},
		{"--role planner --subtree 999", server.ExitFailed, `no area "999"`},
		{"--role planner --network sewers", server.ExitFailed, "it has basic"},
		{"--role viewer --class restricted", server.ExitFailed, "a viewer sees public"},
		{"--role viewer --class top", server.ExitFailed, "public, internal, restricted"},
		{"--role viewer --days 0", server.ExitFailed, "1 to 36500 days"},
		{"--role wall --days=-3", server.ExitFailed, "1 to 36500 days"},
		{"--role wall --rate=-3", server.ExitFailed, "0 or more"},
		{"--role wall --name 13812345678", server.ExitFailed, "telephone"},
		{"--role wall --name a\tb", server.ExitFailed, "control character"},
	} {
		args := []string{"key", "create", "--store", store}
		for _, a := range strings.Split(c.args, " ") {
			if a != "" {
				args = append(args, a)
			}
		}
		if out, exit := words(args...); exit != c.exit || !strings.Contains(out, c.says) {
			t.Errorf("%s: it ended with %d: %s", c.args, exit, out)
		}
	}
	if out, _ := words("key", "list", "--store", store); out != "There are no keys.\n" {
		t.Errorf("a refused key is there: %s", out)
	}
	none := "sqlite:" + filepath.Join(t.TempDir(), "none.db")
	for _, args := range [][]string{{"key", "create", "--role", "admin"}, {"key", "list"}, {"key", "revoke", "x"}, {"audit", "verify"}, {"audit", "tail"}, {"audit", "export"}} {
		if _, exit := words(append(args, "--store", none)...); exit != server.ExitFailed {
			t.Errorf("%s without a store: it ended with %d", args, exit)
		}
	}
	if left, _ := filepath.Glob(strings.TrimPrefix(none, "sqlite:") + "*"); len(left) > 0 {
		t.Errorf("they left %v", left)
	}
}
