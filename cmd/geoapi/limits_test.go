package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"onegrid/geo"
)

// Whatever is too long, too deep or too much is refused by its bound, in words of
// ours, at once, by a service that goes on.
func TestLimitsHoldAgainstHostileInput(t *testing.T) {
	h := openTown(t)
	place := whereJSON(0.5, 0.5)
	inside := strings.TrimSuffix(place, "}")
	deep := strings.Repeat("[", 100_000)
	many := func(n int, one string) string { return strings.TrimSuffix(strings.Repeat(one+",", n), ",") }
	feature := func(geometry, properties string) string {
		return `{"type":"Feature","geometry":` + geometry + `,"properties":{"code":"X","kind":"school"` + properties + `}}`
	}
	point := `{"type":"Point","coordinates":[106.621,26.601]}`
	const locate, report, state, imports = "/v1/locate", "/v1/incidents", "/v1/incidents/1/state", "/v1/imports?as=sites"
	for _, c := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"a long body", locate, inside + strings.Repeat(" ", maxLocateBody) + "}", 413, "65536 bytes"},
		{"a long report", report, incidentAt(0.5, 0.5, strings.Repeat(" ", maxIncidentBody)), 413, "16384 bytes"},
		{"a long move", state, `{"state":"closed"` + strings.Repeat(" ", maxIncidentBody) + "}", 413, "16384 bytes"},
		{"depth", locate, deep[:60_000], 400, "an object"},
		{"depth in a point", locate, `{"point":` + deep[:60_000], 400, "an object"},
		{"depth of objects", locate, strings.Repeat(`{"point":`, 7000), 400, "a point has"},
		{"depth in a report", report, `{"category":"x","point":` + deep[:15_000], 400, "broken"},
		{"depth in a move", state, `{"state":` + deep[:15_000], 400, "broken"},
		{"numbers beyond all places", locate, `{"point":{"lon":1e300,"lat":26.6},"crs":"wgs84"}`, 400, "lon"},
		{"numbers of many digits", locate, `{"point":{"lon":1` + strings.Repeat("0", 60_000) + `,"lat":26.6},"crs":"wgs84"}`, 400, "lon"},
		{"exponents of many digits", locate, `{"point":{"lon":1e` + strings.Repeat("9", 60_000) + `,"lat":26.6},"crs":"gcj02"}`, 400, "lon"},
		{"no numbers", locate, `{"point":{"lon":NaN,"lat":26.6},"crs":"wgs84"}`, 400, "a number"},
		{"numbers without end", report, strings.Replace(incidentAt(0.5, 0.5, ""), "106.621", "1e999999999", 1), 400, "lon"},
		{"too many networks", locate, inside + `,"networks":[` + many(9, `"schools"`) + `]}`, 413, "8 networks"},
		{"a long word", report, incidentAt(0.5, 0.5, `,"code":"`+strings.Repeat("x", maxWord+1)+`"`), 400, "100 bytes"},
		{"a long key", report, incidentAt(0.5, 0.5, `,"idempotency_key":"`+strings.Repeat("x", maxKey+1)+`"`), 400, "255 bytes"},
		{"fields that are not ours", locate, inside + `,"role":"admin"}`, 400, "role"},
		{"fields that are the store's", report, incidentAt(0.5, 0.5, `,"owner":"`+gridCode(5)+`","state":"closed","id":7`), 400, "owner"},
		{"depth in a file", imports, `{"type":"FeatureCollection","features":` + deep, 400, ""},
		{"depth in coordinates", imports, feature(`{"type":"Point","coordinates":`+deep+strings.Repeat("]", len(deep))+`}`, ""), 400, ""},
		{"depth of collections", imports, feature(strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 20_000)+point+strings.Repeat("]}", 20_000), ""), 400, ""},
		{"depth in properties", imports, feature(point, `,"x":`+strings.Repeat("[", 17)+"1"+strings.Repeat("]", 17)), 400, "nested too deeply"},
		{"a geometry of too many vertices", "/v1/imports?as=buildings", feature(`{"type":"Polygon","coordinates":[[`+many(4_000_001, "[1,1]")+`]]}`, ""), 413, "4000000 vertices"},
		{"a feature that is too long", imports, feature(point, `,"x":"`+strings.Repeat("x", 64<<20)+`"`), 413, "bytes"},
		{"places beyond all places", imports, feature(`{"type":"Point","coordinates":[1e300,26.6]}`, ""), 400, ""},
	} {
		kind := "application/json"
		if strings.HasPrefix(c.path, "/v1/imports") {
			kind = "application/geo+json"
		}
		for _, chunked := range []bool{false, true} { // the length is told beforehand, or is not
			var body io.Reader = strings.NewReader(c.body)
			if chunked && len(c.body) > 1<<20 {
				continue
			}
			if chunked {
				body = io.MultiReader(body)
			}
			start := time.Now()
			status, out := send(t, "POST", h.url+c.path, kind, body)
			if status != c.status || !strings.Contains(string(out), "urn:onegrid:problem:") || !strings.Contains(string(out), c.says) || len(out) > 2000 {
				t.Errorf("%s: %d %.300s, want %d and %q", c.name, status, out, c.status, c.says)
			}
			if took := time.Since(start); took > time.Minute { // some seconds where races are looked for
				t.Errorf("%s took %v", c.name, took)
			}
		}
	}
	if status, a := h.post(t, locate, place); status != 200 {
		t.Errorf("afterwards: %d %v", status, a)
	}
}

func TestQueriesAreBounded(t *testing.T) {
	h := openTown(t)
	for path, says := range map[string]string{
		"/v1/locate?crs=wgs84&" + where(0.5, 0.5) + "&include=" + strings.Repeat("chain,", 800):         "4096 bytes",
		"/v1/locate?crs=wgs84&" + where(0.5, 0.5) + "&networks=" + strings.Repeat("schools,", 8) + "S1": "8 networks",
		"/v1/locate?crs=wgs84&" + where(0.5, 0.5) + "&networks=" + strings.Repeat("schools,", 9):        "8 networks",
		"/v1/locate?crs=wgs84&lon=1e300&lat=1":                                                          "lon",
		"/v1/locate?crs=wgs84&lon=NaN&lat=Inf":                                                          "lon",
		"/v1/suggest?q=" + strings.Repeat("x", 201):                                                     "200 bytes",
		"/v1/suggest?q=x&limit=101":                                                                     "limit",
		"/v1/incidents?limit=10001":                                                                     "limit",
		"/v1/incidents?after=99999999999999999999":                                                      "after",
		"/v1/events?after=" + strings.Repeat("9", 30):                                                   "after",
		"/v1/grids/" + strings.Repeat("9", 5000):                                                        "no grid",
		"/v1/incidents/" + strings.Repeat("9", 5000):                                                    "no incident",
		"/v1/suggest?" + strings.Repeat("&", 4000) + "q=x&q=y":                                          "twice",
		"/v1/events?kinds=" + strings.Repeat("incident.routed,", 300):                                   "4096 bytes",
	} {
		status, out := send(t, "GET", h.url+path, "", nil)
		if status < 400 || status >= 500 || !strings.Contains(string(out), says) || len(out) > 2000 {
			t.Errorf("%.100s: %d %.300s, want %q", path, status, out, says)
		}
	}
	if status, _ := send(t, "GET", h.url+"/v1/locate?"+strings.Repeat("x", 2<<20), "", nil); status != http.StatusRequestHeaderFieldsTooLarge && status != http.StatusRequestEntityTooLarge {
		t.Errorf("a header of two megabytes: %d", status)
	}
}

// A form has so many files; what is beyond its bound is not spooled.
func TestUploadsAreBounded(t *testing.T) {
	h := openTown(t)
	var parts [][2]string
	for range maxFiles + 1 {
		parts = append(parts, [2]string{"file", "{}"})
	}
	body, kind := form(t, parts...)
	if status, out := send(t, "POST", h.url+"/v1/imports?as=sites", kind, body); status != 400 || !bytes.Contains(out, []byte("too many parts")) {
		t.Errorf("%d files: %d %s", maxFiles+1, status, out)
	}
	u := &upload{}
	defer u.close()
	err := u.spool("file", "large", strings.NewReader(strings.Repeat("x", 101)), 100)
	if geo.KindOf(err) != geo.TooLarge || len(u.files) != 0 {
		t.Errorf("a file over its bound: %v", err)
	}
	if err := u.spool("file", "fits", strings.NewReader(strings.Repeat("x", 100)), 100); err != nil {
		t.Errorf("a file of its bound: %v", err)
	}
	if status, out := send(t, "POST", h.url+"/v1/locate/batch?crs=wgs84", "text/csv", strings.NewReader("lon,lat\n"+strings.Repeat("1", 1<<20)+"\n106.621,26.601\n")); status != 200 ||
		!strings.Contains(string(out), fmt.Sprintf("longer than %d bytes", maxRow)) || !strings.Contains(string(out), gridCode(0)) {
		t.Errorf("a row that is too long: %d %.200s", status, out)
	}
}
