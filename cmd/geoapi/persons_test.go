package main

import (
	"fmt"
	"strings"
	"testing"

	"onegrid/geo"
)

// A report holds no person, in whichever of its fields; what is refused is not
// repeated, and nothing of it is kept.
func TestReportsHoldNoPersons(t *testing.T) {
	h := openTown(t)
	for _, field := range []string{"code", "source", "urgency", "idempotency_key", "category"} {
		for _, value := range []string{"13812345678", "call 138-1234-5678", "＋86 13812345678", "11010519491231002X", "id 11010519491231002x", "a.b@example.com"} {
			body := incidentAt(0.5, 0.5, fmt.Sprintf(`,%q:%q`, field, value))
			if field == "category" {
				body = strings.Replace(incidentAt(0.5, 0.5, ""), `"noise"`, fmt.Sprintf("%q", value), 1)
			}
			status, a := h.post(t, "/v1/incidents", body)
			if status != 400 || a["field"] != field || !strings.Contains(fmt.Sprint(a["detail"]), "persons") {
				t.Errorf("%s %q: %d %v", field, value, status, a)
			}
			if text := fmt.Sprint(a); strings.Contains(text, "1234567") || strings.Contains(text, "1949") {
				t.Errorf("%s %q is repeated: %s", field, value, text)
			}
		}
	}
	if status, a := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, ""), "Idempotency-Key", "13812345678"); status != 400 || a["field"] != "idempotency_key" {
		t.Errorf("a telephone number as a key: %d %v", status, a)
	}
	if _, list := h.get(t, "/v1/incidents?state=all"); len(list["features"].([]any)) != 0 {
		t.Errorf("kept all the same: %v", list)
	}
	if status, a := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"code":"12345-20260501-0001","source":"hotline","idempotency_key":"550e8400-e29b-a138-1234-5678deadbeef"`)); status != 201 {
		t.Errorf("a report without persons: %d %v", status, a)
	}
}

// An edition's note is for everybody: it names files, and no persons.
func TestNotesHoldNoPersons(t *testing.T) {
	for want, files := range map[string][]string{
		"import":                     {"/tmp/13812345678.zip", "b.shp"},
		"import of a.shp":            {"/tmp/a.shp"},
		"import of a.shp and 2 more": {"a.shp", "13812345678.dbf", "a.prj"},
		"import of " + strings.Repeat("x", 60) + "…": {strings.Repeat("x", 1000)},
	} {
		if got := note(files); got != want {
			t.Errorf("%q: %q", files, got)
		}
	}
	if got := note(nil); got != "import" {
		t.Errorf("of nothing: %q", got)
	}
}

// What a batch repeats of its rows is not kept, and so not judged.
func TestBatchesEchoWhateverTheyAreGiven(t *testing.T) {
	h := openTown(t)
	status, out := h.batchOf(t, "text/csv", "?crs=wgs84", strings.NewReader("phone,lon,lat\n13812345678,106.621,26.601\n"))
	if status != 200 || !strings.Contains(out, "13812345678,106.621,26.601,inside,"+gridCode(0)) {
		t.Errorf("%d %s", status, out)
	}
}

// The scheme's own list counts over HTTP, from the moment it is set.
func TestImportsRefuseWhatTheSchemeLists(t *testing.T) {
	h := openTown(t)
	const file = `{"type":"Feature","geometry":{"type":"Point","coordinates":[106.621,26.601]},"properties":{"code":"X","kind":"school","Staff No.":"7"}}`
	if status, a := h.do(t, "POST", "/v1/imports?as=sites", "application/geo+json", file); status != 200 {
		t.Fatalf("before: %d %v", status, a)
	}
	scheme := town().Scheme
	scheme.Access = &geo.Access{Persons: &geo.Persons{Fields: []string{"staff_no"}}}
	if _, err := h.store.SetScheme(t.Context(), geo.By("test"), scheme); err != nil {
		t.Fatal(err)
	}
	h.catchUp(t)
	status, a := h.do(t, "POST", "/v1/imports?as=sites", "application/geo+json", file)
	if status != 400 || a["field"] != "/properties/Staff No." {
		t.Errorf("after: %d %v", status, a)
	}
}
