package main

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"onegrid/geo"
)

// The other program hands over reads, which are in the audit then; nobody else
// does, and it nothing else.
func TestReadsAreHandedOver(t *testing.T) {
	h := guard(t, town())
	admin := h.key(t, geo.RoleAdmin, geo.Scope{})
	post := func(body string, bearer ...string) (int, string) {
		t.Helper()
		r, err := http.NewRequest("POST", h.url+"/v1/audit", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(bearer[0], bearer[1])
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		text, _ := io.ReadAll(a.Body)
		return a.StatusCode, string(text)
	}
	process := []string{"Authorization", "Bearer " + h.directory.ProcessHeader()}
	const read = `{"at":"2026-01-02T03:04:05Z","actor":"abc","role":"wall","do":"tiles.read","object":"incidents/14/1/2","detail":{"reads":100}}`
	for _, c := range []struct {
		body   string
		by     []string
		status int
	}{
		{`{"acts":[` + read + `]}`, admin, 403},
		{`{"acts":[` + read + `]}`, []string{"Authorization", "Bearer process:guess"}, 401},
		{`{"acts":[]}`, process, 400},
		{`{"acts":[` + read + `],"more":1}`, process, 400},
		{`{"acts":[` + strings.Replace(read, "tiles.read", "key.create", 1) + `]}`, process, 400},
		{`{"acts":[` + read + `,` + strings.Replace(read, `"actor":"abc"`, `"actor":""`, 1) + `]}`, process, 400},
		{`{"acts":[` + strings.Replace(read, `"reads":100}`, `"reads":100},"seq":7`, 1) + `]}`, process, 400},
		{`{"acts":[` + strings.Replace(read, `"at":"2026-01-02T03:04:05Z",`, "", 1) + `]}`, process, 400},
		{`{"acts":[` + strings.Repeat(read+",", maxActs) + read + `]}`, process, 400},
		{`{"acts":[` + read + `,` + read + `]}`, process, 204},
	} {
		if status, text := post(c.body, c.by...); status != c.status {
			t.Errorf("%.120s: %d %s, want %d", c.body, status, text, c.status)
		}
	}
	all, err := h.store.Audit(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	reads := 0
	for _, e := range all {
		if e.Act.Do == "tiles.read" {
			if reads++; e.Act.Actor != "abc" || e.Act.Object != "incidents/14/1/2" || e.Act.Role != geo.RoleWall {
				t.Errorf("kept: %+v", e.Act)
			}
		}
	}
	if reads != 2 {
		t.Errorf("%d reads are in the audit, not 2", reads)
	}
}
