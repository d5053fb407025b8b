package cmd_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"onegrid/geo/access/accesstest"
)

// Signing in at an issuer, with both programs as they are built: through tiles, as
// a browser does, and then into both.
func TestSigningInWithOpenIDConnect(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs both programs")
	}
	issuer := accesstest.NewIssuer(t)
	issuer.Set(func() { issuer.Secret = "the client's secret" })
	setting := issuer.Setting()
	setting.Rules = setting.Rules[1:] // staff are viewers, of everything public
	oidc, err := json.Marshal(setting)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	scheme, secret := filepath.Join(dir, "scheme.json"), filepath.Join(dir, "secret")
	text := fmt.Sprintf(`{"name":{"en":"Town"},"region":{"gcj02":false},"networks":[{"id":"basic","kind":"basic","levels":[{"id":"grid"}]}],
		"bounds":{"households":[0,0]},"access":{"oidc":%s}}`, oidc)
	for file, text := range map[string]string{scheme: text, secret: issuer.Secret + "\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := &deployment{t: t, store: "sqlite:" + filepath.Join(dir, "city.db")}
	d.run("init", "--store", d.store, "--scheme", scheme)
	d.geoapi = d.serve("geoapi", "--listen", "0.0.0.0:0", "--oidc-secret-file", secret) // closed without a key
	d.tiles = d.serve("tiles", "--geoapi", "http://127.0.0.1:"+d.geoapi.url[strings.LastIndexByte(d.geoapi.url, ':')+1:])

	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(url string) (*http.Response, string) {
		t.Helper()
		answer, err := browser.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, string(body)
	}
	status := func(path string, want int) string {
		t.Helper()
		answer, body := get(d.tiles.url + path)
		if answer.StatusCode != want {
			t.Errorf("%s: %d %s, want %d", path, answer.StatusCode, body, want)
		}
		return body
	}
	status("/tiles", 401)
	if body := status("/v1/session", 401); !strings.Contains(body, `"oidc":true`) {
		t.Errorf("it is not offered: %s", body)
	}
	begun, body := get(d.tiles.url + "/v1/session/oidc?to=%2Fwall%3Flang%3Den")
	if begun.StatusCode != http.StatusSeeOther {
		t.Fatalf("begun: %d %s", begun.StatusCode, body)
	}
	code, q := issuer.Authorize(begun.Header.Get("Location"), func(nonce string) map[string]any { return issuer.Claims("nonce", nonce) })
	if back := q.Get("redirect_uri"); back != d.tiles.url+"/v1/session/callback" {
		t.Fatalf("it comes back to %s", back)
	}
	answer, body := get(q.Get("redirect_uri") + "?code=" + code + "&state=" + q.Get("state"))
	if answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/wall?lang=en" {
		t.Fatalf("back: %d %s", answer.StatusCode, body)
	}
	status("/tiles", 200) // at once, in the program that did not open the session
	if body := status("/v1/session", 200); !strings.Contains(body, `"role":"viewer"`) || !strings.Contains(body, `"classes":["public"]`) {
		t.Errorf("it is %s", body)
	}
	status("/live/incidents.json", 403)

	token := issuer.Sign("rsa", jose.RS256, issuer.Claims("sub", "another"))
	for _, url := range []string{d.tiles.url + "/tiles", d.geoapi.url + "/v1/scheme", d.tiles.url + "/v1/scheme"} {
		if a := d.ask("GET", strings.Replace(url, "0.0.0.0", "127.0.0.1", 1), token, ""); a.status != 200 || strings.Contains(a.body, issuer.URL) {
			t.Errorf("%s with a token: %d %s", url, a.status, a.body)
		}
	}

	out, err := http.NewRequest("DELETE", d.tiles.url+"/v1/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err := browser.Do(out); err != nil || answer.StatusCode != http.StatusNoContent {
		t.Errorf("signed out: %v, %v", answer, err)
	}
	status("/v1/session", 401)
	status("/tiles", 401)
	for _, log := range []string{d.geoapi.said(), d.tiles.said()} {
		for _, never := range []string{issuer.Secret, code, token, "7f3a", "no keys"} {
			if strings.Contains(log, never) {
				t.Errorf("the log tells %q:\n%s", never, log)
			}
		}
	}
}

// Who guesses keys through tiles is slowed, and nobody else is: geoapi knows whom
// its own program asks for.
func TestGuessersThroughTilesAreSlowedAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs both programs")
	}
	dir := t.TempDir()
	d := &deployment{t: t, store: "sqlite:" + filepath.Join(dir, "city.db")}
	scheme := filepath.Join(dir, "scheme.json")
	if err := os.WriteFile(scheme, []byte(`{"name":{"en":"Town"},"region":{"gcj02":false},"networks":[{"id":"basic","kind":"basic","levels":[{"id":"grid"}]}],"bounds":{"households":[0,0]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run("init", "--store", d.store, "--scheme", scheme)
	key := d.key("--role", "viewer")
	d.geoapi = d.serve("geoapi")
	d.tiles = d.serve("tiles", "--geoapi", d.geoapi.url, "--trusted-proxy", "127.0.0.1") // this test is the proxy
	signIn := func(key, from string) int {
		t.Helper()
		return d.ask("POST", d.tiles.url+"/v1/session", "", fmt.Sprintf(`{"key":%q}`, key), "Content-Type", "application/json", "X-Forwarded-For", from).status
	}
	status := 0
	for range 30 {
		status = signIn("onegrid_guessed", "192.0.2.1")
	}
	if status != 429 {
		t.Errorf("a guesser is answered %d", status)
	}
	if status := signIn(key, "192.0.2.2"); status != 201 {
		t.Errorf("somebody else is answered %d", status)
	}
}
