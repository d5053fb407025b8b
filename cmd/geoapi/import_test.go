package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
	"onegrid/geo/lattice"
)

// testdata returns a file of the real data, or skips.
func testdata(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ONEGRID_TESTDATA")
	if root == "" {
		t.Skip("ONEGRID_TESTDATA is not set: the real data is not here")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not in ONEGRID_TESTDATA", name)
	}
	return path
}

// command runs one command line in this process.
func command(t testing.TB, args ...string) (out string, exit int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	exit = run(context.Background(), args, &server.Terminal{In: strings.NewReader(""), Out: &stdout, Err: &stderr})
	if exit != server.ExitDone {
		t.Logf("geoapi %s: %d\n%s", strings.Join(args, " "), exit, stderr.String())
	}
	return stdout.String(), exit
}

func must(t testing.TB, args ...string) string {
	t.Helper()
	out, exit := command(t, args...)
	if exit != server.ExitDone {
		t.Fatalf("geoapi %s ended with %d:\n%s", strings.Join(args, " "), exit, out)
	}
	return out
}

const birminghamScheme = `{"name":{"en":"Birmingham"},"region":{"gcj02":false},
 "networks":[
  {"id":"basic","kind":"basic","levels":[{"id":"lad"},{"id":"msoa"},{"id":"lsoa"},{"id":"oa","code":"^E\\d{8}$","enclaves":true}]},
  {"id":"wards","kind":"exclusive","levels":[{"id":"ward","enclaves":true}]}],
 "bounds":{"households":[0,0]}}`

// birmingham makes a store that holds the real city. It is imported once, by the
// commands that a user would give, and copied for each test.
func birmingham(t testing.TB) (store, report string) {
	t.Helper()
	grids, hierarchy := testdata(t, "birmingham/oa.geojson.gz"), testdata(t, "birmingham/hierarchy.csv")
	dir := madeOnce(t, "birmingham", func(dir string) {
		scheme, store := filepath.Join(dir, "scheme.json"), "sqlite:"+filepath.Join(dir, "city.db")
		if err := os.WriteFile(scheme, []byte(birminghamScheme), 0o644); err != nil {
			t.Fatal(err)
		}
		must(t, "init", "--store", store, "--scheme", scheme)
		must(t, "import", grids, "--store", store, "--as", "grids", "--network", "basic", "--level", "oa", "--code", "OA11CD",
			"--parents", hierarchy, "--report", filepath.Join(dir, "report.json"), "--accept")
	})
	return "sqlite:" + copied(t, filepath.Join(dir, "city.db")), filepath.Join(dir, "report.json")
}

func TestImportBirmingham(t *testing.T) {
	store, report := birmingham(t)
	var result importResult
	read(t, report, &result)
	c := result.Preview.Coverage
	if result.State != accepted || result.Preview.Features != 3223 || c == nil || c.Shapes != 3223 {
		t.Fatalf("the report says %+v", result)
	}
	must(t, "check", "--store", store)

	w, err := openWorld(context.Background(), server.StorePath(strings.TrimPrefix(store, "sqlite:")))
	if err != nil {
		t.Fatal(err)
	}
	n := w.Basic()
	levels := map[string]int{}
	for _, g := range n.Grids {
		levels[g.Level]++
	}
	if levels["oa"] != 3223 || levels["lsoa"] != 639 || levels["msoa"] != 132 || levels["lad"] != 1 {
		t.Errorf("the levels hold %v", levels)
	}
	wrong, rows := 0, 0
	for _, r := range expected(t) {
		p, err := lattice.ParsePoint(r[0], r[1])
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		region, _ := n.Index.Find(p)
		if a := n.Coverage.AreaOf(region); a >= 0 {
			got = n.Grids[a].Code
		}
		if rows++; got != r[2] {
			wrong++
			t.Errorf("%s,%s is in %q, want %q", r[0], r[1], got, r[2])
		}
	}
	if rows != 19996 || wrong > 0 {
		t.Errorf("%d of %d rows are wrong", wrong, rows)
	}
}

func read(t testing.TB, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

// expected returns the rows of lon, lat, output area that GEOS found.
func expected(t testing.TB) [][]string {
	t.Helper()
	f, err := os.Open(testdata(t, "birmingham/expected.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// The drawn higher levels equal the unions of their children within a lattice
// unit; importing them takes only names.
func TestImportDrawnHigherLevel(t *testing.T) {
	store, _ := birmingham(t)
	report := filepath.Join(t.TempDir(), "lsoa.json")
	must(t, "import", testdata(t, "birmingham/lsoa.geojson.gz"), "--store", store, "--as", "grids", "--level", "lsoa",
		"--code", "LSOA11CD", "--name", "LSOA11NM", "--report", report, "--accept")
	var result importResult
	read(t, report, &result)
	for _, d := range result.Preview.Differences {
		if d.AreaM2 > 50 {
			t.Errorf("%s differs by %.1f m²", d.Code, d.AreaM2)
		}
	}
	w, err := openWorld(context.Background(), server.StorePath(strings.TrimPrefix(store, "sqlite:")))
	if err != nil {
		t.Fatal(err)
	}
	area, ok := w.Basic().Find("E01008881")
	if !ok || w.Basic().Grids[area].Name.In("en") != "Birmingham 067A" {
		t.Errorf("the name was not taken: %+v", w.Basic().Grids[area])
	}
	must(t, "check", "--store", store)
}

// A second network cuts across the first; importing it leaves the first alone.
func TestImportSecondNetwork(t *testing.T) {
	store, _ := birmingham(t)
	before := must(t, "export", "--store", store, "--as", "grids", "--level", "oa")
	must(t, "import", testdata(t, "birmingham/wards.geojson.gz"), "--store", store, "--as", "grids", "--network", "wards",
		"--code", "WD13CD", "--name", "WD13NM", "--gap-width", "5", "--accept")
	if after := must(t, "export", "--store", store, "--as", "grids", "--level", "oa"); after != before {
		t.Error("importing the wards changed the output areas")
	}
	must(t, "check", "--store", store)
}

func TestImportPreviewChangesNothing(t *testing.T) {
	store, _ := birmingham(t)
	before := must(t, "export", "--store", store, "--as", "grids")
	out := must(t, "import", testdata(t, "birmingham/oa.geojson.gz"), "--store", store, "--as", "grids", "--level", "oa", "--code", "OA11CD")
	if !strings.Contains(out, "Nothing has changed") {
		t.Errorf("it does not say that nothing has changed:\n%s", out)
	}
	if after := must(t, "export", "--store", store, "--as", "grids"); after != before {
		t.Error("a preview changed the store")
	}
}

// What was exported imports to the very same state.
func TestExportImportIsTheSame(t *testing.T) {
	store, _ := birmingham(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "oa.geojson")
	must(t, "export", "--store", store, "--as", "grids", "--level", "oa", "-o", file)
	hash := func() string {
		w, err := openWorld(context.Background(), server.StorePath(strings.TrimPrefix(store, "sqlite:")))
		if err != nil {
			t.Fatal(err)
		}
		return w.Edition().Networks[0].Hash
	}
	before := hash()
	must(t, "import", file, "--store", store, "--as", "grids", "--level", "oa", "--parents", testdata(t, "birmingham/hierarchy.csv"), "--accept")
	if after := hash(); after != before {
		t.Errorf("the hash was %s and is %s", before, after)
	}
}

func TestImportRefusesAndKeeps(t *testing.T) {
	store, _ := birmingham(t)
	before := must(t, "export", "--store", store, "--as", "grids")
	dir := t.TempDir()
	for name, text := range map[string]string{
		"persons.geojson":  `{"type":"Feature","id":"E00000001","geometry":null,"properties":{"phone":"1"}}`,
		"half.geojson":     `{"type":"FeatureCollection","features":[{"type":"Feature"`,
		"overlaps.geojson": `{"type":"Feature","id":"X1","geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]},"properties":{}}`,
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, exit := command(t, "import", file, "--store", store, "--as", "grids", "--accept"); exit == server.ExitDone {
			t.Errorf("%s was taken", name)
		}
	}
	if after := must(t, "export", "--store", store, "--as", "grids"); after != before {
		t.Error("a refused import changed the store")
	}
}
