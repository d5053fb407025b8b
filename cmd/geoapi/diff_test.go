package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"onegrid/geo/coverage"
)

// blocks writes grids of a street as GeoJSON: code, west and east in thousandths of a
// degree.
func blocks(t *testing.T, dir, name string, grids ...[3]any) string {
	var features []string
	feature := func(properties string, west, east int) {
		w, e := 106.6+float64(west)/1000, 106.6+float64(east)/1000
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{%s},"geometry":{"type":"Polygon","coordinates":[[[%.7f,26.6],[%.7f,26.6],[%.7f,26.602],[%.7f,26.602],[%.7f,26.6]]]}}`,
			properties, w, e, e, w, w))
	}
	feature(`"code":"S","level":"street"`, 0, 20)
	for _, g := range grids {
		feature(fmt.Sprintf(`"code":%q,"parent":"S"`, g[0]), g[1].(int), g[2].(int))
	}
	return write(t, dir, name, `{"type":"FeatureCollection","features":[`+strings.Join(features, ",")+`]}`)
}

const streetScheme = `{"name":{"en":"Street"},"region":{"gcj02":false},
 "networks":[{"id":"basic","kind":"basic","levels":[{"id":"street"},{"id":"grid"}]}],"bounds":{"households":[0,0]}}`

// street is a street in two editions: a is halved, b and c become one, d gives a
// fifth to e, f gets another code.
func street(t *testing.T, dir string) (old, new, scheme string) {
	scheme = write(t, dir, "scheme.json", streetScheme)
	old = blocks(t, dir, "old.geojson", [3]any{"a", 0, 4}, [3]any{"b", 4, 7}, [3]any{"c", 7, 9}, [3]any{"d", 9, 14}, [3]any{"e", 14, 17}, [3]any{"f", 17, 20})
	new = blocks(t, dir, "new.geojson", [3]any{"a", 0, 2}, [3]any{"a2", 2, 4}, [3]any{"b", 4, 9}, [3]any{"d", 9, 13}, [3]any{"e", 13, 17}, [3]any{"g", 17, 20})
	return old, new, scheme
}

const streetTold = `
street: 1 → 1: 1 unchanged

grid: 6 → 6: 1 split, 1 merged, 2 reshaped, 1 renamed
  split      a → a (50 %), a2 (50 %)
  merged     b (60 %), c (40 %) → b
  reshaped   d: gave 22,071 m² (20 %) to e
  reshaped   e: got 22,071 m² from d
  renamed    f → g
`

func TestDiffOfEditions(t *testing.T) {
	dir := t.TempDir()
	old, new, scheme := street(t, dir)
	store := "sqlite:" + filepath.Join(dir, "city.db")
	must(t, "init", "--store", store, "--scheme", scheme)
	must(t, "import", old, "--store", store, "--as", "grids", "--accept")
	between := time.Now().UTC()
	must(t, "import", new, "--store", store, "--as", "grids", "--accept")
	buildings := write(t, dir, "buildings.geojson", `{"type":"FeatureCollection","features":[
	 {"type":"Feature","properties":{"code":"B1","households":12},"geometry":{"type":"Polygon","coordinates":[[[106.6030,26.601],[106.6031,26.601],[106.6031,26.6011],[106.6030,26.601]]]}},
	 {"type":"Feature","properties":{"code":"B2","households":7},"geometry":{"type":"Polygon","coordinates":[[[106.6190,26.601],[106.6191,26.601],[106.6191,26.6011],[106.6190,26.601]]]}}]}`)
	must(t, "import", buildings, "--store", store, "--as", "buildings", "--accept")

	picture := filepath.Join(dir, "diff.png")
	out := must(t, "diff", "--store", store, "--picture", picture)
	if !strings.Contains(out, streetTold) {
		t.Errorf("%s\nlacks\n%s", out, streetTold)
	}
	if !strings.Contains(out, "households that move: 12\n       12  a → a2\n") {
		t.Errorf("the households are wrong:\n%s", out)
	}
	f, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[any]bool{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			seen[img.At(x, y)] = true
		}
	}
	for _, fate := range []coverage.Fate{coverage.FateSplit, coverage.FateMerged, coverage.FateReshaped, coverage.FateRenamed} {
		if !seen[colourOf(fate)] {
			t.Errorf("the picture does not show what was %s", fate)
		}
	}
	if !seen[oldBorder] || !seen[newBorder] || !seen[flowInk] {
		t.Error("the picture lacks borders or flows")
	}

	// The same by numbers, the other way round, and by time.
	if back := must(t, "diff", "--store", store, "--from", "2", "--to", "1"); !strings.Contains(back, "split      b → b (60 %), c (40 %)") {
		t.Errorf("backwards:\n%s", back)
	}
	same := must(t, "diff", "--store", store, "--from", "1", "--to", between.Format(time.RFC3339Nano))
	if !strings.Contains(same, "grid: 6 → 6: 6 unchanged") {
		t.Errorf("an edition and itself:\n%s", same)
	}
	for _, wrong := range [][]string{
		{"diff", "--store", store, "--from", "7"},
		{"diff", "--store", store, "--to", "1"},
		{"diff", "--store", store, "--from", "1999-01-01"},
		{"diff", "--store", store, "--from", "yesterday"},
		{"diff", "--store", store, "--network", "towers"},
		{"diff", "--store", store, "--level", "community"},
		{"diff", "--store", store, "--sliver-share", "0.7"},
		{"diff"},
		{"diff", old},
	} {
		if _, exit := command(t, wrong...); exit == 0 {
			t.Errorf("%v went well", wrong)
		}
	}
}

func TestDiffOfFiles(t *testing.T) {
	old, new, scheme := street(t, t.TempDir())
	out := must(t, "diff", old, new, "--scheme", scheme)
	if !strings.Contains(out, streetTold) {
		t.Errorf("%s\nlacks\n%s", out, streetTold)
	}
	var d struct {
		Old, New string
		Lineage  coverage.Lineage
	}
	if err := json.Unmarshal([]byte(must(t, "diff", old, new, "--scheme", scheme, "--level", "grid", "--json")), &d); err != nil {
		t.Fatal(err)
	}
	if len(d.Lineage.Events) != 5 || d.Lineage.Events[0].Fate != coverage.FateSplit || d.Old != "old.geojson" {
		t.Errorf("%+v", d)
	}
}

// TestDiffOfBirmingham compares the real city's finest areas with the level above:
// each of those is merged of the very areas that the hierarchy names.
// What a store exports of one level can be compared as it is, although it names
// parents.
func TestDiffOfExports(t *testing.T) {
	dir := t.TempDir()
	old, new, scheme := street(t, dir)
	var files []string
	for i, in := range []string{old, new} {
		store := "sqlite:" + filepath.Join(dir, fmt.Sprint(i, ".db"))
		must(t, "init", "--store", store, "--scheme", scheme)
		must(t, "import", in, "--store", store, "--as", "grids", "--accept")
		files = append(files, filepath.Join(dir, fmt.Sprint(i, ".geojson")))
		must(t, "export", "--store", store, "--as", "grids", "--level", "grid", "-o", files[i])
	}
	_, told, _ := strings.Cut(streetTold, "unchanged\n\n")
	if said := must(t, "diff", files[0], files[1]); !strings.Contains(said, told) {
		t.Errorf("said:\n%s\nwant:\n%s", said, told)
	}
}

func TestDiffOfBirmingham(t *testing.T) {
	var d struct{ Lineage coverage.Lineage }
	out := must(t, "diff", testdata(t, "birmingham/oa.geojson.gz"), testdata(t, "birmingham/lsoa.geojson.gz"),
		"--code", "OA11CD,LSOA11CD", "--gap-width", "1", "--json")
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	table, err := os.Open(testdata(t, "birmingham/hierarchy.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	rows, err := csv.NewReader(table).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		want[row[1]] = append(want[row[1]], row[0])
	}
	for _, e := range d.Lineage.Events {
		if len(e.New) != 1 || e.Fate != coverage.FateMerged && len(e.Old) > 1 {
			t.Errorf("%v %v → %v", e.Fate, e.Old, e.New)
			continue
		}
		children := want[e.New[0]]
		slices.Sort(children)
		if !slices.Equal(e.Old, children) {
			t.Errorf("%s is of %v, not %v", e.New[0], e.Old, children)
		}
		delete(want, e.New[0])
	}
	if len(want) > 0 {
		t.Errorf("%d areas are missing", len(want))
	}
}

// TestDiffPictureShowsEachFate holds that of many changed places one of each fate
// has a window, and that a small gain of a long grid has one of its own size.
func TestDiffPictureShowsEachFate(t *testing.T) {
	dir := t.TempDir()
	var before, after [][3]any
	for i := range 12 { // pairs, in each of which one gives to the other
		w := 10 * i
		before = append(before, [3]any{fmt.Sprint("a", i), w, w + 4}, [3]any{fmt.Sprint("b", i), w + 4, w + 8}, [3]any{fmt.Sprint("c", i), w + 8, w + 10})
		after = append(after, [3]any{fmt.Sprint("a", i), w, w + 5}, [3]any{fmt.Sprint("b", i), w + 5, w + 8}, [3]any{fmt.Sprint("c", i), w + 8, w + 10})
	}
	before = append(before, [3]any{"s", 120, 124}, [3]any{"t", 124, 130}, [3]any{"long", 130, 400}, [3]any{"short", 400, 410})
	after = append(after, [3]any{"s", 120, 122}, [3]any{"s2", 122, 124}, [3]any{"t", 124, 130}, [3]any{"long", 130, 404}, [3]any{"short", 404, 410})
	scheme := write(t, dir, "scheme.json", strings.Replace(streetScheme, `{"id":"street"},`, "", 1))
	plain := func(name string, grids [][3]any) string {
		file := blocks(t, dir, name, grids...)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		features := strings.SplitAfter(strings.ReplaceAll(string(text), `,"parent":"S"`, ""), "}},")
		features[0] = `{"type":"FeatureCollection","features":[` // without the street
		return write(t, dir, name, strings.Join(features, ""))
	}
	c := diffCommand{Files: []string{plain("old.geojson", before), plain("new.geojson", after)}, Scheme: scheme, SliverWidth: 2, SliverShare: 0.005}
	d, err := c.compare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	g := d.newDrawing()
	windows := g.windows(d.overlay.Old.Bounds())
	if len(windows) != mostWindows {
		t.Fatalf("%d windows of %d places", len(windows), len(g.clusters))
	}
	shown := map[coverage.Fate]bool{}
	for _, c := range g.clusters[:mostWindows] {
		for _, i := range c.events {
			shown[g.events[i].Fate] = true
		}
	}
	if !shown[coverage.FateSplit] || !shown[coverage.FateReshaped] {
		t.Errorf("windows show %v", shown)
	}
	for _, e := range g.events {
		box := g.extent(e)
		if slices.Contains(e.New, "long") && box.Width() > 600_000 {
			t.Errorf("the gain of a grid of 2,740,000 units is shown at %d", box.Width())
		}
	}
}
