package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onegrid/cmd/internal/server"
)

// words runs a command line and returns all that a person sees of it.
func words(args ...string) (string, int) {
	var both bytes.Buffer
	exit := run(context.Background(), args, &server.Terminal{In: strings.NewReader(""), Out: &both, Err: &both})
	return both.String(), exit
}

// smallStore makes an empty store, and a file of two grids, one of them twice
// as large as it should be.
func smallStore(t *testing.T) (dir, store string) {
	t.Helper()
	dir = t.TempDir()
	write(t, dir, "scheme.json", smallScheme)
	store = "sqlite:" + filepath.Join(dir, "city.db")
	must(t, "init", "--store", store, "--scheme", filepath.Join(dir, "scheme.json"))
	return dir, store
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const oneSite = `{"type":"Feature","properties":{"code":"s1","kind":"shop"},"geometry":{"type":"Point","coordinates":[10.5,10.5]}}`

// An error names the field and what stood there, in the file's words.
func TestImportErrorsNameTheField(t *testing.T) {
	dir, store := smallStore(t)
	file := write(t, dir, "b.geojson", `{"type":"Feature","properties":{"code":"b1","FLOORS":"three"},"geometry":{"type":"Polygon","coordinates":[[[10,10],[11,10],[11,11],[10,10]]]}}`)
	said, exit := words("import", file, "--store", store, "--as", "buildings", "--map", "storeys=FLOORS")
	if exit != server.ExitFailed || !strings.Contains(said, "row 1") || !strings.Contains(said, `FLOORS: "three"`) {
		t.Errorf("ended with %d, saying %s", exit, said)
	}
}

// A report that cannot be written is told before anything is stored.
func TestImportLooksForTheReportFirst(t *testing.T) {
	dir, store := smallStore(t)
	file := write(t, dir, "sites.geojson", oneSite)
	nowhere := filepath.Join(dir, "no", "report.json")
	if said, exit := words("import", file, "--store", store, "--as", "sites", "--accept", "--report", nowhere); exit != server.ExitFailed {
		t.Errorf("ended with %d, saying %s", exit, said)
	}
	if out := must(t, "export", "--store", store, "--as", "sites"); strings.Contains(out, "s1") {
		t.Error("the import was taken though its report was not written")
	}
}

// A preview that cannot be taken does not say that it can.
func TestPreviewTellsWhatHoldsItUp(t *testing.T) {
	dir, store := smallStore(t)
	apart := strings.ReplaceAll(twoGrids, `"type":"Polygon","coordinates":[[[11,10],[12,10],[12,11],[11,11],[11,10]]]`,
		`"type":"MultiPolygon","coordinates":[[[[11,10],[12,10],[12,11],[11,11],[11,10]]],[[[20,10],[21,10],[21,11],[20,10]]]]`)
	file := write(t, dir, "grids.geojson", apart)
	parents := write(t, dir, "parents.csv", twoParents)
	said := must(t, "import", file, "--store", store, "--as", "grids", "--parents", parents)
	if strings.Contains(said, "Add --accept") || !strings.Contains(said, "1 finding must be settled") || !strings.Contains(said, "in 3 regions") {
		t.Errorf("it says %s", said)
	}
}

// 52,061 real footprints, some of whose heights are far from any building's.
func TestShinjuku(t *testing.T) {
	file := testdata(t, "shinjuku/buildings.geojsonl.gz")
	_, store := smallStore(t)
	said := must(t, "import", file, "--store", store, "--as", "buildings", "--code", "id", "--map", "height_m=height", "--accept")
	if !strings.Contains(said, "52061 features read, 52061 objects") || !strings.Contains(said, "no-height") {
		t.Errorf("it says %s", said)
	}
	if out := must(t, "export", "--store", store, "--as", "buildings"); strings.Count(out, `"type":"Feature",`) != 52061 {
		t.Errorf("%d buildings come out", strings.Count(out, `"type":"Feature",`))
	}
}
