package main

import (
	"path/filepath"
	"strings"
	"testing"
)

const patrolScheme = `{"name":{"en":"Street"},"region":{"gcj02":false},
 "networks":[{"id":"basic","kind":"basic","levels":[{"id":"street"},{"id":"grid"}]},
  {"id":"patrol","kind":"exclusive","levels":[{"id":"beat"}]}],"bounds":{"households":[0,0]}}`

// beats are drawn by another hand over grids a to b, 0.2 to 0.4 m off, with a vertex
// too many on the north side; the second lies on the first where over is true.
func beats(over bool) string {
	west := "106.6070028"
	if over {
		west = "106.6060028"
	}
	return `{"type":"FeatureCollection","features":[
	 {"type":"Feature","properties":{"code":"P1"},"geometry":{"type":"Polygon","coordinates":[[
	  [106.5999975,26.6000021],[106.6070031,26.5999978],[106.6069972,26.6020019],[106.6055000,26.6019973],[106.6000022,26.6019979],[106.5999975,26.6000021]]]}},
	 {"type":"Feature","properties":{"code":"P2"},"geometry":{"type":"Polygon","coordinates":[[
	  [` + west + `,26.6000019],[106.6090000,26.5990000],[106.6090000,26.6030000],[` + west + `,26.6019981],[` + west + `,26.6000019]]]}}]}`
}

// Another hand's drawing of the same kerbs becomes the very same borders.
func TestImportSnapsToBasic(t *testing.T) {
	dir := t.TempDir()
	store := "sqlite:" + filepath.Join(dir, "city.db")
	must(t, "init", "--store", store, "--scheme", write(t, dir, "scheme.json", patrolScheme))
	file := write(t, dir, "beats.geojson", beats(false))
	for _, wrong := range [][2]string{{"basic", "has no borders yet"}, {"nobody", "has no network"}, {"patrol", "cannot snap to itself"}} {
		if _, exit := command(t, "import", file, "--store", store, "--as", "grids", "--network", "patrol", "--snap-to", wrong[0]); exit == 0 {
			t.Errorf("snapped to %s", wrong[0])
		}
	}
	grids := blocks(t, dir, "grids.geojson", [3]any{"a", 0, 4}, [3]any{"b", 4, 7}, [3]any{"c", 7, 20})
	must(t, "import", grids, "--store", store, "--as", "grids", "--accept")
	out := must(t, "import", file, "--store", store, "--as", "grids", "--network", "patrol", "--snap-to", "basic", "--accept")
	if !strings.Contains(out, "snapped to network basic within 0.5 m: of 9 vertices 6 went to its vertices, 1 beside its borders") ||
		!strings.Contains(out, "2 of its vertices were taken up, 1 left out") {
		t.Errorf("the preview says\n%s", out)
	}
	exported := must(t, "export", "--store", store, "--as", "grids", "--network", "patrol")
	for _, want := range []string{
		"[[106.607,26.602],[106.604,26.602],[106.6,26.602],[106.6,26.6],[106.604,26.6],[106.607,26.6],[106.607,26.602]]", // P1, whole
		"[[106.607,26.602],[106.607,26.6],[106.609,26.599],[106.609,26.603],[106.607,26.602]]",                           // P2 and its own corners
	} {
		if !strings.Contains(exported, want) {
			t.Errorf("%s\nlacks %s", exported, want)
		}
	}
	if _, exit := command(t, "import", file, "--store", store, "--as", "grids", "--network", "patrol", "--snap-m", "1"); exit == 0 {
		t.Error("snapped to nothing")
	}
	if _, exit := command(t, "import", file, "--store", store, "--as", "grids", "--network", "patrol", "--snap-to", "basic", "--snap-m", "500"); exit == 0 {
		t.Error("snapped by half a kilometre")
	}
}

// Ground of an exclusive network has one owner: who claims another's is refused until
// somebody says whose it is.
func TestImportRefusesOverlapsOfExclusives(t *testing.T) {
	dir := t.TempDir()
	store := "sqlite:" + filepath.Join(dir, "city.db")
	must(t, "init", "--store", store, "--scheme", write(t, dir, "scheme.json", patrolScheme))
	file := write(t, dir, "beats.geojson", beats(true))
	args := []string{"import", file, "--store", store, "--as", "grids", "--network", "patrol", "--gap-width", "1", "--accept"}
	if out, exit := command(t, args...); exit == 0 || !strings.Contains(out, "Nothing has changed: 1 finding must be settled") {
		t.Errorf("an overlap was taken:\n%s", out)
	}
	must(t, append(args, "--priority", "P1")...)
	// A strip that two hands drew differently is settled as a gap would be.
	narrow := write(t, dir, "narrow.geojson", strings.ReplaceAll(beats(false), "106.6070028", "106.6069928"))
	if out := must(t, "import", narrow, "--store", store, "--as", "grids", "--network", "patrol", "--gap-width", "2", "--accept"); !strings.Contains(out, "overlap") {
		t.Errorf("there was no overlap:\n%s", out)
	}
}
