package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
)

// The audit is verified, exported and shown; one byte of it that is changed by hand
// fails it.
func TestAuditCommands(t *testing.T) {
	path := townStore(t)
	store := "sqlite:" + path
	must(t, "key", "create", "--store", store, "--role", "planner", "--subtree", "520115001001")
	out := must(t, "audit", "verify", "--store", store)
	_, head, found := strings.Cut(strings.TrimSpace(out), "head ")
	if !found || !strings.HasPrefix(out, "Whole: ") {
		t.Fatalf("verify: %s", out)
	}
	must(t, "export", "--store", store, "--as", "devices", "--format", "geojson")
	if out := must(t, "audit", "tail", "--store", store, "-n", "1"); !strings.Contains(out, `local admin  layer.export devices  {"format":"geojson"}`) {
		t.Errorf("after an export: %s", out)
	}
	must(t, "key", "create", "--store", store, "--role", "admin")
	must(t, "audit", "verify", "--store", store, "--head", head)
	for bad, says := range map[string]string{
		head[:len(head)-1] + "x": "written anew", "1000:" + strings.Repeat("0", 64): "was cut", "7": "NUMBER:HASH", "x:y": "NUMBER:HASH",
	} {
		if out, exit := words("audit", "verify", "--store", store, "--head", bad); exit != 1 || !strings.Contains(out, says) {
			t.Errorf("--head %s: it ended with %d: %s", bad, exit, out)
		}
	}

	file := filepath.Join(t.TempDir(), "audit.ndjson")
	must(t, "audit", "export", "--store", store, "-o", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var entries []geo.Entry
	for d := json.NewDecoder(bytes.NewReader(text)); d.More(); {
		var e geo.Entry
		if err := d.Decode(&e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	n := len(entries)
	if n < 3 || entries[n-1].Number != int64(n) || entries[n-3].Act.Do != "key.create" || entries[n-3].Act.Detail["subtree"] != "520115001001" || entries[n-3].Act.Actor != "local" {
		t.Fatalf("exported:\n%s", text)
	}
	if out := must(t, "audit", "export", "--store", store, "--after", strconv.FormatInt(entries[n-3].Number, 10)); strings.Count(out, "\n") != 2 || !strings.HasSuffix(string(text), out) {
		t.Errorf("after %d: %s", n-2, out)
	}
	if out := must(t, "audit", "tail", "--store", store, "-n", "1"); strings.Count(out, "\n") != 1 || !strings.Contains(out, "key.create") {
		t.Errorf("tail: %s", out)
	}
	if out := must(t, "audit", "tail", "--store", store, "-n", "2", "--json"); out != must(t, "audit", "export", "--store", store, "--after", strconv.FormatInt(entries[n-3].Number, 10)) {
		t.Errorf("tail --json: %s", out)
	}

	db, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(db, []byte(`"subtree":"520115001001"`))
	if at < 0 {
		t.Fatal("the entry is not in the file")
	}
	db[at+len(`"subtree":"52011500100`)] = '2'
	if err := os.WriteFile(path, db, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, exit := words("audit", "verify", "--store", store); exit != 1 || !strings.Contains(out, "not what was written") {
		t.Errorf("after one byte was changed: it ended with %d: %s", exit, out)
	}
}

// Reads of what is restricted come to the audit by samples, of whom sees it alone.
func TestReadsOfIncidentsAreAudited(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the binary")
	}
	path := townStore(t)
	store := "sqlite:" + path
	_, url := start(t, path)
	operator, planner := newKey(t, store, "--role", "operator"), newKey(t, store, "--role", "planner")
	soon(t, 5*time.Second, "the keys to count", func() bool { return status(t, url+"/v1/incidents", operator) == 200 })
	for range 5 {
		status(t, url+"/v1/incidents", operator)
		status(t, url+"/v1/incidents", planner)
	}
	soon(t, 5*time.Second, "the audit to hold the read", func() bool {
		return strings.Contains(must(t, "audit", "export", "--store", store), `"do":"incidents.read"`)
	})
	if text := must(t, "audit", "export", "--store", store); strings.Count(text, "incidents.read") != 1 || !strings.Contains(text, `"role":"operator","do":"incidents.read","object":"open"`) {
		t.Errorf("the audit: %s", text)
	}
	must(t, "audit", "verify", "--store", store)
}
