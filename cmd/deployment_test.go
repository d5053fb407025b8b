// Package cmd_test holds what can only be judged on both programs as they are
// built and run side by side.
package cmd_test

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"onegrid/geo"
)

// programs are built once for all tests.
var programs struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if programs.dir != "" {
		os.RemoveAll(programs.dir)
	}
	os.Exit(code)
}

func program(t testing.TB, name string) string {
	t.Helper()
	programs.once.Do(func() {
		if programs.dir, programs.err = os.MkdirTemp("", "onegrid-test-"); programs.err != nil {
			return
		}
		// What is built here is not seen by the go command, which keeps results of
		// tests: folders that a test looks into are.
		for _, dir := range []string{".", "../geo"} {
			if programs.err = filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { return nil }); programs.err != nil {
				return
			}
		}
		out, err := exec.Command("go", "build", "-o", programs.dir, "./geoapi", "./tiles").CombinedOutput()
		if err != nil {
			programs.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if programs.err != nil {
		t.Fatal(programs.err)
	}
	return filepath.Join(programs.dir, name)
}

// deployment is a city with both programs running on it, and a key of each role.
type deployment struct {
	t             testing.TB
	store         string
	geoapi, tiles *running
	keys          map[geo.Role]string
}

// running is a program that serves.
type running struct {
	url string
	pid int
	log string // the file that its standard error goes to
}

// said is what a program told on its standard error so far.
func (r *running) said() string {
	b, err := os.ReadFile(r.log)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// deploy starts both programs, geoapi with some flags more.
func deploy(t testing.TB, flags ...string) *deployment {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds and runs both programs")
	}
	d := &deployment{t: t, store: "sqlite:" + filepath.Join(t.TempDir(), "city.db"), keys: map[geo.Role]string{}}
	d.run("load", "lakeside", "--store", d.store)
	for _, role := range geo.Roles {
		d.keys[role] = d.key("--role", string(role))
	}
	d.geoapi = d.serve("geoapi", flags...)
	d.tiles = d.serve("tiles", "--geoapi", d.geoapi.url)
	return d
}

// run carries out a command of geoapi and returns what it said.
func (d *deployment) run(args ...string) string {
	d.t.Helper()
	out, err := command(d.t, args...)
	if err != nil {
		d.t.Fatalf("geoapi %q: %v: %s", args, err, out)
	}
	return out
}

// command carries out a command of geoapi that may fail.
func command(t testing.TB, args ...string) (said string, err error) {
	out, err := exec.Command(program(t, "geoapi"), args...).CombinedOutput()
	return string(out), err
}

// key makes a key and returns its secret, which is the last line said.
func (d *deployment) key(flags ...string) string {
	d.t.Helper()
	out, err := exec.Command(program(d.t, "geoapi"), append([]string{"key", "create", "--store", d.store}, flags...)...).Output()
	if err != nil {
		d.t.Fatalf("key create %q: %v", flags, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// idOf is the public part of a key.
func idOf(key string) string { return strings.Split(key, "_")[1] }

func (d *deployment) serve(name string, flags ...string) *running {
	d.t.Helper()
	cmd := exec.Command(program(d.t, name), append([]string{"serve", "--store", d.store, "--listen", "127.0.0.1:0"}, flags...)...)
	log, err := os.Create(filepath.Join(d.t.TempDir(), name+".log"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer log.Close()
	r := &running{log: log.Name()}
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		time.AfterFunc(20*time.Second, func() { cmd.Process.Kill() })
		io.Copy(io.Discard, out)
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	_, address, ok := strings.Cut(strings.TrimSpace(line), "http://")
	if err != nil || !ok {
		d.t.Fatalf("%s said %q, %v: %s", name, line, err, r.said())
	}
	r.url, r.pid = "http://"+address, cmd.Process.Pid
	return r
}

var client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableCompression: true}}

// answer is what was answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a request; headers are pairs of name and value.
func (d *deployment) ask(method, url, key, body string, headers ...string) answer {
	d.t.Helper()
	a, err := try(method, url, key, body, headers...)
	if err != nil {
		d.t.Fatalf("%s %s: %v", method, url, err)
	}
	return a
}

func try(method, url, key, body string, headers ...string) (answer, error) {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(b)}, err
}
