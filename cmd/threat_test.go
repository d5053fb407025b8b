package cmd_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
)

// TestThreats goes through what somebody may try who means harm, or errs badly,
// against the programs as they are built.
func TestThreats(t *testing.T) {
	d := deploy(t)
	for _, threat := range []struct {
		name string
		try  func(*testing.T, *deployment)
	}{
		{"an address that is made up", madeUpAddresses},
		{"slow clients", slowClients},
		{"bodies over the limit", largeBodies},
		{"nesting bombs", nestingBombs},
		{"zip bombs", zipBombs},
		{"numbers that are none", noNumbers},
		{"empty rings", emptyRings},
		{"paths that lead out", pathsOut},
		{"SQL in every parameter", sqlEverywhere},
		{"writes from a page of elsewhere", crossSiteWrites},
		{"fields that are not the caller's to set", massAssignment},
		{"addresses within for an issuer of tokens", addressesWithin},
		{"accepting what was not previewed", acceptAnother},
		{"a revoked key on an open stream", revokedStream},
	} {
		t.Run(threat.name, func(t *testing.T) {
			d := *d
			d.t = t
			threat.try(t, &d)
		})
	}
	for _, r := range []*running{d.geoapi, d.tiles} {
		if a := d.ask("GET", r.url+"/readyz", "", ""); a.status != 200 {
			t.Errorf("afterwards %s: %d %s", r.url, a.status, a.body)
		}
		if strings.Contains(r.said(), "panic") {
			t.Errorf("%s: %s", r.url, r.said())
		}
		for _, key := range d.keys {
			if strings.Contains(r.said(), key) {
				t.Error("a key stands in the log")
			}
		}
	}
}

// No proxy is named, so that X-Forwarded-For is nobody's address: guesses are
// counted together whatever it says.
func madeUpAddresses(t *testing.T, d *deployment) {
	last := 0
	for i := range 30 {
		last = d.ask("GET", d.geoapi.url+"/v1/scheme", fmt.Sprint("guess", i), "", "X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i)).status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the last of 30 guesses from made-up addresses: %d", last)
	}
	if a := d.ask("GET", d.geoapi.url+"/v1/scheme", d.keys[geo.RoleViewer], ""); a.status != 200 {
		t.Errorf("a good key beside them: %d", a.status)
	}
}

// Clients that send a byte now and then are cut off, and meanwhile keep nobody
// out.
func slowClients(t *testing.T, d *deployment) {
	u, _ := url.Parse(d.geoapi.url)
	var slow []net.Conn
	for range 100 {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		io.WriteString(c, "GET /v1/scheme HTTP/1.1\r\nHost: "+u.Host+"\r\nX-Slow: ")
		slow = append(slow, c)
	}
	if a := d.ask("GET", d.geoapi.url+"/healthz", "", ""); a.status != 200 {
		t.Errorf("beside them: %d", a.status)
	}
	for i, c := range slow {
		c.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := io.ReadAll(c); err != nil && os.IsTimeout(err) {
			t.Fatalf("slow client %d is still listened to", i)
		}
	}
}

func largeBodies(t *testing.T, d *deployment) {
	large := `{"point":{"lon":106.62,"lat":26.61},"crs":"wgs84","id":"` + strings.Repeat("x", 1<<20) + `"}`
	for path, key := range map[string]string{
		"/v1/locate": d.keys[geo.RoleService], "/v1/incidents": d.keys[geo.RoleService], "/v1/session": "",
	} {
		if a := d.ask("POST", d.geoapi.url+path, key, large, "Content-Type", "application/json"); a.status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s: %d %.200s", path, a.status, a.body)
		}
	}
}

func nestingBombs(t *testing.T, d *deployment) {
	deep := strings.Repeat("[", 30_000)
	for path, key := range map[string]string{
		"/v1/locate": d.keys[geo.RoleService], "/v1/incidents": d.keys[geo.RoleService], "/v1/session": "",
		"/v1/imports?as=grids&crs=wgs84": d.keys[geo.RoleAdmin],
	} {
		body, kind := `{"point":`+deep, "application/json"
		if strings.Contains(path, "imports") {
			body, kind = `{"type":"Feature","properties":{"code":"a"},"geometry":{"type":"Polygon","coordinates":`+deep, "application/geo+json"
		}
		start := time.Now()
		if a := d.ask("POST", d.geoapi.url+path, key, body, "Content-Type", kind); a.status < 400 || a.status >= 500 || time.Since(start) > 2*time.Second {
			t.Errorf("%s: %d after %v: %.200s", path, a.status, time.Since(start), a.body)
		}
	}
}

// A zipped shapefile of a megabyte that unpacks to a thousand costs neither
// memory nor time.
func zipBombs(t *testing.T, d *deployment) {
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for name, megabytes := range map[string]int{"a.shp": 1 << 10, "a.shx": 1, "a.dbf": 1} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		for range megabytes {
			w.Write(zeros)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	before, start := peakMemory(t, d.geoapi.pid), time.Now()
	a := d.ask("POST", d.geoapi.url+"/v1/imports?as=grids&crs=wgs84", d.keys[geo.RoleAdmin], bomb.String(), "Content-Type", "application/zip")
	if a.status < 400 || a.status >= 500 {
		t.Errorf("%d %.300s", a.status, a.body)
	}
	if grew, took := peakMemory(t, d.geoapi.pid)-before, time.Since(start); grew > 512<<20 || took > 20*time.Second {
		t.Errorf("a bomb of %d bytes took %v and %d MB", bomb.Len(), took, grew>>20)
	}
}

// peakMemory is the most that a process ever held, in bytes.
func peakMemory(t *testing.T, pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("no /proc here to tell the memory of a process:", err)
	}
	_, rest, _ := strings.Cut(string(b), "VmHWM:")
	kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

func noNumbers(t *testing.T, d *deployment) {
	for _, n := range []string{"1e300", "-1e300", "NaN", "Infinity", "1e999", "0x1p3", "--1", "1,5"} {
		if a := d.ask("GET", d.geoapi.url+"/v1/locate?crs=wgs84&lat=26.6&lon="+url.QueryEscape(n), d.keys[geo.RoleService], ""); a.status != 400 {
			t.Errorf("lon=%s: %d %s", n, a.status, a.body)
		}
		body := `{"crs":"wgs84","point":{"lat":26.6,"lon":` + n + `}}`
		if a := d.ask("POST", d.geoapi.url+"/v1/locate", d.keys[geo.RoleService], body, "Content-Type", "application/json"); a.status != 400 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
		if a := d.ask("GET", d.tiles.url+"/tiles/grids/"+url.PathEscape(n)+"/0/0.mvt", d.keys[geo.RoleViewer], ""); a.status != 404 {
			t.Errorf("a tile at zoom %s: %d", n, a.status)
		}
	}
}

func emptyRings(t *testing.T, d *deployment) {
	for _, rings := range []string{`[]`, `[[]]`, `[[[106.6,26.6]]]`, `[[[106.6,26.6],[106.6,26.6],[106.6,26.6],[106.6,26.6]]]`} {
		body := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"520115001001999"},"geometry":{"type":"Polygon","coordinates":` + rings + `}}]}`
		a := d.ask("POST", d.geoapi.url+"/v1/imports?as=grids&crs=wgs84", d.keys[geo.RoleAdmin], body, "Content-Type", "application/geo+json")
		if a.status >= 500 || a.status < 400 && !strings.Contains(a.body, `"blockers":`) {
			t.Errorf("%s: %d %.300s", rings, a.status, a.body)
		}
	}
}

func pathsOut(t *testing.T, d *deployment) {
	u, _ := url.Parse(d.tiles.url)
	for _, path := range []string{
		"/tiles/../../etc/passwd.json", "/tiles/..%2f..%2f..%2fetc%2fpasswd.json", "/tiles/%2e%2e/%2e%2e/0/0/0.mvt",
		"/tiles/grids%00.json", "/styles/..%2f..%2fetc%2fpasswd", "/styles/%2e%2e/go.mod", "/styles/....//wall.json",
		"/assets/../wall.html", "/assets/..%2f..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/assets//etc/passwd",
	} {
		c, err := net.Dial("tcp", u.Host) // as it stands: clients would tidy it up
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n", path, u.Host, d.keys[geo.RoleAdmin])
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		body, _ := io.ReadAll(resp.Body)
		c.Close()
		if resp.StatusCode < 300 || resp.StatusCode >= 500 || strings.Contains(string(body), "root:") {
			t.Errorf("%s: %d %.100s", path, resp.StatusCode, body)
		}
	}
}

func sqlEverywhere(t *testing.T, d *deployment) {
	before := d.ask("GET", d.geoapi.url+"/v1/incidents?state=all", d.keys[geo.RoleAdmin], "").body
	for _, sql := range []string{`'`, `' OR 1=1 --`, `1; DROP TABLE incidents; --`, `" UNION SELECT hash FROM credentials --`, `\'; DELETE FROM changes; --`} {
		q := url.QueryEscape(sql)
		for _, path := range []string{
			"/v1/grids/" + url.PathEscape(sql), "/v1/grids/" + url.PathEscape(sql) + "/children", "/v1/incidents/" + url.PathEscape(sql),
			"/v1/incidents?state=" + q, "/v1/incidents?grid=" + q, "/v1/incidents?after=" + q, "/v1/incidents?limit=" + q,
			"/v1/suggest?q=" + q, "/v1/events?kinds=" + q, "/v1/events?network=" + q, "/v1/events?subtree=" + q, "/v1/events?after=" + q,
			"/v1/locate?crs=" + q + "&lon=106.6&lat=26.6", "/v1/locate?crs=wgs84&lon=106.6&lat=26.6&level=" + q, "/v1/locate?crs=wgs84&lon=106.6&lat=26.6&networks=" + q,
			"/v1/imports/" + url.PathEscape(sql), "/v1/editions?id=" + q,
		} {
			a := d.ask("GET", d.geoapi.url+path, d.keys[geo.RoleAdmin], "")
			if suggest := strings.HasPrefix(path, "/v1/suggest"); a.status >= 500 || a.status < 400 && !suggest || strings.Contains(a.body, "SQL") {
				t.Errorf("%s: %d %.200s", path, a.status, a.body)
			}
		}
		body := fmt.Sprintf(`{"point":{"lon":106.62,"lat":26.61},"crs":"wgs84","category":%q,"code":%q,"idempotency_key":%q}`, sql, sql, sql)
		if a := d.ask("POST", d.geoapi.url+"/v1/incidents", d.keys[geo.RoleService], body, "Content-Type", "application/json"); a.status >= 500 {
			t.Errorf("an incident with %s: %d %s", sql, a.status, a.body)
		}
		if a := d.ask("GET", d.geoapi.url+"/v1/scheme", sql, ""); a.status != 401 && a.status != 429 {
			t.Errorf("as a key %s: %d", sql, a.status)
		}
	}
	if after := d.ask("GET", d.geoapi.url+"/v1/incidents?state=all", d.keys[geo.RoleAdmin], "").body; len(after) < len(before) {
		t.Error("incidents are gone")
	}
}

// A browser says where a page is from that writes: only our own may.
func crossSiteWrites(t *testing.T, d *deployment) {
	body := `{"point":{"lon":106.62,"lat":26.61},"crs":"wgs84","category":"fire"}`
	for _, at := range []string{d.geoapi.url, d.tiles.url} {
		for _, header := range [][]string{
			{"Origin", "https://elsewhere.example"}, {"Origin", "null"}, {"Origin", at + ".elsewhere.example"}, {"Origin", "http://127.0.0.1:9"},
			{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
		} {
			for _, kind := range []string{"application/json", "text/plain"} {
				a := d.ask("POST", at+"/v1/incidents", d.keys[geo.RoleService], body, append(header, "Content-Type", kind)...)
				if a.status != http.StatusForbidden {
					t.Errorf("%s, %q as %s: %d %s", at, header, kind, a.status, a.body)
				}
				if a.header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s lets %q read", at, header)
				}
			}
		}
		if a := d.ask("POST", at+"/v1/incidents", d.keys[geo.RoleService], body, "Content-Type", "application/json", "Origin", at, "Sec-Fetch-Site", "same-origin"); a.status != 201 {
			t.Errorf("our own page at %s: %d %s", at, a.status, a.body)
		}
	}
}

func massAssignment(t *testing.T, d *deployment) {
	for path, fields := range map[string][]string{
		"/v1/incidents": {`"id":7`, `"state":"closed"`, `"owner":"520115001001001"`, `"received":"2020-01-01T00:00:00Z"`, `"why":"because"`, `"edition":9`, `"network":"towers"`},
		"/v1/locate":    {`"role":"admin"`, `"owner":"x"`},
		"/v1/session":   {`"role":"admin"`, `"scope":{}`, `"expires":"2099-01-01T00:00:00Z"`},
	} {
		for _, field := range fields {
			body, key := `{"point":{"lon":106.62,"lat":26.61},"crs":"wgs84","category":"fire",`+field+`}`, d.keys[geo.RoleService]
			switch path {
			case "/v1/locate":
				body = strings.Replace(body, `"category":"fire",`, "", 1)
			case "/v1/session":
				body, key = `{"key":"`+d.keys[geo.RoleViewer]+`",`+field+`}`, ""
			}
			if a := d.ask("POST", d.geoapi.url+path, key, body, "Content-Type", "application/json"); a.status != 400 {
				t.Errorf("%s with %s: %d %s", path, field, a.status, a.body)
			}
		}
	}
}

// What a scheme has us fetch is not what lies within: the address of an issuer of
// tokens is the only one so far.
func addressesWithin(t *testing.T, d *deployment) {
	for _, issuer := range []string{"http://169.254.169.254/latest", "http://10.0.0.5/", "ftp://issuer.example", "file:///etc/passwd", "https://user:secret@issuer.example"} {
		scheme := `{"name":{"en":"Town"},"networks":[{"id":"basic","kind":"basic","levels":[{"id":"grid"}]}],"access":{"oidc":{"issuer":"` + issuer +
			`","client_id":"x","rules":[{"claim":"groups","value":"a","role":"viewer"}]}}}`
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/scheme.json", []byte(scheme), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := command(t, "init", "--store", "sqlite:"+dir+"/city.db", "--scheme", dir+"/scheme.json")
		if err == nil || !strings.Contains(out, "issuer") {
			t.Errorf("%s: %v %s", issuer, err, out)
		}
	}
}

// A preview is bound to what it was made on: once the ground has moved, it is not
// accepted any more.
func acceptAnother(t *testing.T, d *deployment) {
	grids := d.run("export", "--store", d.store, "--as", "grids", "--level", "grid")
	admin := d.keys[geo.RoleAdmin]
	preview := func() string {
		a := d.ask("POST", d.geoapi.url+"/v1/imports?as=grids&crs=wgs84&level=grid&parent=parent", admin, grids, "Content-Type", "application/geo+json")
		if a.status != 200 && a.status != 201 && a.status != 202 {
			t.Fatalf("preview: %d %.300s", a.status, a.body)
		}
		_, id, _ := strings.Cut(a.body, `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		return id
	}
	first, second := preview(), preview()
	if a := d.ask("POST", d.geoapi.url+"/v1/imports/"+second+"/accept", admin, ""); a.status >= 300 {
		t.Fatalf("the newer preview: %d %s", a.status, a.body)
	}
	if a := d.ask("POST", d.geoapi.url+"/v1/imports/"+first+"/accept", admin, ""); a.status != http.StatusConflict {
		t.Errorf("the older preview, on other ground: %d %s", a.status, a.body)
	}
}

func revokedStream(t *testing.T, d *deployment) {
	for _, at := range []string{d.geoapi.url + "/v1/events", d.tiles.url + "/live", d.tiles.url + "/v1/events"} {
		key := d.key("--role", "operator", "--name", "to be revoked")
		r, err := http.NewRequest("GET", at, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Accept", "text/event-stream")
		resp, err := waitFor(r)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 200 {
			t.Fatalf("%s: %d", at, resp.StatusCode)
		}
		ended := make(chan time.Time, 1)
		go func() {
			io.Copy(io.Discard, resp.Body)
			ended <- time.Now()
		}()
		d.run("key", "revoke", "--store", d.store, idOf(key))
		revoked := time.Now()
		select {
		case at := <-ended:
			t.Logf("%s ended %v after the command", r.URL, at.Sub(revoked))
		case <-time.After(3 * time.Second):
			t.Errorf("%s goes on", at)
		}
		resp.Body.Close()
		r.URL.Path = "/v1/scheme"
		for end := time.Now().Add(time.Second); ; time.Sleep(10 * time.Millisecond) {
			a := d.ask("GET", r.URL.String(), key, "")
			if a.status == 401 || a.status == 429 { // guesses before it count, too
				break
			}
			if time.Now().After(end) {
				t.Fatalf("the revoked key, a second later: %d", a.status)
			}
		}
	}
}

// waitFor asks until a key that was just made is known.
func waitFor(r *http.Request) (*http.Response, error) {
	stream := &http.Client{}
	for end := time.Now().Add(3 * time.Second); ; {
		resp, err := stream.Do(r)
		if err != nil || resp.StatusCode != 401 || time.Now().After(end) {
			return resp, err
		}
		resp.Body.Close()
		time.Sleep(20 * time.Millisecond)
	}
}
