package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
	"onegrid/geo/crs"
	"onegrid/geo/lattice"
)

// where is the query for a place of the town, in cells from its south-west.
func where(x, y float64) string {
	p := townPoint(x, y)
	return "lon=" + string(lattice.Append(nil, p.X)) + "&lat=" + string(lattice.Append(nil, p.Y))
}

func TestLocateAnswersInFull(t *testing.T) {
	h := openTown(t)
	status, a := h.get(t, "/v1/locate?crs=wgs84&"+where(0.9, 0.3))
	if status != 200 {
		t.Fatalf("%d %v", status, a)
	}
	for _, want := range []struct {
		path  []any
		value any
	}{
		{[]any{"status"}, "inside"},
		{[]any{"owner", "code"}, gridCode(0)},
		{[]any{"owner", "level"}, "grid"},
		{[]any{"owner", "posts", 0, "ref"}, "r-1"},
		{[]any{"owner", "posts", 1}, nil}, // its term is over
		{[]any{"grid", "code"}, gridCode(0)},
		{[]any{"chain", 0, "code"}, "520115001"},
		{[]any{"chain", 1, "code"}, "520115001001"},
		{[]any{"chain", 2, "code"}, gridCode(0)},
		{[]any{"border", "neighbour", "code"}, gridCode(1)},
		{[]any{"border", "follows", "en"}, "Changan Road"},
		{[]any{"border", "side"}, "west"},
		{[]any{"border", "rule"}, "inside"},
		{[]any{"edition", "id"}, "1"},
		{[]any{"location", "source"}, "point"},
		{[]any{"warnings", 0}, nil},
		{[]any{"text", "en"}, "20 m west of the border with grid 01, along Changan Road"},
		{[]any{"text", "zh"}, "位于与第01网格的交界（沿长安路）以西20米"},
	} {
		if got := at(a, want.path...); fmt.Sprint(got) != fmt.Sprint(want.value) {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	if got := fmt.Sprint(at(a, "border", "distance_m")); !strings.HasPrefix(got, "19.9") {
		t.Errorf("distance %s, want 19.9: a tenth of 0.002 degrees of longitude at 26.6 north", got)
	}
}

func TestLocateOtherNetworks(t *testing.T) {
	h := openTown(t)
	_, a := h.get(t, "/v1/locate?crs=wgs84&"+where(0.7, 0.7))
	if at(a, "others", 0, "code") != "S1" || at(a, "others", 1) != nil {
		t.Errorf("in the school: others %v", a["others"])
	}
	_, a = h.get(t, "/v1/locate?crs=wgs84&"+where(2.5, 2.5))
	if at(a, "others", 0, "code") != "T1" || at(a, "others", 1, "code") != "T2" {
		t.Errorf("in the tower: others %v", a["others"])
	}
	_, a = h.get(t, "/v1/locate?crs=wgs84&networks=schools&"+where(2.5, 2.5))
	if len(a["others"].([]any)) != 0 {
		t.Errorf("in the tower, schools only: others %v", a["others"])
	}
	_, a = h.get(t, "/v1/locate?crs=wgs84&networks=&"+where(0.7, 0.7))
	if len(a["others"].([]any)) != 0 {
		t.Errorf("no network: others %v", a["others"])
	}
}

// A point on a border belongs to the grid on its east, along an east-west line
// to the one on its north; on the outer border to the first one counter-clockwise
// from east.
func TestLocateOnBorders(t *testing.T) {
	h := openTown(t)
	for _, c := range []struct {
		x, y float64
		grid int
		rule string
	}{
		{1, 0.5, 1, "east-then-north"},
		{0.5, 1, 4, "east-then-north"},
		{1, 1, 5, "east-then-north"},
		{2, 2, 10, "east-then-north"},
		{0, 0, 0, "east-then-north"},
		{4, 0.5, 3, "first-from-east"},
		{0.5, 4, 12, "first-from-east"},
		{4, 4, 15, "first-from-east"},
		{4, 2, 11, "first-from-east"},
	} {
		_, a := h.get(t, "/v1/locate?crs=wgs84&"+where(c.x, c.y))
		if a["status"] != "on_border" || at(a, "grid", "code") != gridCode(c.grid) || at(a, "border", "rule") != c.rule {
			t.Errorf("%v, %v: %v %v %v, want grid %d by %s", c.x, c.y, a["status"], at(a, "grid", "code"), at(a, "border", "rule"), c.grid, c.rule)
		}
	}
	// Between two grids of one community, a point is not on a border of communities.
	_, a := h.get(t, "/v1/locate?crs=wgs84&level=community&"+where(1, 0.5))
	if a["status"] != "inside" || at(a, "owner", "code") != "520115001001" || at(a, "grid", "code") != gridCode(1) {
		t.Errorf("community: %v %v %v", a["status"], at(a, "owner", "code"), at(a, "grid", "code"))
	}
	_, a = h.get(t, "/v1/locate?crs=wgs84&level=community&"+where(2, 0.5))
	if a["status"] != "on_border" || at(a, "owner", "code") != "520115001002" {
		t.Errorf("between communities: %v %v", a["status"], at(a, "owner", "code"))
	}
}

func TestLocateOutside(t *testing.T) {
	h := openTown(t)
	_, a := h.get(t, "/v1/locate?crs=wgs84&"+where(-0.5, 0.5))
	if a["status"] != "outside" || a["owner"] != nil || a["grid"] != nil || len(a["chain"].([]any)) != 0 {
		t.Errorf("outside: %v", a)
	}
	_, a = h.get(t, "/v1/locate?crs=wgs84&on_outside=nearest&max_m=150&level=street&"+where(-0.5, 0.5))
	if a["status"] != "nearest" || at(a, "grid", "code") != gridCode(0) || at(a, "owner", "code") != "520115001" {
		t.Errorf("nearest: %v", a)
	}
	_, a = h.get(t, "/v1/locate?crs=wgs84&on_outside=nearest&max_m=50&"+where(-0.5, 0.5))
	if a["status"] != "outside" {
		t.Errorf("100 m away, within 50 m: %v", a["status"])
	}
}

// A point told in the wrong system is warned of when the right one explains it.
func TestLocateSuspectsTheSystem(t *testing.T) {
	h := openTown(t)
	region := town().Scheme.Region
	p := townPoint(0.5, 0.5)
	x, y, err := crs.GCJ02.FromPoint(p, region)
	if err != nil {
		t.Fatal(err)
	}
	query := fmt.Sprintf("lon=%.7f&lat=%.7f", x, y)
	_, a := h.get(t, "/v1/locate?crs=gcj02&"+query)
	if at(a, "grid", "code") != gridCode(0) {
		t.Errorf("gcj02: %v", a)
	}
	far := townPoint(0.2, 0.2)
	lon, lat := far.Degrees()
	// Told as GCJ-02, a WGS84 point of the south-west corner moves out to the
	// south-west.
	_, a = h.get(t, fmt.Sprintf("/v1/locate?crs=gcj02&lon=%.7f&lat=%.7f", lon, lat))
	if a["status"] == "outside" && at(a, "warnings", 0) != "crs_suspect" {
		t.Errorf("no warning: %v", a)
	}
	if a["status"] != "outside" {
		t.Errorf("the offset did not move the point out: %v", a["status"])
	}
	_, a = h.get(t, "/v1/locate?crs=wgs84&lon=2.35&lat=48.85")
	if len(a["warnings"].([]any)) != 0 {
		t.Errorf("Paris is no suspicion: %v", a["warnings"])
	}
}

func TestLocatePostEqualsGet(t *testing.T) {
	h := openTown(t)
	p := townPoint(1.3, 2.2)
	body := fmt.Sprintf(`{"point":{"lon":%s,"lat":%s},"crs":"wgs84","level":"community","networks":["schools"],"include":["neighbours","boundary","explain"]}`,
		lattice.Append(nil, p.X), lattice.Append(nil, p.Y))
	_, posted := h.post(t, "/v1/locate", body)
	_, got := h.get(t, "/v1/locate?crs=wgs84&level=community&networks=schools&include=neighbours,boundary,explain&"+where(1.3, 2.2))
	if fmt.Sprint(posted) != fmt.Sprint(got) {
		t.Errorf("POST %v\nGET  %v", posted, got)
	}
	if at(got, "boundary", "type") != "MultiPolygon" || at(got, "neighbours", 0, "code") != "520115001002" || at(got, "explain", 0) == nil || got["chain"] != nil {
		t.Errorf("include: %v", got)
	}
}

func TestLocateIsCachedByItsLayers(t *testing.T) {
	h := openTown(t)
	target := h.url + "/v1/locate?crs=wgs84&" + where(0.5, 0.5)
	ask := func(etag string) *http.Response {
		r, _ := http.NewRequest("GET", target, nil)
		if etag != "" {
			r.Header.Set("If-None-Match", etag)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	first := ask("")
	etag := first.Header.Get("ETag")
	if etag == "" || !strings.Contains(first.Header.Get("Cache-Control"), "max-age=60") {
		t.Fatalf("headers %v", first.Header)
	}
	if got := ask(etag).StatusCode; got != 304 {
		t.Errorf("the same again: %d", got)
	}
	h.post(t, "/v1/incidents", incidentAt(0.5, 0.5, ""))
	if got := ask(etag).StatusCode; got != 304 {
		t.Errorf("after an incident, which changes no answer: %d", got)
	}
	if err := h.store.Load(t.Context(), geo.By("test"), geo.Objects{Layer: geo.Posts}); err != nil {
		t.Fatal(err)
	}
	h.catchUp(t)
	if got := ask(etag).StatusCode; got != 200 {
		t.Errorf("after the posts changed: %d", got)
	}
}

// A store in the place of another counts its revisions alike, and yet says
// something else.
func TestLocateIsNotCachedAcrossStores(t *testing.T) {
	tag := func() string {
		resp, err := http.Get(openTown(t).url + "/v1/locate?crs=wgs84&" + where(0.5, 0.5))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.Header.Get("ETag")
	}
	if one, other := tag(), tag(); one == "" || one == other {
		t.Errorf("two stores gave the tags %q and %q", one, other)
	}
}

// Whatever stands in a request, the answer is a problem that names it.
func TestLocateRefuses(t *testing.T) {
	h := openTown(t)
	good := where(0.5, 0.5)
	p := townPoint(0.5, 0.5)
	lonLat := fmt.Sprintf(`"lon":%s,"lat":%s`, lattice.Append(nil, p.X), lattice.Append(nil, p.Y))
	deep := strings.Repeat(`{"point":`, 5000) + "1" + strings.Repeat("}", 5000)
	for _, c := range []struct {
		query, body string
		status      int
		field       string
	}{
		{query: good, status: 400, field: "crs"},
		{query: "crs=wgs84", status: 400, field: "point"},
		{query: "crs=wgs84&lon=1", status: 400, field: "lat"},
		{query: "crs=wgs84&lon=1e300&lat=1", status: 400, field: "lon"},
		{query: "crs=wgs84&lon=NaN&lat=1", status: 400, field: "lon"},
		{query: "crs=wgs84&lon=1&lat=Inf", status: 400, field: "lat"},
		{query: "crs=wgs84&lon=0x10&lat=1", status: 400, field: "lon"},
		{query: "crs=wgs84&lon=1_0&lat=1", status: 400, field: "lon"},
		{query: "crs=wgs84&lon=181&lat=1", status: 400, field: "lon"},
		{query: "crs=wgs84&lon=1&lat=-90.0000001", status: 400, field: "lat"},
		{query: "crs=wgs84&lon=&lat=1", status: 400, field: "lon"},
		{query: "crs=gcj02&lon=NaN&lat=1", status: 400, field: "lon"},
		{query: "crs=gcj02&lon=1e300&lat=1", status: 400, field: "lon"},
		{query: "crs=4526&lon=1e300&lat=1", status: 400},
		{query: "crs=mars&" + good, status: 400, field: "crs"},
		{query: "crs=wgs84&crs=wgs84&" + good, status: 400, field: "crs"},
		{query: "crs=wgs84&colour=red&" + good, status: 400, field: "colour"},
		{query: "crs=wgs84&accuracy_m=5&" + good, status: 400, field: "accuracy_m"},
		{query: "crs=wgs84&address=x&" + good, status: 400, field: "address"},
		{query: "crs=wgs84&as_of=2020-01-01&" + good, status: 400, field: "as_of"},
		{query: "crs=wgs84&category=x&" + good, status: 400, field: "category"},
		{query: "crs=wgs84&level=planet&" + good, status: 400, field: "level"},
		{query: "crs=wgs84&level=household-group&" + good, status: 400, field: "level"},
		{query: "crs=wgs84&networks=x&" + good, status: 400, field: "networks"},
		{query: "crs=wgs84&networks=" + strings.Repeat("schools,", 20) + "&" + good, status: 413, field: "networks"},
		{query: "crs=wgs84&include=x&" + good, status: 400, field: "include"},
		{query: "crs=wgs84&include=receipt&" + good, status: 400, field: "include"},
		{query: "crs=wgs84&on_outside=fly&" + good, status: 400, field: "on_outside"},
		{query: "crs=wgs84&on_outside=nearest&" + good, status: 400, field: "max_m"},
		{query: "crs=wgs84&max_m=5&" + good, status: 400, field: "max_m"},
		{query: "crs=wgs84&on_outside=nearest&max_m=-1&" + good, status: 400, field: "max_m"},
		{query: "crs=wgs84&on_outside=nearest&max_m=1e300&" + good, status: 400, field: "max_m"},
		{query: "crs=%zz&" + good, status: 400, field: "query"},
		{query: "crs=%ff&" + good, status: 400, field: "query"},
		{query: "crs=wgs84&" + good + "&" + strings.Repeat("x", 5000), status: 413},
		{body: `{"point":{` + lonLat + `}}`, status: 400, field: "crs"},
		{body: `{"crs":"wgs84"}`, status: 400, field: "point"},
		{body: `{"crs":"wgs84","point":{` + lonLat + `,"alt":1}}`, status: 400, field: "point"},
		{body: `{"crs":"wgs84","point":{"lon":"1","lat":2}}`, status: 400, field: "point.lon"},
		{body: `{"crs":"wgs84","point":{"lon":1e300,"lat":2}}`, status: 400, field: "lon"},
		{body: `{"crs":"wgs84","point":{"lon":NaN,"lat":2}}`, status: 400, field: "point.lon"},
		{body: `{"crs":"wgs84","point":{"lon":1,"lon":1,"lat":2}}`, status: 400, field: "point.lon"},
		{body: `{"crs":"wgs84","crs":"wgs84","point":{` + lonLat + `}}`, status: 400, field: "crs"},
		{body: `{"crs":"wgs84","Crs":"wgs84","point":{` + lonLat + `}}`, status: 400, field: "Crs"},
		{body: `{"crs":"wgs84","point":{` + lonLat + `},"accuracy_m":3}`, status: 400, field: "accuracy_m"},
		{body: `{"crs":"wgs84","point":{` + lonLat + `},"id":3}`, status: 400, field: "id"},
		{body: `{"crs":"wgs84","point":{` + lonLat + `}} {}`, status: 400},
		{body: `{"crs":"wgs84","point":{` + lonLat + `}`, status: 400},
		{body: `[]`, status: 400},
		{body: ``, status: 400},
		{body: "{\"crs\":\"\xff\"}", status: 400, field: "crs"},
		{body: `{"crs":"\ud800"}`, status: 400, field: "crs"},
		{body: `{"crs":null}`, status: 400, field: "crs"},
		{body: deep, status: 400, field: "point"},
		{body: `{"crs":"` + strings.Repeat("x", 70<<10) + `"}`, status: 413},
	} {
		var status int
		var a map[string]any
		if c.query != "" {
			status, a = h.get(t, "/v1/locate?"+c.query)
		} else {
			status, a = h.post(t, "/v1/locate", c.body)
		}
		name := clipped(c.query + c.body)
		if status != c.status || !strings.HasPrefix(fmt.Sprint(a["type"]), "urn:onegrid:problem:") {
			t.Errorf("%s: %d %v, want %d", name, status, a, c.status)
		}
		if c.field != "" && a["field"] != c.field {
			t.Errorf("%s: field %v, want %s", name, a["field"], c.field)
		}
	}
	if status, _ := h.do(t, "POST", "/v1/locate", "text/plain", `{}`); status != 415 {
		t.Errorf("text/plain: %d", status)
	}
	if status, _ := h.do(t, "POST", "/v1/locate", "", `{}`); status != 415 {
		t.Errorf("no content type: %d", status)
	}
	if status, a := h.post(t, "/v1/locate?x=1", `{"crs":"wgs84","point":{`+lonLat+`}}`); status != 400 {
		t.Errorf("a query on POST: %d %v", status, a)
	}
}

func TestEscapedQueryIsTheSame(t *testing.T) {
	h := openTown(t)
	p := townPoint(0.5, 0.5)
	q := url.Values{"crs": {"epsg:4526"}, "lon": {string(lattice.Append(nil, p.X))}, "lat": {string(lattice.Append(nil, p.Y))}}
	q.Set("crs", "wgs84")
	_, a := h.get(t, "/v1/locate?%63rs=wgs%384&"+where(0.5, 0.5))
	_, b := h.get(t, "/v1/locate?"+q.Encode())
	if at(a, "grid", "code") != gridCode(0) || fmt.Sprint(a) != fmt.Sprint(b) {
		t.Errorf("%v\n%v", a, b)
	}
}

// A place given in another system is answered where it is in ours, with how well
// that is known.
func TestLocateTellsTheConversionsError(t *testing.T) {
	h := openTown(t)
	region := crs.Region{GCJ02: true}
	for _, name := range []string{"gcj02", "bd09"} {
		system, err := crs.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		const lon, lat = "106.6275", "26.6025"
		status, a := h.get(t, "/v1/locate?crs="+name+"&lon="+lon+"&lat="+lat)
		if status != 200 {
			t.Fatalf("%s: %d %v", name, status, a)
		}
		p, err := system.Parse([]byte(lon), []byte(lat), region)
		if err != nil {
			t.Fatal(err)
		}
		where := at(a, "location").(map[string]any)
		if fmt.Sprint(where["lon"]) != string(lattice.Append(nil, p.X)) || fmt.Sprint(where["lat"]) != string(lattice.Append(nil, p.Y)) {
			t.Errorf("%s: the location is %v, want %v", name, where, p)
		}
		errorM, err := strconv.ParseFloat(fmt.Sprint(where["conversion_error_m"]), 64)
		if err != nil || errorM < 0 || errorM > 0.001 {
			t.Errorf("%s: conversion_error_m is %v", name, where["conversion_error_m"])
		}
		if where["crs"] != name {
			t.Errorf("%s: the location says %v", name, where["crs"])
		}
	}
}

// Who is on duty is told as it is today: when a post is edited, and when its
// date comes while nobody writes.
func TestLocateTellsTodaysPosts(t *testing.T) {
	h := openTown(t)
	refs := func() (refs []string) {
		_, a := h.get(t, "/v1/locate?crs=wgs84&"+where(0.5, 0.5))
		posts, _ := at(a, "owner", "posts").([]any)
		for _, p := range posts {
			refs = append(refs, fmt.Sprint(at(p, "ref")))
		}
		slices.Sort(refs)
		return refs
	}
	put := func(p geo.Post) {
		p.Areas = []string{gridCode(0)}
		if _, err := h.store.Put(t.Context(), geo.By("test"), geo.Objects{Layer: geo.Posts, Posts: []geo.Post{p}}); err != nil {
			t.Fatal(err)
		}
		h.catchUp(t)
	}
	if got := refs(); !slices.Equal(got, []string{"r-1"}) {
		t.Fatalf("at first %v", got)
	}
	put(geo.Post{Code: "P1", Role: "leader", Ref: "r-9"})
	if got := refs(); !slices.Equal(got, []string{"r-9"}) {
		t.Errorf("after an edit %v", got)
	}
	soon := time.Now().Add(2 * time.Second)
	put(geo.Post{Code: "P3", Role: "member", Ref: "r-3", From: &soon})
	if got := refs(); !slices.Equal(got, []string{"r-9"}) {
		t.Errorf("before its date %v", got)
	}
	time.Sleep(time.Until(soon) + 50*time.Millisecond)
	if got := refs(); !slices.Equal(got, []string{"r-3", "r-9"}) {
		t.Errorf("on its date %v", got)
	}
}

// A border follows the streets of today's base map.
func TestLocateFollowsTodaysStreets(t *testing.T) {
	h := openTown(t)
	follows := func() any {
		_, a := h.get(t, "/v1/locate?crs=wgs84&"+where(0.9, 0.3))
		return at(a, "border", "follows", "en")
	}
	if got := follows(); got != "Changan Road" {
		t.Fatalf("at first %v", got)
	}
	street := town().Base[0]
	street.Name = geo.Text{"zh": "新安路", "en": "Xinan Road"}
	if err := h.store.Load(t.Context(), geo.By("test"), geo.Objects{Layer: geo.Base, Base: []geo.BaseFeature{street}}); err != nil {
		t.Fatal(err)
	}
	h.catchUp(t)
	if got := follows(); got != "Xinan Road" {
		t.Errorf("after the street was renamed %v", got)
	}
}
