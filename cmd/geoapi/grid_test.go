package main

import (
	"fmt"
	"testing"
)

func TestGridCard(t *testing.T) {
	h := openTown(t)
	status, a := h.get(t, "/v1/grids/"+gridCode(5))
	if status != 200 {
		t.Fatalf("%d %v", status, a)
	}
	for _, want := range []struct {
		path  []any
		value any
	}{
		{[]any{"code"}, gridCode(5)},
		{[]any{"network"}, "basic"},
		{[]any{"level"}, "grid"},
		{[]any{"chain", 0, "code"}, "520115001"},
		{[]any{"bbox"}, "[106.622 26.602 106.624 26.604]"},
		{[]any{"children"}, "0"},
		{[]any{"edition", "id"}, "1"},
	} {
		if got := at(a, want.path...); fmt.Sprint(got) != fmt.Sprint(want.value) {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	if n := len(a["neighbours"].([]any)); n != 4 {
		t.Errorf("%d neighbours, want 4: a corner is no border", n)
	}
	_, a = h.get(t, "/v1/grids/"+gridCode(0))
	if fmt.Sprint(at(a, "figures", "households")) != "12" || fmt.Sprint(at(a, "figures", "buildings")) != "1" {
		t.Errorf("figures %v", a["figures"])
	}
	_, a = h.get(t, "/v1/grids/T1")
	if fmt.Sprint(a["floors"]) != "[1 20]" || a["figures"] != nil || a["label"] == nil {
		t.Errorf("a stacked grid: %v", a)
	}
	if status, a := h.get(t, "/v1/grids/nope"); status != 404 || a["value"] != "nope" {
		t.Errorf("no such grid: %d %v", status, a)
	}
	if status, _ := h.get(t, "/v1/grids/"+gridCode(0)+"?x=1"); status != 400 {
		t.Errorf("an unknown parameter: %d", status)
	}
}

func TestGridChildrenAndNeighbours(t *testing.T) {
	h := openTown(t)
	_, a := h.get(t, "/v1/grids/520115001001/children")
	if len(a["children"].([]any)) != 8 || at(a, "children", 0, "code") != gridCode(0) || at(a, "children", 2, "code") != gridCode(4) {
		t.Errorf("children %v", a)
	}
	_, a = h.get(t, "/v1/grids/J-TOWER/children")
	if at(a, "children", 0, "code") != "T1" || at(a, "children", 1, "code") != "T2" || a["grid"] != nil {
		t.Errorf("of the tower: %v", a)
	}
	_, a = h.get(t, "/v1/grids/520115001001/neighbours")
	if at(a, "neighbours", 0, "code") != "520115001002" || at(a, "neighbours", 1) != nil {
		t.Errorf("neighbours %v", a)
	}
	if status, _ := h.get(t, "/v1/grids/nope/children"); status != 404 {
		t.Errorf("children of nothing: %d", status)
	}
}

func TestGridBoundaryIsGeoJSON(t *testing.T) {
	h := openTown(t)
	_, a := h.get(t, "/v1/grids/520115001001/boundary")
	if a["type"] != "Feature" || at(a, "geometry", "type") != "MultiPolygon" || at(a, "properties", "code") != "520115001001" {
		t.Fatalf("%v", a)
	}
	ring, _ := at(a, "geometry", "coordinates", 0, 0).([]any)
	twice := 0.0
	for i := 0; i+1 < len(ring); i++ {
		twice += number(at(ring, i, 0))*number(at(ring, i+1, 1)) - number(at(ring, i+1, 0))*number(at(ring, i, 1))
	}
	if twice <= 0 || fmt.Sprint(ring[0]) != fmt.Sprint(ring[len(ring)-1]) {
		t.Errorf("the ring is not counter-clockwise and closed: %v", ring)
	}
	// The line to the other community is on it; the lines between its own grids
	// are not.
	if want := 2 * 0.004 * 0.008; twice < want*0.999 || twice > want*1.001 {
		t.Errorf("twice the area is %g, want %g", twice, want)
	}
	_, a = h.get(t, "/v1/grids/T2/boundary")
	if at(a, "geometry", "coordinates", 0, 0, 0, 0) == nil {
		t.Errorf("a stacked grid shows its building: %v", a)
	}
}

func number(v any) (f float64) {
	fmt.Sscan(fmt.Sprint(v), &f)
	return f
}

func TestSuggest(t *testing.T) {
	h := openTown(t)
	for _, c := range []struct {
		q, kind, code string
	}{
		{"grid%2003", "grid", gridCode(3)},
		{"%E7%AC%AC07", "grid", gridCode(7)},                         // 第07
		{"%EF%BC%A3001", "grid", "520115001001"},                     // Ｃ001, full width
		{"tower", "building", "J-TOWER"},                             // any case
		{"%E9%95%BF%E5%AE%89%E8%B7%AF1%E5%8F%B7", "building", "J-1"}, // 长安路1号, not 18号
		{"J-1", "building", "J-1"},
		{"%E6%BB%A8%E6%B9%96", "grid", "520115001"}, // 滨湖
	} {
		_, a := h.get(t, "/v1/suggest?limit=3&q="+c.q)
		if at(a, "suggestions", 0, "kind") != c.kind || at(a, "suggestions", 0, "code") != c.code || at(a, "suggestions", 0, "point") == nil {
			t.Errorf("%s: %v, want %s first", c.q, a["suggestions"], c.code)
		}
	}
	for _, q := range []string{"q=%00", "q=", "q=%1f", "q=zzzz"} {
		if _, a := h.get(t, "/v1/suggest?"+q); len(a["suggestions"].([]any)) != 0 {
			t.Errorf("%s: %v", q, a)
		}
	}
	if status, a := h.get(t, "/v1/suggest?q=x&limit=0"); status != 400 || a["field"] != "limit" {
		t.Errorf("limit=0: %d %v", status, a)
	}
}
