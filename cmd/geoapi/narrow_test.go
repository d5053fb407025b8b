package main

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"onegrid/geo"
	"onegrid/geo/lattice"
)

// A key for a part of the city gets there what everybody gets, less the others'
// names, and elsewhere a refusal with the place: single, as JSON, and row by row.
func TestLookupsKeepToTheirPart(t *testing.T) {
	h := guard(t, secretTown())
	all, part := h.key(t, geo.RoleService, geo.Scope{}), h.key(t, geo.RoleService, geo.Scope{Subtree: west})
	chance := rand.New(rand.NewPCG(11, 12))
	body, lines := "lon,lat\n", ""
	var inWest []bool
	for range 300 {
		x, y := chance.Float64()*4.6-0.3, chance.Float64()*4.6-0.3
		p := townPoint(x, y)
		body += string(append(append(lattice.Append(nil, p.X), ','), lattice.Append(nil, p.Y)...)) + "\n"
		lines += whereJSON(x, y) + "\n"
		_, open := h.do(t, "GET", "/v1/locate?crs=wgs84&"+where(x, y), "", "", all...)
		status, own := h.do(t, "GET", "/v1/locate?crs=wgs84&"+where(x, y), "", "", part...)
		jsonStatus, _ := h.post(t, "/v1/locate", whereJSON(x, y), part...)
		within := at(open, "chain", 1, "code") == west
		inWest = append(inWest, within)
		want := http.StatusForbidden
		if within {
			want = http.StatusOK
		}
		if status != want || jsonStatus != want {
			t.Fatalf("%v,%v: %d and %d %v, want %d; for everybody: %v", x, y, status, jsonStatus, own, want, open)
		}
		if !within {
			if own["field"] != nil || fmt.Sprint(own["at"]) != fmt.Sprint([]any{jsonOf(p.X), jsonOf(p.Y)}) || own["type"] != "urn:onegrid:problem:denied" {
				t.Errorf("%v,%v: the refusal does not name the place: %v", x, y, own)
			}
			continue
		}
		for _, field := range []string{"status", "owner", "grid", "chain", "others", "location", "edition"} {
			if fmt.Sprint(own[field]) != fmt.Sprint(open[field]) {
				t.Errorf("%v,%v: %s is %v, for everybody %v", x, y, field, own[field], open[field])
			}
		}
	}
	checkRefusedRows(t, h, part, body, lines, inWest)
}

func jsonOf(v int32) string { return string(lattice.Append(nil, v)) }

// checkRefusedRows sends the places as batches: each has its answer or its refusal.
func checkRefusedRows(t *testing.T, h *guardedHouse, part []string, body, lines string, within []bool) {
	t.Helper()
	_, out := send(t, "POST", h.url+"/v1/locate/batch?crs=wgs84", "text/csv", strings.NewReader(body), part...)
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil || len(rows) != len(within)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	_, out = send(t, "POST", h.url+"/v1/locate/batch", "application/x-ndjson", strings.NewReader(lines), part...)
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != len(within) {
		t.Fatalf("%d lines", len(answers))
	}
	refused := 0
	for i, in := range within {
		row := rows[i+1]
		if refusal := row[2] == "" && row[3] == "" && strings.Contains(row[8], "this key is for "+west); refusal == in {
			t.Errorf("row %d: %q", i+1, row)
		}
		if refusal := strings.Contains(answers[i], "urn:onegrid:problem:denied") && strings.Contains(answers[i], fmt.Sprintf(`"row":%d`, i+1)); refusal == in {
			t.Errorf("line %d: %s", i+1, answers[i])
		}
		if !in {
			refused++
		}
	}
	if refused == 0 || refused == len(within) {
		t.Errorf("%d of %d rows were refused", refused, len(within))
	}
}

// What is not seen is told as what is not there, to the letter.
func TestWhatIsNotSeenIsNotThere(t *testing.T) {
	h, _ := secrets(t)
	part := h.key(t, geo.RoleOperator, geo.Scope{Subtree: west, Networks: []string{"basic"}})
	for _, c := range []struct{ path, hidden, none string }{
		{"/v1/grids/%s", gridCode(3), "G-9"}, {"/v1/grids/%s/children", east, "G-9"}, {"/v1/grids/%s/children", "J-TOWER", "G-9"},
		{"/v1/grids/%s/neighbours", gridCode(2), "G-9"}, {"/v1/grids/%s/boundary", "S1", "G-9"}, {"/v1/grids/%s", "T1", "G-9"},
		{"/v1/incidents/%s", "3", "999"}, {"/v1/incidents?grid=%s", east, "G-9"},
		{"/v1/events?network=%s", "towers", "no-such"}, {"/v1/events?subtree=%s", gridCode(3), "G-9"},
		{"/v1/locate?crs=wgs84&" + where(0.5, 0.5) + "&networks=%s", "schools", "no-such"},
	} {
		status, hidden := send(t, "GET", h.url+fmt.Sprintf(c.path, c.hidden), "", nil, part...)
		want, none := send(t, "GET", h.url+fmt.Sprintf(c.path, c.none), "", nil, part...)
		if status != want || status < 400 || strings.ReplaceAll(string(hidden), c.hidden, c.none) != string(none) {
			t.Errorf("%s: %d %s\nwhat is not there: %d %s", fmt.Sprintf(c.path, c.hidden), status, hidden, want, none)
		}
	}
	admin := h.key(t, geo.RoleAdmin, geo.Scope{Networks: []string{"basic"}})
	for _, format := range []string{"geojson", "topojson"} {
		if status, a := h.do(t, "GET", "/v1/exports/grids?network=schools&format="+format, "", "", admin...); status != 404 {
			t.Errorf("an export of a network that is not seen, as %s: %d %v", format, status, a)
		}
	}
	if _, card := h.do(t, "GET", "/v1/grids/520115001", "", "", part...); fmt.Sprint(card["children"]) != "1" {
		t.Errorf("of the street's two communities one is seen, and %v are counted", card["children"])
	}
	hidden, a := h.post(t, "/v1/incidents/3/state", `{"state":"closed"}`, part...)
	none, b := h.post(t, "/v1/incidents/999/state", `{"state":"closed"}`, part...)
	if hidden != 404 || none != 404 || strings.ReplaceAll(fmt.Sprint(a), "3", "999") != fmt.Sprint(b) {
		t.Errorf("closing: %d %v\nwhat is not there: %d %v", hidden, a, none, b)
	}
	if in, err := h.store.Incident(t.Context(), 3); err != nil || in.State != "open" {
		t.Errorf("it was closed all the same: %+v %v", in, err)
	}
}

// An area of another network may hang under one that lies elsewhere: that one is
// named neither on its card nor where it is found.
func TestWhatStandsAboveElsewhereIsNotNamed(t *testing.T) {
	c := secretTown()
	c.Scheme.Networks[1].Levels = []geo.Level{{ID: "zone"}, {ID: "grid"}}
	for i := range c.Grids {
		if c.Grids[i].Network == "schools" {
			c.Grids[i].Parent = "Z1"
		}
	}
	c.Grids = append(c.Grids, geo.Grid{Code: "Z1", Network: "schools", Level: "zone", Name: geo.Plain("Zone of the east")},
		geo.Grid{Code: "S3", Network: "schools", Level: "grid", Parent: "Z1"})
	c.Shapes = append(c.Shapes, nil, townSquare(2.2, 0.2, 1.6, 3))
	h := guard(t, c)
	for scope, named := range map[string]bool{"": true, west: false} {
		key := h.key(t, geo.RoleService, geo.Scope{Subtree: scope})
		for _, path := range []string{"/v1/grids/S1", "/v1/suggest?q=S1"} {
			if status, out := send(t, "GET", h.url+path, "", nil, key...); status != 200 || strings.Contains(string(out), "Zone of the east") != named {
				t.Errorf("%s in %q: %d %s", path, scope, status, out)
			}
		}
	}
}

// What a key's classes leave out of its role is refused, and not answered as if
// there were nothing.
func TestClassesThatAreLeftOutAreRefused(t *testing.T) {
	h, _ := secrets(t)
	public, all := h.key(t, geo.RoleAdmin, geo.Scope{Classes: []geo.Class{geo.ClassPublic}}), h.key(t, geo.RoleAdmin, geo.Scope{})
	for _, path := range []string{
		"/v1/incidents", "/v1/incidents?state=all", "/v1/incidents/1", "/v1/exports/devices", "/v1/exports/posts", "/v1/exports/incidents",
		"/v1/events?kinds=incident.routed", "/v1/events?kinds=post.changed",
	} {
		if status, a := h.do(t, "GET", path, "", "", public...); status != 403 || a["type"] != "urn:onegrid:problem:denied" {
			t.Errorf("%s: %d %v", path, status, a)
		}
		if strings.Contains(path, "events") {
			continue // they would go on
		}
		if status, out := send(t, "GET", h.url+path, "", nil, all...); status != 200 {
			t.Errorf("%s for who sees it: %d %.200s", path, status, out)
		}
	}
	if status, a := h.post(t, "/v1/incidents/1/state", `{"state":"closed"}`, public...); status != 403 {
		t.Errorf("closing: %d %v", status, a)
	}
}

// Reports are made within one's part, and retried within one's own keys.
func TestReportsKeepToTheirPart(t *testing.T) {
	h := guard(t, secretTown())
	one, other := h.key(t, geo.RoleMember, geo.Scope{Subtree: west}), h.key(t, geo.RoleService, geo.Scope{})
	for _, c := range []struct {
		x      float64
		key    []string
		status int
	}{{0.5, one, 201}, {3.5, one, 403}, {-2, one, 403}, {3.5, other, 201}, {-2, other, 201}} {
		if status, a := h.post(t, "/v1/incidents", incidentAt(c.x, 0.5, ""), c.key...); status != c.status {
			t.Errorf("at %v: %d %v, want %d", c.x, status, a, c.status)
		}
	}
	number := []string{"Idempotency-Key", "1"}
	_, first := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"code":"a"`), append(number, one...)...)
	status, second := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"code":"a"`), append(number, other...)...)
	if status != 201 || fmt.Sprint(first["id"]) == fmt.Sprint(second["id"]) {
		t.Errorf("two callers number their reports alike: %d %v and %v", status, first, second)
	}
	if _, again := h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, `,"code":"a"`), append(number, one...)...); fmt.Sprint(again) != fmt.Sprint(first) {
		t.Errorf("a retry: %v, want %v", again, first)
	}
	status, clash := h.post(t, "/v1/incidents", incidentAt(0.7, 0.5, ""), append(number, one...)...)
	if status != 409 || clash["value"] != "1" {
		t.Errorf("another report under the same key: %d %v", status, clash)
	}
}

// Answers that differ are not taken for each other by caches: neither by their
// tags nor by who asks.
func TestValidatorsTellCallersApart(t *testing.T) {
	h := guard(t, secretTown())
	tags := map[string]string{}
	for _, path := range []string{"/v1/locate?crs=wgs84&" + where(0.5, 3.5), "/v1/scheme"} {
		for _, role := range []geo.Role{geo.RoleViewer, geo.RoleService, geo.RoleAdmin} {
			r, _ := http.NewRequest("GET", h.url+path, nil)
			key := h.key(t, role, geo.Scope{})
			r.Header.Set(key[0], key[1])
			answer := answered(t, r)
			if vary := answer.Header.Get("Vary"); vary != "Authorization, Cookie, Origin" || !strings.HasPrefix(answer.Header.Get("Cache-Control"), "private") {
				t.Errorf("%s: Vary %q, Cache-Control %q", path, vary, answer.Header.Get("Cache-Control"))
			}
			tags[answer.Header.Get("ETag")] = string(role)
			r.Header.Set("If-None-Match", answer.Header.Get("ETag"))
			if again := answered(t, r); again.StatusCode != http.StatusNotModified {
				t.Errorf("%s as %s: %d the second time", path, role, again.StatusCode)
			}
		}
	}
	if len(tags) != 3 {
		t.Errorf("tags %v", tags)
	}
	r, _ := http.NewRequest("GET", h.url+"/v1/locate?crs=wgs84&"+where(3.5, 3.5), nil)
	key := h.key(t, geo.RoleService, geo.Scope{Subtree: west})
	r.Header.Set(key[0], key[1])
	for tag := range tags {
		r.Header.Set("If-None-Match", tag+", *")
		if answer := answered(t, r); answer.StatusCode != 403 || answer.Header.Get("ETag") != "" || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("a place that is not one's own: %d %v", answer.StatusCode, answer.Header)
		}
	}
}

// answered sends a request and lets its body go.
func answered(t *testing.T, r *http.Request) *http.Response {
	t.Helper()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer
}

// Whole layers are replaced by whom no part of them is hidden from, and previews
// seen by nobody else.
func TestImportsAreForWholeLayers(t *testing.T) {
	h := guard(t, secretTown())
	const site = `{"type":"Feature","geometry":{"type":"Point","coordinates":[106.621,26.601]},"properties":{"code":"X","kind":"school"}}`
	const school = `{"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[106.621,26.601],[106.622,26.601],[106.622,26.602],[106.621,26.602],[106.621,26.601]]]},"properties":{"code":"S9"}}`
	all := h.key(t, geo.RoleAdmin, geo.Scope{})
	part, schools := h.key(t, geo.RoleAdmin, geo.Scope{Subtree: "520115001"}), h.key(t, geo.RoleAdmin, geo.Scope{Networks: []string{"schools"}})
	ids := map[string]string{}
	for _, c := range []struct {
		name   string
		key    []string
		query  string
		body   string
		status int
	}{
		{"sites", all, "as=sites", site, 200}, {"grids", all, "as=grids&network=schools", school, 200},
		{"", part, "as=sites", site, 403}, {"", part, "as=grids&network=schools", school, 403}, {"", part, "as=grids", school, 403},
		{"", schools, "as=sites", site, 403}, {"", schools, "as=grids", school, 403}, {"", schools, "as=grids&network=towers", school, 403},
		{"", schools, "as=grids&network=schools&snap_to=basic", school, 400},
		{"own", schools, "as=grids&network=schools", school, 200},
	} {
		status, a := h.do(t, "POST", "/v1/imports?"+c.query, "application/geo+json", c.body, c.key...)
		if status != c.status {
			t.Fatalf("%s: %d %v, want %d", c.query, status, a, c.status)
		}
		if c.name != "" {
			ids[c.name] = fmt.Sprint(a["id"])
		}
	}
	if _, list := h.do(t, "GET", "/v1/imports", "", "", part...); len(list["imports"].([]any)) != 0 {
		t.Errorf("a part sees %v", list)
	}
	if _, list := h.do(t, "GET", "/v1/imports", "", "", schools...); len(list["imports"].([]any)) != 2 {
		t.Errorf("the schools' admin sees %v", list)
	}
	for _, id := range []string{ids["sites"], "nope"} {
		for _, c := range [][2]string{{"GET", ""}, {"POST", "/accept"}, {"DELETE", ""}} {
			status, a := h.do(t, c[0], "/v1/imports/"+id+c[1], "", "", schools...)
			if status != 404 || !strings.Contains(fmt.Sprint(a["detail"]), "no import") {
				t.Errorf("%s %s%s: %d %v", c[0], id, c[1], status, a)
			}
		}
	}
	if status, a := h.do(t, "POST", "/v1/imports/"+ids["own"]+"/accept", "", "", schools...); status != 201 {
		t.Errorf("accepting one's own: %d %v", status, a)
	}
	acts, err := h.store.Audit(t.Context(), 0, 1000)
	if last := acts[len(acts)-1].Act; err != nil || last.Do != "grids.publish" || last.Actor != idOf(strings.TrimPrefix(schools[1], "Bearer ")) {
		t.Errorf("the audit says %+v, %v", last, err)
	}
}
