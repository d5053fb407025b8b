package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// Idle connections of the default client are the tests' own.
	goleak.VerifyTestMain(m, goleak.Cleanup(func(exit int) {
		if built.dir != "" {
			os.RemoveAll(built.dir)
		}
		if made.root != "" {
			os.RemoveAll(made.root)
		}
		os.Exit(exit)
	}), goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreTopFunction("internal/poll.runtime_pollWait"))
}

// built is the binary, built once for all tests that need it.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// builtBinary builds geoapi and returns its path.
func builtBinary(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "geoapi-test-"); built.err == nil {
			var out []byte
			if out, built.err = exec.Command("go", "build", "-o", filepath.Join(built.dir, "geoapi"), ".").CombinedOutput(); built.err != nil {
				built.err = fmt.Errorf("%w: %s", built.err, out)
			}
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, "geoapi")
}

// start runs the binary's serve on a store and returns its address.
func start(t *testing.T, store string, more ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(builtBinary(t), append([]string{"serve", "--store", "sqlite:" + store, "--listen", "127.0.0.1:0"}, more...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	_, url, found := strings.Cut(strings.TrimSpace(line), "http://")
	if err != nil || !found {
		t.Fatalf("serve said %q, %v", line, err)
	}
	return cmd, "http://" + url
}

// A service that is killed at any moment has lost nothing that it acknowledged,
// and a retry under the same key gets the answer of the first time.
func TestKilledServiceLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and kills the binary")
	}
	store := townStore(t)
	kills, acknowledged := 3, map[string]string{} // key -> id
	for round := range kills {
		cmd, url := start(t, store)
		var mu sync.Mutex
		var clients sync.WaitGroup
		for client := range 4 {
			clients.Go(func() {
				for n := 0; ; n++ {
					key := fmt.Sprintf("k-%d-%d-%d", round, client, n)
					id, err := sendReport(url, key)
					if err != nil {
						return // it was killed
					}
					mu.Lock()
					acknowledged[key] = id
					mu.Unlock()
				}
			})
		}
		time.Sleep(300 * time.Millisecond)
		cmd.Process.Kill()
		clients.Wait()
		cmd.Wait()
	}
	cmd, url := start(t, store)
	if len(acknowledged) == 0 {
		t.Fatal("nothing was acknowledged: the test tests nothing")
	}
	resp, err := http.Get(url + "/v1/incidents")
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Features []struct{ ID json.Number } }
	err = json.NewDecoder(resp.Body).Decode(&list)
	resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	for _, f := range list.Features {
		kept[f.ID.String()] = true
	}
	for key, id := range acknowledged {
		if !kept[id] {
			t.Errorf("incident %s of key %s was acknowledged and is lost", id, key)
		}
	}
	for key, id := range acknowledged {
		if again, err := sendReport(url, key); err != nil || again != id {
			t.Errorf("key %s again: %s, %v; the first time %s", key, again, err, id)
		}
		break
	}
	t.Logf("%d incidents acknowledged over %d kills, %d kept", len(acknowledged), kills, len(kept))
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("a stop by signal: %v", err)
	}
}

// sendReport sends one incident and returns its id.
func sendReport(url, key string) (string, error) {
	r, err := http.NewRequest("POST", url+"/v1/incidents", strings.NewReader(incidentAt(0.5, 0.5, "")))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", key)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var a struct{ ID json.Number }
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || resp.StatusCode != 201 {
		return "", fmt.Errorf("%d %v", resp.StatusCode, err)
	}
	return a.ID.String(), nil
}

// A signal ends the service at once, open event streams too, with exit 0.
func TestSignalEndsStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the binary")
	}
	cmd, url := start(t, townStore(t), "--demo")
	resp, err := http.Get(url + "/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	began := time.Now()
	cmd.Process.Signal(syscall.SIGINT)
	if _, err := io.ReadAll(resp.Body); err != nil {
		t.Errorf("the stream broke off: %v", err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("exit: %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestCommandLine(t *testing.T) {
	store := "sqlite:" + townStore(t)
	for _, c := range []struct {
		args []string
		exit int
		says string
	}{
		{[]string{"locate", "--store", store, "--crs", "wgs84", "106.6219", "26.601"}, 0, gridCode(0)},
		{[]string{"locate", "--store", store, "--crs", "wgs84", "--json", "106.6219", "26.601"}, 0, `"status": "inside"`},
		{[]string{"locate", "--store", store, "--crs", "wgs84", "--level", "street", "106.6219", "26.601"}, 0, "520115001 滨湖街道 (Lakeside Street)"},
		{[]string{"locate", "--store", store, "--crs", "wgs84", "-1.5", "52"}, 0, "outside the jurisdiction"},
		{[]string{"locate", "--store", store, "--crs", "mars", "1", "2"}, 1, ""},
		{[]string{"locate", "--store", store, "1", "2"}, 2, ""},
		{[]string{"locate", "--store", "postgres:x", "--crs", "wgs84", "1", "2"}, 2, ""},
		{[]string{"serve", "--store", store, "--listen", "0.0.0.0:0"}, 1, ""},
		{[]string{"serve", "--store", store, "--listen", "192.168.1.1:80"}, 1, ""},
		{[]string{"serve", "--store", "sqlite:/nowhere/x.db"}, 1, ""},
		{[]string{"--help"}, 0, "serve"},
		{[]string{"locate", "--help"}, 0, "Examples"},
		{[]string{"fly"}, 2, ""},
	} {
		if out, exit := command(t, c.args...); exit != c.exit || !strings.Contains(out, c.says) {
			t.Errorf("%q: exit %d, want %d:\n%s", c.args, exit, c.exit, out)
		}
	}
}
