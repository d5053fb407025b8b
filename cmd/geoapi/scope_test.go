package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"onegrid/geo"
)

// seer is a caller and what must not reach it.
type seer struct {
	role   geo.Role
	scope  geo.Scope
	header []string
}

func (s *seer) String() string { return fmt.Sprintf("%s %+v", s.role, s.scope) }

func (s *seer) sees(c geo.Class) bool {
	return slices.Contains(s.role.Classes(), c) && (s.scope.Classes == nil || slices.Contains(s.scope.Classes, c))
}

// hidden are the marks of what a caller does not see, worked out from the marks
// alone.
func (s *seer) hidden() (out []string) {
	for _, mark := range allMarks() {
		class, half := geo.Class(strings.Split(mark, "-")[0]), mark[strings.LastIndexByte(mark, '-')+1:]
		if !s.sees(class) || s.scope.Subtree == west && half == "east" || s.scope.Subtree == east && half == "west" {
			out = append(out, mark)
		}
	}
	for half, code := range map[string]string{"west": west, "east": east} {
		if s.scope.Subtree == "" || s.scope.Subtree == code {
			continue
		}
		out = append(out, `"`+code+`"`)
		for i := range 16 {
			if (i%4 < 2) == (half == "west") {
				out = append(out, gridCode(i))
			}
		}
	}
	if s.scope.Subtree == east {
		out = append(out, `"S2"`)
	}
	for id, names := range map[string][]string{"basic": {`"` + west + `"`, "internal-post-west", "internal-post-east", "C001", "Lakeside Street", "滨湖街道", "网格"}, "schools": {`"S1"`}, "towers": {`"T1"`}} {
		if s.scope.Networks != nil && !slices.Contains(s.scope.Networks, id) {
			out = append(append(out, `"`+id+`"`), names...)
		}
	}
	return out
}

func allMarks() (out []string) {
	for _, half := range []string{"west", "east"} {
		for _, mark := range []string{"internal-post", "internal-device", "public-site", "public-estate", "public-building", "restricted-incident", "restricted-closed"} {
			out = append(out, mark+"-"+half)
		}
	}
	return out
}

// answers is everything that a caller can read, request by request.
func (s *seer) answers(t *testing.T, h *guardedHouse, last int64) map[string]string {
	out := map[string]string{}
	ask := func(method, path, kind, body string) {
		_, raw := send(t, method, h.url+path, kind, strings.NewReader(body), s.header...)
		out[method+" "+path+" "+body] = string(raw)
	}
	chance := rand.New(rand.NewPCG(7, 8))
	var rows []string
	for range 60 {
		x, y := chance.Float64()*4.4-0.2, chance.Float64()*4.4-0.2
		for _, more := range []string{"", "&include=chain,neighbours,boundary,explain", "&level=community", "&level=street&on_outside=nearest&max_m=500", "&networks=schools,towers"} {
			ask("GET", "/v1/locate?crs=wgs84&"+where(x, y)+more, "", "")
		}
		ask("POST", "/v1/locate", "application/json", whereJSON(x, y))
		rows = append(rows, whereJSON(x, y))
	}
	ask("GET", "/v1/locate?crs=wgs84&"+where(2.5, 2.5), "", "")
	ask("GET", "/v1/locate?crs=wgs84&"+where(2.05, 0.7), "", "")
	all := strings.Join(rows, "\n")
	ask("POST", "/v1/locate/batch?include=full,chain,neighbours,boundary,explain", "application/x-ndjson", all)
	ask("POST", "/v1/locate/batch", "application/x-ndjson", all)
	csv := "lon,lat\n"
	for range 60 {
		p := townPoint(chance.Float64()*4, chance.Float64()*4)
		csv += fmt.Sprintf("%.7f,%.7f\n", float64(p.X)/1e7, float64(p.Y)/1e7)
	}
	ask("POST", "/v1/locate/batch?crs=wgs84", "text/csv", csv)
	for _, code := range append(everyCode(), "J-TOWER", "J-1", "public-building-east", "public-building-west") {
		for _, part := range []string{"", "/children", "/neighbours", "/boundary"} {
			ask("GET", "/v1/grids/"+code+part, "", "")
		}
	}
	for _, q := range []string{"5", "grid", "网格", "S1", "T", "school", "Site", "Estate", "House", "长安路", "public", "internal", "restricted", "west", "east", "C001", "街道"} {
		ask("GET", "/v1/suggest?limit=100&q="+url.QueryEscape(q), "", "")
	}
	for _, q := range []string{"", "?state=all", "?state=closed", "?state=all&limit=1", "?state=all&grid=" + west, "?state=all&grid=" + east} {
		ask("GET", "/v1/incidents"+q, "", "")
	}
	for _, layer := range exportLayers {
		for _, q := range []string{"", "?format=topojson", "?network=schools", "?network=towers", "?level=community"} {
			ask("GET", "/v1/exports/"+layer+q, "", "")
		}
	}
	for id := range 6 {
		ask("GET", fmt.Sprint("/v1/incidents/", id), "", "")
	}
	for _, path := range []string{"/v1/scheme", "/v1/editions", "/v1/imports", "/v1/events?kinds=incident.routed", "/v1/events?network=towers", "/v1/events?subtree=" + east} {
		if strings.HasPrefix(path, "/v1/events") && s.mayListen(path) {
			continue
		}
		ask("GET", path, "", "")
	}
	var told strings.Builder
	for e := range h.listen(t, "?after=0", s.header...) {
		body, _ := json.Marshal(e.data)
		told.Write(body)
		if e.id == fmt.Sprint(last) {
			break
		}
	}
	out["GET /v1/events"] = told.String()
	return out
}

// mayListen tells that a stream would begin, which does not end.
func (s *seer) mayListen(path string) bool {
	switch {
	case strings.Contains(path, "kinds"):
		return s.sees(geo.ClassRestricted)
	case strings.Contains(path, "network"):
		return s.scope.Networks == nil || slices.Contains(s.scope.Networks, "towers")
	}
	return s.scope.Subtree != west && s.sees(geo.ClassPublic)
}

func everyCode() []string {
	codes := []string{"520115001", west, east, "S1", "S2", "T1", "T2", "nope"}
	for i := range 16 {
		codes = append(codes, gridCode(i))
	}
	return codes
}

// secrets serves the secret town with an open and a closed incident in either
// half, and ends with a change that everybody hears.
func secrets(t *testing.T) (h *guardedHouse, last int64) {
	h = guard(t, secretTown())
	operator := h.key(t, geo.RoleOperator, geo.Scope{})
	for _, half := range []struct {
		name string
		x    float64
	}{{"west", 0.5}, {"east", 3.5}} {
		for _, mark := range []string{"restricted-incident-", "restricted-closed-"} {
			status, a := h.post(t, "/v1/incidents", incidentAt(half.x, 3.5, fmt.Sprintf(`,"code":"%s%s"`, mark, half.name)), operator...)
			if status != 201 {
				t.Fatalf("%d %v", status, a)
			}
			if mark == "restricted-closed-" {
				h.post(t, fmt.Sprintf("/v1/incidents/%v/state", a["id"]), `{"state":"closed"}`, operator...)
			}
		}
	}
	put := []geo.Device{{Code: "internal-device-west", Kind: "camera", Point: townPoint(0.5, 3.5), State: "alert", View: &geo.View{AngleDeg: 60, RangeM: 50}}, {Code: "internal-device-east", Kind: "camera", Point: townPoint(3.5, 3.5), State: "alert", View: &geo.View{AngleDeg: 60, RangeM: 50}}}
	if _, err := h.store.Put(t.Context(), geo.By("test"), geo.Objects{Layer: geo.Devices, Devices: put}); err != nil {
		t.Fatal(err)
	}
	for _, half := range []string{"west", "east"} {
		site := geo.Site{Code: "public-site-" + half, Kind: "school", Name: geo.Plain("Site " + half), Point: townPoint(map[string]float64{"west": 0.5, "east": 3.5}[half], 3.5)}
		post := geo.Post{Code: "P-" + half, Role: "leader", Ref: "internal-post-" + half, Areas: []string{map[string]string{"west": gridCode(12), "east": gridCode(15)}[half]}}
		for _, o := range []geo.Objects{{Layer: geo.Sites, Sites: []geo.Site{site}}, {Layer: geo.Posts, Posts: []geo.Post{post}}} {
			if _, err := h.store.Put(t.Context(), geo.By("test"), o); err != nil {
				t.Fatal(err)
			}
		}
	}
	both := geo.Post{Code: "P-both", Role: "leader", Areas: []string{gridCode(12), gridCode(15)}}
	if _, err := h.store.Put(t.Context(), geo.By("test"), geo.Objects{Layer: geo.Posts, Posts: []geo.Post{both}}); err != nil {
		t.Fatal(err)
	}
	scheme := secretTown().Scheme
	scheme.Access = &geo.Access{Persons: &geo.Persons{Fields: []string{"scheme-access"}}}
	last, err := h.store.SetScheme(t.Context(), geo.By("test"), scheme)
	if err != nil {
		t.Fatal(err)
	}
	h.await(t.Context(), last)
	return h, last
}

// Whatever a caller asks, nothing comes back that its role, its classes, its
// networks and its part of the city leave out; and whatever they do not leave out
// does.
func TestNobodyReadsWhatIsNotTheirs(t *testing.T) {
	h, last := secrets(t)
	var seers []*seer
	for _, role := range geo.Roles {
		seers = append(seers, &seer{role: role}, &seer{role: role, scope: geo.Scope{Subtree: west}})
	}
	seers = append(seers,
		&seer{role: geo.RoleOperator, scope: geo.Scope{Subtree: east}},
		&seer{role: geo.RoleOperator, scope: geo.Scope{Networks: []string{"basic"}}},
		&seer{role: geo.RoleOperator, scope: geo.Scope{Networks: []string{"schools"}}},
		&seer{role: geo.RoleAdmin, scope: geo.Scope{Networks: []string{"towers"}, Subtree: east}},
		&seer{role: geo.RoleService, scope: geo.Scope{Networks: []string{"basic", "schools"}, Subtree: west}},
		&seer{role: geo.RoleAdmin, scope: geo.Scope{Networks: []string{"basic"}}},
		&seer{role: geo.RoleWall, scope: geo.Scope{Classes: []geo.Class{geo.ClassPublic}}},
		&seer{role: geo.RoleOperator, scope: geo.Scope{Classes: []geo.Class{geo.ClassPublic, geo.ClassInternal}, Subtree: east}},
	)
	for _, s := range seers {
		s.header = h.key(t, s.role, s.scope)
		answers := s.answers(t, h, last)
		hidden := s.hidden()
		var all strings.Builder
		for request, answer := range answers {
			all.WriteString(answer)
			for _, mark := range hidden {
				if strings.Contains(answer, mark) && !strings.Contains(request, strings.Trim(mark, `"`)) {
					t.Fatalf("%s\nasks %s\nand reads %s:\n%s", s, clipped(request), mark, answer)
				}
			}
			if strings.Contains(answer, "range_m") && !s.sees(geo.ClassRestricted) {
				t.Errorf("%s reads what a camera sees: %s", s, answer)
			}
			if strings.Contains(answer, "scheme-access") && (s.role != geo.RoleAdmin || s.scope.Subtree != "" || s.scope.Networks != nil) {
				t.Errorf("%s reads how others come in: %s", s, answer)
			}
		}
		for _, mark := range allMarks() {
			if strings.HasPrefix(mark, "restricted") && s.scope.Networks != nil && !slices.Contains(s.scope.Networks, "basic") {
				continue // incidents are routed to grids of the basic network
			}
			if slices.Contains(hidden, mark) || s.role != geo.RoleAdmin && s.role != geo.RoleOperator {
				continue
			}
			if !strings.Contains(all.String(), mark) {
				t.Errorf("%s reads %s nowhere", s, mark)
			}
		}
		if s.role == geo.RoleAdmin && s.scope.Subtree == "" && s.scope.Networks == nil && !strings.Contains(all.String(), "scheme-access") {
			t.Errorf("%s does not read who may come in", s)
		}
	}
}
