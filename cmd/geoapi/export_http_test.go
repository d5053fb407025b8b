package main

import (
	"fmt"
	"strings"
	"testing"

	"onegrid/geo"
)

// An export holds the caller's part of a layer, and is in the audit.
func TestExportsHoldTheirCallersPart(t *testing.T) {
	h, _ := secrets(t)
	all, part := h.key(t, geo.RoleAdmin, geo.Scope{}), h.key(t, geo.RoleAdmin, geo.Scope{Subtree: west})
	public := h.key(t, geo.RoleAdmin, geo.Scope{Classes: []geo.Class{geo.ClassPublic, geo.ClassInternal}})
	for _, c := range []struct {
		layer         string
		all, part     int
		publicsStatus int
	}{
		{"grids", 19, 10, 200}, {"grids?network=schools", 2, 2, 200}, {"grids?network=towers", 2, 0, 200}, {"grids?level=community", 2, 1, 200},
		{"estates", 2, 1, 200}, {"buildings", 4, 2, 200}, {"devices", 2, 1, 200}, {"sites", 2, 1, 200}, {"posts", 5, 4, 200}, {"base", 1, 1, 200}, {"incidents", 2, 1, 403},
	} {
		for i, key := range [][]string{all, part, public} {
			status, a := h.do(t, "GET", "/v1/exports/"+c.layer, "", "", key...)
			if want := []int{200, 200, c.publicsStatus}[i]; status != want {
				t.Errorf("%s: %d %v, want %d", c.layer, status, a, want)
				continue
			}
			features, _ := a["features"].([]any)
			if want := []int{c.all, c.part, c.all}[i]; status == 200 && len(features) != want {
				t.Errorf("%s for caller %d: %d features, want %d", c.layer, i, len(features), want)
			}
		}
	}
	_, seen := h.do(t, "GET", "/v1/exports/devices", "", "", all...)
	_, bare := h.do(t, "GET", "/v1/exports/devices", "", "", public...)
	if text, without := fmt.Sprint(seen), fmt.Sprint(bare); !strings.Contains(text, "range_m") || strings.Contains(without, "range_m") {
		t.Errorf("what cameras see: %s\nfor who does not: %s", text, without)
	}
	checkExportsRecorded(t, h)
}

func checkExportsRecorded(t *testing.T, h *guardedHouse) {
	t.Helper()
	entries, err := h.store.Audit(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]int{}
	for _, e := range entries {
		if e.Act.Do == "layer.export" {
			exports[e.Act.Object]++
			if e.Act.Actor == "" || e.Act.Role != geo.RoleAdmin || e.Act.Detail["format"] != "geojson" {
				t.Errorf("%+v", e.Act)
			}
		}
	}
	if fmt.Sprint(exports) != "map[base:3 buildings:3 devices:5 estates:3 grids:12 incidents:2 posts:3 sites:3]" {
		t.Errorf("in the audit: %v", exports)
	}
}

// Exports come in every format, whole, and are refused by name.
func TestExportsInEveryFormat(t *testing.T) {
	h := openTown(t)
	for format, begin := range map[string]string{"geojson": "{", "topojson": "{", "shapefile": "PK", "geopackage": "SQLite format 3"} {
		status, raw := send(t, "GET", h.url+"/v1/exports/buildings?format="+format, "", nil)
		if status != 200 || !strings.HasPrefix(string(raw), begin) {
			t.Errorf("%s: %d %.40q", format, status, raw)
		}
	}
	for path, want := range map[string]struct {
		status int
		field  string
	}{
		"nope": {404, "layer"}, "buildings?format=dwg": {400, "format"}, "buildings?colour=red": {400, "colour"}, "grids?network=nope": {404, "network"},
		"grids?level=nope": {404, "level"}, "grids?crs=mars": {400, "crs"},
	} {
		if status, a := h.get(t, "/v1/exports/"+path); status != want.status || a["field"] != want.field {
			t.Errorf("%s: %d %v", path, status, a)
		}
	}
	h.exports <- struct{}{}
	if status, a := h.get(t, "/v1/exports/buildings"); status != 503 {
		t.Errorf("beside another: %d %v", status, a)
	}
}
