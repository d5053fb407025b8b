package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestIncidentIsRoutedKeptAndListed(t *testing.T) {
	h := openTown(t)
	status, a := h.post(t, "/v1/incidents", incidentAt(2.5, 0.5, `,"source":"hotline","urgency":"urgent","code":"12345-7","at":"2026-05-01T08:30:00+08:00"`))
	if status != 201 || at(a, "owner", "code") != gridCode(2) || fmt.Sprint(at(a, "edition", "id")) != "1" || at(a, "incident", "at") != "2026-05-01T00:30:00Z" {
		t.Fatalf("%d %v", status, a)
	}
	// Whoever wrote it reads it.
	_, list := h.get(t, "/v1/incidents?state=open")
	if list["type"] != "FeatureCollection" || at(list, "features", 0, "properties", "code") != "12345-7" || at(list, "features", 0, "properties", "owner_name", "en") != "grid 02" {
		t.Errorf("list %v", list)
	}
	_, card := h.get(t, "/v1/grids/520115001002")
	if fmt.Sprint(at(card, "figures", "open_incidents")) != "1" {
		t.Errorf("the community's figures: %v", card["figures"])
	}
	_, in := h.get(t, "/v1/incidents?grid=520115001001")
	if len(in["features"].([]any)) != 0 {
		t.Errorf("in the other community: %v", in)
	}
	id := fmt.Sprint(a["id"])
	if status, b := h.post(t, "/v1/incidents/"+id+"/state", `{"state":"closed"}`); status != 200 || b["state"] != "closed" {
		t.Errorf("closing: %d %v", status, b)
	}
	_, list = h.get(t, "/v1/incidents")
	if len(list["features"].([]any)) != 0 {
		t.Errorf("after closing: %v", list)
	}
	if status, b := h.get(t, "/v1/incidents/"+id); status != 200 || at(b, "properties", "state") != "closed" {
		t.Errorf("read closed: %d %v", status, b)
	}
}

func TestIncidentKeysMakeRetriesSafe(t *testing.T) {
	h := openTown(t)
	status, first := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, ""), "Idempotency-Key", "k-1")
	if status != 201 {
		t.Fatalf("%d %v", status, first)
	}
	status, again := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, ""), "Idempotency-Key", "k-1")
	if status != 201 || fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("again: %d %v\nfirst %v", status, again, first)
	}
	_, field := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"idempotency_key":"k-1"`))
	if fmt.Sprint(field) != fmt.Sprint(first) {
		t.Errorf("by the field: %v", field)
	}
	if status, a := h.post(t, "/v1/incidents", incidentAt(0.6, 0.5, ""), "Idempotency-Key", "k-1"); status != 409 {
		t.Errorf("another place under the same key: %d %v", status, a)
	}
	_, list := h.get(t, "/v1/incidents")
	if len(list["features"].([]any)) != 1 {
		t.Errorf("incidents %v", list)
	}
}

func TestIncidentOutsideIsKeptForAPerson(t *testing.T) {
	h := openTown(t)
	status, a := h.post(t, "/v1/incidents", incidentAt(-3, 0.5, ""))
	if status != 201 || a["status"] != "outside" || a["owner"] != nil {
		t.Errorf("%d %v", status, a)
	}
	_, list := h.get(t, "/v1/incidents")
	if at(list, "features", 0, "properties", "status") != "outside" {
		t.Errorf("list %v", list)
	}
}

func TestIncidentRefuses(t *testing.T) {
	h := openTown(t)
	good := incidentAt(0.5, 0.5, "")
	for _, c := range []struct {
		body, field string
		status      int
	}{
		{strings.Replace(good, `"crs":"wgs84",`, "", 1), "crs", 400},
		{strings.Replace(good, `"category":"noise"`, `"category":""`, 1), "category", 400},
		{strings.Replace(good, `"noise"`, `"`+strings.Repeat("n", 101)+`"`, 1), "category", 400},
		{strings.Replace(good, `"noise"`, `7`, 1), "category", 400},
		{incidentAt(0.5, 0.5, `,"reporter":"a person"`), "reporter", 400},
		{incidentAt(0.5, 0.5, `,"Category":"noise"`), "Category", 400},
		{incidentAt(0.5, 0.5, `,"crs":"wgs84"`), "crs", 400},
		{incidentAt(0.5, 0.5, `,"at":"yesterday"`), "at", 400},
		{incidentAt(0.5, 0.5, `,"at":"2999-01-01T00:00:00Z"`), "at", 400},
		{incidentAt(0.5, 0.5, `,"source":"a\u0000b"`), "source", 400},
		{`{"crs":"wgs84","category":"x"}`, "point", 400},
		{`{"point":[1,2],"crs":"wgs84","category":"x"}`, "point", 400},
		{`{"point":{"lon":1e300,"lat":2},"crs":"wgs84","category":"x"}`, "lon", 400},
		{`{"point":` + strings.Repeat("[", 7000) + strings.Repeat("]", 7000) + `,"crs":"wgs84"}`, "", 400},
		{good + good, "", 400},
		{`null`, "", 400},
		{``, "", 400},
		{strings.Repeat(" ", 20<<10) + good, "", 413},
	} {
		status, a := h.post(t, "/v1/incidents", c.body)
		if status != c.status || c.field != "" && a["field"] != c.field {
			t.Errorf("%s: %d %v, want %d on %q", clipped(c.body), status, a, c.status, c.field)
		}
	}
	if status, _ := h.post(t, "/v1/incidents/77/state", `{"state":"closed"}`); status != 404 {
		t.Errorf("no such incident: %d", status)
	}
	if status, _ := h.post(t, "/v1/incidents/x/state", `{"state":"closed"}`); status != 404 {
		t.Errorf("no such id: %d", status)
	}
	if status, a := h.post(t, "/v1/incidents/1/state", `{"state":"lost"}`); status != 400 || a["field"] != "state" {
		t.Errorf("no such state: %d %v", status, a)
	}
}

// Pages are in the order of the ids, and hold everything once.
func TestIncidentsArePaged(t *testing.T) {
	h := openTown(t)
	for i := range 9 {
		status, a := h.post(t, "/v1/incidents", incidentAt(float64(i%4)+0.5, 0.5, ""))
		if status != 201 {
			t.Fatalf("%d %v", status, a)
		}
		if i%3 == 0 {
			h.post(t, fmt.Sprintf("/v1/incidents/%v/state", a["id"]), `{"state":"closed"}`)
		}
	}
	for query, want := range map[string]string{
		"limit=2":                            "2 3 5 6 8 9",
		"state=open&limit=100":               "2 3 5 6 8 9",
		"state=closed&limit=2":               "1 4 7",
		"state=all&limit=4":                  "1 2 3 4 5 6 7 8 9",
		"state=all":                          "1 2 3 4 5 6 7 8 9",
		"grid=520115001002&limit=1":          "3 8", // the columns 2 and 3
		"grid=520115001002&state=all":        "3 4 7 8",
		"grid=520115001002&state=closed":     "4 7",
		"grid=" + gridCode(1) + "&state=all": "2 6",
		"state=all&after=7":                  "8 9",
		"after=9":                            "",
	} {
		var ids []string
		for after, pages := "", 0; ; pages++ {
			_, page := h.get(t, "/v1/incidents?"+query+after)
			for _, f := range page["features"].([]any) {
				ids = append(ids, fmt.Sprint(at(f, "id")))
			}
			if page["next"] == nil || pages > 20 {
				break
			}
			query, _, _ = strings.Cut(query, "&after=")
			after = fmt.Sprint("&after=", page["next"])
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	for query, field := range map[string]string{"state=lost": "state", "after=x": "after", "after=-1": "after", "limit=0": "limit", "limit=10001": "limit"} {
		if status, a := h.get(t, "/v1/incidents?"+query); status != 400 || a["field"] != field {
			t.Errorf("%s: %d %v", query, status, a)
		}
	}
}
